"""PayPal activity: day or month first, `0,00` by the account's country; memos, pending and denied rows move nothing."""

from storage.documents import numbers
from storage.documents.amounts import Signed, Unless
from storage.documents.layout import Layout
from storage.documents.table import Record


def _order(record: Record, _amount_fen: int) -> tuple[str, str]:
    """Our order number, which a shop sends as the invoice's or as its own."""
    for column, rule in (("Invoice Number", "paypal.invoice_no"), ("Custom Number", "paypal.custom_no")):
        if number := record.identity(column, required=False):
            return number, rule
    return "", ""


LAYOUT = Layout(
    "paypal_activity",
    platform="paypal",
    title="PayPal 账户活动",
    verified="described",
    header="Date,Time,TimeZone,Name,Type,Status,Currency,Gross,Fee,Net,From Email Address,To Email Address,"
    "Transaction ID,Shipping Address,Address Status,Item Title,Item ID,Shipping and Handling Amount,"
    "Insurance Amount,Sales Tax,Option 1 Name,Option 1 Value,Option 2 Name,Option 2 Value,Reference Txn ID,"
    "Invoice Number,Custom Number,Quantity,Receipt ID,Balance,Address Line 1,"
    "Address Line 2/District/Neighborhood,Town/City,"
    "State/Province/Region/County/Territory/Prefecture/Republic,Zip/Postal Code,Country,Contact Phone Number,"
    "Subject,Note,Country Code,Balance Impact",
    key=("Transaction ID",),
    needed=("Date", "Time", "Type", "Status", "Currency", "Gross", "Fee", "Net", "Transaction ID", "Balance Impact"),
    ids=("Transaction ID", "Reference Txn ID", "Invoice Number", "Custom Number", "Receipt ID", "Item ID"),
    days=("Date",),
    day_order="Date",
    wholes=("Quantity",),
    money=("Gross", "Fee", "Net", "Shipping and Handling Amount", "Insurance Amount", "Sales Tax", "Balance"),
    money_style=numbers.EITHER,
    derive=_order,
    at="Date",
    amount=Unless(Signed("Net"), {"Balance Impact": "Memo", "Status": "Pending|Denied"}),
    currency="Currency",
)
