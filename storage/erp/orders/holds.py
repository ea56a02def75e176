"""Holds in the hands of people, of the clock and of arriving goods: the queue, releases, and who did what."""

import json
from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import Connection, and_, func, select

from storage.database.tables import order_line, platform_order
from storage.database.tables.privacy import actor
from storage.database.tables.review import order_hold
from storage.erp.allocation.model import OrderKey
from storage.erp.allocation.read import NO_REFUND
from storage.erp.catalog.components import Components, components, stock_by_warehouse
from storage.erp.catalog.draws import Line, choose
from storage.erp.catalog.sets import Sets, read_sets
from storage.erp.orders.errors import OrderUnknown, ReleaseRefused
from storage.erp.orders.review import close_hold
from storage.erp.orders.transition import Cause, Step, note, states_of, transition, transition_all


class Waiting(NamedTuple):
    """One hold in somebody's queue; `late` when its time to be settled is over."""

    owner: str
    due_at: str
    late: bool
    key: OrderKey
    code: str
    words: str
    held_at: str
    actions: tuple[str, ...]


_FEW = 400
_ACTIONS = {
    "ADDRESS": ("改地址", "取消"), "UNMAPPED": ("对应商品", "取消"), "OUT_OF_STOCK": ("等到货", "换货", "取消"),
    "REFUND_OPEN": ("处理售后",), "FRAUD": ("放行", "取消"),
}  # fmt: skip


class NewHold(NamedTuple):
    """A hold to be: `release_by` person | time | arrival; default: time where `until` is set, else a person."""

    key: OrderKey
    code: str
    cause: Cause
    owner: str = ""
    until: str = ""
    topic: str = ""
    release_by: str = ""


def hold(connection: Connection, key: OrderKey, code: str, cause: Cause, *, owner: str = "", until: str = "") -> bool:
    """Hold an order by hand (or from another package): until somebody releases it, or until a moment.

    False when it is held for that code already. Raises OrderUnknown; IllegalTransition once it is in the warehouse
    (pull it back first).
    """
    _known(connection, key)
    return hold_all(connection, [NewHold(key, code, cause, owner, until)]) == 1


def hold_all(connection: Connection, wanted: Iterable[NewHold]) -> int:
    """The same for many orders, which must be in the pool; returns how many holds are new."""
    news = list(wanted)
    before = _before(connection, {one.key for one in news})
    fresh = [one for one in news if "open" not in before.get((one.key, one.code), ())]
    if not fresh:
        return 0
    transition_all(connection, [Step(one.key, "process", "held", one.cause) for one in fresh])
    connection.execute(order_hold.insert(), [
        {
            **one.key._asdict(), "code": one.code, "nth": len(before.get((one.key, one.code), ())) + 1,
            "state": "open", "topic": one.topic or one.cause.words, "words": one.cause.words,
            "facts": json.dumps(dict(one.cause.facts), ensure_ascii=False, sort_keys=True),
            "held_by": one.cause.actor, "release_by": one.release_by or ("time" if one.until else "person"),
            "until": one.until, "owner": one.owner, "held_at": one.cause.at,
        }
        for one in fresh
    ])  # fmt: skip
    return len(fresh)


def _before(connection: Connection, keys: Collection[OrderKey]) -> dict[tuple[OrderKey, str], list[str]]:
    """(order, code) → the states of the holds that it has had."""
    h = order_hold.c
    query = select(h.platform, h.shop, h.order_no, h.code, h.state)
    if len(keys) <= _FEW:
        query = query.where(h.order_no.in_(sorted({key.order_no for key in keys})))
    found: dict[tuple[OrderKey, str], list[str]] = {}
    for row in connection.execute(query):
        key = OrderKey(row.platform, row.shop, row.order_no)
        if key in keys:
            found.setdefault((key, row.code), []).append(row.state)
    return found


def _known(connection: Connection, key: OrderKey) -> None:
    o = platform_order.c
    mine = (o.platform == key.platform, o.shop == key.shop, o.order_no == key.order_no)
    if connection.execute(select(o.order_no).where(*mine)).first() is None:
        raise OrderUnknown(key.shop, key.order_no)


def release(connection: Connection, key: OrderKey, code: str, cause: Cause) -> bool:
    """A named person lets go of one hold; with the last one the order is approved. False when it was released before.

    Raises ReleaseRefused without a name or a reason, for the core and for bots, and for a hold that never was.
    """
    if not _is_person(connection, cause.actor):
        raise ReleaseRefused(key.order_no, code, "放行要有具名的人", "it takes a person with a name")
    if not cause.words.strip():
        raise ReleaseRefused(key.order_no, code, "没有写原因", "it takes a reason")
    h = order_hold.c
    mine = (h.platform == key.platform, h.shop == key.shop, h.order_no == key.order_no)
    rows = connection.execute(select(h.code, h.nth, h.state).where(*mine)).all()
    if not any(row.code == code for row in rows):
        raise ReleaseRefused(key.order_no, code, "没有这个拦截", "there is no such hold")
    open_rows = [row for row in rows if row.state == "open"]
    found = [row.nth for row in open_rows if row.code == code]
    if not found:
        return False
    close_hold(connection, key, code, found[0], cause)
    told = Cause(cause.at, cause.actor, cause.cause, cause.words, {"code": code})
    note(connection, key, f"hold_released:{code}:{found[0]}", told)
    if len(open_rows) == 1 and states_of(connection, [key])[key].process == "held":
        transition(connection, key, "process", "approved", cause)
    return True


def _is_person(connection: Connection, who: str) -> bool:
    """Somebody with a name who is not the core, and whom nobody registered as a bot."""
    if not who.strip() or who.split(":")[0] in ("core", "bot"):
        return False
    kind = connection.execute(select(actor.c.kind).where(actor.c.who == who)).scalar()
    return kind != "bot"


