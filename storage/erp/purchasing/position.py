"""What is there, what is coming and when, how long suppliers take, and which warehouse serves what share. Read only."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from math import sqrt
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from storage.database.tables import fulfilment, fulfilment_line, quant
from storage.database.tables.purchasing import (
    inbound,
    inbound_line,
    purchase_line,
    purchase_order,
    receipt,
    receipt_line,
)
from storage.erp.catalog.components import components, needs
from storage.erp.purchasing.rules import WHOLE_BP, Lead, split_by_share
from storage.erp.stock.model import UNSELLABLE_KINDS
from storage.erp.stock.places import place_kinds

ON_ORDER = ("approved", "sent", "part")
SHARE_DAYS = 28

Place = tuple[str, str]  # (code, warehouse)


class Incoming(NamedTuple):
    """Pieces that are due on a day, and the document that says so."""

    expected_on: str
    qty: int
    source_id: str


def available(connection: Connection) -> dict[Place, int]:
    """On hand minus reserved, by code and warehouse; places whose goods are never sold (defect, transit) left out."""
    q, kinds = quant.c, place_kinds(connection)
    return {
        (row.code, row.warehouse): row.on_hand - row.reserved
        for row in connection.execute(select(quant).order_by(q.code))
        if kinds.get(row.warehouse) not in UNSELLABLE_KINDS
    }


def received_of_orders(connection: Connection) -> dict[tuple[str, str], int]:
    """Good pieces received so far, by purchase order and code."""
    return {
        (source_id, code): qty for (source_id, _, code), qty in _received(connection, by_inbound=False).items()
    }  # fmt: skip


def incoming(connection: Connection) -> dict[Place, list[Incoming]]:
    """What is ordered and has not come, by code and warehouse, the earliest first.

    What a shipping notice announces is due on its day; the rest of the order on the order's day. What is overdue is
    still expected, on its old day.
    """
    notices, announced = _announced(connection)
    came = received_of_orders(connection)
    found: dict[Place, list[Incoming]] = defaultdict(list)
    p, line = purchase_order.c, purchase_line.c
    query = (
        select(p.po_id, p.warehouse, p.expected_on, line.code, line.qty)
        .join_from(purchase_order, purchase_line, p.po_id == line.po_id)
        .where(p.state.in_(ON_ORDER))
    )
    for po_id, warehouse, expected_on, code, qty in connection.execute(query):
        open_notices = notices.get((po_id, code), [])
        found[code, warehouse] += open_notices
        rest = qty - came.get((po_id, code), 0) - announced.get((po_id, code), 0)
        if rest > 0:
            found[code, warehouse].append(Incoming(expected_on, rest, po_id))
    return {place: sorted(rows) for place, rows in found.items() if rows}


def _announced(
    connection: Connection,
) -> tuple[dict[tuple[str, str], list[Incoming]], dict[tuple[str, str], int]]:
    """Open notices by (purchase order, code), and how many pieces they still announce."""
    came = _received(connection, by_inbound=True)
    i, line = inbound.c, inbound_line.c
    query = (
        select(i.inbound_id, i.source_id, i.expected_on, line.code, line.qty)
        .join_from(inbound, inbound_line, i.inbound_id == line.inbound_id)
        .where(i.kind == "purchase", i.state.in_(("open", "part")))
    )
    rows: dict[tuple[str, str], list[Incoming]] = defaultdict(list)
    total: dict[tuple[str, str], int] = defaultdict(int)
    for inbound_id, po_id, expected_on, code, qty in connection.execute(query):
        rest = qty - came.get((po_id, inbound_id, code), 0)
        if rest > 0:
            rows[po_id, code].append(Incoming(expected_on, rest, inbound_id))
            total[po_id, code] += rest
    return rows, total


def _received(connection: Connection, *, by_inbound: bool) -> dict[tuple[str, str, str], int]:
    i, r, line = inbound.c, receipt.c, receipt_line.c
    query = (
        select(i.source_id, i.inbound_id, line.code, func.sum(line.qty))
        .join_from(receipt, receipt_line, r.receipt_id == line.receipt_id)
        .join(inbound, i.inbound_id == r.inbound_id)
        .where(i.kind == "purchase", line.condition == "good")
        .group_by(i.source_id, i.inbound_id, line.code)
    )
    found: dict[tuple[str, str, str], int] = defaultdict(int)
    for source_id, inbound_id, code, qty in connection.execute(query):
        found[source_id, inbound_id if by_inbound else "", code] += int(qty)
    return found


def due(rows: list[Incoming], last_day: str) -> tuple[int, int]:
    """(pieces due up to that day, pieces due later)."""
    early = sum(row.qty for row in rows if row.expected_on <= last_day)
    return early, sum(row.qty for row in rows) - early


def lead_times(connection: Connection, up_to: str) -> dict[tuple[str, str], Lead]:
    """What receipts up to that day say of each (supplier, code), and of each (supplier, "") over all its codes.

    Days from sending an order to receiving it, each receipt weighted by its pieces.
    """
    p, i, r, line = purchase_order.c, inbound.c, receipt.c, receipt_line.c
    query = (
        select(p.supplier, line.code, p.order_on, p.sent_on, r.at, func.sum(line.qty))
        .join_from(receipt, receipt_line, r.receipt_id == line.receipt_id)
        .join(inbound, i.inbound_id == r.inbound_id)
        .join(purchase_order, p.po_id == i.source_id)
        .where(i.kind == "purchase", line.condition == "good", r.at < f"{up_to} 99")
        .group_by(p.supplier, line.code, p.order_on, p.sent_on, r.at, r.receipt_id)
    )
    seen: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for name, code, order_on, sent_on, at, qty in connection.execute(query):
        days = (date.fromisoformat(at[:10]) - date.fromisoformat(sent_on or order_on)).days
        seen[name, code].append((days, int(qty)))
        seen[name, ""].append((days, int(qty)))
    return {key: _lead(rows) for key, rows in seen.items()}


def _lead(rows: list[tuple[int, int]]) -> Lead:
    weight = sum(qty for _, qty in rows)
    mean = sum(days * qty for days, qty in rows) / weight
    variance = sum((days - mean) ** 2 * qty for days, qty in rows) / weight
    return Lead(round(mean * 1000), round(sqrt(variance) * 1000), len(rows))


def lead_of(leads: Mapping[tuple[str, str], Lead], supplier: str, code: str, said_days: int) -> Lead:
    """What was observed of the code, else of the supplier, else what the supplier says."""
    return leads.get((supplier, code)) or leads.get((supplier, "")) or Lead(said_days * 1000)


def demand_shares(connection: Connection, places: list[Place], last_day: str) -> dict[Place, int]:
    """Which share (hundredths of a percent) of each code's demand each of its warehouses serves; they sum to 100 %.

    By the pieces in parcels of the last four weeks' orders; even where there were none.
    """
    first = (date.fromisoformat(last_day) - timedelta(days=SHARE_DAYS - 1)).isoformat()
    sent = _sent(connection, first)
    result: dict[Place, int] = {}
    for code in sorted({code for code, _ in places}):
        own = sorted(place for place in places if place[0] == code)
        result.update(zip(own, split_by_share(WHOLE_BP, [sent.get(place, 0) for place in own]), strict=True))
    return result


def _sent(connection: Connection, first_day: str) -> dict[Place, int]:
    made_of = components(connection)
    f, line = fulfilment.c, fulfilment_line.c
    query = (
        select(f.warehouse, line.code, func.sum(line.qty))
        .join_from(fulfilment, fulfilment_line, f.fulfilment_id == line.fulfilment_id)
        .where(f.state != "cancelled", f.batch_id >= first_day)
        .group_by(f.warehouse, line.code)
    )
    found: dict[Place, int] = defaultdict(int)
    for warehouse, code, qty in connection.execute(query):
        for base, pieces in needs(code, int(qty), made_of).items():
            found[base, warehouse] += pieces
    return found
