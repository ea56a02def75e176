"""京东 已结费用明细: one row per order, item and fee of a settlement, 应结金额 with its own sign."""

from storage.documents.amounts import Signed
from storage.documents.layout import Layout

LAYOUT = Layout(
    "jd_settled_fee_2026",
    platform="jd",
    title="京东 已结费用明细（2026）",
    verified="described",
    header="订单编号,父单号,订单状态,订单下单时间,订单完成时间,商品编号,商品名称,商品单价,商品数量,结算时间,商户订单号,资金动账备注,费用名称,费用分类,应结金额,结算单类型,结算单号,"
    "结算主体",
    key=("结算单号", "订单编号", "商品编号", "费用名称", "费用分类"),
    blanks=("订单编号", "商品编号"),
    needed=("结算单号", "订单编号", "商品编号", "费用名称", "费用分类", "应结金额", "结算时间"),
    tells=("结算单类型", "结算主体", "费用分类", "应结金额"),
    ids=("订单编号", "父单号", "商品编号", "商户订单号", "结算单号"),
    money=("商品单价", "应结金额"),
    wholes=("商品数量",),
    moments=("订单下单时间", "订单完成时间", "结算时间"),
    order=("订单编号", "jd.order_no"),
    at="结算时间",
    amount=Signed("应结金额"),
)
