"""京东 订单: one row per item, order-level amounts on each of them; a trailing comma makes a phantom column.

The workbook of 2026, known in part only, has 商家应收 and 商家SKUID instead of most amounts.
"""

from storage.documents.layout import Layout

LAYOUT = Layout(
    "jd_order_old",
    platform="jd",
    title="京东 订单（旧版）",
    verified="described",
    header="订单号,商品ID,商品名称,订购数量,支付方式,下单时间,京东价,订单金额,结算金额,余额支付,应付金额,订单状态,订单类型,下单帐号,"
    "客户姓名,客户地址,联系电话,订单备注,发票类型,发票抬头,发票内容,商家备注,商家备注等级（等级1-5为由高到低）,运费金额,"
    "付款确认时间,增值税发票,货号,订单完成时间,订单来源,订单渠道",
    key=("订单号", "商品ID"),
    needed=("订单号", "商品ID", "订购数量", "下单时间", "订单状态"),
    tells=("订单号", "商品ID", "订购数量", "订单状态", "下单时间", "付款确认时间"),
    ids=("订单号", "商品ID", "货号", "商家SKUID"),
    wholes=("订购数量",),
    money=("京东价", "订单金额", "结算金额", "余额支付", "应付金额", "运费金额", "商家应收"),
    repeats=("订单金额", "结算金额", "余额支付", "应付金额", "运费金额"),
    moments=("下单时间", "付款确认时间", "订单完成时间"),
    order=("订单号", "jd.order_no"),
    at="下单时间",
)
