"""Amazon date range report: notes before the header, `Jun 8, 2025 10:23:05 PM PDT`; a Transfer is a payout."""

from storage.documents import numbers
from storage.documents.amounts import Signed
from storage.documents.layout import Layout

LAYOUT = Layout(
    "amazon_date_range_report",
    platform="amazon",
    title="Amazon 日期范围报告",
    verified="described",
    header="date/time,settlement id,type,order id,sku,description,quantity,marketplace,account type,fulfillment,"
    "order city,order state,order postal,tax collection model,product sales,product sales tax,"
    "shipping credits,shipping credits tax,gift wrap credits,giftwrap credits tax,Regulatory Fee,"
    "Tax On Regulatory Fee,promotional rebates,promotional rebates tax,marketplace withheld tax,selling fees,"
    "fba fees,other transaction fees,other,total",
    key=("date/time", "settlement id", "type", "order id", "sku", "description", "total"),
    blanks=("settlement id", "order id", "sku"),
    needed=("date/time", "settlement id", "type", "order id", "sku", "description", "quantity", "total"),
    tells=("date/time", "settlement id", "type", "order id", "product sales", "total"),
    ids=("settlement id", "order id", "sku"),
    wholes=("quantity",),
    moments=("date/time",),
    moment_formats=("%b %d, %Y %I:%M:%S %p PDT", "%b %d, %Y %I:%M:%S %p PST"),
    money=(
        "product sales",
        "product sales tax",
        "shipping credits",
        "shipping credits tax",
        "gift wrap credits",
        "giftwrap credits tax",
        "Regulatory Fee",
        "Tax On Regulatory Fee",
        "promotional rebates",
        "promotional rebates tax",
        "marketplace withheld tax",
        "selling fees",
        "fba fees",
        "other transaction fees",
        "other",
        "total",
    ),
    money_style=numbers.POINT,
    order=("order id", "amazon.order_id"),
    at="date/time",
    amount=Signed("total"),
    currency="",
)
