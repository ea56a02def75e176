"""What is to go to whom, and what went: one row for a document and a rule, for ever.

waiting ─► sending ─► delivered          held: a person must allow it (personal data)
   ▲           │
   └─ later ───┴─► failed                a claim that its process did not end is taken up again

A rule is what its file says now: what it is for no more, and was never begun, has no row any more.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, update

from schedules.delivery.errors import NotDelivered
from schedules.delivery.remote import Landed
from schedules.delivery.rules import Rule
from storage.database.bulk import insert_missing
from storage.database.connection import Database
from storage.database.moments import stamp
from storage.database.tables.delivery import delivery, filed

FIRST_GAP = timedelta(minutes=1)
LONGEST_GAP = timedelta(hours=6)
TRIES = 20
"""Some three days; then a person must look."""
LEASE = timedelta(minutes=30)
"""How long another machine's claim is believed."""
AT_ONCE = 500
Row = Mapping[str, Any]
WAITING, SENDING, DELIVERED, FAILED, HELD = "waiting", "sending", "delivered", "failed", "held"
UNBEGUN = (WAITING, HELD, FAILED)
PERSONAL = (
    "文件里有收件人等个人信息：确实要发，就在规则里写 personal: yes / "
    "it holds personal data: write personal: yes into the rule if it is to go"
)


def gap(tries: int) -> timedelta:
    """How long to wait after so many tries: doubled each time, up to six hours. Pure."""
    doubled: timedelta = FIRST_GAP * 2 ** (max(tries, 1) - 1)
    return min(LONGEST_GAP, doubled)


def wanted(connection: Connection, name: str, rule: Rule, banks: frozenset[str]) -> list[Row]:
    """Filed documents that the rule is for and that have no receipt under it, by path."""
    known = and_(delivery.c.rule == name, delivery.c.path == filed.c.path)
    query = (
        select(filed.c.path, filed.c.file_sha, filed.c.kind, filed.c.owner, filed.c.size)
        .add_columns(func.min(filed.c.period_from).label("period_from"), func.max(filed.c.period_to).label("period_to"))
        .outerjoin(delivery, known)
        .where(delivery.c.path.is_(None))
        .group_by(filed.c.path, filed.c.file_sha, filed.c.kind, filed.c.owner, filed.c.size)
        .order_by(filed.c.path)
    )
    return [dict(row) for row in connection.execute(query).mappings() if rule.wants(row, banks)]  # type: ignore[arg-type]


def plan(
    connection: Connection, name: str, rule: Rule, rows: Iterable[Row], personal: frozenset[str], at: datetime
) -> int:
    """These documents wait for the rule; those of `personal` (sha256) are held unless it allows them."""
    made = []
    for row in rows:
        held = row["file_sha"] in personal and not rule.personal
        made.append(
            {"rule": name, "path": row["path"], "file_sha": row["file_sha"], "size": row["size"]}
            | {"way": rule.way, "target": rule.target, "state": HELD if held else WAITING}
            | {"reason": PERSONAL if held else "", "recorded_at": stamp(at), "due_at": stamp(at)}
        )
    if rule.personal:
        free = update(delivery).where(delivery.c.rule == name, delivery.c.state == HELD)
        connection.execute(free.values(state=WAITING, reason="", due_at=stamp(at)))
    return insert_missing(connection, delivery, made).created


def unwanted(
    connection: Connection, name: str, rule: Rule, banks: frozenset[str], states: Sequence[str] = UNBEGUN
) -> list[str]:
    """Paths of what waits, is held or was given up under the rule, which is for none of them any more.

    What was begun is not among them: it may have landed, and its receipt is owed. Letters are asked for by `states`.
    """
    same = and_(filed.c.path == delivery.c.path, filed.c.file_sha == delivery.c.file_sha)
    query = (
        select(filed.c.path, filed.c.kind, filed.c.owner)
        .add_columns(func.min(filed.c.period_from).label("period_from"), func.max(filed.c.period_to).label("period_to"))
        .join_from(delivery, filed, same)
        .where(delivery.c.rule == name, delivery.c.state.in_(states))
        .group_by(filed.c.path, filed.c.kind, filed.c.owner)
    )
    rows = connection.execute(query).mappings().all()
    wanted_ones = {row["path"] for row in rows if rule.wants(row, banks)}  # type: ignore[arg-type]
    return sorted({row["path"] for row in rows} - wanted_ones)


def withdraw(connection: Connection, name: str, paths: Sequence[str]) -> int:
    """Nothing is owed for these under the rule, which was never delivered; wanted again, they are planned anew."""
    d, gone = delivery.c, 0
    for some in batched(paths):
        mine = and_(d.rule == name, d.path.in_(some), d.state.in_(UNBEGUN))
        gone += connection.execute(delete(delivery).where(mine)).rowcount
    return gone


