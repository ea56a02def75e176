"""WooCommerce Analytics: order level only, the revenue as the shop shows it (`$1,234.50`)."""

from storage.documents import numbers
from storage.documents.layout import Layout

LAYOUT = Layout(
    "woocommerce_analytics_orders",
    platform="woocommerce",
    title="WooCommerce 订单分析",
    verified="described",
    header="Date,Order #,N. Revenue (formatted),Status,Customer,Customer type,Product(s),Items sold,Coupon(s),"
    "Net Sales,Attribution",
    key=("Order #",),
    needed=("Date", "Order #", "N. Revenue (formatted)", "Status", "Net Sales"),
    ids=("Order #",),
    wholes=("Items sold",),
    moments=("Date",),
    money=("N. Revenue (formatted)", "Net Sales"),
    money_style=numbers.EITHER,
    order=("Order #", "woocommerce.order_no"),
    at="Date",
    currency="",
)
