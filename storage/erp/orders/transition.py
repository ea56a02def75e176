"""The one way by which an order's state changes: conditional, legal, and with an event that says why.

Every transition writes an `order_event` of the type `<axis>.<state>` whose data carries its number `n` within the
order, where it came from and a sentence; `states.fold` over those events is the order's state, always.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.database.bulk import add_missing, change, insert_missing
from storage.database.tables import order_event
from storage.database.tables.review import order_state
from storage.erp.allocation.model import OrderKey
from storage.erp.orders.errors import IllegalTransition
from storage.erp.orders.rows import rows_of
from storage.erp.orders.states import AXES, AXIS_WORDS, LEGAL, START, WORDS, Fact, fold, is_legal

_TOLD = ("process", "pay", "ship", "version")
_EVENT = (*OrderKey._fields, "type", "at", "actor", "cause", "data")
_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


@dataclass(frozen=True)
class Cause:
    """Why something happens: when (business time), who, the rule, file or document it follows from, and in words."""

    at: str
    actor: str
    cause: str
    words: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)


class Step(NamedTuple):
    """One wanted transition."""

    key: OrderKey
    axis: str
    to: str
    cause: Cause


@dataclass
class State:
    """Where an order stands, and how many transitions it has made."""

    process: str = START["process"]
    pay: str = START["pay"]
    ship: str = START["ship"]
    version: int = 0


def states_of(connection: Connection, keys: Iterable[OrderKey], *, lock: bool = False) -> dict[OrderKey, State]:
    """The state of each order; one that nothing happened to yet is new. `lock`: until the transaction ends."""
    wanted = sorted(set(keys))
    found: dict[OrderKey, State] = {key: State() for key in wanted}
    for key, *told in rows_of(connection, order_state, wanted, _TOLD, lock=lock):
        found[key] = State(*told)
    return found


def transition(connection: Connection, key: OrderKey, axis: str, to: str, cause: Cause) -> bool:
    """Bring one order to `to`; False when it is there already. Raises IllegalTransition."""
    return transition_all(connection, [Step(key, axis, to, cause)]) == 1


def transition_all(connection: Connection, steps: Iterable[Step]) -> int:
    """Make every step in order, each with its event; returns how many changed something.

    Raises IllegalTransition at the first step that the state map does not allow; the caller's transaction must then
    be rolled back. Two writers cannot both move an order: its row is locked while it is decided.
    """
    wanted = list(steps)
    if not wanted:
        return 0
    keys = sorted({step.key for step in wanted})
    states = {key: State(*told) for key, *told in rows_of(connection, order_state, keys, _TOLD, lock=True)}
    before = {key: state.version for key, state in states.items()}
    fresh = {key: State() for key in keys if key not in states}
    events = _told(wanted, {**states, **fresh})
    if fresh and not _begun(connection, fresh):
        states = _locked(connection, keys)
        before = {key: state.version for key, state in states.items()}
        events = _told(wanted, states)
    moved = [_cells(key, state) for key, state in states.items() if state.version != before[key]]
    change(connection, order_state, OrderKey._fields, _TOLD, moved)
    add_missing(connection, order_event, _EVENT, events)
    return len(events)


def _told(steps: Iterable[Step], states: Mapping[OrderKey, State]) -> list[tuple[str, ...]]:
    """Move the states; the event of every step that moved one."""
    tell = _Teller()
    return [event for step in steps if (event := tell(states[step.key], step))]


def _cells(key: OrderKey, state: State) -> tuple[object, ...]:
    return (*key, state.process, state.pay, state.ship, state.version)


def _begun(connection: Connection, fresh: Mapping[OrderKey, State]) -> bool:
    """Write states for orders that had none; False, and nothing is written, where another writer was faster."""
    with connection.begin_nested() as point:
        rows = [_cells(key, state) for key, state in fresh.items()]
        if add_missing(connection, order_state, (*OrderKey._fields, *_TOLD), rows) == len(rows):
            return True
        point.rollback()
    return False


def _locked(connection: Connection, keys: Sequence[OrderKey]) -> dict[OrderKey, State]:
    """The states of these orders, held until the transaction ends; those that had none have a row now."""
    have = {key for key, *_ in rows_of(connection, order_state, keys, ("version",))}
    add_missing(connection, order_state, OrderKey._fields, [key for key in keys if key not in have])
    return states_of(connection, keys, lock=True)


class _Teller:
    """Moves states and tells the events; what many orders do for one cause is put into words once."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str, str, int, int], tuple[str, ...]] = {}

    def __call__(self, state: State, step: Step) -> tuple[str, ...] | None:
        """Move the state and tell the event, cells as in _EVENT, or None where it stands there already.

        The causes must outlive this: they are known by where they lie.
        """
        known: str = getattr(state, step.axis)
        if known == step.to:
            return None
        same = (step.axis, known, step.to, state.version, id(step.cause))
        told = self._told.get(same)
        if told is None:
            told = self._told[same] = _event(step, known, state.version + 1)
        setattr(state, step.axis, step.to)
        state.version += 1
        return (*step.key, *told)


