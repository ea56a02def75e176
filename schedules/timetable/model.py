"""What a timetable says and what becomes of it: plain values, no clock, no database.

Timetable ─ entries ─┐
calendar, facts ─────┴─► planned() ─► Planned ─► the book's rows ─► Job ─► an executor
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from bots.flow.problem import Span
from schedules.timetable.cron import Cron
from schedules.timetable.days import Days

Missed = Literal["all", "last", "none"]
Overlap = Literal["queue", "skip", "replace"]
Cause = Literal["time", "chain", "gate", "trigger"]
TriggerKind = Literal["file", "mail", "webhook"]

SESSIONS = "sessions"
"""What an entry may run beside flows and plans: the look at every account's session before the night."""
USUAL_DURATION = timedelta(minutes=10)
"""How long a run is taken to last while neither its history nor its entry says."""


@dataclass(frozen=True)
class Chain:
    """After every run of another entry; with `even_if_failed` whatever became of it."""

    entry: str
    even_if_failed: bool = False


@dataclass(frozen=True)
class Gate:
    """Once all of these have arrived, or at `or_at`; what counts began at `since` (not earlier: the day before)."""

    entries: tuple[str, ...]
    or_at: time
    since: time


@dataclass(frozen=True)
class Trigger:
    """What starts a run from outside. `where` is a file pattern, a mail account or a webhook's name."""

    kind: TriggerKind
    where: str
    sender: str = ""
    subject: str = ""
    settled: timedelta = timedelta(seconds=30)


@dataclass(frozen=True)
class Entry:
    """One line of the timetable: what is run, when, and what if it cannot be then."""

    name: str
    run: str
    zone: ZoneInfo
    accounts: tuple[str, ...] = ("",)
    """One run for each; "" for a night's plan, which has accounts of its own."""
    occupies: tuple[str, ...] = ()
    """The accounts of a plan: no other run may use them meanwhile."""
    inputs: Mapping[str, str | list[str]] = field(default_factory=dict)
    days: Days | None = None
    at: tuple[time, ...] = ()
    cron: Cron | None = None
    chain: Chain | None = None
    gate: Gate | None = None
    trigger: Trigger | None = None
    until: time | None = None
    jitter: timedelta = timedelta()
    missed: Missed = "last"
    overlap: Overlap = "queue"
    expected: timedelta | None = None
    span: Span = field(default_factory=Span)

    def busy(self, account: str) -> tuple[str, ...]:
        """The accounts that a run of this entry uses."""
        return (account,) if account else self.occupies


@dataclass(frozen=True)
class Timetable:
    """Entries by name, in the order of the file."""

    name: str
    title: str
    entries: Mapping[str, Entry]

    def children(self, name: str) -> list[Entry]:
        """The entries chained to this one."""
        return [entry for entry in self.entries.values() if entry.chain and entry.chain.entry == name]


@dataclass(frozen=True)
class Planned:
    """One run that the timetable asks for. Equal work has an equal `key`, whenever and however often it is planned."""

    key: str
    entry: str
    account: str
    slot: datetime
    """The moment, in UTC, by which it belongs to a range: known facts never move it. A gate's is its time."""
    opens_at: datetime
    """From when on it may become due: the slot; for a gate, when its window opens."""
    due_at: datetime
    """When it may start; chains and gates: as known, else as expected from history."""
    until: datetime | None
    day: date
    cause: Cause
    parents: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """Codes of NOTES: what the clocks or the calendar did to it."""
    given: Mapping[str, str] = field(default_factory=dict)
    """What came with the trigger: the file, the mail's subject, the payload."""


@dataclass(frozen=True)
class Past:
    """What is known of a run: its state in the book, when it began and ended, why it was dropped."""

    state: str
    started_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True)
class Arrival:
    """Something came for an entry: a file, a mail, a call. `key` tells it from every other one."""

    key: str
    entry: str
    arrived_at: datetime
    given: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Facts:
    """What planning may know beside the timetable; it moves `due_at`, never a run into or out of a range."""

    runs: Mapping[str, Past] = field(default_factory=dict)
    arrivals: Sequence[Arrival] = ()
    durations: Mapping[tuple[str, str], timedelta] = field(default_factory=dict)


class WorkCalendar(Protocol):
    """Which days are worked."""

    def is_workday(self, day: date) -> bool:
        """Whether people work on that day, make-up days included."""

    def knows(self, year: int) -> bool:
        """Whether the holidays of the year have been published and are here; else Monday to Friday is assumed."""


@dataclass(frozen=True)
class Job:
    """What an executor is given: the abstract piece of work, whoever does it."""

    key: str
    entry: str
    run: str
    account: str
    inputs: Mapping[str, object]
    day: date
    attempt: int
    until: datetime | None