def hold(connection: Connection, name: str, personal: Collection[str]) -> int:
    """Of what waits under the rule, documents of people (sha256) wait for a person; returns how many."""
    d, held = delivery.c, 0
    for some in batched(sorted(personal)):
        mine = and_(d.rule == name, d.state == WAITING, d.file_sha.in_(some))
        held += connection.execute(update(delivery).where(mine).values(state=HELD, reason=PERSONAL)).rowcount
    return held


def batched(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """As many at once as a database takes in a question. Pure."""
    return (names[begin : begin + AT_ONCE] for begin in range(0, len(names), AT_ONCE))


def due(database: Database, name: str, host: str, at: datetime) -> list[Row]:
    """What may go now under the rule: what waits, and what a process that is gone had begun, by path."""
    d = delivery.c
    lost = and_(d.state == SENDING, d.batch == "", or_(d.host == host, d.due_at <= stamp(at)))
    ready = and_(d.state == WAITING, d.due_at <= stamp(at))
    query = select(delivery).where(d.rule == name, or_(ready, lost)).order_by(d.path)
    with database.read() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def claim(database: Database, row: Row, rule: Rule, host: str, at: datetime) -> bool:
    """Whether this process is the one that sends it; nobody else does before the lease is over."""
    values = {"state": SENDING, "host": host, "started_at": stamp(at), "due_at": stamp(at + LEASE)}
    values |= {"way": rule.way, "target": rule.target}
    with database.write() as connection:
        return connection.execute(update(delivery).where(_as_it_was(row)).values(**values)).rowcount == 1


def _as_it_was(row: Row) -> ColumnElement[bool]:
    d = delivery.c
    return and_(d.rule == row["rule"], d.path == row["path"], d.state == row["state"], d.due_at == row["due_at"])


def arrived(connection: Connection, row: Row, landed: Landed, at: datetime) -> dict[str, Any]:
    """The receipt: where it lies and how that was compared."""
    values = {"state": DELIVERED, "remote_path": landed.remote_path, "verified": landed.verified}
    values |= {"reason": "", "ended_at": stamp(at)}
    _put(connection, row, {**values, "tries": row["tries"] + 1})
    return {**row, **values}


def refused(connection: Connection, row: Row, why: NotDelivered, at: datetime) -> dict[str, Any]:
    """It waits longer than before, or is given up."""
    tries = row["tries"] + 1
    given_up = why.for_good or tries >= TRIES
    values: dict[str, Any] = {"state": FAILED if given_up else WAITING, "reason": str(why), "tries": tries}
    values |= {"due_at": stamp(at + gap(tries)), "ended_at": stamp(at) if given_up else ""}
    _put(connection, row, values)
    return {**row, **values}


def _put(connection: Connection, row: Row, values: Mapping[str, Any]) -> None:
    mine = update(delivery).where(delivery.c.rule == row["rule"], delivery.c.path == row["path"])
    connection.execute(mine.values(**values))


def in_trouble(connection: Connection, name: str, often: int) -> list[Row]:
    """What was given up, is held, or was refused so many times, under the rule; the oldest first."""
    d = delivery.c
    trouble = or_(d.state.in_((FAILED, HELD)), and_(d.state == WAITING, d.tries >= often))
    query = select(delivery).where(d.rule == name, trouble).order_by(d.recorded_at, d.path)
    return [dict(row) for row in connection.execute(query).mappings()]


def open_ones(connection: Connection, name: str) -> list[Row]:
    """What waits to go under the rule, by path."""
    mine = select(delivery).where(delivery.c.rule == name, delivery.c.state.in_((WAITING, SENDING)))
    return [dict(row) for row in connection.execute(mine.order_by(delivery.c.path)).mappings()]


def history(connection: Connection, most: int, *, rule: str = "", states: Sequence[str] = ()) -> list[Row]:
    """The newest receipts first."""
    d = delivery.c
    query = select(delivery).order_by(d.recorded_at.desc(), d.rule, d.path).limit(most)
    if rule:
        query = query.where(d.rule == rule)
    if states:
        query = query.where(d.state.in_(states))
    return [dict(row) for row in connection.execute(query).mappings()]


def count(connection: Connection, *, state: str = "", rule: str = "", rules: Collection[str] = ()) -> int:
    """How many receipts there are of that state and rule, or of one of the `rules`; "" and () ask for any."""
    query = select(func.count()).select_from(delivery)
    if state:
        query = query.where(delivery.c.state == state)
    if rule:
        query = query.where(delivery.c.rule == rule)
    if rules:
        query = query.where(delivery.c.rule.in_(sorted(rules)))
    return int(connection.execute(query).scalar_one())


def again(connection: Connection, rule: str, at: datetime) -> int:
    """What was given up under the rule waits again; returns how many."""
    d = delivery.c
    mine = update(delivery).where(d.rule == rule, or_(d.state == FAILED, and_(d.state == WAITING, d.tries > 0)))
    values = {"state": WAITING, "tries": 0, "batch": "", "due_at": stamp(at), "ended_at": ""}
    return connection.execute(mine.values(**values)).rowcount
