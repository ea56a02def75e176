"""What orders cost: goods, freight, advertising."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, or_, select

from storage.database.tables import ad_day, fulfilment, move
from storage.database.tables.ledger import cost_move
from storage.database.tables.purchasing import inbound, receipt, rma
from storage.erp.catalog.components import Components, needs
from storage.erp.finance.moments import moment
from storage.erp.settlement.express import Charge, Parcel
from storage.erp.settlement.facts import ACTUAL, ESTIMATE, TRUE_UP, BookLine, Fact, MoveKey, OrderKey, Pool, Span
from storage.erp.settlement.pool import Only
from storage.erp.settlement.shares import split

CUSTOMER = "customer"
OWN_ORDERS = "aftersale"
"""The platform of orders that after-sales make, storage/erp/aftersales/replacements.py."""
LOST = frozenset({"loss", "scrap"})
MoveValues = Mapping[MoveKey, int]
"""What the goods of a move are worth in fen, as the cost layers say it."""


def goods_costs(
    connection: Connection, pool: Pool, span: Span, values: MoveValues | None = None, only: Only | None = None
) -> Iterator[Fact]:
    """What the goods that went to customers cost, and what came back, from the day that the income is recognised.

    A move is its parcel's order's, or that of the return's authorisation, else of the sub-order that its line names.

    `values`: from the cost layers; without them a move is worth its own unit cost. Goods that come back at once into
    loss give their cost back and are damage; goods sent again are a cost of the after-sale of the order that they
    were sent for, on the day they left.
    """
    owners, resent = _documents(connection, only), _resent(connection)
    by_sub = {line.sub_no: key for key, lines in pool.lines.items() for line in lines}
    m = move.c
    query = (
        select(move)
        .where(or_(m.to_place == CUSTOMER, m.from_place == CUSTOMER))
        .order_by(m.doc_type, m.doc_id, m.doc_line, m.leg)
    )
    for row in connection.execute(_moved_of(query, only)):
        key = owners.get(row.doc_id) or by_sub.get(row.doc_line)
        if key in resent:
            yield from _resend(row, resent[key], span, values or {})
        elif key is not None:
            yield from _cost(row, key, pool, span, values or {})


def _moved_of(query: Select[Any], only: Only | None) -> Select[Any]:
    """The moves of these orders: by parcel, by the receipt of a return, by the sub-order that a line names."""
    if only is None:
        return query
    m = move.c
    receipts = _returns().where(rma.c.order_no.in_(only.orders)).with_only_columns(receipt.c.receipt_id)
    return query.where(or_(m.doc_id.in_(only.parcels), m.doc_id.in_(receipts), m.doc_line.in_(only.subs)))


def _resent(connection: Connection) -> dict[OrderKey, OrderKey]:
    """The order of ours by which goods are sent again -> the order whose after-sale it is."""
    a = rma.c
    query = select(a.platform, a.shop, a.replacement_no, a.order_no).where(a.kind == "resend", a.replacement_no != "")
    return {(OWN_ORDERS, row[1], row[2]): (row[0], row[1], row[3]) for row in connection.execute(query)}


def _worth(row: Row[Any], values: MoveValues) -> tuple[int, tuple[str, int, str]]:
    """What the goods of a move cost, and where that stands."""
    identity = (row.doc_type, row.doc_id, row.doc_line, row.leg)
    fen = values.get(identity, row.qty * row.unit_cost_fen)
    return fen, (row.file_sha, row.row_no, f"出入库 {'/'.join(map(str, identity))} {row.code}×{row.qty}")


def _resend(row: Row[Any], original: OrderKey, span: Span, values: MoveValues) -> Iterator[Fact]:
    fen, source = _worth(row, values)
    day = moment(row.at)[:10]
    if span.has(day):
        signed = fen if row.from_place == CUSTOMER else -fen
        yield Fact(*original, "", "resend_cost", signed, day, ACTUAL, *source)


def layer_values(connection: Connection, only: Only | None = None) -> dict[MoveKey, int]:
    """What the ledger's cost layers say that moves are worth, of those that are in the ledger."""
    c = cost_move.c
    query = select(c.doc_type, c.doc_id, c.doc_line, c.leg, c.value_fen)
    if only is not None:
        m = move.c
        same = and_(*(c[name] == m[name] for name in ("doc_type", "doc_id", "doc_line", "leg")))
        query = _moved_of(query.join_from(cost_move, move, same), only)
    rows = connection.execute(query)
    return {(row[0], row[1], row[2], row[3]): abs(int(row[4])) for row in rows}


def _documents(connection: Connection, only: Only | None = None) -> dict[str, OrderKey]:
    """Stock document -> order: parcels, and receipts of returns by their authorisation."""
    f, r, a = fulfilment.c, receipt.c, rma.c
    parcels = select(f.fulfilment_id, f.platform, f.shop, f.order_no)
    returns = _returns().with_only_columns(r.receipt_id, a.platform, a.shop, a.order_no)
    if only is not None:
        parcels, returns = parcels.where(f.order_no.in_(only.orders)), returns.where(a.order_no.in_(only.orders))
    return {row[0]: (row[1], row[2], row[3]) for query in (parcels, returns) for row in connection.execute(query)}


def _returns() -> Select[Any]:
    r, i, a = receipt.c, inbound.c, rma.c
    joined = receipt.join(inbound, i.inbound_id == r.inbound_id).join(rma, a.rma_id == i.source_id)
    return select(r.receipt_id, a.platform, a.shop, a.order_no).select_from(joined).where(i.kind == "return")


