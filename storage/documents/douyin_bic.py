"""抖店 质检 (BIC/QIC) 结算: what an inspection cost per order code; the wallet's side is found by 动账流水号."""

from storage.documents.layout import Layout

LAYOUT = Layout(
    "douyin_bic",
    platform="douyin",
    title="抖店 质检（BIC/QIC）结算",
    verified="described",
    header="结算单号,订单码,关联订单号,关联运单号,费用项,服务商,QIC仓,结算金额,计费参数,计费完成时间,业务节点,"
    "业务发生时间,结算时间,状态,动账账户,动账流水号,备注,是否木带宝,是否子单",
    key=("结算单号", "订单码", "费用项"),
    blanks=("订单码",),
    needed=("结算单号", "订单码", "费用项", "结算金额", "计费完成时间", "结算时间"),
    tells=("订单码", "QIC仓", "结算单号", "是否木带宝"),
    ids=("结算单号", "订单码", "关联订单号", "关联运单号", "动账流水号"),
    money=("结算金额",),
    moments=("计费完成时间", "业务发生时间", "结算时间"),
    order=("关联订单号", "douyin.order_no"),
    at="结算时间",
)
