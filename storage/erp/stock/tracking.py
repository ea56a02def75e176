"""Lots, bins and serial numbers of the codes that are followed, kept in step with the moves in the same transaction.

A code is followed when it has a row in `stock_rule`. Each of its moves is then told lot by lot and bin by bin in
`cell_entry` (append-only), with the balance in `cell`; and piece by piece in `serial` when the rule says so. What the
document does not tell is chosen: goods that leave are taken in the rule's order (`picking`), goods that come without a
lot number lie in the lot "".
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import Connection, Row, func, select, text

from storage.database.bulk import insert_missing
from storage.database.tables import move, quant
from storage.database.tables.lots import bin_place, cell, cell_entry, lot, serial, serial_entry, stock_rule
from storage.erp.stock.errors import BinFull, DetailsWrong, LotShort, SerialElsewhere
from storage.erp.stock.model import VIRTUAL_PLACES, Details, Identity, MoveRow, Piece
from storage.erp.stock.picking import Rule, pick, rules_of


def follow(connection: Connection, moves: Iterable[MoveRow], details: Details) -> None:
    """Write the lots, bins and serial numbers of moves that were just written, goods that come in first.

    Raises DetailsWrong if what the document tells does not add up to its move, LotShort if a lot has not that much,
    BinFull, or SerialElsewhere if a piece is not where it should leave from.
    """
    rows = sorted(moves, key=lambda row: (row.from_place not in VIRTUAL_PLACES, row[:4]))
    rules = rules_of(connection, {row.code for row in rows})
    if not rules:
        return
    written = _Written()
    for row in rows:
        if row.code in rules:
            _follow_one(connection, row, rules[row.code], details, written)
    if written.entries:
        connection.execute(cell_entry.insert(), written.entries)
    if written.serials:
        connection.execute(serial_entry.insert(), written.serials)
    _refuse_full_bins(connection, written.filled)


@dataclass
class _Written:
    """What is to be written at the end, and which bins were filled."""

    entries: list[dict[str, object]] = field(default_factory=list)
    serials: list[dict[str, object]] = field(default_factory=list)
    filled: set[tuple[str, str]] = field(default_factory=set)
    numbers: Counter[Identity] = field(default_factory=Counter)


def _follow_one(connection: Connection, row: MoveRow, rule: Rule, details: Details, written: _Written) -> None:
    leaves, comes = row.from_place not in VIRTUAL_PLACES, row.to_place not in VIRTUAL_PLACES
    pieces: Sequence[Piece] = details.pieces.get(row[:4], ())
    if not pieces and leaves:
        pieces = pick(connection, rule, row.from_place, row.qty, row.at[:10])
    pieces = pieces or (Piece("", row.qty),)
    if sum(piece.qty for piece in pieces) != row.qty or any(piece.qty <= 0 for piece in pieces):
        raise DetailsWrong("/".join(map(str, row[:4])), row.qty, sum(piece.qty for piece in pieces))
    for piece in pieces:
        if leaves:
            _change(connection, row, row.from_place, piece.bin, piece, -piece.qty, written)
        if comes:
            target = piece.to_bin if leaves else piece.to_bin or piece.bin
            _change(connection, row, row.to_place, target, piece, piece.qty, written)
    if rule.by_serial:
        _move_serials(connection, row, details.serials.get(row[:4], ()), written)


def _change(
    connection: Connection, row: MoveRow, warehouse: str, bin_name: str, piece: Piece, qty: int, written: _Written
) -> None:
    values = {"w": warehouse, "b": bin_name, "c": row.code, "l": piece.lot_no, "q": qty}
    if qty > 0:
        connection.execute(_PUT, values)
        written.filled.add((warehouse, bin_name))
    elif connection.execute(_TAKE, values).rowcount != 1:
        raise LotShort(warehouse, row.code, piece.lot_no, bin_name, -qty)
    written.numbers[row[:4]] += 1
    entry = {"entry": written.numbers[row[:4]], "warehouse": warehouse, "bin": bin_name, "lot_no": piece.lot_no}
    written.entries.append({**_document(row), **entry, "qty": qty})


def _document(row: MoveRow) -> dict[str, object]:
    """What an entry repeats of its move."""
    return {name: getattr(row, name) for name in ("doc_type", "doc_id", "doc_line", "leg", "code", "at")}


def _refuse_full_bins(connection: Connection, filled: Iterable[tuple[str, str]]) -> None:
    for warehouse, name in sorted(filled):
        b, c = bin_place.c, cell.c
        capacity = connection.execute(select(b.capacity).where(b.warehouse == warehouse, b.bin == name)).scalar()
        if not capacity:
            continue
        inside = connection.execute(
            select(func.sum(c.on_hand)).where(c.warehouse == warehouse, c.bin == name)
        ).scalar_one()
        if inside > capacity:
            raise BinFull(warehouse, name, capacity, int(inside))


# --- serial numbers --------------------------------------------------------------------------------------------------


def _move_serials(connection: Connection, row: MoveRow, told: Sequence[str], written: _Written) -> None:
    numbers = tuple(told) or _oldest(connection, row)
    if len(set(numbers)) != row.qty:
        raise DetailsWrong("/".join(map(str, row[:4])), row.qty, len(set(numbers)))
    for number in sorted(numbers):
        values = {"c": row.code, "s": number, "from": row.from_place, "to": row.to_place, "at": row.at}
        moved = connection.execute(_MOVE_SERIAL, values).rowcount == 1
        if not moved and row.from_place in VIRTUAL_PLACES:
            moved = connection.execute(_NEW_SERIAL, values).rowcount == 1
        if not moved:
            s = serial.c
            place = connection.execute(select(s.place).where(s.code == row.code, s.serial_no == number)).scalar()
            raise SerialElsewhere(row.code, number, row.from_place, place or "")
        ends = {"serial_no": number, "from_place": row.from_place, "to_place": row.to_place}
        written.serials.append({**_document(row), **ends})


def _oldest(connection: Connection, row: MoveRow) -> tuple[str, ...]:
    """Pieces that nobody scanned: those that have lain longest; goods from outside must be told by number."""
    if row.from_place in VIRTUAL_PLACES:
        return ()
    s = serial.c
    query = select(s.serial_no).where(s.code == row.code, s.place == row.from_place, s.owner == "")
    return tuple(connection.execute(query.order_by(s.moved_on, s.serial_no).limit(row.qty)).scalars())


def reserve_serial(connection: Connection, owner: str, code: str, serial_no: str) -> bool:
    """Keep one piece for `owner`; False if another has it. Asking again for the same changes nothing."""
    s = serial.c
    mine = serial.update().where(s.code == code, s.serial_no == serial_no, s.owner.in_(("", owner)))
    return connection.execute(mine.values(owner=owner)).rowcount == 1


def release_serials(connection: Connection, owner: str) -> int:
    """Give back every piece that `owner` keeps; returns how many."""
    return connection.execute(serial.update().where(serial.c.owner == owner).values(owner="")).rowcount


# --- beginning to follow, lots, bins ---------------------------------------------------------------------------------


def start_following(connection: Connection, rules: Iterable[Rule], at: str) -> int:
    """Follow these codes from now on; what they have on hand becomes the lot "" in the bin "". Returns the new ones.

    A rule that is there is brought up to date. A code of serial numbers must have nothing on hand when it begins.
    """
    wanted = {rule.code: rule for rule in rules}
    known = rules_of(connection, set(wanted))
    for code in sorted(wanted):
        if code in known:
            values = {key: value for key, value in wanted[code].row().items() if key != "code"}
            connection.execute(stock_rule.update().where(stock_rule.c.code == code).values(values))
            continue
        connection.execute(stock_rule.insert(), [wanted[code].row()])
        lying = connection.execute(select(quant).where(quant.c.code == code, quant.c.on_hand > 0)).all()
        if lying and wanted[code].by_serial:
            raise DetailsWrong(f"follow/{code}", sum(row.on_hand for row in lying), 0)
        _open_cells(connection, code, lying, at)
    return len(wanted.keys() - known.keys())


def _open_cells(connection: Connection, code: str, lying: Sequence[Row[str, str, int, int]], at: str) -> None:
    for number, row in enumerate(sorted(lying, key=lambda one: one.warehouse), start=1):
        connection.execute(_PUT, {"w": row.warehouse, "b": "", "c": code, "l": "", "q": row.on_hand})
        begun = MoveRow("follow", code, row.warehouse, 1, code, "", row.warehouse, row.on_hand, 0, at, "", 0)
        entry = {**_document(begun), "entry": number, "warehouse": row.warehouse, "bin": "", "lot_no": ""}
        connection.execute(cell_entry.insert(), [{**entry, "qty": row.on_hand}])


def move_bins(connection: Connection, doc_id: str, at: str, warehouse: str, code: str, pieces: Iterable[Piece]) -> int:
    """Goods change their bin inside one warehouse: `bin` → `to_bin` of each piece. Returns the pieces moved.

    The same document again moves nothing. Raises LotShort, BinFull.
    """
    e = cell_entry.c
    if connection.execute(select(e.doc_id).where(e.doc_type == "bin_move", e.doc_id == doc_id).limit(1)).first():
        return 0
    written, total = _Written(), 0
    for number, piece in enumerate(pieces, start=1):
        row = MoveRow("bin_move", doc_id, str(number), 1, code, warehouse, warehouse, piece.qty, 0, at, "", 0)
        _change(connection, row, warehouse, piece.bin, piece, -piece.qty, written)
        _change(connection, row, warehouse, piece.to_bin, piece, piece.qty, written)
        total += piece.qty
    connection.execute(cell_entry.insert(), written.entries)
    _refuse_full_bins(connection, written.filled)
    return total


def lot_balances(connection: Connection) -> dict[tuple[str, str, str, str], int]:
    """Pieces on hand by (warehouse, bin, code, lot)."""
    c = cell.c
    query = select(c.warehouse, c.bin, c.code, c.lot_no, c.on_hand).where(c.on_hand > 0)
    return {(row[0], row[1], row[2], row[3]): row[4] for row in connection.execute(query)}


def trace_lot(connection: Connection, code: str, lot_no: str) -> list[tuple[str, str, str, int]]:
    """Where a lot came from and went to: (at, document, the move's other end or place, signed pieces), oldest first."""
    e, m = cell_entry.c, move.c
    query = (
        select(e.at, e.doc_type, e.doc_id, e.warehouse, e.qty, m.from_place, m.to_place)
        .outerjoin(move, (m.doc_type == e.doc_type) & (m.doc_id == e.doc_id) & (m.doc_line == e.doc_line)
                   & (m.leg == e.leg))
        .where(e.code == code, e.lot_no == lot_no)
        .order_by(e.at, e.doc_type, e.doc_id, e.doc_line, e.leg, e.entry)
    )  # fmt: skip
    return [
        (row.at, f"{row.doc_type}/{row.doc_id}", f"{row.from_place or row.warehouse}→{row.to_place or row.warehouse}",
         row.qty)
        for row in connection.execute(query)
    ]  # fmt: skip


def add_lots(connection: Connection, lots: Iterable[Mapping[str, object]]) -> int:
    """Lots as they came: code, lot_no, made_on, expires_on, received_on, supplier. Known ones stay; returns new ones.

    A lot without an expiry date gets one from the day it was made and the code's shelf life.
    """
    found = [dict(row) for row in lots]
    rules = rules_of(connection, {str(row["code"]) for row in found})
    rows = []
    for row in found:
        rule = rules.get(str(row["code"]))
        if not row.get("expires_on") and row.get("made_on") and rule and rule.shelf_days:
            made = date.fromisoformat(str(row["made_on"]))
            row["expires_on"] = (made + timedelta(days=rule.shelf_days)).isoformat()
        names = ("code", "lot_no", "made_on", "expires_on", "received_on", "supplier", "file_sha")
        rows.append({**{name: str(row.get(name, "")) for name in names}, "row_no": 0})
    return insert_missing(connection, lot, rows).created


_PUT = text(
    "INSERT INTO cell (warehouse, bin, code, lot_no, on_hand) VALUES (:w, :b, :c, :l, :q) "
    "ON CONFLICT (warehouse, bin, code, lot_no) DO UPDATE SET on_hand = cell.on_hand + :q"
)
_TAKE = text(
    "UPDATE cell SET on_hand = on_hand + :q WHERE warehouse = :w AND bin = :b AND code = :c AND lot_no = :l "
    "AND on_hand + :q >= 0"
)
_MOVE_SERIAL = text(
    "UPDATE serial SET place = :to, owner = '', moved_on = :at WHERE code = :c AND serial_no = :s AND place = :from"
)
_NEW_SERIAL = text(
    "INSERT INTO serial (code, serial_no, place, owner, moved_on) VALUES (:c, :s, :to, '', :at) ON CONFLICT DO NOTHING"
)
