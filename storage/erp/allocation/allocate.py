"""Give the open orders stock and a parcel: reads, decides (`allocation.rules`), reserves and writes in one transaction.

Safe to run again: sub-orders in a live parcel are left alone, so a second run with nothing new writes nothing.
Parcels of sub-orders that were refunded or closed meanwhile are given back first.
"""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import Connection, func, select

from storage.database.bulk import insert_missing
from storage.database.tables import allocation_batch, fulfilment, fulfilment_line, order_event
from storage.erp.allocation import read as allocation_read
from storage.erp.allocation.bound import Certificate
from storage.erp.allocation.label import label_parcels
from storage.erp.allocation.model import AllocationPolicy, Batch, OpenOrder, OrderKey, Parcel
from storage.erp.allocation.release import release_closed
from storage.erp.allocation.rules import allocate_best
from storage.erp.allocation.words import yuan
from storage.erp.catalog.components import components
from storage.erp.stock.book import ReservationLine, Short, reserve_all


@dataclass(frozen=True)
class Summary:
    """One batch: what was open, what got a parcel, what stays short, what it costs and how far that is from best."""

    batch_id: str
    orders: int
    lines: int
    parcels: int
    short_lines: int
    cost_fen: int
    bound_fen: int
    labelled: int
    without_waybill: int
    released: int
    note: str

    def words(self, lang: str = "zh") -> str:
        """One sentence for the table of the night."""
        if lang == "en":
            return (
                f"{self.orders} open orders: {self.parcels} parcels, {self.short_lines} sub-orders short, "
                f"{self.labelled} labelled, {self.without_waybill} without a waybill number, {self.released} released"
            )
        said = (
            f"{self.orders} 单待发：配出 {self.parcels} 个包裹，{self.short_lines} 个子订单缺货，贴单 {self.labelled}"
        )
        said += f"，{self.without_waybill} 个包裹等面单号" if self.without_waybill else ""
        said += f"，退回 {self.released} 个已关闭子订单的占用" if self.released else ""
        return said + (f"；{self.note}" if self.note else "")


def allocate_open_orders(
    connection: Connection, night: str, policy: AllocationPolicy | None = None, batch_id: str = ""
) -> Summary:
    """Allocate every open order of the platforms in `policy`, reserve, write parcels, give them waybill numbers.

    `night`: the day the facts are dated with; `batch_id`: default the night; a later run that finds something new to
    ship under the same name is written as `<batch_id>#2`, `#3` …. Costs in fen.
    """
    policy = policy or AllocationPolicy()
    policy = replace(policy, today=policy.today or night)
    released = release_closed(connection)
    open_orders = allocation_read.open_orders(connection, policy, components(connection))
    stock, places = allocation_read.free_stock(connection, night, policy), allocation_read.warehouses(connection)
    batch, proof = allocate_best(open_orders, stock, places, policy.costs, policy)
    name, is_new = _batch_name(connection, batch_id or night, batch)
    parcels = _write_parcels(connection, batch, name, night)
    labelled, without = label_parcels(connection, policy.carriers)
    summary = Summary(
        name, len(open_orders), sum(len(order.lines) for order in open_orders), parcels, len(batch.shorts),
        batch.cost_fen, proof.bound_fen, labelled, without, released, _note(batch, proof),
    )  # fmt: skip
    if is_new:
        _write_shortages(connection, batch, name, night)
        connection.execute(allocation_batch.insert(), [_batch_row(summary)])
    return summary


def _batch_name(connection: Connection, base: str, batch: Batch) -> tuple[str, bool]:
    """The name to write under, and whether a batch row is due: the first of its name, or one that ships something."""
    known = set(connection.execute(select(allocation_batch.c.batch_id)).scalars())
    if base not in known:
        return base, True
    if not batch.parcels:
        return base, False
    number = 2
    while f"{base}#{number}" in known:
        number += 1
    return f"{base}#{number}", True


def _note(batch: Batch, proof: Certificate) -> str:
    shortage = f"，缺货计 {yuan(batch.shortage_fen)} 元" if batch.shortage_fen else ""
    return f"运费 {yuan(batch.shipping_fen)} 元{shortage}；{proof.words}"


