"""拼多多 订单: GBK, UTF-8 or xlsx, TABs in its cells; one row per order, whose number begins with its day."""

import re
from datetime import datetime

from storage.documents.layout import Layout
from storage.documents.table import Record

_DAY = re.compile(r"(\d{6})-\d+")


def _day_of_number(record: Record) -> str:
    """Midnight of the day that the order number begins with: an order that was never paid has no other moment."""
    match = _DAY.fullmatch(record.identity("订单号", required=False))
    try:
        return datetime.strptime(match[1], "%y%m%d").isoformat(" ") if match else ""  # noqa: DTZ007 (of Shanghai)
    except ValueError:
        return ""


LAYOUT = Layout(
    "pdd_order_2026",
    platform="pdd",
    title="拼多多 订单",
    verified="described",
    header="商品,订单号,订单状态,商品总价(元),邮费(元),店铺优惠折扣(元),平台优惠折扣(元),多多支付立减金额(元),"
    "用户实付金额(元),商家实收金额(元),商品数量(件),发货时间,确认收货时间,商品id,商品规格,样式ID,"
    "商家编码-规格维度,商家编码-商品维度,商家备注,售后状态,快递单号,快递公司,订单成交时间",
    key=("订单号",),
    needed=("订单号", "订单状态", "商家实收金额(元)", "订单成交时间"),
    tells=("订单号", "多多支付立减金额(元)", "样式ID", "商家实收金额(元)"),
    ids=("订单号", "商品id", "样式ID", "快递单号"),
    money=(
        "商品总价(元)",
        "邮费(元)",
        "店铺优惠折扣(元)",
        "平台优惠折扣(元)",
        "多多支付立减金额(元)",
        "用户实付金额(元)",
        "商家实收金额(元)",
    ),
    wholes=("商品数量(件)",),
    moments=("发货时间", "确认收货时间", "订单成交时间"),
    order=("订单号", "pdd.order_no"),
    at="订单成交时间",
    at_else=_day_of_number,
)
