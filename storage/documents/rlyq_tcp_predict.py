"""热浪引擎 预估佣金: one row per sub-order; `-` where nothing was refunded; what is predicted is no money moved."""

from storage.documents.layout import Layout

LAYOUT = Layout(
    "rlyq_tcp_predict",
    platform="taobao",
    title="热浪引擎 预估佣金",
    verified="described",
    header="淘宝主订单号,淘宝子订单号,商品名称,商品ID,主播昵称,服务商名称,订单创建时间,订单支付时间,"
    "订单确认收货时间,订单状态,订单支付金额,订单退款金额,预估计佣金额,预估出佣总额,出佣比例,备注",
    key=("淘宝子订单号", "主播昵称", "服务商名称"),
    needed=(
        "淘宝主订单号",
        "淘宝子订单号",
        "主播昵称",
        "服务商名称",
        "订单创建时间",
        "订单状态",
        "预估计佣金额",
        "预估出佣总额",
    ),
    ids=("淘宝主订单号", "淘宝子订单号", "商品ID"),
    moments=("订单创建时间", "订单支付时间", "订单确认收货时间"),
    rates=("出佣比例",),
    money=("订单支付金额", "订单退款金额", "预估计佣金额", "预估出佣总额"),
    order=("淘宝主订单号", "taobao.main_order_no"),
    sub="淘宝子订单号",
    at="订单创建时间",
)
