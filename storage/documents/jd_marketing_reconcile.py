"""京东 营销对账: who bears how much of a discount, per order, item and promotion; no money moves by it."""

from storage.documents.layout import Layout

LAYOUT = Layout(
    "jd_marketing_reconcile",
    platform="jd",
    title="京东 营销对账",
    verified="described",
    header="订单编号,订单下单时间,商品编号,商品名称,商品数量,优惠类型,优惠活动名称,优惠活动ID,京东承担金额,商家承担金额,政府承担金额",
    key=("订单编号", "商品编号", "优惠类型", "优惠活动ID"),
    blanks=("优惠活动ID",),
    tells=("优惠活动ID", "京东承担金额", "政府承担金额"),
    ids=("订单编号", "商品编号", "优惠活动ID"),
    money=("京东承担金额", "商家承担金额", "政府承担金额"),
    wholes=("商品数量",),
    moments=("订单下单时间",),
    order=("订单编号", "jd.order_no"),
    at="订单下单时间",
)
