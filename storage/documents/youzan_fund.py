"""有赞 资金流水: 关联单号 is an order's or a payment's number, to be resolved through payments."""

from storage.documents.amounts import Split
from storage.documents.layout import Layout
from storage.documents.statements import Wallet

LAYOUT = Layout(
    "youzan_fund",
    platform="youzan",
    title="有赞 资金流水",
    verified="template",
    header="类型,名称,业务单号,支付流水号,关联单号,交易来源地,账务主体,账户,收入(元),支出(元),余额(元),支付方式,交易对手,渠道,下单时间,入账时间,操作人,附加信息,备注,来源",
    key=("业务单号", "支付流水号", "关联单号", "类型", "名称", "入账时间", "收入(元)", "支出(元)"),
    blanks=("业务单号", "支付流水号", "关联单号"),
    tells=("业务单号", "支付流水号", "交易来源地", "账务主体", "收入(元)"),
    ids=("业务单号", "支付流水号", "关联单号"),
    money=("收入(元)", "支出(元)", "余额(元)"),
    moments=("下单时间", "入账时间"),
    order=("关联单号", "youzan.related_no"),
    at="入账时间",
    amount=Split("收入(元)", "支出(元)"),
    books=Wallet("youzan", business="类型", party=("交易对手",)),
)
