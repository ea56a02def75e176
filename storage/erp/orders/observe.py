"""Bring the pay and ship states of orders in step with the facts: the platform's files, payments, parcels that left."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, not_, or_, select

from storage.database.tables import fulfilment, platform_order
from storage.database.tables.review import order_payment, order_state
from storage.erp.allocation.asked import asked
from storage.erp.allocation.model import OrderKey
from storage.erp.allocation.read import LIVE
from storage.erp.orders.payments import received
from storage.erp.orders.returns import came_back
from storage.erp.orders.rows import rows_of
from storage.erp.orders.states import AXES, FINAL_PAY, START, is_legal, pay_of
from storage.erp.orders.transition import Cause, Step, note, transition_all

OPEN = ("none", "part", "")
RETURNED = ("part_returned", "returned")
OVER = ("finished", "cancelled")


def observe(
    connection: Connection, now: str, *, platforms: Collection[str], keys: Collection[OrderKey] | None = None
) -> list[Step]:
    """The transitions that the facts ask for; when they are written, running again asks for none.

    Orders that end, or come back to life, are written at once, for the review looks at the others alone. The steps of
    these are returned: the review writes them with its own, which is half the work.

    Goods that came back make an order part_returned or returned.

    Orders that were over before the core ever looked at them are left alone. A fact that the state map does not allow
    (money comes back to an order that was refunded) changes nothing and is told as an event `contradiction`.
    """
    paid, live, back = received(connection, keys), _with_parcels(connection, keys), came_back(connection)
    steps: list[Step] = []
    cause = Cause(now, "core", "platform")
    for platform, shop, order_no, pay, refund, ship, paid_fen, *stands in _facts(connection, platforms, keys, back):
        key = OrderKey(platform, shop, order_no)
        state = {axis: known or START[axis] for axis, known in zip(AXES, stands, strict=True)}
        wanted = {"pay": pay_of(pay, refund, paid.get(key), paid_fen), "ship": ship or "none"}
        wanted["process"] = _process(state["process"], pay, wanted["ship"], out=key in live)
        if state["ship"] in RETURNED and wanted["ship"] in ("shipped", "part"):
            wanted["ship"] = state["ship"]  # what came back does not undo that it left
        if wanted != state:
            steps += _steps(connection, key, state, wanted, cause)
        came = "part_returned" if wanted["ship"] == "part" else back.get(key, "")
        if key in back and came != wanted["ship"] and is_legal("ship", wanted["ship"], came):
            steps.append(Step(key, "ship", came, Cause(now, "core", "returns", "仓库收到退回的货")))
    ending = {step.key for step in steps if step.axis == "process"}
    transition_all(connection, [step for step in steps if step.key in ending])
    return [step for step in steps if step.key not in ending]


def _facts(
    connection: Connection,
    platforms: Collection[str],
    keys: Collection[OrderKey] | None,
    besides: Collection[OrderKey] = (),
) -> Iterator[tuple[Any, ...]]:
    """Each order's key, what the platform says of it, and its state, None where it has none.

    Without `keys`: of every order, but for those that are over and as the platform says, which are years of them; of
    these only those `besides`.
    """
    o, s = platform_order.c, order_state.c
    mine = (o.platform, o.shop, o.order_no)
    told = (*mine, o.pay_state, o.refund_state, o.ship_state, o.paid_fen)
    if keys is None:
        same = and_(s.platform == o.platform, s.shop == o.shop, s.order_no == o.order_no)
        new = and_(s.process.is_(None), o.ship_state.in_(OPEN), o.pay_state != "closed")
        query = (
            select(*told, *(s[axis] for axis in AXES))
            .outerjoin_from(platform_order, order_state, same)
            .where(o.platform.in_(sorted(platforms)))
            .where(or_(new, and_(s.process.is_not(None), not_(_at_rest()))))
            .order_by(*mine)
        )
        found = connection.execute(query).all()
        yield from found
        besides = {*besides} - {OrderKey(*row[:3]) for row in found}
        yield from _facts(connection, platforms, besides) if besides else ()
        return
    # Two questions by key: of a table that has just begun to fill, PostgreSQL may think that it is best walked through.
    states = {key: state for key, *state in rows_of(connection, order_state, sorted(keys), AXES)}
    query = select(*told).where(o.platform.in_(sorted(platforms))).order_by(*mine)
    for row in asked(connection, query, mine, keys):
        state = states.get(OrderKey(*row[:3]))
        if state is not None or (row[5] in OPEN and row[3] != "closed"):
            yield *row, *(state or (None,) * len(AXES))


def _at_rest() -> ColumnElement[bool]:
    """Whether an order is over and its state is what its facts would make it: what `observe` works out, in SQL."""
    o, s, p = platform_order.c, order_state.c, order_payment.c
    paid = exists().where(p.platform == o.platform, p.shop == o.shop, p.order_no == o.order_no)
    return and_(
        s.process.in_(OVER),
        s.pay == o.pay_state,
        or_(
            o.pay_state.in_(FINAL_PAY), and_(o.pay_state.in_(("paid", "unpaid")), o.refund_state != "open", not_(paid))
        ),
        or_(s.ship == o.ship_state, and_(s.ship.in_(RETURNED), o.ship_state.in_(("shipped", "part")))),
    )


def _with_parcels(connection: Connection, keys: Collection[OrderKey] | None) -> set[OrderKey]:
    """Orders of which a parcel is on its way or in the warehouse."""
    f = fulfilment.c
    mine = (f.platform, f.shop, f.order_no)
    query = select(*mine).where(f.state.in_(LIVE)).distinct()
    return {OrderKey(*row) for row in asked(connection, query, mine, keys)}


def _process(known: str, pay_state: str, ship: str, *, out: bool) -> str:
    """Orders end by themselves: all that is to leave has left, or the money is back and no parcel is `out`."""
    if ship == "shipped" and known in ("new", "held", "approved", "released"):
        return "finished"
    open_states = ("new", "held", "approved") if out else ("new", "held", "approved", "released")
    if pay_state in ("closed", "refunded") and known in open_states:
        return "cancelled"
    return known


def _steps(
    connection: Connection, key: OrderKey, state: dict[str, str], wanted: dict[str, str], cause: Cause
) -> list[Step]:
    steps = []
    for axis in ("pay", "ship", "process"):
        if wanted[axis] == state[axis]:
            continue
        if is_legal(axis, state[axis], wanted[axis]):
            steps.append(Step(key, axis, wanted[axis], cause))
        else:
            words = f"平台说{wanted[axis]}，账上已是{state[axis]}"
            note(connection, key, "contradiction", Cause(cause.at, "core", f"platform:{axis}:{wanted[axis]}", words))
    return steps
