"""Stock as append-only two-ended moves, with the balance kept in step in the same transaction.

A place is a warehouse unless it is one of `VIRTUAL_PLACES`: goods appear from and vanish to those, so the sum over all
places never changes (I-2). `quant` is a cache of the moves (I-1); the database's CHECKs refuse a negative balance and a
reservation above it (I-4), whoever writes. Every decrease of a balance is one conditional UPDATE, taken in code order,
so that two writers can neither oversell nor lock each other out.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import Connection, bindparam, select, text

from storage.database.bulk import Counts
from storage.database.tables import move, quant
from storage.database.tables.lots import overdraft, place_rule
from storage.erp.stock.errors import MoveConflict, NotEnoughStock, OpenedAlready
from storage.erp.stock.model import VIRTUAL_PLACES, Details, Identity, MoveRow
from storage.erp.stock.tracking import follow

_KEYS_AT_ONCE = 400


def record_moves(connection: Connection, moves: Iterable[MoveRow], details: Details | None = None) -> Counts:
    """Write each move once and bring the balances in step, in the caller's transaction.

    A move that is there already with the same content is `same`; if it came from a smaller source (file_sha, row_no)
    the row then names that one, which makes the result independent of the order of files.
    `details`: which lots, bins and serial numbers a move of a followed code takes or brings (see `tracking`).
    A warehouse whose rule allows negative stock lets goods leave that the books do not have: what is lacking is written
    as a move from `owed`, and the next receipts pay it back.
    Raises MoveConflict for the same identity with other content, OpenedAlready for a second opening of the same
    code in the same warehouse (it would double the stock), NotEnoughStock if a balance would go below zero or
    below what is reserved; the caller's transaction must then be rolled back.
    """
    wanted = _unique(moves)
    known = known_moves(connection, wanted)
    fresh = [row for key, row in wanted.items() if key not in known]
    better = [row for key, row in wanted.items() if key in known and _compare(known[key], row)]
    if fresh:
        _refuse_second_opening(connection, fresh)
        _write(connection, fresh, details or Details())
    if better:
        connection.execute(_RESOURCE, [_named(row) for row in better])
    return Counts(created=len(fresh), changed=0, same=len(wanted) - len(fresh))


def was_recorded(connection: Connection, doc_type: str, doc_id: str) -> bool:
    """Whether a document has moved goods already."""
    query = select(move.c.doc_id).where(move.c.doc_type == doc_type, move.c.doc_id == doc_id).limit(1)
    return connection.execute(query).first() is not None


def _write(connection: Connection, fresh: Sequence[MoveRow], details: Details) -> None:
    lenient = _lenient_places(connection, fresh)
    borrowed = _borrow(connection, fresh, lenient) if lenient else []
    connection.execute(move.insert(), [row._asdict() for row in (*borrowed, *fresh)])
    _apply_deltas(connection, _deltas((*borrowed, *fresh)))
    follow(connection, (*borrowed, *fresh), details)
    if lenient:
        repaid = _repay(connection, fresh, lenient)
        if repaid:
            connection.execute(move.insert(), [row._asdict() for row in repaid])
            _apply_deltas(connection, _deltas(repaid))
            follow(connection, repaid, Details())


def _unique(moves: Iterable[MoveRow]) -> dict[Identity, MoveRow]:
    """By identity, in identity order; a repetition within one call keeps the smaller source."""
    wanted: dict[Identity, MoveRow] = {}
    for row in sorted(moves):
        key = row[:4]
        if key not in wanted or _compare(wanted[key], row):
            wanted[key] = row
    return wanted


def _compare(known: MoveRow, row: MoveRow) -> bool:
    """True if `row` says the same from a smaller source. Raises MoveConflict if it says something else."""
    for name in ("code", "from_place", "to_place", "qty", "unit_cost_fen", "at"):
        if getattr(known, name) != getattr(row, name):
            raise MoveConflict("/".join(map(str, row[:4])), name, str(getattr(known, name)), str(getattr(row, name)))
    return (row.file_sha, row.row_no) < (known.file_sha, known.row_no)


def known_moves(connection: Connection, wanted: Mapping[Identity, MoveRow]) -> dict[Identity, MoveRow]:
    """Those of these moves that are in the books, as they are there."""
    documents = sorted({(row.doc_type, row.doc_id) for row in wanted.values()})
    known: dict[Identity, MoveRow] = {}
    for doc_type in sorted({doc_type for doc_type, _ in documents}):
        ids = [doc_id for kind, doc_id in documents if kind == doc_type]
        for chunk in _chunks(ids):
            query = select(move).where(move.c.doc_type == doc_type, move.c.doc_id.in_(chunk))
            for found in connection.execute(query):
                row = MoveRow(*(found._mapping[name] for name in MoveRow._fields))
                known[row[:4]] = row
    return known


def _refuse_second_opening(connection: Connection, fresh: Iterable[MoveRow]) -> None:
    openings = [row for row in fresh if row.doc_type == "opening"]
    if not openings:
        return
    query = select(move.c.to_place, move.c.code, move.c.doc_id).where(move.c.doc_type == "opening")
    opened = {(row.to_place, row.code): row.doc_id for row in connection.execute(query)}
    for row in openings:
        known = opened.setdefault((row.to_place, row.code), row.doc_id)
        if known != row.doc_id:
            raise OpenedAlready(row.to_place, row.code, known, row.doc_id)


def _chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), _KEYS_AT_ONCE):
        yield values[start : start + _KEYS_AT_ONCE]


def _deltas(moves: Iterable[MoveRow]) -> dict[tuple[str, str], int]:
    """Net change of on-hand by (code, warehouse), zero changes left out, in code order."""
    net: Counter[tuple[str, str]] = Counter()
    for row in moves:
        if row.to_place not in VIRTUAL_PLACES:
            net[row.code, row.to_place] += row.qty
        if row.from_place not in VIRTUAL_PLACES:
            net[row.code, row.from_place] -= row.qty
    return {key: net[key] for key in sorted(net)}


def _apply_deltas(connection: Connection, deltas: Mapping[tuple[str, str], int]) -> None:
    if not deltas:
        return
    pairs = [{"warehouse": warehouse, "code": code} for code, warehouse in deltas]
    connection.execute(_ENSURE_QUANT, pairs)
    gains = [{"w": w, "c": c, "q": q} for (c, w), q in deltas.items() if q > 0]
    if gains:
        connection.execute(_ADD_ON_HAND, gains)
    for (code, warehouse), qty in deltas.items():
        if qty < 0:
            taken = connection.execute(_TAKE_ON_HAND, {"w": warehouse, "c": code, "q": -qty})
            if taken.rowcount != 1:
                raise NotEnoughStock(warehouse, code, -qty, free_qty(connection, warehouse, code))


def free_qty(connection: Connection, warehouse: str, code: str) -> int:
    """On hand minus reserved, in pieces; 0 for a code this warehouse never had."""
    row = connection.execute(
        select(quant.c.on_hand - quant.c.reserved).where(quant.c.warehouse == warehouse, quant.c.code == code)
    ).first()
    return int(row[0]) if row else 0


# --- goods that leave before the books have them ---------------------------------------------------------------------


def _lenient_places(connection: Connection, fresh: Iterable[MoveRow]) -> frozenset[str]:
    """The warehouses among these moves' ends that may go below zero; none by default."""
    allowed = connection.execute(select(place_rule.c.warehouse).where(place_rule.c.allows_negative == 1)).scalars()
    return frozenset(allowed) & {place for row in fresh for place in (row.from_place, row.to_place)}


