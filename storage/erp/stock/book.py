"""Stock as append-only two-ended moves, with the balance and the reservations kept in step in the same transaction.

A place is a warehouse unless it is one of `VIRTUAL_PLACES`: goods appear from and vanish to those, so the sum over all
places never changes (I-2). `quant` is a cache of the moves (I-1) and of the held reservations (I-3); the database's
CHECKs refuse a negative balance and a reservation above it (I-4), whoever writes. Every change of a balance is one
conditional UPDATE, taken in code order, so that two writers can neither oversell nor lock each other out.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, Row, bindparam, select, text

from storage.database.bulk import Counts
from storage.database.tables import move, quant, reservation
from storage.erp.stock.errors import (
    MoveConflict,
    NotEnoughStock,
    OpenedAlready,
    ReservationConflict,
    ReservationEnded,
)

VIRTUAL_PLACES = frozenset({"opening", "supplier", "customer", "loss", "count"})
END_STATES = frozenset({"consumed", "void", "expired"})

_KEYS_AT_ONCE = 400


class MoveRow(NamedTuple):
    """One move of `qty` (> 0) pieces of one code between two places; the first four fields are its identity."""

    doc_type: str
    doc_id: str
    doc_line: str
    leg: int
    code: str
    from_place: str
    to_place: str
    qty: int
    unit_cost_fen: int
    at: str
    file_sha: str
    row_no: int


class ReservationLine(NamedTuple):
    """`qty` (> 0) pieces of one code wanted from one warehouse."""

    warehouse: str
    code: str
    qty: int


class Missing(NamedTuple):
    """What could not be reserved: wanted and free, in pieces."""

    warehouse: str
    code: str
    wanted: int
    free: int


@dataclass(frozen=True)
class Reserved:
    """Everything asked for is held; `created` is 0 when it was held already."""

    created: int


@dataclass(frozen=True)
class Short:
    """Nothing was held, because of these."""

    missing: tuple[Missing, ...]


# --- moves -----------------------------------------------------------------------------------------------------------


def record_moves(connection: Connection, moves: Iterable[MoveRow]) -> Counts:
    """Write each move once and bring the balances in step, in the caller's transaction.

    A move that is there already with the same content is `same`; if it came from a smaller source (file_sha, row_no)
    the row then names that one, which makes the result independent of the order of files.
    Raises MoveConflict for the same identity with other content, OpenedAlready for a second opening of the same
    code in the same warehouse (it would double the stock), NotEnoughStock if a balance would go below zero or
    below what is reserved; the caller's transaction must then be rolled back.
    """
    wanted = _unique(moves)
    known = _known_moves(connection, wanted)
    fresh = [row for key, row in wanted.items() if key not in known]
    better = [row for key, row in wanted.items() if key in known and _compare(known[key], row)]
    if fresh:
        _refuse_second_opening(connection, fresh)
        connection.execute(move.insert(), [row._asdict() for row in fresh])
        _apply_deltas(connection, _deltas(fresh))
    if better:
        connection.execute(_RESOURCE, [_named(row) for row in better])
    return Counts(created=len(fresh), changed=0, same=len(wanted) - len(fresh))


def _unique(moves: Iterable[MoveRow]) -> dict[tuple[str, str, str, int], MoveRow]:
    """By identity, in identity order; a repetition within one call keeps the smaller source."""
    wanted: dict[tuple[str, str, str, int], MoveRow] = {}
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


def _known_moves(
    connection: Connection, wanted: Mapping[tuple[str, str, str, int], MoveRow]
) -> dict[tuple[str, str, str, int], MoveRow]:
    documents = sorted({(row.doc_type, row.doc_id) for row in wanted.values()})
    known: dict[tuple[str, str, str, int], MoveRow] = {}
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


# --- reservations ----------------------------------------------------------------------------------------------------


def free_qty(connection: Connection, warehouse: str, code: str) -> int:
    """On hand minus reserved, in pieces; 0 for a code this warehouse never had."""
    row = connection.execute(
        select(quant.c.on_hand - quant.c.reserved).where(quant.c.warehouse == warehouse, quant.c.code == code)
    ).first()
    return int(row[0]) if row else 0


def reserve(connection: Connection, owner: str, lines: Iterable[ReservationLine]) -> Reserved | Short:
    """Hold everything in `lines` for `owner`, or nothing; asking again for the same changes nothing.

    Raises ReservationConflict if this owner holds something else, ReservationEnded if its reservation has ended.
    """
    return reserve_all(connection, {owner: tuple(lines)})


def reserve_all(connection: Connection, requests: Mapping[str, Sequence[ReservationLine]]) -> Reserved | Short:
    """Hold everything for every owner in `requests`, or nothing for anyone: one parcel of several sub-orders."""
    fresh = {}
    for owner in sorted(requests):
        lines = _merged(requests[owner])
        if not _held_already(connection, owner, lines):
            fresh[owner] = lines
    demand: Counter[tuple[str, str]] = Counter()
    for lines in fresh.values():
        for line in lines:
            demand[line.code, line.warehouse] += line.qty
    missing = _take(connection, demand)
    if missing:
        return Short(missing)
    recorded_at = datetime.now(UTC).isoformat()
    rows = [
        {**line._asdict(), "owner": owner, "state": "held", "recorded_at": recorded_at}
        for owner, lines in fresh.items()
        for line in lines
    ]
    if rows:
        connection.execute(reservation.insert(), rows)
    return Reserved(created=len(rows))


def _merged(lines: Iterable[ReservationLine]) -> tuple[ReservationLine, ...]:
    total: Counter[tuple[str, str]] = Counter()
    for line in lines:
        if line.qty <= 0:
            raise ValueError(f"a reservation needs a quantity above 0, got {line.qty} of {line.code}")
        total[line.code, line.warehouse] += line.qty
    return tuple(ReservationLine(warehouse, code, total[code, warehouse]) for code, warehouse in sorted(total))


def _rows_of(connection: Connection, owner: str) -> Sequence[Row[str, str, int, str]]:
    c = reservation.c
    query = select(c.warehouse, c.code, c.qty, c.state).where(c.owner == owner).order_by(c.code, c.warehouse)
    return connection.execute(query).all()


def _held_already(connection: Connection, owner: str, lines: Sequence[ReservationLine]) -> bool:
    rows = _rows_of(connection, owner)
    if not rows:
        return False
    ended = sorted({row.state for row in rows} & END_STATES)
    if ended:
        raise ReservationEnded(owner, ended[0], "held")
    if [tuple(row[:3]) for row in rows] != [tuple(line) for line in lines]:
        raise ReservationConflict(owner)
    return True


def _take(connection: Connection, demand: Mapping[tuple[str, str], int]) -> tuple[Missing, ...]:
    """Raise `reserved` for every (code, warehouse), or give back what was taken and say what is missing."""
    taken, missing = [], []
    for code, warehouse in sorted(demand):
        values = {"w": warehouse, "c": code, "q": demand[code, warehouse]}
        if connection.execute(_HOLD, values).rowcount == 1:
            taken.append(values)
        else:
            free = free_qty(connection, warehouse, code)
            missing.append(Missing(warehouse, code, demand[code, warehouse], free))
    if missing and taken:
        connection.execute(_LET_GO, taken)
    return tuple(missing)


def end_reservation(connection: Connection, owner: str, state: str) -> tuple[ReservationLine, ...]:
    """End what `owner` holds as `consumed`, `void` or `expired`, once; returns the lines that ended now.

    Ended the same way before: nothing happens and nothing is returned. Nothing was ever held: likewise.
    Raises ReservationEnded if it ended another way before.
    """
    if state not in END_STATES:
        raise ValueError(f"a reservation ends as one of {sorted(END_STATES)}, not {state!r}")
    rows = _rows_of(connection, owner)
    for row in rows:
        if row.state not in ("held", state):
            raise ReservationEnded(owner, row.state, state)
    ended = []
    for row in rows:
        values = {"o": owner, "w": row.warehouse, "c": row.code, "q": row.qty, "s": state}
        if connection.execute(_END, values).rowcount == 1:
            connection.execute(_LET_GO, values)
            ended.append(ReservationLine(row.warehouse, row.code, row.qty))
    return tuple(ended)


def void(connection: Connection, owner: str) -> tuple[ReservationLine, ...]:
    """Give back what `owner` holds: it will not be needed. See `end_reservation`."""
    return end_reservation(connection, owner, "void")


def expire(connection: Connection, owner: str) -> tuple[ReservationLine, ...]:
    """Give back what `owner` holds: its time is over. See `end_reservation`."""
    return end_reservation(connection, owner, "expired")


@dataclass(frozen=True)
class Issue:
    """The document by which goods leave for the customer: the fulfilment, its line, when, and where that is written."""

    doc_id: str
    doc_line: str
    at: str
    file_sha: str = ""
    row_no: int = 0


UnitCosts = Mapping[tuple[str, str], int]  # (warehouse, code) -> fen a piece


def consume(
    connection: Connection, owner: str, issue: Issue, costs: UnitCosts | None = None
) -> tuple[ReservationLine, ...]:
    """End what `owner` holds as consumed and record the issue moves to the customer; a second call changes nothing.

    `costs`: from `unit_costs`, for callers that consume many.
    """
    lines = end_reservation(connection, owner, "consumed")
    if lines:
        record_moves(connection, _issue_moves(lines, issue, costs or unit_costs(connection)))
    return lines


def issue_released(connection: Connection, owner: str, issue: Issue, costs: UnitCosts | None = None) -> bool:
    """Goods left although what `owner` held had been given back: issue them from free stock if they are there.

    False if they are not, or nothing was ever held: then nothing is written and the count will have to tell.
    """
    lines = [ReservationLine(row.warehouse, row.code, row.qty) for row in _rows_of(connection, owner)]
    moves = _issue_moves(lines, issue, costs or unit_costs(connection))
    if not _known_moves(connection, {row[:4]: row for row in moves}) and any(
        free_qty(connection, line.warehouse, line.code) < line.qty for line in lines
    ):
        return False
    record_moves(connection, moves)
    return bool(lines)


def _issue_moves(lines: Iterable[ReservationLine], issue: Issue, costs: UnitCosts) -> list[MoveRow]:
    return [
        MoveRow(
            "issue", issue.doc_id, issue.doc_line, leg, line.code, line.warehouse, "customer", line.qty,
            costs.get((line.warehouse, line.code), 0), issue.at, issue.file_sha, issue.row_no,
        )
        for leg, line in enumerate(lines, start=1)
    ]  # fmt: skip


def unit_costs(connection: Connection) -> dict[tuple[str, str], int]:
    """Cost of one piece in fen, as the last receipt of each code into each warehouse states it; 0 is not stated."""
    m = move.c
    received = select(m.to_place, m.code, m.unit_cost_fen).where(m.unit_cost_fen > 0, m.doc_type != "issue")
    rows = connection.execute(received.order_by(m.at, m.doc_type, m.doc_id, m.doc_line, m.leg))
    return {(place, code): int(cost) for place, code, cost in rows}


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
_HOLD = text(
    "UPDATE quant SET reserved = reserved + :q WHERE warehouse = :w AND code = :c AND on_hand - reserved >= :q"
)
_LET_GO = text("UPDATE quant SET reserved = reserved - :q WHERE warehouse = :w AND code = :c")
_END = text("UPDATE reservation SET state = :s WHERE owner = :o AND warehouse = :w AND code = :c AND state = 'held'")
