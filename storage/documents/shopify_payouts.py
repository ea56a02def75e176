"""Shopify payouts: one row per payout, its total is what the bank receives."""

from storage.documents import numbers
from storage.documents.amounts import Signed
from storage.documents.layout import Layout

LAYOUT = Layout(
    "shopify_payouts",
    platform="shopify",
    title="Shopify Payments 提现",
    verified="described",
    header="Payout Date,Status,Charges,Refunds,Adjustments,Reserved Funds,Fees,Retried Amount,Total,Currency",
    key=("Payout Date", "Currency"),
    needed=("Payout Date", "Status", "Charges", "Refunds", "Fees", "Total", "Currency"),
    tells=("Payout Date", "Charges", "Reserved Funds", "Retried Amount", "Total"),
    days=("Payout Date",),
    money=("Charges", "Refunds", "Adjustments", "Reserved Funds", "Fees", "Retried Amount", "Total"),
    money_style=numbers.POINT,
    at="Payout Date",
    amount=Signed("Total"),
    currency="Currency",
)