def _borrow(connection: Connection, fresh: Sequence[MoveRow], lenient: frozenset[str]) -> list[MoveRow]:
    """What is lacking for these moves, as moves from `owed`, each under its own document."""
    left = {key: free_qty(connection, key[1], key[0]) for key in _deltas(fresh)}
    rows = []
    for row in fresh:
        key = (row.code, row.from_place)
        if row.from_place not in lenient:
            continue
        left.setdefault(key, 0)
        lacking = max(0, row.qty - max(0, left[key]))
        left[key] -= row.qty - lacking
        if lacking:
            rows.append(_owed(row, "owed", row.from_place, lacking, "overdraft"))
            connection.execute(_BORROW, {"w": row.from_place, "c": row.code, "q": lacking})
    return rows


def _repay(connection: Connection, fresh: Iterable[MoveRow], lenient: frozenset[str]) -> list[MoveRow]:
    """What came in and is owed, as moves back to `owed`; only free goods pay."""
    rows = []
    for row in fresh:
        if row.to_place not in lenient:
            continue
        place = (overdraft.c.warehouse == row.to_place, overdraft.c.code == row.code)
        debt = connection.execute(select(overdraft.c.qty).where(*place)).scalar() or 0
        paid = min(debt, row.qty, free_qty(connection, row.to_place, row.code))
        if paid > 0:
            rows.append(_owed(row, row.to_place, "owed", paid, "repay"))
            connection.execute(overdraft.update().where(*place).values(qty=overdraft.c.qty - paid))
    return rows


def _owed(row: MoveRow, origin: str, target: str, qty: int, doc_type: str) -> MoveRow:
    line = f"{row.doc_type}/{row.doc_line}"
    return row._replace(doc_type=doc_type, doc_line=line, from_place=origin, to_place=target, qty=qty, unit_cost_fen=0)


def _named(row: MoveRow) -> dict[str, str | int]:
    return {f"p_{name}": value for name, value in row._asdict().items()}


_RESOURCE = (
    move.update()
    .where(*(move.c[name] == bindparam(f"p_{name}") for name in MoveRow._fields[:4]))
    .values(file_sha=bindparam("p_file_sha"), row_no=bindparam("p_row_no"))
)
_ENSURE_QUANT = text(
    "INSERT INTO quant (warehouse, code, on_hand, reserved) VALUES (:warehouse, :code, 0, 0) ON CONFLICT DO NOTHING"
)
_ADD_ON_HAND = text("UPDATE quant SET on_hand = on_hand + :q WHERE warehouse = :w AND code = :c")
_TAKE_ON_HAND = text(
    "UPDATE quant SET on_hand = on_hand - :q WHERE warehouse = :w AND code = :c AND on_hand - reserved >= :q"
)
_BORROW = text(
    "INSERT INTO overdraft (warehouse, code, qty) VALUES (:w, :c, :q) "
    "ON CONFLICT (warehouse, code) DO UPDATE SET qty = overdraft.qty + :q"
)
