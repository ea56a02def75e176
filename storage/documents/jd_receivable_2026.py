"""京东 应结明细: a line of description above the header; an amount and a word for its direction."""

from storage.documents.amounts import Directed
from storage.documents.layout import Layout

LAYOUT = Layout(
    "jd_receivable_2026",
    platform="jd",
    title="京东 应结明细（2026）",
    verified="described",
    header="订单编号,父单号,订单状态,订单下单时间,订单完成时间,售后服务单号,售后退款时间,商品编号,商品名称,商品数量,扣点类型,佣金比例,费用名称,应结金额,币种,收支方向,结算状态,"
    "预计结算时间,账单生成时间,到账时间,商户订单号,资金动账备注",
    key=("订单编号", "售后服务单号", "商品编号", "费用名称", "收支方向"),
    blanks=("售后服务单号", "商品编号"),
    needed=("订单编号", "售后服务单号", "商品编号", "费用名称", "应结金额", "收支方向"),
    tells=("父单号", "扣点类型", "应结金额", "预计结算时间"),
    ids=("订单编号", "父单号", "售后服务单号", "商品编号", "商户订单号"),
    money=("应结金额",),
    wholes=("商品数量",),
    rates=("佣金比例",),
    moments=("订单下单时间", "订单完成时间", "售后退款时间", "预计结算时间", "账单生成时间", "到账时间"),
    order=("订单编号", "jd.order_no"),
    at="账单生成时间",
    currency="币种",
    amount=Directed("应结金额", "收支方向", plus="收入", minus="支出"),
)
