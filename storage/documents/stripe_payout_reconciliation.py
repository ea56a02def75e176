"""Stripe payout reconciliation: net is gross less fee, currency in small letters; automatic payouts only."""

from storage.documents.amounts import Summed
from storage.documents.layout import Layout

LAYOUT = Layout(
    "stripe_payout_reconciliation",
    platform="stripe",
    title="Stripe 提现对账",
    verified="described",
    header="automatic_payout_id,automatic_payout_effective_at_utc,balance_transaction_id,created_utc,"
    "available_on_utc,currency,gross,fee,net,reporting_category,source_id,description,customer_facing_amount,"
    "customer_facing_currency,payment_intent_id,charge_id,trace_id",
    key=("automatic_payout_id", "balance_transaction_id"),
    blanks=("automatic_payout_id",),
    needed=("automatic_payout_id", "balance_transaction_id", "created_utc", "currency", "gross", "fee", "net"),
    ids=(
        "automatic_payout_id",
        "balance_transaction_id",
        "source_id",
        "payment_intent_id",
        "charge_id",
        "trace_id",
        "order_id (metadata)|payment_metadata[order_id]",
    ),
    moments=("automatic_payout_effective_at_utc", "created_utc", "available_on_utc"),
    moment_formats=("%Y-%m-%d %H:%M", "%Y-%m-%d"),
    money=("gross", "fee", "net", "customer_facing_amount"),
    order=("order_id (metadata)|payment_metadata[order_id]", "stripe.metadata_order_id"),
    at="created_utc",
    amount=Summed("net", ("gross",), less=("fee",)),
    currency="currency",
)
