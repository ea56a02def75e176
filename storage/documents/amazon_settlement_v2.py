"""Amazon settlement V2 (TABs): row 1 holds the total that all other rows add up to, and the currency."""

from storage.documents import numbers
from storage.documents.amounts import Signed
from storage.documents.control import compare, missing
from storage.documents.document import Control
from storage.documents.layout import Layout
from storage.documents.rows import DataRow
from storage.documents.table import Reading, Record, Table


def _is_total(record: Record) -> bool:
    return not record.plain("transaction-type") and bool(record.plain("total-amount"))


def _currency(table: Table) -> str:
    first = table.first()
    return first.plain("currency") if first else ""


def _control(_table: Table, reading: Reading[DataRow]) -> Control:
    amounts = [row.amount_fen for row in reading.rows] + [row.amount_fen for row in reading.quarantine]
    computed = {"结算总额": sum(amounts)}
    titled = [raw.payload for raw in reading.raw if raw.payload.get("total-amount") and not raw.payload.get("amount")]
    totals = [numbers.amount("total-amount", row["total-amount"], numbers.EITHER) for row in titled]
    return compare({"结算总额": sum(totals)}, computed) if totals else missing(computed, "结算总额那一行")


LAYOUT = Layout(
    "amazon_settlement_v2",
    platform="amazon",
    title="Amazon 结算报告 V2",
    verified="described",
    header="settlement-id,settlement-start-date,settlement-end-date,deposit-date,total-amount,currency,"
    "transaction-type,order-id,merchant-order-id,adjustment-id,shipment-id,marketplace-name,amount-type,"
    "amount-description,amount,fulfillment-id,posted-date,posted-date-time,order-item-code,"
    "merchant-order-item-id,merchant-adjustment-item-id,sku,quantity-purchased,promotion-id",
    key=(
        "settlement-id",
        "transaction-type",
        "order-id",
        "adjustment-id",
        "shipment-id",
        "order-item-code",
        "sku",
        "amount-type",
        "amount-description",
        "posted-date-time",
        "promotion-id",
        "amount",
    ),
    blanks=("order-id", "adjustment-id", "shipment-id", "order-item-code", "posted-date-time"),
    needed=(
        "settlement-id",
        "total-amount",
        "transaction-type",
        "order-id",
        "amount-type",
        "amount-description",
        "amount",
    ),
    ids=(
        "settlement-id",
        "order-id",
        "merchant-order-id",
        "adjustment-id",
        "shipment-id",
        "order-item-code",
        "merchant-order-item-id",
        "merchant-adjustment-item-id",
        "sku",
    ),
    wholes=("quantity-purchased",),
    moments=("settlement-start-date", "settlement-end-date", "deposit-date", "posted-date-time"),
    days=("posted-date",),
    moment_formats=("%d.%m.%Y %H:%M:%S UTC", "%Y-%m-%d %H:%M:%S UTC", "%Y-%m-%dT%H:%M:%S%z", "%d.%m.%Y", "%Y-%m-%d"),
    money=("amount",),
    money_style=numbers.EITHER,
    order=("order-id", "amazon.order_id"),
    sub="order-item-code",
    at="posted-date-time",
    amount=Signed("amount"),
    currency_of=_currency,
    drop=_is_total,
    control=_control,
)
