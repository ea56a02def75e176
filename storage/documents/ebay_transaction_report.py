"""eBay transaction report: a preamble, `--` for nothing, `Aug 15, 2026`; items of an order stand below its totals."""

from storage.documents import numbers
from storage.documents.amounts import Signed
from storage.documents.layout import Layout

LAYOUT = Layout(
    "ebay_transaction_report",
    platform="ebay",
    title="eBay 交易报告",
    verified="described",
    header="Transaction creation date,Type,Order number,Legacy order ID,Buyer username,Buyer name,Ship to city,"
    "Ship to province/region/state,Ship to zip,Ship to country,Net amount,Payout currency,Payout date,"
    "Payout ID,Payout method,Payout status,Reason for hold,Item ID,Transaction ID,Item title,Custom label,"
    "Quantity,Item subtotal,Shipping and handling,Seller collected tax,eBay collected tax,"
    "Final Value Fee - fixed,Final Value Fee - variable,Regulatory operating fee,"
    '"Very high ""item not as described"" fee",Below standard performance fee,International fee,'
    "Charity donation,Deposit processing fee,Gross transaction amount,Transaction currency,Exchange rate,"
    "Reference ID,Description",
    key=(
        "Transaction creation date",
        "Type",
        "Order number",
        "Transaction ID",
        "Item ID",
        "Reference ID",
        "Net amount",
    ),
    blanks=("Order number", "Transaction ID", "Item ID", "Reference ID"),
    needed=("Transaction creation date", "Type", "Order number", "Net amount", "Payout ID", "Gross transaction amount"),
    ids=("Order number", "Legacy order ID", "Payout ID", "Item ID", "Transaction ID", "Reference ID", "Ship to zip"),
    wholes=("Quantity",),
    days=("Transaction creation date", "Payout date"),
    moment_formats=("%b %d, %Y",),
    rates=("Exchange rate",),
    money=(
        "Net amount",
        "Item subtotal",
        "Shipping and handling",
        "Seller collected tax",
        "eBay collected tax",
        "Final Value Fee - fixed",
        "Final Value Fee - variable",
        "Regulatory operating fee",
        'Very high "item not as described" fee',
        "Below standard performance fee",
        "International fee",
        "Charity donation",
        "Deposit processing fee",
        "Gross transaction amount",
    ),
    money_style=numbers.POINT,
    order=("Order number", "ebay.order_no"),
    sub="Transaction ID",
    at="Transaction creation date",
    amount=Signed("Net amount", partly=True),
    currency="Payout currency",
)
