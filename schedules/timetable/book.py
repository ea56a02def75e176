"""The timetable's rows in the books' database: each call is one transaction, durable when it returns."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any, cast

from sqlalchemy import Connection, RowMapping, delete, or_, select, update

from schedules.timetable.deciding import OPEN, Decision, Pause, Row, State
from schedules.timetable.model import Arrival, Cause, Facts, Past, Planned
from storage.database.bulk import insert_missing, upsert
from storage.database.connection import Database
from storage.database.moments import moment, stamp
from storage.database.tables.desk import timetable_event, timetable_mark, timetable_pause, timetable_run

HISTORY = 20
"""How many past runs an expected duration is the median of."""
LOOKED_BACK = timedelta(days=3)
"""A gate's window is never longer; older runs matter only while one is open."""


class TimetableBook:
    """The memory of one timetable.

    `before_write` is called with the name of each write before it begins, so that a test can stop the world there.
    """

    def __init__(self, database: Database, name: str, before_write: Callable[[str], None] | None = None) -> None:
        """Over the books of `database`, for the timetable called `name`."""
        self._database = database
        self._name = name
        self._before_write = before_write

    @contextmanager
    def write(self, what: str) -> Iterator["Page"]:
        """One transaction; an exception undoes all of it."""
        if self._before_write:
            self._before_write(what)
        with self._database.write() as connection:
            yield Page(connection, self._name)

    @contextmanager
    def read(self) -> Iterator["Page"]:
        """One moment of the book."""
        with self._database.read() as connection:
            yield Page(connection, self._name)


