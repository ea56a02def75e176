"""支付宝 交易订单 (workbook): two lines of preamble, the last row is the total; no signs are claimed."""

from storage.documents import alipay_statement
from storage.documents.document import Control
from storage.documents.layout import Layout
from storage.documents.rows import DataRow
from storage.documents.table import Reading, Record, Table

_MONEY = ("商家实收(元)", "商家实退(元)", "服务费(元)", "退服务费(元)")


def _is_total(record: Record) -> bool:
    return not record.plain("支付宝交易号") and not record.plain("创建时间")


def _control(_table: Table, reading: Reading[DataRow]) -> Control:
    return alipay_statement.last_row(reading, _MONEY)


LAYOUT = Layout(
    "alipay_trade_order_new",
    platform="alipay",
    title="支付宝 交易订单（新版）",
    verified="described",
    header="商户订单号,支付宝交易号,商家实收(元),商家实退(元),服务费(元),退服务费(元),交易状态,创建时间,付款备注",
    key=("支付宝交易号",),
    needed=("商户订单号", "支付宝交易号", "商家实收(元)", "商家实退(元)", "交易状态", "创建时间"),
    ids=("商户订单号", "支付宝交易号"),
    moments=("创建时间",),
    money=_MONEY,
    at="创建时间",
    derive=alipay_statement.order,
    ends=_is_total,
    control=_control,
)
