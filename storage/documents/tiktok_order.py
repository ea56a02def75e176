"""TikTok Shop orders: descriptions under the header, ids and moments end in a TAB, the order's amount on each SKU."""

from storage.documents import numbers
from storage.documents.layout import Layout, wordy

LAYOUT = Layout(
    "tiktok_order",
    platform="tiktok",
    title="TikTok Shop 订单",
    verified="described",
    header="Order ID,Order Status,Order Substatus,Cancelation/Return Type,Normal or Pre-order,SKU ID,Seller SKU,"
    "Product Name,Variation,Quantity,Sku Quantity of return,SKU Unit Original Price,"
    "SKU Subtotal Before Discount,SKU Platform Discount,SKU Seller Discount,SKU Subtotal After Discount,"
    "Shipping Fee After Discount,Original Shipping Fee,Shipping Fee Seller Discount,"
    "Shipping Fee Platform Discount,Payment platform discount,Taxes,Small Order Fee,Order Amount,"
    "Order Refund Amount,Created Time,Paid Time,RTS Time,Shipped Time,Delivered Time,Cancelled Time,"
    "Cancel By,Cancel Reason,Fulfillment Type,Warehouse Name,Tracking ID,Delivery Option,"
    "Shipping Provider Name,Buyer Message,Buyer Username,Recipient,Phone #,Zipcode,Country",
    key=("Order ID", "SKU ID"),
    needed=("Order ID", "Order Status", "SKU ID", "Quantity", "Order Amount", "Created Time"),
    ids=("Order ID", "SKU ID", "Tracking ID", "Zipcode"),
    wholes=("Quantity", "Sku Quantity of return"),
    moments=("Created Time", "Paid Time", "RTS Time", "Shipped Time", "Delivered Time", "Cancelled Time"),
    moment_formats=("%d/%m/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p"),
    money=(
        "SKU Unit Original Price",
        "SKU Subtotal Before Discount",
        "SKU Platform Discount",
        "SKU Seller Discount",
        "SKU Subtotal After Discount",
        "Shipping Fee After Discount",
        "Original Shipping Fee",
        "Shipping Fee Seller Discount",
        "Shipping Fee Platform Discount",
        "Payment platform discount",
        "Taxes",
        "Small Order Fee",
        "Order Amount",
        "Order Refund Amount",
    ),
    money_style=numbers.POINT,
    repeats=("Order Amount",),
    order=("Order ID", "tiktok.order_id"),
    sub="SKU ID",
    at="Created Time",
    currency="",
    drop=wordy("Order ID"),
)
