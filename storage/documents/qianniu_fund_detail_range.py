"""千牛 聚合结算 收支明细, some days: income and expense both positive, only the income says that it is in yuan."""

from storage.documents import fees, qianniu_rules
from storage.documents.amounts import Split
from storage.documents.layout import Layout
from storage.documents.statements import Wallet

LAYOUT = Layout(
    "qianniu_fund_detail_range",
    platform="taobao",
    title="千牛 聚合结算收支明细（按日期）",
    verified="described",
    header="入账时间,支付流水号,淘宝订单编号,入账类型,收入金额（元）,支出金额,业务描述,备注",
    key=("支付流水号", "入账类型", "淘宝订单编号", "收入金额（元）", "支出金额"),
    blanks=("淘宝订单编号",),
    needed=("入账时间", "支付流水号", "淘宝订单编号", "入账类型", "收入金额（元）", "支出金额", "备注"),
    ids=("支付流水号", "淘宝订单编号"),
    moments=("入账时间",),
    money=("收入金额（元）", "支出金额"),
    derive=qianniu_rules.order_of("淘宝订单编号", "qianniu.order_no"),
    at="入账时间",
    amount=Split("收入金额（元）", "支出金额"),
    classify=fees.by_word("入账类型", "qianniu", qianniu_rules.FEES),
    books=Wallet("qianniu", business="入账类型"),
)
