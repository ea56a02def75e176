"""The list a person works off: items by platform, outcome, age or order, and all that is known about one of them.

Each item has a short number, the same every time, because its key is long and full of bars.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, and_, func, or_, select

from storage.database.tables import (
    bill_line,
    platform_order,
    recon_candidate,
    recon_decision,
    recon_filing,
    recon_item,
    refund,
)
from storage.erp.reconciliation.board import BANK, BUCKETS, OLDEST, age, platforms_of
from storage.erp.reconciliation.errors import ItemMissing, NumberShort
from storage.erp.reconciliation.kept import DECIDED, OPEN
from storage.erp.reconciliation.months import OWNERS
from storage.erp.reconciliation.outcomes import OUTCOMES, Outcome, is_exception

Key = tuple[str, str, str]
Row = dict[str, Any]
NUMBER_LENGTH = 8


class Wanted(NamedTuple):
    """Which items: "" or empty is any. `outcomes` empty: those that need someone, or with `decided` any at all.

    `age`: one of the board's words. `decided`: what people decided instead of what is open.
    """

    platform: str = ""
    shop: str = ""
    outcomes: tuple[int, ...] = ()
    age: str = ""
    order_no: str = ""
    decided: bool = False


class Listed(NamedTuple):
    """One item of the list. `owner`: who has to see to it, by name once its month was closed; "" for nobody."""

    number: str
    platform: str
    shop: str
    order_no: str
    component: str
    outcome: int
    difference: str
    amount_fen: int
    expected_fen: int
    age: str
    at: str
    reason: str
    owner: str
    decided_by: str
    key: Key

    @property
    def gap_fen(self) -> int:
        """What it brought less what it should have; an expectation without a line brought nothing."""
        return (0 if self.key[1] == "books" else self.amount_fen) - self.expected_fen


class Page(NamedTuple):
    """The first items of the list, oldest first, and how many there are of it in all."""

    items: list[Listed]
    total: int


class Dossier(NamedTuple):
    """An item with what belongs to it, side by side, as rows of their tables; candidates have their `number` too."""

    item: Listed
    group: list[Row]
    order: list[Row]
    refunds: list[Row]
    lines: list[Row]
    candidates: list[Row]
    decisions: list[Row]


def number_of(key: Key) -> str:
    """The short number of an item."""
    return hashlib.sha256("|".join(key).encode()).hexdigest()[:NUMBER_LENGTH]


def listed(connection: Connection, wanted: Wanted, as_of: date, rows: int) -> Page:
    """The items that are wanted, oldest first; ages are counted to `as_of`."""
    platforms = platforms_of(connection)
    where = _where(wanted, platforms, as_of)
    i = recon_item.c
    total = connection.execute(select(func.count()).select_from(recon_item).where(*where)).scalar_one()
    f = recon_filing.c
    same = and_(f.job == i.job, f.side == i.side, f.ref == i.ref)
    query = select(recon_item, func.coalesce(f.owner, "").label("owner")).select_from(
        recon_item.outerjoin(recon_filing, same)
    )
    found = connection.execute(query.where(*where).order_by(i.at, i.ref).limit(rows)).mappings()
    return Page([_listed(dict(row), platforms, as_of) for row in found], total)


def _where(wanted: Wanted, platforms: Mapping[str, str], as_of: date) -> list[ColumnElement[bool]]:
    i = recon_item.c
    where: list[Any] = []
    outcomes = wanted.outcomes or (() if wanted.decided else _open_outcomes())
    if outcomes:
        where.append(i.outcome.in_(outcomes))
        where += [OPEN] if min(outcomes) > 2 else []
    where.append(DECIDED if wanted.decided else i.decided_by == "")
    if wanted.platform == BANK:
        where.append(i.shop.not_in(list(platforms)))
    elif wanted.platform:
        where.append(i.shop.in_([shop for shop, name in platforms.items() if wanted.platform in name.split("、")]))
    if wanted.shop:
        where.append(i.shop == wanted.shop)
    if wanted.order_no:
        where.append(i.order_no == wanted.order_no)
    if wanted.age:
        where.append(_of_age(wanted.age, as_of))
    return where


def _open_outcomes() -> tuple[int, ...]:
    return tuple(int(outcome) for outcome, meaning in OUTCOMES.items() if meaning.exception)


def _of_age(words: str, as_of: date) -> ColumnElement[bool]:
    """Items whose day lies in that step of ages; an item without a day is in the first, as on the board."""
    day = func.substr(recon_item.c.at, 1, 10)
    steps = [(words, most) for most, words in BUCKETS]
    place = next((place for place, (name, _) in enumerate(steps) if name == words), len(steps))
    youngest = (as_of - timedelta(days=steps[place - 1][1] + 1)).isoformat() if place else ""
    oldest = (as_of - timedelta(days=steps[place][1])).isoformat() if words != OLDEST else ""
    if not place:
        return or_(day >= oldest, day == "")
    return and_(day <= youngest, day >= oldest, day != "")


def _listed(row: Row, platforms: Mapping[str, str], as_of: date) -> Listed:
    key = (row["job"], row["side"], row["ref"])
    told = {name: row[name] for name in Listed._fields if name in row}
    told["owner"] = row["owner"] or _usual_owner(row)
    told |= {"number": number_of(key), "platform": platforms.get(row["shop"], BANK), "key": key}
    return Listed(**told, age=age(row["at"][:10], as_of))


def _usual_owner(row: Row) -> str:
    waits = not row["decided_by"] and (is_exception(row["outcome"]) or row["outcome"] == Outcome.TIMING)
    return OWNERS[OUTCOMES[Outcome(row["outcome"])].who] if waits else ""


def find(connection: Connection, number: str) -> Key:
    """The key of an item by the beginning of its number, or by its whole key `job|side|ref`.

    Numbers are those of items that are more than matched or that a person decided; others have their key alone.
    Raises ItemMissing, NumberShort.
    """
    i = recon_item.c
    columns = (i.job, i.side, i.ref)
    if "|" in number:
        job, side, ref = (*number.split("|", 2), "", "")[:3]
        if connection.execute(select(i.ref).where(i.job == job, i.side == side, i.ref == ref)).first() is None:
            raise ItemMissing(number)
        return job, side, ref
    query = select(*columns).where(OPEN).union(select(*columns).where(DECIDED))
    keys: Iterable[Key] = ((job, side, ref) for job, side, ref in connection.execute(query))
    beginning = number.strip().lower()
    found = [key for key in keys if beginning and number_of(key).startswith(beginning)]
    if not found:
        raise ItemMissing(number)
    if len(found) > 1:
        raise NumberShort(number, [number_of(key) for key in found[:5]])
    return found[0]


def dossier(connection: Connection, key: Key, as_of: date) -> Dossier:
    """All that is known about an item. Raises ItemMissing."""
    i = recon_item.c
    here = and_(i.job == key[0], i.side == key[1], i.ref == key[2])
    row = connection.execute(select(recon_item).where(here)).mappings().first()
    if row is None:
        raise ItemMissing("|".join(key))
    item = _listed({**row, "owner": _owner(connection, key)}, platforms_of(connection), as_of)
    group = select(recon_item).where(i.group_id == row["group_id"]).order_by(i.at, i.ref)
    c = recon_candidate.c
    candidates = select(recon_candidate).where(c.job == key[0], c.side == key[1], c.ref == key[2]).order_by(c.rank)
    order_no = row["order_no"]
    return Dossier(
        item,
        _rows(connection, group) if row["group_id"] else [dict(row)],
        _of_order(connection, platform_order, order_no),
        _of_order(connection, refund, order_no),
        sorted(_of_order(connection, bill_line, order_no), key=lambda line: (line["at"], line["flow_no"])),
        [{**row, "number": _candidate_number(row)} for row in _rows(connection, candidates)],
        _decisions(connection, key),
    )


def _candidate_number(row: Row) -> str:
    """By what a person names the candidate: the number of the other item, or of the order."""
    side, _, ref = row["candidate"].partition(":")
    return str(ref) if side == "order" else number_of((row["job"], side, ref))


def _of_order(connection: Connection, table: Table, order_no: str) -> list[Row]:
    return _rows(connection, select(table).where(table.c.order_no == order_no)) if order_no else []


def _rows(connection: Connection, query: Any) -> list[Row]:
    return [dict(row) for row in connection.execute(query).mappings()]


def _owner(connection: Connection, key: Key) -> str:
    f = recon_filing.c
    here = select(f.owner).where(f.job == key[0], f.side == key[1], f.ref == key[2])
    return connection.execute(here).scalar() or ""


def _decisions(connection: Connection, key: Key) -> list[Row]:
    """What people decided about the item, and what was taken back, in order."""
    d = recon_decision.c
    columns = (d.serial, d.choice, d.subject, d.who, d.why, d.decided_at, d.undone_by, d.undone_why)
    found = connection.execute(select(*columns).order_by(d.serial)).mappings()
    return [
        {name: row[name] for name in row if name != "subject"}
        for row in found
        if list(key) in json.loads(row["subject"])
    ]


def ages() -> Sequence[str]:
    """The steps of age, in the board's words."""
    return [*(words for _, words in BUCKETS), OLDEST]
