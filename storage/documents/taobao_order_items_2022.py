"""淘宝 宝贝报表 (2022): one row per sub-order; an order of one item has the same number for both."""

from storage.documents.layout import Layout

LAYOUT = Layout(
    "taobao_order_items_2022",
    platform="taobao",
    title="淘宝 宝贝报表（2022）",
    verified="described",
    header="子订单编号,主订单编号,标题,价格,购买数量,外部系统编号,商品属性,套餐信息,备注,订单状态,商家编码,支付单号,"
    "买家应付货款,买家实际支付金额,退款状态,退款金额,订单创建时间,订单付款时间",
    key=("子订单编号",),
    needed=(
        "子订单编号",
        "主订单编号",
        "标题",
        "价格",
        "购买数量",
        "订单状态",
        "商家编码",
        "退款状态",
        "退款金额",
        "订单创建时间",
    ),
    ids=("子订单编号", "主订单编号", "外部系统编号", "商家编码", "支付单号"),
    moments=("订单创建时间", "订单付款时间"),
    wholes=("购买数量",),
    money=("价格", "买家应付货款", "买家实际支付金额", "退款金额"),
    order=("主订单编号", "taobao.main_order_no"),
    sub="子订单编号",
    at="订单创建时间",
)