class Page:
    """The book inside one transaction."""

    def __init__(self, connection: Connection, name: str) -> None:
        """Inside the caller's transaction."""
        self.connection = connection
        self.name = name

    def mark(self) -> datetime | None:
        """Up to when everything is in the book; None before the first look."""
        query = select(timetable_mark.c.planned_until).where(timetable_mark.c.timetable == self.name)
        return moment(str(self.connection.execute(query).scalar() or ""))

    def set_mark(self, until: datetime) -> None:
        """Everything before this moment is in the book."""
        upsert(self.connection, timetable_mark, [{"timetable": self.name, "planned_until": stamp(until)}])

    def add(self, runs: Iterable[tuple[Planned, State, Mapping[str, object]]], now: datetime) -> int:
        """Runs with the state they begin in and their facts; those that are there stay. Returns how many are new."""
        rows = [_row_of(run, state, facts, now) for run, state, facts in runs]
        return insert_missing(self.connection, timetable_run, rows).created

    def arrived(self, arrivals: Iterable[Arrival]) -> int:
        """Note what came from outside, each once. Returns how many are new."""
        rows = [
            {"event_key": one.key, "entry": one.entry, "arrived_at": stamp(one.arrived_at), "given": _json(one.given),
             "state": "new"}
            for one in arrivals
        ]  # fmt: skip
        return insert_missing(self.connection, timetable_event, rows).created

    def known(self, keys: Iterable[str]) -> set[str]:
        """Those of the arrivals that are in the book."""
        query = select(timetable_event.c.event_key).where(timetable_event.c.event_key.in_(list(keys)))
        return set(self.connection.execute(query).scalars())

    def new_arrivals(self) -> list[Arrival]:
        """What came and has no runs yet."""
        return [_arrival(row) for row in self._arrivals(timetable_event.c.state == "new")]

    def arrivals_planned(self, arrivals: Iterable[Arrival]) -> None:
        """The runs of these are in the book."""
        mine = timetable_event.c.event_key.in_([one.key for one in arrivals])
        self.connection.execute(update(timetable_event).where(mine).values(state="planned"))

    def rows(self, since: datetime, until: datetime | None = None) -> list[Row]:
        """Runs with a slot in the range, and whatever is open, by slot."""
        inside = timetable_run.c.slot >= stamp(since)
        if until:
            inside = inside & (timetable_run.c.slot < stamp(until))
        query = select(timetable_run).where(or_(inside, timetable_run.c.state.in_(OPEN)))
        ordered = query.order_by(timetable_run.c.slot, timetable_run.c.run_key)
        return [_row(found) for found in self.connection.execute(ordered).mappings()]

    def forget_ahead(self, now: datetime) -> int:
        """Forget runs that a clock which was ahead has planned and nobody has begun; returns how many."""
        c = timetable_run.c
        ahead = (c.slot >= stamp(now)) & (c.attempt == 0) & c.cause.in_(("time", "chain", "gate"))
        return self.connection.execute(delete(timetable_run).where(ahead)).rowcount

    def row(self, key: str) -> Row | None:
        """One run."""
        found = self.connection.execute(select(timetable_run).where(timetable_run.c.run_key == key)).mappings().first()
        return _row(found) if found else None

    def facts(self, since: datetime) -> Facts:
        """What planning and deciding may know of the time since then."""
        return replace(self.facts_of(self.rows(since)), durations=self.durations())

    def facts_of(self, rows: Sequence[Row]) -> Facts:
        """The facts of these runs, and what arrived since the first of them; no durations."""
        runs = {row.key: Past(row.state, row.started_at, row.ended_at, row.reason) for row in rows}
        since = min((row.slot for row in rows), default=None)
        arrivals = (
            [_arrival(row) for row in self._arrivals(timetable_event.c.arrived_at >= stamp(since))] if since else []
        )
        return Facts(runs, arrivals)

    def horizon(self, now: datetime) -> datetime:
        """How far back the facts of open runs reach."""
        query = select(timetable_run.c.slot).where(timetable_run.c.state.in_(OPEN)).order_by(timetable_run.c.slot)
        oldest = moment(str(self.connection.execute(query.limit(1)).scalar() or ""))
        return min(now, oldest or now) - LOOKED_BACK

    def durations(self) -> dict[tuple[str, str], timedelta]:
        """How long a run lasts, by entry and account: the median of the last ones that were done."""
        columns = (timetable_run.c.entry, timetable_run.c.account, timetable_run.c.started_at, timetable_run.c.ended_at)
        query = (
            select(*columns).where(timetable_run.c.state == "done").order_by(timetable_run.c.slot.desc()).limit(2000)
        )
        found: dict[tuple[str, str], list[float]] = {}
        for entry, account, started, ended in self.connection.execute(query):
            seconds = found.setdefault((entry, account), [])
            if len(seconds) < HISTORY and started and ended:
                seconds.append((datetime.fromisoformat(ended) - datetime.fromisoformat(started)).total_seconds())
        return {mine: timedelta(seconds=median(seconds)) for mine, seconds in found.items() if seconds}

    def change(self, key: str, **values: object) -> None:
        """Columns of one run."""
        self.connection.execute(update(timetable_run).where(timetable_run.c.run_key == key).values(**values))

    def begun(self, key: str, attempt: int, worker: str, now: datetime) -> bool:
        """A worker begins the run's attempt; False, and nothing is written, when it has ended or is to end."""
        row = self.row(key)
        if row is None or row.state != "running" or row.attempt != attempt or row.facts.get("cancel"):
            return False
        reason = "gate-open" if row.facts.get("missing") else ""
        facts = _json({**row.facts, "worker": worker})
        self.change(key, started_at=stamp(now), reason=reason, facts=facts)
        return True

    def ended(self, key: str, state: str, message: str, now: datetime) -> None:
        """How a run has ended; one that did not end well after it was asked to end is dropped for that reason."""
        row = self.row(key)
        cancelled = bool(row and row.facts.get("cancel")) and state != "done"
        state, reason = ("dropped", str(row.facts["cancel"])) if row and cancelled else (state, "")
        self.change(key, state=state, reason=reason, message=message, ended_at=stamp(now))

    def again(self, key: str, message: str, due_at: datetime, now: datetime) -> None:
        """The site has failed the run: it is due once more, somewhat later."""
        self.change(key, state="planned", reason="again", message=message, due_at=stamp(due_at), ended_at=stamp(now))

    def running(self) -> list[Row]:
        """What was given out and has not ended."""
        query = select(timetable_run).where(timetable_run.c.state == "running").order_by(timetable_run.c.run_key)
        return [_row(found) for found in self.connection.execute(query).mappings()]

    def decided(self, row: Row, decision: Decision, now: datetime) -> None:
        """Write a decision down; a run that starts has one attempt more."""
        values: dict[str, object] = {"state": decision.state, "reason": decision.reason,
                                     "facts": _json({**row.facts, **decision.facts})}  # fmt: skip
        if decision.due_at:
            values["due_at"] = stamp(decision.due_at)
        if decision.state == "dropped":
            values["ended_at"] = stamp(now)
        if decision.state == "running" and not decision.cancel:
            values |= {"attempt": row.attempt + 1, "started_at": stamp(now), "ended_at": "", "message": ""}
        self.change(row.key, **values)

    def pauses(self) -> list[Pause]:
        """The pauses that nobody has ended; those that ran out are among them."""
        query = select(timetable_pause).where(timetable_pause.c.ended_at == "").order_by(timetable_pause.c.recorded_at)
        return [
            Pause(found["scope"], found["name"], found["who"], found["why"],
                  cast(datetime, moment(found["recorded_at"])), moment(found["until_at"]))
            for found in self.connection.execute(query).mappings()
        ]  # fmt: skip

    def pause(self, pause: Pause) -> None:
        """Nothing of it starts from now on; an earlier pause of the same is replaced."""
        self.resume(pause.scope, pause.name, pause.since, pause.who)
        row = {"scope": pause.scope, "name": pause.name, "recorded_at": stamp(pause.since),
               "until_at": stamp(pause.until),
               "who": pause.who, "why": pause.why, "ended_at": "", "ended_by": ""}  # fmt: skip
        upsert(self.connection, timetable_pause, [row])

    def resume(self, scope: str, name: str, now: datetime, who: str) -> int:
        """End its pauses that have not run out; returns how many."""
        c = timetable_pause.c
        lasting = or_(c.until_at == "", c.until_at > stamp(now))
        mine = (c.scope == scope) & (c.name == name) & (c.ended_at == "") & lasting
        return self.connection.execute(
            update(timetable_pause).where(mine).values(ended_at=stamp(now), ended_by=who)
        ).rowcount

    def _arrivals(self, which: Any) -> Iterable[RowMapping]:
        query = select(timetable_event).where(which).order_by(timetable_event.c.arrived_at, timetable_event.c.event_key)
        return self.connection.execute(query).mappings().all()


