"""淘宝客 结算明细: commission and service fee of each sub-order; the money itself stands in the wallet."""

from storage.documents.layout import Layout

LAYOUT = Layout(
    "taobao_cps_settle",
    platform="taobao",
    title="淘宝客 结算明细",
    verified="described",
    header="确认收货时间,账户支出时间,淘客结算时间,创建时间,计划名称,商品id,商品名称,实际成交价格,成交商品数,"
    "佣金比例,佣金,服务费率,服务费金额,淘宝父订单编号,淘宝子订单编号,来源或淘客昵称,团长名称,"
    "是否预售未付尾款订单,备注",
    key=("淘宝子订单编号", "淘客结算时间", "计划名称", "来源或淘客昵称"),
    needed=("淘宝父订单编号", "淘宝子订单编号", "淘客结算时间", "计划名称", "佣金", "服务费金额", "来源或淘客昵称"),
    ids=("商品id", "淘宝父订单编号", "淘宝子订单编号"),
    moments=("确认收货时间", "账户支出时间", "淘客结算时间", "创建时间"),
    wholes=("成交商品数",),
    rates=("佣金比例", "服务费率"),
    money=("实际成交价格", "佣金", "服务费金额"),
    order=("淘宝父订单编号", "taobao.parent_order_no"),
    sub="淘宝子订单编号",
    at="淘客结算时间",
)
