"""What the warehouse is told: ship instructions and pick tasks, packing, handing over, pulling back.

The instruction's `state` decides every race: cancelling, pulling back and handing over each move it on by one
conditional UPDATE, so exactly one of them wins, whatever the database and however many machines ask.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, Row, select

from storage.database.bulk import add_missing
from storage.database.tables import fulfilment, fulfilment_line
from storage.database.tables.review import pick_task, ship_instruction
from storage.erp.allocation.model import OrderKey
from storage.erp.allocation.taken import taken
from storage.erp.catalog.components import components, needs
from storage.erp.orders.transition import Cause

OURS = ("issued", "packed", "pull_back_asked")
"""States in which the goods are still ours."""


class Instruction(NamedTuple):
    """One parcel's instruction with its order."""

    fulfilment_id: str
    key: OrderKey
    warehouse: str
    state: str
    packed: bool


def issue_missing(connection: Connection, cause: Cause) -> int:
    """Tell the warehouse of every live parcel that it does not know yet; again tells nothing new. Returns how many."""
    f, i = fulfilment.c, ship_instruction.c
    query = (
        select(f.fulfilment_id, f.warehouse)
        .outerjoin_from(fulfilment, ship_instruction, i.fulfilment_id == f.fulfilment_id)
        .where(f.state.in_(("allocated", "labelled")), i.fulfilment_id.is_(None))
        .order_by(f.fulfilment_id)
    )
    fresh = {row.fulfilment_id: row.warehouse for row in connection.execute(query)}
    if not fresh:
        return 0
    part, made_of, drawn = fulfilment_line.c, components(connection), taken(connection)
    tasks: Counter[tuple[str, str]] = Counter()
    for row in connection.execute(select(part.fulfilment_id, part.sub_no, part.code, part.qty)):
        if row.fulfilment_id in fresh:
            wanted = drawn.get((row.fulfilment_id, row.sub_no)) or needs(row.code, row.qty, made_of)
            for code, qty in wanted.items():
                tasks[row.fulfilment_id, code] += qty
    return issue(connection, fresh, tasks, cause)


def issue(
    connection: Connection, parcels: Mapping[str, str], tasks: Mapping[tuple[str, str], int], cause: Cause
) -> int:
    """Write instructions (parcel → warehouse) and pick tasks ((parcel, code) → pieces), each once."""
    rows = ((name, place, cause.cause, cause.at) for name, place in sorted(parcels.items()))
    columns = ("fulfilment_id", "warehouse", "cause", "issued_at")
    created = add_missing(connection, ship_instruction, columns, rows)
    picks = ((name, code, parcels[name], qty) for (name, code), qty in sorted(tasks.items()))
    add_missing(connection, pick_task, ("fulfilment_id", "code", "warehouse", "qty"), picks)
    return created


def instructions_of(connection: Connection, key: OrderKey) -> list[Instruction]:
    """The instructions for an order's parcels that are not cancelled or pulled back, in parcel order."""
    f, i = fulfilment.c, ship_instruction.c
    query = (
        select(i.fulfilment_id, f.platform, f.shop, f.order_no, i.warehouse, i.state, i.packed)
        .join_from(ship_instruction, fulfilment, f.fulfilment_id == i.fulfilment_id)
        .where(f.platform == key.platform, f.shop == key.shop, f.order_no == key.order_no)
        .where(i.state.not_in(("cancelled", "pulled_back")))
        .order_by(i.fulfilment_id)
    )
    return [_instruction(row) for row in connection.execute(query)]


def instruction(connection: Connection, fulfilment_id: str) -> Instruction | None:
    """One parcel's instruction, whatever its state."""
    f, i = fulfilment.c, ship_instruction.c
    query = (
        select(i.fulfilment_id, f.platform, f.shop, f.order_no, i.warehouse, i.state, i.packed)
        .join_from(ship_instruction, fulfilment, f.fulfilment_id == i.fulfilment_id)
        .where(i.fulfilment_id == fulfilment_id)
    )
    row = connection.execute(query).first()
    return _instruction(row) if row else None


def _instruction(row: Row[str, str, str, str, str, str, int]) -> Instruction:
    key = OrderKey(row.platform, row.shop, row.order_no)
    return Instruction(row.fulfilment_id, key, row.warehouse, row.state, bool(row.packed))


def move_on(connection: Connection, fulfilment_id: str, before: Iterable[str], to: str, cause: Cause) -> bool:
    """Move the instruction from one of `before` to `to`; False when somebody else was faster. The one race decider."""
    i = ship_instruction.c
    values: dict[str, object] = {"state": to, "answered_at": cause.at, "answered_by": cause.actor, "note": cause.words}
    if to == "packed":
        values["packed"] = 1
    moved = ship_instruction.update().where(i.fulfilment_id == fulfilment_id, i.state.in_(sorted(before)))
    if connection.execute(moved.values(**values)).rowcount != 1:
        return False
    tasks = {"packed": "picked", "cancelled": "void", "pulled_back": "void"}.get(to)
    if tasks:
        mine = pick_task.update().where(pick_task.c.fulfilment_id == fulfilment_id, pick_task.c.state != tasks)
        connection.execute(mine.values(state=tasks))
    return True


def pack(connection: Connection, fulfilment_id: str, cause: Cause) -> bool:
    """The warehouse has packed it; False when it was told otherwise meanwhile."""
    return move_on(connection, fulfilment_id, ("issued",), "packed", cause)


def hand_over(connection: Connection, fulfilment_id: str, cause: Cause) -> bool:
    """The carrier has it: from here on nobody can cancel. False when it was cancelled, pulled back or handed over.

    The goods leave the books and the platform is told by the bot's result (I-25), not by this.
    """
    return move_on(connection, fulfilment_id, ("issued", "packed"), "handed_over", cause)


def settle_instructions(connection: Connection, cause: Cause) -> int:
    """Let instructions follow parcels that ended otherwise: cancelled (refund), or shipped by a bot's result."""
    f, i = fulfilment.c, ship_instruction.c
    query = (
        select(i.fulfilment_id, f.state)
        .join_from(ship_instruction, fulfilment, f.fulfilment_id == i.fulfilment_id)
        .where(i.state.in_(OURS), f.state.in_(("cancelled", "shipped")))
    )
    to = {"cancelled": "cancelled", "shipped": "handed_over"}
    rows = connection.execute(query).all()
    return sum(move_on(connection, row.fulfilment_id, OURS, to[row.state], cause) for row in rows)
