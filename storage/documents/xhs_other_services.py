"""小红书 其他服务款: services charged or paid beside the settlement, which way 动账金额 went is not said."""

from storage.documents.layout import Layout

LAYOUT = Layout(
    "xhs_other_services",
    platform="xhs",
    title="小红书 其他服务款",
    verified="described",
    header="业务款项,订单号,业务单据号,结算时间,结算账户,交易类型,动账金额,备注",
    key=("业务单据号", "订单号", "业务款项", "交易类型", "结算时间"),
    blanks=("业务单据号", "订单号"),
    needed=("业务款项", "订单号", "业务单据号", "结算时间", "交易类型", "动账金额"),
    tells=("业务款项", "业务单据号", "动账金额"),
    ids=("订单号", "业务单据号"),
    money=("动账金额",),
    moments=("结算时间",),
    order=("订单号", "xhs.order_no"),
    at="结算时间",
)