def release_due(connection: Connection, now: str) -> int:
    """Let go of every hold whose time has come; orders without another hold are approved. Returns how many holds."""
    h = order_hold.c
    query = select(h.platform, h.shop, h.order_no, h.code, h.nth).where(
        h.state == "open", h.release_by == "time", h.until <= now
    )
    rows = connection.execute(query.order_by(h.platform, h.shop, h.order_no)).all()
    for row in rows:
        key = OrderKey(*row[:3])
        close_hold(connection, key, row.code, row.nth, Cause(now, "core:clock", "until", "时间到了"))
    approve_free(
        connection, {OrderKey(*row[:3]) for row in rows}, Cause(now, "core:clock", "until", "拦截时间到，自动放行")
    )
    return len(rows)


def approve_free(connection: Connection, keys: Collection[OrderKey], cause: Cause) -> int:
    """Approve those of the orders that are held by nothing any more."""
    if not keys:
        return 0
    h = order_hold.c
    still = {
        OrderKey(*row)
        for row in connection.execute(select(h.platform, h.shop, h.order_no).where(h.state == "open").distinct())
    }
    free = sorted(key for key in keys if key not in still)
    states = states_of(connection, free)
    return sum(
        transition(connection, key, "process", "approved", cause) for key in free if states[key].process == "held"
    )


def release_arrived(connection: Connection, now: str) -> list[OrderKey]:
    """Let the orders that wait for goods go, as far as the goods that are free now reach; returns them in turn.

    In the order of the policy: higher priority first, then who paid first, then the number. What one order is promised
    the next one does not get; the allocation that follows serves by the same priority.
    """
    free, go = stock_by_warehouse(connection), []
    made_of, sets = components(connection), read_sets(connection)
    for key, code, nth, lines in _waiting_for_goods(connection):
        if _promise(free, [Line(*wanted) for wanted in lines], made_of, sets):
            close_hold(connection, key, code, nth, Cause(now, "core:arrival", "stock", "货到了"))
            go.append(key)
    approve_free(connection, go, Cause(now, "core:arrival", "stock", "货到了，自动放行"))
    return go


def _promise(free: dict[str, dict[str, int]], lines: Iterable[Line], made_of: Components, sets: Sets) -> bool:
    """Take what the sub-orders need off `free`, each from one place; whether any of them can go."""
    served = False
    for line in lines:
        for place in sorted(free):
            taken = choose([line], sets, made_of, free[place])
            if taken is not None:
                served = True
                for code, qty in taken.items():
                    free[place][code] -= qty
                break
    return served


def _waiting_for_goods(connection: Connection) -> list[tuple[OrderKey, str, int, list[tuple[str, int]]]]:
    """(order, hold, its number, what it waits for), in the order in which they are served."""
    h, o, line = order_hold.c, platform_order.c, order_line.c
    query = (
        select(h.platform, h.shop, h.order_no, h.code, h.nth, h.facts, o.priority, o.paid_at)
        .join_from(
            order_hold,
            platform_order,
            and_(o.platform == h.platform, o.shop == h.shop, o.order_no == h.order_no),
        )
        .where(h.state == "open", h.release_by == "arrival")
    )
    heads = sorted(connection.execute(query).all(), key=lambda row: (-row.priority, row.paid_at, tuple(row[:5])))
    found = []
    for row in heads:
        mine = (line.platform == row.platform, line.shop == row.shop, line.order_no == row.order_no)
        wanted = select(line.code, line.qty).where(*mine, line.waybill_no == "", line.refund_status.in_(NO_REFUND))
        lines = [(code, qty) for code, qty in connection.execute(wanted.order_by(line.sub_no))]
        gifts = json.loads(row.facts or "{}").get("gifts", {})
        found.append((OrderKey(*row[:3]), row.code, row.nth, sorted(gifts.items()) or lines))
    return found


def queue(connection: Connection, now: str, owner: str = "") -> list[Waiting]:
    """Every open hold that somebody has to settle (or only that owner's), the most overdue first."""
    h = order_hold.c
    query = select(order_hold).where(h.state == "open", h.owner != "")
    if owner:
        query = query.where(h.owner == owner)
    rows = [
        Waiting(row.owner, row.due_at, bool(row.due_at) and row.due_at < now,
                OrderKey(row.platform, row.shop, row.order_no), row.code, row.words, row.held_at,
                _ACTIONS.get(row.code, ("放行", "取消")))
        for row in connection.execute(query)
    ]  # fmt: skip
    return sorted(rows, key=lambda one: (one.due_at or "9999", one.owner, one.key, one.code))


def unsettled(connection: Connection) -> int:
    """How many holds are open on orders that are over: there must be none, every abnormal order ends settled."""
    h = order_hold.c
    rows = connection.execute(select(h.platform, h.shop, h.order_no).where(h.state == "open")).all()
    states = states_of(connection, [OrderKey(*row) for row in rows])
    return sum(states[OrderKey(*row)].process in ("finished", "cancelled") for row in rows)


def close_all(connection: Connection, key: OrderKey, cause: Cause) -> int:
    """Close every open hold of an order that is over; returns how many."""
    h = order_hold.c
    mine = (h.platform == key.platform, h.shop == key.shop, h.order_no == key.order_no, h.state == "open")
    rows = connection.execute(select(h.code, h.nth).where(*mine)).all()
    return sum(close_hold(connection, key, row.code, row.nth, cause) for row in rows)


def held_count(connection: Connection) -> dict[str, int]:
    """Open holds by code."""
    h = order_hold.c
    rows = connection.execute(select(h.code, func.count()).where(h.state == "open").group_by(h.code).order_by(h.code))
    return {str(code): int(count) for code, count in rows}
