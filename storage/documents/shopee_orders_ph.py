"""Shopee orders (Philippines): the currency stands in the titles, one title even holds the format of its moments."""

from storage.documents.layout import Layout

LAYOUT = Layout(
    "shopee_orders_ph",
    platform="shopee",
    title="Shopee 订单（菲律宾）",
    verified="described",
    header="Order ID,Order Status,Cancel reason,Return / Refund Status,Tracking Number*,Shipping Option,"
    "Estimated Ship Out Date,Ship Time,Order Creation Date,Order Paid Time,Parent SKU Reference No.,"
    "Product Name,SKU Reference No.,Variation Name,Original Price,Deal Price,Quantity,Returned quantity,"
    "Product Subtotal,Total Discount(PHP),Price Discount(from Seller)(PHP),Shopee Rebate(PHP),"
    "Seller Voucher(PHP)",
    key=("Order ID", "Parent SKU Reference No.", "SKU Reference No.", "Product Name", "Variation Name"),
    needed=("Order ID", "Order Status", "SKU Reference No.", "Deal Price", "Quantity", "Returned quantity"),
    tells=("Order ID", "Parent SKU Reference No.", "Deal Price", "Returned quantity", "Total Discount(PHP)"),
    ids=("Order ID", "Tracking Number*"),
    wholes=("Quantity", "Returned quantity"),
    moments=(
        "Estimated Ship Out Date",
        "Ship Time",
        "Order Creation Date|Order Creation Date(YYYY-MM-DD HH:mm)",
        "Order Paid Time",
    ),
    moment_formats=("%Y-%m-%d %H:%M",),
    money=(
        "Original Price",
        "Deal Price",
        "Product Subtotal",
        "Total Discount(PHP)",
        "Price Discount(from Seller)(PHP)",
        "Shopee Rebate(PHP)",
        "Seller Voucher(PHP)",
    ),
    order=("Order ID", "shopee.order_id"),
    at="Order Creation Date|Order Creation Date(YYYY-MM-DD HH:mm)",
    currency="PHP",
)
