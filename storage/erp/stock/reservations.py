"""How a reservation ends: consumed (whole or in part), void, or expired; exactly once (I-5)."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, Row, select, text

from storage.database.bulk import insert_missing
from storage.database.tables import move, reservation
from storage.database.tables.lots import reservation_expiry
from storage.erp.stock.errors import ReservationConflict, ReservationEnded
from storage.erp.stock.model import END_STATES, HOLD_OWNER, Issue, MoveRow, ReservationLine, UnitCosts
from storage.erp.stock.moves import free_qty, known_moves, record_moves


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


def consume_part(connection: Connection, owner: str, taken: Mapping[tuple[str, str], int], issue: Issue) -> str:
    """Part of what `owner` holds leaves, (warehouse, code) → pieces; the rest stays held under the name returned.

    The name is `owner#2`, `owner#3` …; "" when nothing is left. What leaves counts as this owner's whole reservation
    from now on, so the ends stay whole (I-5). A second call with the same figures changes nothing. Raises
    ReservationConflict for more than is held or nothing at all, ReservationEnded if it ended in another way.
    """
    rows = _rows_of(connection, owner)
    wanted = {key: qty for key, qty in taken.items() if qty > 0}
    ended = sorted({row.state for row in rows if row.state != "held"})
    rest = _next_name(owner)
    if ended:
        if ended == ["consumed"] and {(row.warehouse, row.code): row.qty for row in rows} == wanted:
            return rest if _rows_of(connection, rest) else ""
        raise ReservationEnded(owner, ended[0], "consumed")
    held = {(row.warehouse, row.code): row.qty for row in rows}
    if not wanted or any(qty < 0 for qty in taken.values()) or any(held.get(key, 0) < q for key, q in wanted.items()):
        raise ReservationConflict(owner)
    for (warehouse, code), qty in held.items():
        values = {"o": owner, "r": rest, "w": warehouse, "c": code, "q": wanted.get((warehouse, code), 0)}
        if values["q"] == 0:
            connection.execute(_HAND_ON, values)
        elif values["q"] < qty:
            connection.execute(_SPLIT_OFF, values)
            connection.execute(_KEEP, values)
    consume(connection, owner, issue)
    return "" if held == wanted else rest


def _next_name(owner: str) -> str:
    base, _, number = owner.rpartition("#")
    return f"{base}#{int(number) + 1}" if base and number.isdigit() else f"{owner}#2"


def set_expiry(connection: Connection, owner: str, expires_on: str) -> None:
    """What `owner` holds is given back by `expire_due` from `expires_on` (a day or a moment, as text) on."""
    row = {"owner": owner, "expires_on": expires_on}
    if not insert_missing(connection, reservation_expiry, [row]).created:
        mine = reservation_expiry.update().where(reservation_expiry.c.owner == owner)
        connection.execute(mine.values(expires_on=expires_on))


def expire_due(connection: Connection, now: str) -> tuple[str, ...]:
    """End every reservation whose time is over as `expired`; returns its owners, in name order."""
    r, e = reservation.c, reservation_expiry.c
    query = (
        select(r.owner)
        .join(reservation_expiry, e.owner == r.owner)
        .where(r.state == "held", e.expires_on <= now)
        .distinct()
    )
    owners = tuple(sorted(connection.execute(query).scalars()))
    for owner in owners:
        expire(connection, owner)
    return owners


def give_up(connection: Connection, warehouse: str, code: str, qty: int) -> tuple[str, ...]:
    """Expire as many reservations of orders as it takes to free `qty` pieces, the youngest first; returns the owners.

    For goods that are not there or may not be shipped although they were promised. Fewer are freed when orders hold
    less; frozen goods stay frozen.
    """
    r = reservation.c
    held = select(r.owner, r.qty).where(
        r.warehouse == warehouse, r.code == code, r.state == "held", r.owner.not_like(f"{HOLD_OWNER}%")
    )
    owners, freed = [], 0
    for row in connection.execute(held.order_by(r.recorded_at.desc(), r.owner.desc())).all():
        if freed >= qty:
            break
        expire(connection, row.owner)
        owners.append(row.owner)
        freed += row.qty
    return tuple(owners)


def issue_released(connection: Connection, owner: str, issue: Issue, costs: UnitCosts | None = None) -> bool:
    """Goods left although what `owner` held had been given back: issue them from free stock if they are there.

    False if they are not, or nothing was ever held: then nothing is written and the count will have to tell.
    """
    lines = [ReservationLine(row.warehouse, row.code, row.qty) for row in _rows_of(connection, owner)]
    moves = _issue_moves(lines, issue, costs or unit_costs(connection))
    if not known_moves(connection, {row[:4]: row for row in moves}) and any(
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


def _rows_of(connection: Connection, owner: str) -> Sequence[Row[str, str, int, str]]:
    c = reservation.c
    query = select(c.warehouse, c.code, c.qty, c.state).where(c.owner == owner).order_by(c.code, c.warehouse)
    return connection.execute(query).all()


_LET_GO = text("UPDATE quant SET reserved = reserved - :q WHERE warehouse = :w AND code = :c")
_END = text("UPDATE reservation SET state = :s WHERE owner = :o AND warehouse = :w AND code = :c AND state = 'held'")
_HAND_ON = text("UPDATE reservation SET owner = :r WHERE owner = :o AND warehouse = :w AND code = :c")
_SPLIT_OFF = text(
    "INSERT INTO reservation (owner, warehouse, code, qty, state, recorded_at) "
    "SELECT :r, warehouse, code, qty - :q, state, recorded_at FROM reservation "
    "WHERE owner = :o AND warehouse = :w AND code = :c"
)
_KEEP = text("UPDATE reservation SET qty = :q WHERE owner = :o AND warehouse = :w AND code = :c")
