"""快手 运费险: what insuring a return cost, and who bears it; one row per charge."""

from storage.documents.layout import Layout

LAYOUT = Layout(
    "kuaishou_freight_insurance",
    platform="kuaishou",
    title="快手 运费险",
    verified="described",
    header="订单编号,服务费用（元）,商家承担服务费用（元）,平台补贴费用（元）,生效时间,收费编号",
    key=("收费编号",),
    needed=("订单编号", "服务费用（元）", "商家承担服务费用（元）", "生效时间", "收费编号"),
    tells=("服务费用（元）", "商家承担服务费用（元）", "平台补贴费用（元）", "收费编号"),
    ids=("订单编号", "收费编号"),
    money=("服务费用（元）", "商家承担服务费用（元）", "平台补贴费用（元）"),
    moments=("生效时间",),
    order=("订单编号", "kuaishou.order_no"),
    at="生效时间",
)
