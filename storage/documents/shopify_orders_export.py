"""Shopify orders: one row per item, what is the order's own stands on its first row only; moments with their offset."""

from storage.documents.layout import Layout

LAYOUT = Layout(
    "shopify_orders_export",
    platform="shopify",
    title="Shopify 订单",
    verified="described",
    header="Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,"
    "Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,"
    "Lineitem name,Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,"
    "Lineitem taxable,Lineitem fulfillment status,Billing Name,Billing Street,Billing Address1,"
    "Billing Address2,Billing Company,Billing City,Billing Zip,Billing Province,Billing Country,"
    "Billing Phone,Shipping Name,Shipping Street,Shipping Address1,Shipping Address2,Shipping Company,"
    "Shipping City,Shipping Zip,Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,"
    "Cancelled at,Payment Method,Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Employee,"
    "Location,Device ID,Id,Tags,Risk Level,Source,Lineitem discount,Tax 1 Name,Tax 1 Value,Tax 2 Name,"
    "Tax 2 Value,Tax 3 Name,Tax 3 Value,Tax 4 Name,Tax 4 Value,Tax 5 Name,Tax 5 Value,Phone,Receipt Number,"
    "Duties,Billing Province Name,Shipping Province Name,Payment ID,Payment Terms Name,Next Payment Due At,"
    "Payment References",
    key=("Name", "Lineitem sku", "Lineitem name", "Lineitem price"),
    needed=("Name", "Financial Status", "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price"),
    ids=("Name", "Id", "Billing Zip", "Billing Phone", "Shipping Zip", "Shipping Phone", "Phone", "Lineitem sku"),
    moments=("Paid at", "Fulfilled at", "Created at", "Cancelled at", "Next Payment Due At"),
    moment_formats=("%Y-%m-%d %H:%M:%S %z",),
    blanks=("Lineitem sku",),
    wholes=("Lineitem quantity",),
    money=(
        "Subtotal",
        "Shipping",
        "Taxes",
        "Total",
        "Discount Amount",
        "Lineitem price",
        "Lineitem compare at price",
        "Refunded Amount",
        "Outstanding Balance",
        "Lineitem discount",
        "Tax 1 Value",
        "Tax 2 Value",
        "Tax 3 Value",
        "Tax 4 Value",
        "Tax 5 Value",
        "Duties",
    ),
    order=("Name", "shopify.order_name"),
    at="Created at",
    currency="Currency",
)