def _cost(row: Row[Any], key: OrderKey, pool: Pool, span: Span, values: MoveValues) -> Iterator[Fact]:
    head = pool.heads.get(key)
    if head is None or not head.recognised:
        return
    day = max(moment(row.at)[:10], head.recognised)
    if not span.has(day):
        return
    fen, source = _worth(row, values)
    back = row.from_place == CUSTOMER
    yield Fact(*key, row.doc_line, "goods_cost", fen if back else -fen, day, ACTUAL, *source)
    if back and row.to_place in LOST:
        yield Fact(*key, row.doc_line, "damage", -fen, day, ACTUAL, *source)


def estimated_costs(
    connection: Connection, pool: Pool, span: Span, made_of: Components, only: Only | None = None
) -> Iterator[Fact]:
    """What the goods of a recognised sub-order must have cost that no move of ours tells of, by the last receipt.

    A sub-order with a part of unknown cost is left out: no cost is no zero cost.
    """
    m = move.c
    owners = _documents(connection, only)
    sent = _moved_of(select(m.doc_id, m.doc_line).where(m.to_place == CUSTOMER), only)
    told = {(*owners[doc_id], line) for doc_id, line in connection.execute(sent) if doc_id in owners}
    unit = last_costs(connection)
    for key, head in pool.heads.items():
        if head.special or not span.has(head.recognised):
            continue
        for line in pool.lines.get(key, ()):
            parts = needs(line.code, line.qty, made_of)
            if (*key, line.sub_no) not in told and parts and all(part in unit for part in parts):
                fen = sum(unit[part] * qty for part, qty in parts.items())
                source = (line.file_sha, line.row_no, f"子订单 {line.sub_no} 按最近进价估计")
                yield Fact(*key, line.sub_no, "goods_cost", -fen, head.recognised, ESTIMATE, *source)


def last_costs(connection: Connection) -> dict[str, int]:
    """What one piece of each code cost in fen when it last came in, wherever."""
    m = move.c
    received = select(m.code, m.unit_cost_fen).where(m.unit_cost_fen > 0, m.to_place != CUSTOMER)
    rows = connection.execute(received.order_by(m.at, m.doc_type, m.doc_id, m.doc_line, m.leg))
    return {code: int(cost) for code, cost in rows}


def freight(known: Iterable[Parcel], charges: Iterable[Charge], span: Span) -> Iterator[Fact]:
    """Freight of each parcel: as reckoned on the day it left, and on the day of the bill what the bill says more.

    Each is shared out among the parcel's sub-orders by what they paid. A row of the bill that no parcel explains is a
    cost of nobody's order.
    """
    estimates: dict[tuple[str, str], int] = {}
    for parcel in known:
        if parcel.shipped_day and parcel.estimate_fen:
            estimates[parcel.carrier, parcel.waybill_no] = parcel.estimate_fen
            if span.has(parcel.shipped_day):
                source = ("", 0, f"包裹 {parcel.fulfilment_id} 运费估计")
                yield from _shared(parcel, -parcel.estimate_fen, parcel.shipped_day, ESTIMATE, source)
    for charge in charges:
        source = (charge.file_sha, charge.row_no, f"{charge.carrier} {charge.waybill_no} {charge.fee}")
        if charge.parcel is None:
            if span.has(charge.day):
                yield Fact("", "", "", "", "freight", -charge.amount_fen, charge.day, ACTUAL, *source)
            continue
        reckoned = estimates.pop((charge.parcel.carrier, charge.parcel.waybill_no), 0)
        if span.has(charge.day):
            basis = TRUE_UP if reckoned else ACTUAL
            yield from _shared(charge.parcel, reckoned - charge.amount_fen, charge.day, basis, source)


def _shared(parcel: Parcel, fen: int, day: str, basis: str, source: tuple[str, int, str]) -> Iterator[Fact]:
    parts = split(fen, [part.share for part in parcel.parts])
    for part, share in zip(parcel.parts, parts, strict=True):
        yield Fact(*part.order, part.sub_no, "freight", share, day, basis, *source)


def advertising(connection: Connection, pool: Pool, span: Span) -> Iterator[Fact]:
    """Each row of the ad report shared out, by what they paid, among the sub-orders of its product paid that day.

    Spend on a product that nobody bought that day stays with the shop (order_no ""); the sum is the report's (RPA-12).
    """
    bought: dict[tuple[str, str, str, str], list[tuple[OrderKey, BookLine]]] = defaultdict(list)
    for key, head in pool.heads.items():
        if span.has(head.paid_day) and not head.special:
            for line in pool.lines.get(key, ()):
                bought[head.platform, head.shop, head.paid_day, line.product_id].append((key, line))
    a = ad_day.c
    query = (
        select(a.platform, a.shop, a.day, a.plan, a.product_id, a.spend_fen, a.file_sha, a.row_no)
        .where(a.day.between(*span), a.spend_fen != 0)
        .order_by(a.platform, a.shop, a.day, a.plan, a.product_id)
    )
    for platform, shop, day, plan, product, fen, sha, row_no in connection.execute(query):
        source = (sha, row_no, f"{day} {plan} {product}")
        buyers = bought.get((platform, shop, day, product), [])
        if not buyers:
            yield Fact(platform, shop, "", "", "marketing", -fen, day, ACTUAL, *source)
        parts = split(-fen, [line.paid_share_fen for _, line in buyers]) if buyers else []
        for (key, line), part in zip(buyers, parts, strict=True):
            if part:
                yield Fact(*key, line.sub_no, "marketing", part, day, ACTUAL, *source)
