"""淘宝 宝贝报表 (old): one row per item under its order number, without a number of its own."""

from storage.documents.layout import Layout

LAYOUT = Layout(
    "taobao_order_items_old",
    platform="taobao",
    title="淘宝 宝贝报表（旧版）",
    verified="described",
    header="订单编号,标题,价格,购买数量,外部系统编号,商品属性,套餐信息,备注,订单状态,商家编码",
    key=("订单编号", "标题", "商品属性", "商家编码"),
    needed=("订单编号", "标题", "价格", "购买数量", "外部系统编号", "商品属性", "套餐信息", "订单状态", "商家编码"),
    lacks=("子订单编号",),
    ids=("订单编号", "外部系统编号", "商家编码"),
    blanks=("商家编码",),
    wholes=("购买数量",),
    money=("价格",),
    order=("订单编号", "taobao.order_no"),
)
