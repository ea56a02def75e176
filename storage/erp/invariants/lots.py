"""What must hold of lots, serial numbers, conditions and holds (I-20 and what I-19 asks of lots)."""

from collections import Counter, defaultdict

from sqlalchemy import Connection, and_, func, select

from storage.database.tables import move, quant, reservation
from storage.database.tables.lots import (
    cell,
    cell_entry,
    lot,
    overdraft,
    place_rule,
    serial,
    serial_entry,
    stock_day,
    stock_hold,
    stock_rule,
    stock_transfer,
    stock_transfer_line,
)
from storage.erp.invariants.findings import Finding, Invariant
from storage.erp.stock.model import HOLD_OWNER, UNSELLABLE_KINDS, VIRTUAL_PLACES


def one_place_per_piece(connection: Connection) -> list[Finding]:
    """I-20: a serial number is where its last move put it, and a warehouse has as many numbers as pieces."""
    s, e = serial.c, serial_entry.c
    # a piece that went A → B → A on one day has entries that cannot be told apart by time: count ends instead
    came: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in connection.execute(select(e.code, e.serial_no, e.from_place, e.to_place)):
        came[row.code, row.serial_no].update({row.to_place: 1})
        came[row.code, row.serial_no].subtract({row.from_place: 1})
    findings, lying = [], Counter[tuple[str, str]]()
    for row in connection.execute(select(s.code, s.serial_no, s.place, s.owner)):
        lying[row.code, row.place] += 1
        here = {place for place, n in came[row.code, row.serial_no].items() if n > 0}
        if here != {row.place}:
            findings.append(Finding(f"{row.code}/{row.serial_no}", f"在「{row.place}」，流水却说在 {sorted(here)}"))
        if row.owner and row.place in VIRTUAL_PLACES:
            findings.append(Finding(f"{row.code}/{row.serial_no}", f"已不在库，却被 {row.owner} 占用"))
    followed = select(stock_rule.c.code).where(stock_rule.c.by_serial == 1)
    held = {
        (row.code, row.warehouse): row.on_hand
        for row in connection.execute(select(quant).where(quant.c.code.in_(followed)))
    }
    places = {key for key in lying if key[1] not in VIRTUAL_PLACES} | held.keys()
    return findings + [
        Finding("/".join(key), f"在库 {held.get(key, 0)} 件，序列号 {lying[key]} 个")
        for key in sorted(places)
        if held.get(key, 0) != lying[key]
    ]


def nothing_bad_is_promised(connection: Connection) -> list[Finding]:
    """I-19: no order holds goods in a place that does not sell, and lots past their date are frozen whole."""
    r, p = reservation.c, place_rule.c
    query = (
        select(r.owner, r.warehouse, p.kind)
        .join(place_rule, p.warehouse == r.warehouse)
        .where(r.state == "held", p.kind.in_(UNSELLABLE_KINDS), r.owner.not_like(f"{HOLD_OWNER}%"))
    )
    findings = [Finding(row.owner, f"占用了 {row.warehouse} 的货，那里的货不卖") for row in connection.execute(query)]
    today = connection.execute(select(func.max(stock_day.c.day))).scalar()
    if not today:
        return findings
    c, t = cell.c, lot.c
    past = (
        select(c.warehouse, c.code, c.lot_no, t.expires_on, func.sum(c.on_hand))
        .join(lot, and_(t.code == c.code, t.lot_no == c.lot_no))
        .outerjoin(place_rule, p.warehouse == c.warehouse)
        .where(t.expires_on != "", t.expires_on < today, func.coalesce(p.kind, "own").not_in(UNSELLABLE_KINDS))
        .group_by(c.warehouse, c.code, c.lot_no, t.expires_on)
    )
    h = stock_hold.c
    frozen = {
        (row[0], row[1], row[2]): int(row[3])
        for row in connection.execute(
            select(h.warehouse, h.code, h.lot_no, func.sum(h.qty))
            .where(h.released_on == "")
            .group_by(h.warehouse, h.code, h.lot_no)
        )
    }
    for place, code, lot_no, expires_on, qty in connection.execute(past):
        kept = frozen.get((place, code, lot_no), 0) + frozen.get((place, code, ""), 0)
        if kept < qty:
            words = f"批次 {expires_on} 到期，{qty} 件里只冻结了 {kept} 件"
            findings.append(Finding(f"{place}/{code}/{lot_no}", words))
    return findings