def _event(step: Step, known: str, n: int) -> tuple[str, ...]:
    """What the event says beside whose it is. Raises IllegalTransition."""
    if not is_legal(step.axis, known, step.to):
        legal = [WORDS[name] for name in LEGAL[step.axis].get(known, ())]
        raise IllegalTransition(
            step.key.order_no, AXIS_WORDS[step.axis], WORDS.get(known, known), WORDS.get(step.to, step.to), legal
        )
    cause = step.cause
    words = cause.words or f"{AXIS_WORDS[step.axis]}：{WORDS[known]} → {WORDS[step.to]}"
    data = {"n": n, "from": known, "to": step.to, "words": words, **cause.facts}
    return f"{step.axis}.{step.to}", f"{cause.at}#{n:04d}", cause.actor, cause.cause, _json(data)


def note(connection: Connection, key: OrderKey, kind: str, cause: Cause) -> bool:
    """Write an event that changes no state (a waybill voided, a memo changed); the same one again changes nothing."""
    row = {
        **key._asdict(),
        "type": kind,
        "at": cause.at,
        "actor": cause.actor,
        "cause": cause.cause,
        "data": _json({"words": cause.words, **cause.facts}),
    }
    return insert_missing(connection, order_event, [row]).created == 1


def folded(connection: Connection, key: OrderKey) -> dict[str, str]:
    """The order's state told from its events alone: what `order_state` must say."""
    c = order_event.c
    query = select(c.type, c.at).where(c.platform == key.platform, c.shop == key.shop, c.order_no == key.order_no)
    return fold(fact for kind, at in connection.execute(query).all() if (fact := _fact(kind, at)))


def _fact(kind: str, at: str) -> Fact | None:
    """The transition that an event is, None for any other event; its number stands behind its moment."""
    axis, dot, to = kind.partition(".")
    return Fact(int(at.rpartition("#")[2]), axis, to) if dot and axis in START else None


def unfolded(connection: Connection) -> list[tuple[str, str]]:
    """(order, in words) of every order whose stored state is not the fold over its events; empty when all is sound."""
    facts: dict[OrderKey, list[Fact]] = {}
    c, s = order_event.c, order_state.c
    told = select(c.platform, c.shop, c.order_no, c.type, c.at).where(c.type.like("%.%"))
    for platform, shop, order_no, kind, at in connection.execute(told).all():
        if fact := _fact(kind, at):
            facts.setdefault(OrderKey(platform, shop, order_no), []).append(fact)
    wrong = []
    stored = {
        OrderKey(*row[:3]): dict(zip(AXES, row[3:], strict=True))
        for row in connection.execute(select(s.platform, s.shop, s.order_no, s.process, s.pay, s.ship)).all()
    }
    for key in sorted(stored.keys() | facts.keys()):
        told_state, said = fold(facts.get(key, [])), stored.get(key, START)
        if told_state != said:
            words = "；".join(
                f"{AXIS_WORDS[axis]}记的是{WORDS.get(said[axis], said[axis])}，事件说的是{WORDS[told_state[axis]]}"
                for axis in AXES
                if said[axis] != told_state[axis]
            )
            wrong.append(("/".join(key), words))
    return wrong