def _row_of(run: Planned, state: State, facts: Mapping[str, object], now: datetime) -> dict[str, object]:
    told = {**({"given": dict(run.given)} if run.given else {}), **({"notes": list(run.notes)} if run.notes else {})}
    return {
        "run_key": run.key, "entry": run.entry, "account": run.account, "cause": run.cause, "day": run.day.isoformat(),
        "slot": stamp(run.slot), "due_at": stamp(run.due_at), "until": stamp(run.until), "state": state, "reason": "",
        "facts": _json({**told, **facts}), "message": "", "attempt": 0, "recorded_at": stamp(now), "started_at": "",
        "ended_at": "",
    }  # fmt: skip


def _row(found: RowMapping) -> Row:
    return Row(
        found["run_key"], found["entry"], found["account"], cast(Cause, found["cause"]),
        date.fromisoformat(found["day"]), cast(datetime, moment(found["slot"])),
        cast(datetime, moment(found["due_at"])), moment(found["until"]), cast(State, found["state"]),
        cast(datetime, moment(found["recorded_at"])), found["reason"], json.loads(found["facts"] or "{}"),
        found["message"], found["attempt"], moment(found["started_at"]), moment(found["ended_at"]),
    )  # fmt: skip


def _arrival(found: RowMapping) -> Arrival:
    arrived_at = cast(datetime, moment(found["arrived_at"]))
    return Arrival(found["event_key"], found["entry"], arrived_at, json.loads(found["given"] or "{}"))


def _json(value: Mapping[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
