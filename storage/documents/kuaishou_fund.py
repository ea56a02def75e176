"""快手 账务明细: an unsigned amount and a word for its direction; the header mixes half and full width brackets."""

from storage.documents import fees
from storage.documents.amounts import Directed
from storage.documents.layout import Layout
from storage.documents.statements import Wallet

_FEES = {
    "提现": "withdrawal",
    "提现退票": "withdrawal",
    "达人佣金": "affiliate",
    "佣金退款": "refund_affiliate",
    "平台补贴扣回": "subsidy",
    "小额打款": "compensation",
    "保证金退款": "deposit",
}
"""订单结算 is a net of many fees and stays unclassified: the settlement file says what it is made of."""

LAYOUT = Layout(
    "kuaishou_fund",
    platform="kuaishou",
    title="快手 账务明细",
    verified="described",
    header="账务流水号,关联业务单号,入账时间,账务方向,发生额（元）,期末余额（元）,业务类型,描述,备注",
    key=("账务流水号",),
    tells=("账务流水号", "关联业务单号", "发生额（元）"),
    ids=("账务流水号", "关联业务单号"),
    moments=("入账时间",),
    money=("发生额（元）", "期末余额（元）"),
    order=("关联业务单号", "kuaishou.business_no"),
    at="入账时间",
    amount=Directed("发生额（元）", "账务方向|财务方式", plus="收|收入", minus="支|支出"),
    classify=fees.by_word("业务类型", "kuaishou", _FEES),
    books=Wallet("kuaishou", business="业务类型"),
)
