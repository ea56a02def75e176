"""Stripe itemized payouts: one row per payout with what it is made of; net is gross less fee."""

from storage.documents.amounts import Summed
from storage.documents.layout import Layout

LAYOUT = Layout(
    "stripe_itemized_payouts",
    platform="stripe",
    title="Stripe 提现明细",
    verified="described",
    header="payout_id,effective_at,currency,gross,fee,net,reporting_category,balance_transaction_id,description,"
    "payout_expected_arrival_date,payout_status",
    key=("payout_id", "balance_transaction_id"),
    needed=("payout_id", "effective_at", "currency", "gross", "fee", "net", "balance_transaction_id"),
    ids=("payout_id", "balance_transaction_id"),
    moments=("effective_at",),
    days=("payout_expected_arrival_date",),
    moment_formats=("%Y-%m-%d %H:%M", "%Y-%m-%d"),
    money=("gross", "fee", "net"),
    at="effective_at",
    amount=Summed("net", ("gross",), less=("fee",)),
    currency="currency",
)
