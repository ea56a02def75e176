"""支付宝 账务明细 of 12 columns: as the longer one without the order's column; `#` preamble and footer, GBK."""

from storage.documents import alipay_statement
from storage.documents.amounts import Split
from storage.documents.layout import Layout
from storage.documents.statements import Wallet

_INCOME, _EXPENSE = "收入金额（+元）|收入金额+元|收入金额", "支出金额（-元）|支出金额-元|支出金额"

LAYOUT = Layout(
    "alipay_fund_bill_short",
    platform="alipay",
    title="支付宝 账务明细（12 列）",
    verified="described",
    header="账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,业务类型,备注",
    key=("账务流水号",),
    needed=("账务流水号", "商户订单号", "发生时间", "对方账号", _INCOME, _EXPENSE, "业务类型", "备注"),
    lacks=("业务基础订单号",),
    ids=("账务流水号", "业务流水号", "商户订单号"),
    moments=("发生时间",),
    money=(_INCOME, _EXPENSE, "账户余额（元）"),
    at="发生时间",
    amount=Split(_INCOME, _EXPENSE),
    derive=alipay_statement.order,
    classify=alipay_statement.fee,
    shop=alipay_statement.account,
    covers=alipay_statement.covers,
    ends=alipay_statement.is_footer,
    control=alipay_statement.control,
    rank=1,
    books=Wallet("alipay", "practice", business="业务类型", party=("对方账号",), refund_of=alipay_statement.refund),
)