def _batch_row(summary: Summary) -> dict[str, object]:
    names = ("batch_id", "orders", "lines", "parcels", "short_lines", "cost_fen", "bound_fen", "note")
    return {**{name: getattr(summary, name) for name in names}, "recorded_at": datetime.now(UTC).isoformat()}


def owner_of(fulfilment_id: str, key: OrderKey, sub_no: str) -> str:
    """The owner of a parcel's reservation for one sub-order."""
    return "|".join((fulfilment_id, *key, sub_no))


def _write_parcels(connection: Connection, batch: Batch, batch_id: str, night: str) -> int:
    """Reserve and write each parcel; one that another writer was faster with is left for the next run."""
    numbers = _numbers(connection)
    rows: list[dict[str, object]] = []
    lines: list[dict[str, object]] = []
    events: dict[OrderKey, list[str]] = {}
    for parcel in batch.parcels:
        number = numbers.get(parcel.key, 0) + 1
        fulfilment_id = "-".join((*parcel.key, str(number)))
        wanted = {
            owner_of(fulfilment_id, parcel.key, line.sub_no): [
                ReservationLine(parcel.warehouse, code, qty) for code, qty in line.needs
            ]
            for line in parcel.lines
        }
        if isinstance(reserve_all(connection, wanted), Short):
            continue
        numbers[parcel.key] = number
        rows.append(_parcel_row(parcel, fulfilment_id, batch_id, batch))
        lines += [
            {"fulfilment_id": fulfilment_id, "sub_no": line.sub_no, "code": line.code, "qty": line.qty}
            for line in parcel.lines
        ]
        events.setdefault(parcel.key, []).append(fulfilment_id)
    if rows:
        connection.execute(fulfilment.insert(), rows)
        connection.execute(fulfilment_line.insert(), lines)
    found: dict[OrderKey, dict[str, object]] = {key: {"fulfilments": ids} for key, ids in events.items()}
    insert_missing(connection, order_event, _event_rows(found, "allocated", night, batch_id))
    return len(rows)


def _numbers(connection: Connection) -> dict[OrderKey, int]:
    """How many parcels each order has had, live or cancelled: a number is never used twice."""
    f = fulfilment.c
    query = select(f.platform, f.shop, f.order_no, func.count()).group_by(f.platform, f.shop, f.order_no)
    return {OrderKey(*row[:3]): row[3] for row in connection.execute(query)}


def _parcel_row(parcel: Parcel, fulfilment_id: str, batch_id: str, batch: Batch) -> dict[str, object]:
    return {
        "fulfilment_id": fulfilment_id,
        **parcel.key._asdict(),
        "warehouse": parcel.warehouse,
        "batch_id": batch_id,
        "state": "allocated",
        "carrier": "",
        "waybill_no": "",
        "cost_fen": parcel.cost_fen,
        "explanation": json.dumps(batch.explanations[parcel.key], ensure_ascii=False, sort_keys=True),
    }


def _write_shortages(connection: Connection, batch: Batch, batch_id: str, night: str) -> None:
    """What stays open and why, as an order event: an order without a parcel has no other place for its explanation."""
    found: dict[OrderKey, dict[str, object]] = {}
    for short in batch.shorts:
        entry = found.setdefault(short.key, {"words": batch.explanations[short.key]["words"], "short": []})
        missing = [
            {"code": code, "wanted": wanted, "most": most, "total": total}
            for code, wanted, most, total in short.missing
        ]
        shorts = entry["short"]
        if isinstance(shorts, list):
            shorts.append({"sub_no": short.line.sub_no, "because": short.because, "missing": missing})
    insert_missing(connection, order_event, _event_rows(found, "short", night, batch_id))


def _event_rows(
    found: dict[OrderKey, dict[str, object]], kind: str, night: str, batch_id: str
) -> list[dict[str, object]]:
    return [
        {
            **key._asdict(),
            "type": kind,
            "at": night,
            "actor": "core",
            "cause": f"allocation:{batch_id}",
            "data": json.dumps(data, ensure_ascii=False, sort_keys=True),
        }
        for key, data in sorted(found.items())
    ]


__all__ = ["AllocationPolicy", "OpenOrder", "Summary", "allocate_open_orders", "owner_of"]
