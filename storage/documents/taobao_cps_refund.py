"""淘宝客 维权退款: what commission and service fee should come back after a refund."""

from storage.documents.layout import Layout

LAYOUT = Layout(
    "taobao_cps_refund",
    platform="taobao",
    title="淘宝客 维权退款",
    verified="described",
    header="淘宝订单编号,淘宝子订单编号,商品名称,维权退款金额,应退回服务费,应退回佣金,维权状态,订单结算时间,"
    "维权创建时间,维权完成时间,备注",
    key=("淘宝子订单编号", "维权创建时间"),
    needed=("淘宝订单编号", "淘宝子订单编号", "维权退款金额", "应退回服务费", "应退回佣金", "维权状态", "维权创建时间"),
    ids=("淘宝订单编号", "淘宝子订单编号"),
    moments=("订单结算时间", "维权创建时间", "维权完成时间"),
    money=("维权退款金额", "应退回服务费", "应退回佣金"),
    order=("淘宝订单编号", "taobao.order_no"),
    sub="淘宝子订单编号",
    at="维权创建时间",
)
