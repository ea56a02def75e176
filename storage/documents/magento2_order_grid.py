"""Magento 2 order grid: the number with its leading zeros, `Sep 01, 2026, 8:00:00`, order level only."""

from storage.documents import numbers
from storage.documents.layout import Layout

LAYOUT = Layout(
    "magento2_order_grid",
    platform="magento",
    title="Magento 2 订单",
    verified="described",
    header="ID,Purchase Point,Purchase Date,Bill-to Name,Ship-to Name,Grand Total (Base),Grand Total (Purchased),"
    "Status,Billing Address,Shipping Address,Shipping Information,Customer Email,Customer Group,Subtotal,"
    "Shipping and Handling,Customer Name,Payment Method,Total Refunded",
    key=("ID",),
    needed=("ID", "Purchase Point", "Purchase Date", "Grand Total (Base)", "Grand Total (Purchased)", "Status"),
    ids=("ID",),
    moments=("Purchase Date",),
    moment_formats=("%b %d, %Y, %H:%M:%S",),
    money=("Grand Total (Base)", "Grand Total (Purchased)", "Subtotal", "Shipping and Handling", "Total Refunded"),
    money_style=numbers.POINT,
    order=("ID", "magento.increment_id"),
    at="Purchase Date",
    currency="",
)
