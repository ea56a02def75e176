"""What must hold of stock, reservations and parcels; each check returns every place where it does not."""

from collections import Counter, defaultdict

from sqlalchemy import Connection, and_, func, select, union_all

from storage.database.tables import (
    fulfilment,
    fulfilment_line,
    move,
    order_line,
    quant,
    reservation,
    warehouse,
)
from storage.erp.catalog.components import components, needs, packable, sellable_of, stock_by_warehouse
from storage.erp.catalog.draws import is_drawn
from storage.erp.catalog.sets import read_sets
from storage.erp.invariants.findings import Finding
from storage.erp.stock.book import END_STATES, VIRTUAL_PLACES


def balance_is_moves(connection: Connection) -> list[Finding]:
    """I-1: what is on hand is the sum of the moves in minus the moves out, for every warehouse and code."""
    m = move.c
    ends = union_all(
        select(m.to_place.label("place"), m.code.label("code"), m.qty.label("qty")),
        select(m.from_place, m.code, -m.qty),
    ).subquery()
    query = select(ends.c.place, ends.c.code, func.sum(ends.c.qty)).group_by(ends.c.place, ends.c.code)
    moved = {(place, code): int(qty) for place, code, qty in connection.execute(query) if place not in VIRTUAL_PLACES}
    held = {(row.warehouse, row.code): row.on_hand for row in connection.execute(select(quant))}
    return [
        Finding("/".join(key), f"在库 {held.get(key, 0)} 件，流水合计 {moved.get(key, 0)} 件")
        for key in sorted(moved.keys() | held.keys())
        if held.get(key, 0) != moved.get(key, 0)
    ]


def moves_have_two_ends(connection: Connection) -> list[Finding]:
    """I-2: every move has a quantity above 0 and two known ends, so nothing appears or vanishes."""
    known = set(connection.execute(select(warehouse.c.warehouse)).scalars()) | VIRTUAL_PLACES
    m = move.c
    rows = connection.execute(select(m.doc_type, m.doc_id, m.doc_line, m.from_place, m.to_place, m.qty))
    return [
        Finding(
            f"{row.doc_type}/{row.doc_id}/{row.doc_line}", f"流水 {row.from_place} → {row.to_place} {row.qty} 件不成立"
        )
        for row in rows
        if row.qty <= 0 or row.from_place == row.to_place or not {row.from_place, row.to_place} <= known
    ]


def reserved_is_held(connection: Connection) -> list[Finding]:
    """I-3: what a balance says is reserved is the sum of the reservations that are held."""
    r = reservation.c
    query = select(r.warehouse, r.code, func.sum(r.qty)).where(r.state == "held").group_by(r.warehouse, r.code)
    held = {(row[0], row[1]): int(row[2]) for row in connection.execute(query)}
    said = {(row.warehouse, row.code): row.reserved for row in connection.execute(select(quant))}
    return [
        Finding("/".join(key), f"占用 {said.get(key, 0)} 件，占用明细合计 {held.get(key, 0)} 件")
        for key in sorted(held.keys() | said.keys())
        if held.get(key, 0) != said.get(key, 0)
    ]


def balances_in_range(connection: Connection) -> list[Finding]:
    """I-4: 0 ≤ reserved ≤ on hand (the database's CHECKs say so too; this one reads)."""
    q = quant.c
    bad = (q.on_hand < 0) | (q.reserved < 0) | (q.reserved > q.on_hand)
    return [
        Finding(f"{row.warehouse}/{row.code}", f"在库 {row.on_hand} 件，占用 {row.reserved} 件")
        for row in connection.execute(select(quant).where(bad))
    ]


