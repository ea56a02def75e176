"""千牛 订单报表 (2026, workbook): one row per order; whoever exports chooses the columns, few must be there."""

from storage.documents.layout import Layout

LAYOUT = Layout(
    "taobao_order_list_2026",
    platform="taobao",
    title="千牛 订单报表（2026）",
    verified="described",
    header="订单编号,支付单号,支付详情,买家应付货款,买家应付邮费,总金额,买家实付金额,订单创建时间,订单付款时间,"
    "商品标题,退款金额,是否主动赔付,主动赔付金额,主动赔付出账时间,商品属性SKU,C2B小额收款,确认收货打款金额,"
    "含应开票给个人红包,总金额(旧版)",
    key=("订单编号",),
    needed=("订单编号", "支付单号", "退款金额", "订单创建时间", "订单付款时间"),
    tells=("订单编号", "支付单号", "总金额|买家实付金额", "退款金额", "订单创建时间", "订单付款时间"),
    lacks=("买家实际支付金额", "子订单编号"),
    ids=("订单编号", "支付单号"),
    moments=("订单创建时间", "订单付款时间", "主动赔付出账时间"),
    money=(
        "买家应付货款",
        "买家应付邮费",
        "总金额",
        "买家实付金额",
        "退款金额",
        "主动赔付金额",
        "C2B小额收款",
        "确认收货打款金额",
        "含应开票给个人红包",
        "总金额(旧版)",
    ),
    order=("订单编号", "taobao.order_no"),
    at="订单创建时间",
)
