"""千牛 聚合结算 收支明细, a month: income and expense both positive; the file writes 入帐 where others write 入账."""

from storage.documents import fees, qianniu_rules
from storage.documents.amounts import Split
from storage.documents.layout import Layout
from storage.documents.statements import Wallet

LAYOUT = Layout(
    "qianniu_fund_detail_month",
    platform="taobao",
    title="千牛 聚合结算收支明细（按月）",
    verified="described",
    header="商家昵称,入帐日期,入帐时间,支付流水号,主订单id,子订单id,入帐类型,收入金额(元),支出金额(元),业务描述,备注,收/付渠道,"
    "数据创建时间,数据修改时间",
    key=("支付流水号", "入帐类型", "主订单id", "子订单id", "收入金额(元)", "支出金额(元)"),
    blanks=("主订单id", "子订单id"),
    needed=("入帐时间", "支付流水号", "主订单id", "子订单id", "入帐类型", "收入金额(元)", "支出金额(元)", "备注"),
    ids=("支付流水号", "主订单id", "子订单id"),
    days=("入帐日期",),
    moments=("入帐时间",),
    money=("收入金额(元)", "支出金额(元)"),
    derive=qianniu_rules.order_of("主订单id", "qianniu.main_order"),
    sub="子订单id",
    at="入帐时间",
    amount=Split("收入金额(元)", "支出金额(元)"),
    classify=fees.by_word("入帐类型", "qianniu", qianniu_rules.FEES),
    books=Wallet("qianniu", business="入帐类型"),
)
