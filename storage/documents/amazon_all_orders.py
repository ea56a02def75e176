"""Amazon all orders (TABs): rows may end early, amounts are empty while an order is pending."""

from storage.documents import numbers
from storage.documents.layout import Layout

LAYOUT = Layout(
    "amazon_all_orders",
    platform="amazon",
    title="Amazon 所有订单",
    verified="described",
    header="amazon-order-id,merchant-order-id,purchase-date,last-updated-date,order-status,fulfillment-channel,"
    "sales-channel,order-channel,url,ship-service-level,product-name,sku,asin,item-status,quantity,currency,"
    "item-price,item-tax,shipping-price,shipping-tax,gift-wrap-price,gift-wrap-tax,item-promotion-discount,"
    "ship-promotion-discount,ship-city,ship-state,ship-postal-code,ship-country,promotion-ids",
    key=("amazon-order-id", "sku", "asin"),
    needed=("amazon-order-id", "purchase-date", "order-status", "sku", "asin", "quantity", "item-price"),
    ids=("amazon-order-id", "merchant-order-id", "sku", "asin", "ship-postal-code"),
    wholes=("quantity",),
    moments=("purchase-date", "last-updated-date"),
    moment_formats=("%Y-%m-%dT%H:%M:%S%z",),
    money=(
        "item-price",
        "item-tax",
        "shipping-price",
        "shipping-tax",
        "gift-wrap-price",
        "gift-wrap-tax",
        "item-promotion-discount",
        "ship-promotion-discount",
    ),
    money_style=numbers.EITHER,
    order=("amazon-order-id", "amazon.order_id"),
    at="purchase-date",
    currency="currency",
)