def holds_are_held(connection: Connection) -> list[Finding]:
    """I-19: every hold in force keeps its goods, piece for piece, and none outlives its release."""
    r, h = reservation.c, stock_hold.c
    held = {
        row.owner: (row.warehouse, row.code, row.qty)
        for row in connection.execute(select(reservation).where(r.owner.like(f"{HOLD_OWNER}%"), r.state == "held"))
    }
    said = {
        HOLD_OWNER + row.hold_id: (row.warehouse, row.code, row.qty)
        for row in connection.execute(select(stock_hold).where(h.released_on == ""))
    }
    return [
        Finding(owner, f"冻结单 {said.get(owner, '没有')}，占用 {held.get(owner, '没有')}")
        for owner in sorted(held.keys() | said.keys())
        if held.get(owner) != said.get(owner)
    ]


def lots_are_stock(connection: Connection) -> list[Finding]:
    """I-1 of lots: the lots of a followed code add up to its balance, and to their journal."""
    c, e, q = cell.c, cell_entry.c, quant.c
    followed = select(stock_rule.c.code)
    stock = {(r.warehouse, r.code): r.on_hand for r in connection.execute(select(quant).where(q.code.in_(followed)))}
    by_place: dict[tuple[str, str], int] = defaultdict(int)
    cells: dict[tuple[str, str, str, str], int] = {}
    for row in connection.execute(select(cell)):
        cells[row.warehouse, row.bin, row.code, row.lot_no] = row.on_hand
        by_place[row.warehouse, row.code] += row.on_hand
    told = {
        (row[0], row[1], row[2], row[3]): int(row[4])
        for row in connection.execute(
            select(e.warehouse, e.bin, e.code, e.lot_no, func.sum(e.qty)).group_by(e.warehouse, e.bin, e.code, e.lot_no)
        )
    }
    findings = [
        Finding("/".join(key), f"在库 {stock.get(key, 0)} 件，批次合计 {by_place.get(key, 0)} 件")
        for key in sorted(stock.keys() | by_place.keys())
        if stock.get(key, 0) != by_place.get(key, 0)
    ]
    findings += [
        Finding("/".join(key), f"批次库存 {cells.get(key, 0)} 件，批次流水合计 {told.get(key, 0)} 件")
        for key in sorted(cells.keys() | told.keys())
        if cells.get(key, 0) != told.get(key, 0)
    ]
    return findings + [
        Finding(f"{row.warehouse}/{row.bin}/{row.code}/{row.lot_no}", f"批次库存 {row.on_hand} 件")
        for row in connection.execute(select(cell).where(c.on_hand < 0))
    ]


def debts_are_moves(connection: Connection) -> list[Finding]:
    """I-4 where a warehouse may owe: what it owes is what its moves from and to `owed` say, never below zero."""
    m = move.c
    owed: Counter[tuple[str, str]] = Counter()
    rows = select(m.from_place, m.to_place, m.code, m.qty).where((m.from_place == "owed") | (m.to_place == "owed"))
    for row in connection.execute(rows):
        place, sign = (row.to_place, 1) if row.from_place == "owed" else (row.from_place, -1)
        owed[place, row.code] += sign * row.qty
    said = {(row.warehouse, row.code): row.qty for row in connection.execute(select(overdraft))}
    return [
        Finding("/".join(key), f"欠 {said.get(key, 0)} 件，流水合计 {owed[key]} 件")
        for key in sorted(said.keys() | owed.keys())
        if said.get(key, 0) != owed[key]
    ]


def transit_is_on_its_way(connection: Connection) -> list[Finding]:
    """I-2 of transfers: what lies in transit is what the open transfers say, and a closed one has nothing there."""
    t, line, p, q = stock_transfer.c, stock_transfer_line.c, place_rule.c, quant.c
    open_qty = line.sent_qty - line.received_qty - line.lost_qty - line.returned_qty
    query = select(t.transit, line.code, t.state, t.transfer_id, open_qty.label("qty")).join(
        stock_transfer_line, line.transfer_id == t.transfer_id
    )
    said: Counter[tuple[str, str]] = Counter()
    findings = []
    for row in connection.execute(query):
        said[row.transit, row.code] += row.qty
        if row.qty < 0 or (row.state == "closed" and row.qty):
            findings.append(Finding(row.transfer_id, f"{row.code} 在途 {row.qty} 件，单据状态 {row.state}"))
    there = {
        (row.warehouse, row.code): row.on_hand
        for row in connection.execute(
            select(q.warehouse, q.code, q.on_hand)
            .join(place_rule, p.warehouse == q.warehouse)
            .where(p.kind == "transit")
        )
    }
    return findings + [
        Finding("/".join(key), f"在途库存 {there.get(key, 0)} 件，未结调拨 {said[key]} 件")
        for key in sorted(there.keys() | said.keys())
        if there.get(key, 0) != said[key]
    ]


CHECKS: dict[str, Invariant] = {
    "I-20": one_place_per_piece,
    "I-1-lots": lots_are_stock,
    "I-2-transit": transit_is_on_its_way,
    "I-4-owed": debts_are_moves,
    "I-19-holds": holds_are_held,
    "I-19-lots": nothing_bad_is_promised,
}
