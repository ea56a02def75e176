"""What nights were to fetch: the days that a job's inputs name, of the kinds that its flow brings.

A job says its days by its inputs (a day, a list of days or months, since and until); which kinds a flow brings is what
it has brought before. So a statement that failed to come is missing though nobody wrote it into feeds.yaml.
"""

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, select

from schedules.delivery.brought import Brought
from schedules.delivery.filing import OURS
from storage.database.tables import job, raw_file, raw_receipt

if TYPE_CHECKING:
    from schedules.desk import Desk

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
MONTH = re.compile(r"\d{4}-\d{2}")
LATER_NIGHTS = timedelta(days=45)
"""How long after a day a night may still fetch it: a monthly statement comes in the next month."""
LONGEST = 400
Key = tuple[str, str]
"""(kind, shop); the kind is "" where a flow has never brought anything: then the flow's name stands for it."""


class Fetch(NamedTuple):
    """What the last night that was to fetch a day made of it: `came`, `empty` (it ran and brought none), or why not.

    `person`: who answers for the account, where it waits for them.
    """

    state: Literal["came", "empty", "missing", "waiting"]
    flow: str
    account: str
    message: str
    person: str = ""

    def why(self) -> str:
        """What the night says of it."""
        said = f"{self.flow} · {self.account}: {self.message}" if self.message else f"{self.flow} · {self.account}"
        return f"{said} → {self.person}" if self.person else said


class Planned(NamedTuple):
    """What was to be fetched, and under which flow's name what has never come is listed."""

    days: Mapping[Key, Mapping[date, Fetch]]
    flows: Mapping[Key, str]


def days_of(inputs: Mapping[str, Any]) -> tuple[set[date], set[date]]:
    """The days that a job's inputs name: those with a file each (a day, a list of days or months), those with one file
    for all (from one day to another). Pure.
    """
    texts = [value for value in inputs.values() if isinstance(value, str)]
    single = sorted({text for text in texts if DAY.fullmatch(text)})
    listed = [str(one) for value in inputs.values() if isinstance(value, list) for one in value]
    listed += [text for text in texts if MONTH.fullmatch(text)]
    if len(single) == 2 and (ends := [*_days(single[0]), *_days(single[1])]) and len(ends) == 2:
        first, last = ends
        together = {first + timedelta(days=n) for n in range(min((last - first).days, LONGEST) + 1)}
    else:
        together = set()
        listed += single
    return {day for text in listed for day in _days(text)}, together


def _days(text: str) -> Iterable[date]:
    try:
        if DAY.fullmatch(text):
            return [date.fromisoformat(text)]
        if MONTH.fullmatch(text):
            first = date.fromisoformat(f"{text}-01")
            return [day for n in range(31) if (day := first + timedelta(days=n)).month == first.month]
    except ValueError:
        return []
    return []


def planned(
    desk: "Desk", connection: Connection, first: date, last: date, known: Collection[str], came: Sequence[Brought]
) -> Planned:
    """What nights were to fetch of these days; of two nights that were, the later one counts.

    `known`: all kinds; `came`: all that was ever brought.
    """
    brought = _kinds_of(came)
    found: dict[Key, dict[date, Fetch]] = defaultdict(dict)
    flows: dict[Key, str] = {}

    @cache  # only for jobs that fetch many days in one file
    def by_run() -> dict[str, set[str]]:
        return _by_run(connection, first, last)

    @cache  # a night asks many accounts for the same, and most nights for nothing by name
    def asked(inputs: str) -> tuple[set[str], set[date], set[date]]:
        given = json.loads(inputs or "{}")
        named = {value for value in given.values() if isinstance(value, str) and value in known}
        return named, *days_of(given)

    for row in _jobs(connection, first, last):
        named, each, together = asked(row.inputs)
        if not each and not together:
            continue
        settings = desk.settings.accounts.get(row.account)
        shop = (settings.shop if settings else "") or row.account
        kinds = named or brought.get((row.flow, shop)) or brought.get((row.flow, ""), set())
        for kind in sorted(kinds) or [""]:
            key = (kind or row.flow, shop)
            if not kind:
                flows[key] = row.flow
            fetched = bool(together) and kind in by_run().get(row.run_id, set())
            for days, got in ((each, False), (together, fetched)):
                fetch = Fetch(_state(row.stage, came=got), row.flow, row.account, row.message, person_in(row.summary))
                found[key].update({day: fetch for day in days if first <= day <= last})
    return Planned({key: days for key, days in found.items() if days}, flows)


def _state(stage: str, *, came: bool) -> Literal["came", "empty", "missing", "waiting"]:
    if came:
        return "came"
    if stage == "done":
        return "empty"
    return "missing" if stage in {"failed", "person"} else "waiting"


def _jobs(connection: Connection, first: date, last: date) -> Iterable[Any]:
    """Jobs of nights after the first day, the earlier night first; steps of the core fetch nothing."""
    columns = (job.c.night, job.c.flow, job.c.account, job.c.inputs, job.c.stage, job.c.message, job.c.run_id,
               job.c.summary)  # fmt: skip
    return connection.execute(select(*columns).where(_of(first, last)).order_by(job.c.night, job.c.position)).all()


def _of(first: date, last: date) -> ColumnElement[bool]:
    """Jobs with an account, of the nights that may fetch these days."""
    nights = job.c.night.between(first.isoformat(), (last + LATER_NIGHTS).isoformat())
    return and_(nights, job.c.account != "")


def _kinds_of(came: Iterable[Brought]) -> dict[Key, set[str]]:
    """(flow, shop) → kinds, with shop "" for any."""
    kinds: dict[Key, set[str]] = defaultdict(set)
    for one in came:
        if one.flow and one.kind and one.kind not in OURS:
            kinds[flow_name(one.flow), one.whose].add(one.kind)
            kinds[flow_name(one.flow), ""].add(one.kind)
    return kinds


def _by_run(connection: Connection, first: date, last: date) -> dict[str, set[str]]:
    """Run → kinds that it brought, for the runs of these days' nights."""
    r, f = raw_receipt.c, raw_file.c
    query = (
        select(r.run_id, f.kind)
        .join_from(raw_receipt, raw_file, r.file_sha == f.file_sha)
        .where(
            r.flow != "", f.kind != "", f.kind.not_in(OURS), r.run_id.in_(select(job.c.run_id).where(_of(first, last)))
        )
        .distinct()
    )
    by_run: dict[str, set[str]] = defaultdict(set)
    for run_id, kind in connection.execute(query):
        by_run[run_id].add(kind)
    return by_run


def person_in(summary: str) -> str:
    """Who is named in a job's summary as the one it waits for; "" for nobody. Pure."""
    return str(json.loads(summary or "{}").get("person", ""))


def flow_name(path: str) -> str:
    """A flow as plans name it, from the path that its files carry. Pure."""
    return path.replace("\\", "/").removesuffix(".yaml").rpartition("flows/")[2]
