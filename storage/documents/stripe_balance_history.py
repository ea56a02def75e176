"""Stripe balance history: net is amount less fee, moments without seconds, currency in small letters."""

from storage.documents.amounts import Summed
from storage.documents.layout import Layout

LAYOUT = Layout(
    "stripe_balance_history",
    platform="stripe",
    title="Stripe 余额变动",
    verified="described",
    header="id,Type,Source,Amount,Fee,Net,Currency,Created (UTC),Available On (UTC),Description,"
    "Customer Facing Amount,Customer Facing Currency,Transfer,Transfer Date (UTC),Transfer Group",
    key=("id",),
    needed=("id", "Type", "Amount", "Fee", "Net", "Currency", "Created (UTC)", "Available On (UTC)"),
    ids=("id", "Source", "Transfer", "Transfer Group", "order_id (metadata)|payment_metadata[order_id]"),
    moments=("Created (UTC)", "Available On (UTC)", "Transfer Date (UTC)"),
    moment_formats=("%Y-%m-%d %H:%M", "%Y-%m-%d"),
    money=("Amount", "Fee", "Net", "Customer Facing Amount"),
    order=("order_id (metadata)|payment_metadata[order_id]", "stripe.metadata_order_id"),
    at="Created (UTC)",
    amount=Summed("Net", ("Amount",), less=("Fee",)),
    currency="Currency",
)
