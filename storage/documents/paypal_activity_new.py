"""PayPal activity of the newer page: no status, no memos; day or month first by the account's country."""

from storage.documents import numbers
from storage.documents.amounts import Signed
from storage.documents.layout import Layout

LAYOUT = Layout(
    "paypal_activity_new",
    platform="paypal",
    title="PayPal 账户活动（新）",
    verified="described",
    header="Date,Time,Time Zone,Description,Currency,Gross,Fee,Net,Balance,Transaction ID,From Email Address,Name,"
    "Bank Name,Bank Account,Shipping and Handling Amount,Sales Tax,Invoice ID,Reference Txn ID",
    key=("Transaction ID",),
    needed=(
        "Date",
        "Time",
        "Description",
        "Currency",
        "Gross",
        "Fee",
        "Net",
        "Balance",
        "Transaction ID",
        "Invoice ID",
    ),
    ids=("Transaction ID", "Reference Txn ID", "Invoice ID", "Bank Account"),
    days=("Date",),
    day_order="Date",
    money=("Gross", "Fee", "Net", "Balance", "Shipping and Handling Amount", "Sales Tax"),
    money_style=numbers.EITHER,
    order=("Invoice ID", "paypal.invoice_no"),
    at="Date",
    amount=Signed("Net"),
    currency="Currency",
)