def reservations_end_once(connection: Connection) -> list[Finding]:
    """I-5: a reservation is held or ended, as a whole, and what was consumed left by issue moves, piece for piece."""
    issued: Counter[tuple[str, str, str, str]] = Counter()
    m = move.c
    for row in connection.execute(
        select(m.doc_id, m.doc_line, m.from_place, m.code, m.qty).where(m.doc_type == "issue")
    ):
        issued[row.doc_id, row.doc_line, row.from_place, row.code] += row.qty
    states: dict[str, set[str]] = defaultdict(set)
    findings = []
    for row in connection.execute(select(reservation).order_by(reservation.c.owner, reservation.c.code)):
        states[row.owner].add(row.state)
        if row.state not in {"held", *END_STATES}:
            findings.append(Finding(row.owner, f"占用状态 {row.state} 不存在"))
        ends = row.owner.split("|")
        left = issued[ends[0], ends[-1], row.warehouse, row.code]
        if row.state == "consumed" and len(ends) > 1 and left != row.qty:
            findings.append(Finding(row.owner, f"已消耗 {row.code} {row.qty} 件，出库流水 {left} 件"))
    mixed = [owner for owner, found in states.items() if len(found) > 1]
    return findings + [Finding(owner, "同一占用有几种状态") for owner in mixed]


def parcels_within_order(connection: Connection) -> list[Finding]:
    """I-6: what live parcels hold of a sub-order is never more than was ordered."""
    f, part, line = fulfilment.c, fulfilment_line.c, order_line.c
    query = (
        select(f.platform, f.shop, f.order_no, part.sub_no, func.sum(part.qty).label("sent"),
               func.coalesce(func.max(line.qty), 0).label("ordered"))
        .join_from(fulfilment, fulfilment_line, f.fulfilment_id == part.fulfilment_id)
        .outerjoin(order_line, and_(line.platform == f.platform, line.shop == f.shop, line.order_no == f.order_no,
                                    line.sub_no == part.sub_no))
        .where(f.state != "cancelled")
        .group_by(f.platform, f.shop, f.order_no, part.sub_no)
    )  # fmt: skip
    return [
        Finding(f"{row.shop}/{row.order_no}/{row.sub_no}", f"订购 {row.ordered} 件，包裹里 {row.sent} 件")
        for row in connection.execute(query)
        if row.sent > row.ordered
    ]


def bundles_jointly(connection: Connection) -> list[Finding]:
    """I-18: a parcel holds the components of its sub-orders; no bundle is sellable beyond its components.

    What a live parcel holds for a set is a way to draw it (what has left was drawn by the set as it was then).
    """
    made_of, sets = components(connection), read_sets(connection)
    f, part, r = fulfilment.c, fulfilment_line.c, reservation.c
    held: dict[str, dict[str, int]] = defaultdict(dict)
    over: set[str] = set()
    for row in connection.execute(select(r.owner, r.code, r.qty, r.state)):
        held[row.owner][row.code] = row.qty
        if row.state != "held":
            over.add(row.owner)
    findings = []
    lines = select(f.fulfilment_id, f.platform, f.shop, f.order_no, part.sub_no, part.code, part.qty).join_from(
        fulfilment, fulfilment_line, f.fulfilment_id == part.fulfilment_id
    )
    for *names, code, qty in connection.execute(lines):
        owner = "|".join(names)
        if code in sets:
            if owner not in over and not is_drawn(sets[code].bags, qty, held[owner]):
                findings.append(Finding(owner, f"{code} 要抽 {qty} 套，占用的是 {held[owner]}"))
            continue
        wanted = needs(code, qty, made_of)
        if held[owner] != wanted:
            findings.append(Finding(owner, f"{code} 需要 {wanted}，占用的是 {held[owner]}"))
    stock = stock_by_warehouse(connection)
    total: Counter[str] = Counter()
    for by_code in stock.values():
        total.update(by_code)
    for code, qty in sellable_of(made_of, made_of, stock).items():
        if qty > packable(code, made_of, total):
            findings.append(Finding(code, f"可售 {qty} 套，组件只够 {packable(code, made_of, total)} 套"))
    return findings


def reserved_where_goods_are(connection: Connection) -> list[Finding]:
    """I-19: nothing is reserved in, or shipped from, a place that is no warehouse (lost, in transit, at a customer)."""
    known = set(connection.execute(select(warehouse.c.warehouse)).scalars())
    r, f = reservation.c, fulfilment.c
    reserved = connection.execute(select(r.owner, r.warehouse).where(r.state == "held")).all()
    parcels = connection.execute(select(f.fulfilment_id, f.warehouse)).all()
    return [
        Finding(who, f"{place} 不是仓库，不能占用或发货") for who, place in [*reserved, *parcels] if place not in known
    ]
