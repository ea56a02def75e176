"""Shopify Payments: amounts sometimes `$21.83`; the payout's id is empty while pending, missing in older files."""

from storage.documents import numbers
from storage.documents.amounts import Signed
from storage.documents.layout import Layout

LAYOUT = Layout(
    "shopify_payments_transactions",
    platform="shopify",
    title="Shopify Payments 交易",
    verified="described",
    header="Transaction Date,Type,Order,Card Brand,Card Source,Payout Status,Payout Date,Payout ID,Available On,"
    "Amount,Fee,Net,Checkout,Payment Method Name,Presentment Amount,Presentment Currency,Currency",
    key=("Transaction Date", "Type", "Order", "Checkout", "Amount"),
    blanks=("Order", "Checkout"),
    needed=("Transaction Date", "Type", "Order", "Amount", "Fee", "Net"),
    tells=("Transaction Date", "Payout Status", "Card Brand", "Amount", "Net"),
    ids=("Order", "Payout ID", "Checkout"),
    moments=("Transaction Date",),
    days=("Payout Date", "Available On"),
    moment_formats=("%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d"),
    money=("Amount", "Fee", "Net", "Presentment Amount", "VAT"),
    money_style=numbers.POINT,
    order=("Order", "shopify.order_name"),
    at="Transaction Date",
    amount=Signed("Net"),
    currency="Currency",
)
