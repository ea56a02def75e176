"""What a timetable asks for in a range of time: the same answer for the same facts, whoever asks and however often.

A run belongs to a range by its `slot`, which only the timetable and the calendar decide (a trigger's: its arrival).
What has happened since moves `due_at` of chains and gates, so adjacent ranges never lose or repeat a run.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from schedules.timetable.model import (
    USUAL_DURATION,
    Cause,
    Entry,
    Facts,
    Gate,
    Planned,
    Timetable,
    WorkCalendar,
)
from schedules.timetable.moments import first_after, jitter_of, moment_of

NOTES = {
    "skipped": ("这一刻被夏令时跳过，顺延到同样久之后", "the clocks skip this time; it runs as long after"),
    "repeated": ("这一刻因夏令时出现两次，只在第一次运行", "the clocks show this time twice; it runs the first time"),
    "merged": ("被夏令时跳过的一次与它同时，只运行一次", "a run that the clocks skip falls on this one; it runs once"),
    "assumed": (
        "这一年的节假日还没有，按周一到周五算",
        "holidays of this year are not known; Monday to Friday assumed",
    ),
}
ENDED_WELL = frozenset({"done"})
ENDED = frozenset({"done", "failed", "person", "dropped"})
LONGEST_GATE = timedelta(hours=26)
"""A gate's window is a day at most, which the clocks may make an hour or two longer."""
_DAY = timedelta(days=1)


def planned(
    timetable: Timetable, start: datetime, end: datetime, calendar: WorkCalendar, facts: Facts | None = None
) -> list[Planned]:
    """The runs whose slot is in [start, end), in the order in which they are due, each key once.

    `start` and `end` are aware. Pure: reads no clock and no file.
    """
    plan = Planning(timetable, calendar, facts or Facts())
    found = [run for entry in timetable.entries.values() for run in plan.of_entry(entry, start, end)]
    return sorted(found, key=lambda run: (run.due_at, run.slot, run.key))


@dataclass(frozen=True)
class Slot:
    """One time at which an entry is to run, for all of its accounts; `name` is the part of the key that says when."""

    name: str
    at: datetime
    day: date
    cause: Cause
    opens_at: datetime
    notes: tuple[str, ...] = ()
    given: dict[str, str] = field(default_factory=dict)


class Planning:
    """The rules of one timetable over one set of facts."""

    def __init__(self, timetable: Timetable, calendar: WorkCalendar, facts: Facts) -> None:
        """Nothing is planned yet."""
        self.timetable = timetable
        self.calendar = calendar
        self.facts = facts
        self._runs: dict[tuple[str, str], list[Planned]] = {}

    def of_entry(self, entry: Entry, start: datetime, end: datetime) -> list[Planned]:
        """The entry's runs with a slot in [start, end)."""
        return [run for slot in self.slots(entry, start, end) for run in self.runs(entry, slot)]

    def slots(self, entry: Entry, start: datetime, end: datetime) -> list[Slot]:
        """When the entry is to run: a chain whenever its parent does, a gate at its time at the latest."""
        if entry.chain:
            parents = self.slots(self.timetable.entries[entry.chain.entry], start, end)
            return [Slot(slot.name, slot.at, slot.day, "chain", slot.opens_at, (), slot.given) for slot in parents]
        if entry.trigger:
            zone = entry.zone
            mine = (one for one in self.facts.arrivals if one.entry == entry.name and start <= one.arrived_at < end)
            return [
                Slot(
                    one.key,
                    one.arrived_at,
                    one.arrived_at.astimezone(zone).date(),
                    "trigger",
                    one.arrived_at,
                    (),
                    dict(one.given),
                )
                for one in mine
            ]
        # Clocks push a time forward only, by a day at the most.
        first, last = start.astimezone(entry.zone).date() - _DAY, end.astimezone(entry.zone).date()
        days = (first + n * _DAY for n in range((last - first).days + 1))
        make = self._gate_slots if entry.gate else self._time_slots
        return [slot for day in days for slot in make(entry, day) if start <= slot.at < end]

    def runs(self, entry: Entry, slot: Slot) -> list[Planned]:
        """The runs of one slot: one for each account."""
        known = self._runs.get((entry.name, slot.name))
        if known is None:
            known = [self._run(entry, slot, account) for account in entry.accounts]
            self._runs[entry.name, slot.name] = known
        return known

    def ends_at(self, run: Planned) -> datetime:
        """When the run ended, else when it is expected to."""
        past = self.facts.runs.get(run.key)
        if past and past.ended_at:
            return past.ended_at
        began = past.started_at if past and past.started_at else run.due_at
        return began + self.duration(run.entry, run.account)

    def duration(self, entry: str, account: str) -> timedelta:
        """How long such a run is expected to last: by its history, else by its entry."""
        known = self.facts.durations.get((entry, account))
        return known or self.timetable.entries[entry].expected or USUAL_DURATION

    def _run(self, entry: Entry, slot: Slot, account: str) -> Planned:
        key = "|".join((entry.name, slot.name, account))
        due_at, until = slot.at, None
        parents: tuple[str, ...] = ()
        if entry.until:
            until = first_after(slot.opens_at, entry.until, entry.zone)
        if entry.chain:
            before = self.runs(self.timetable.entries[entry.chain.entry], slot)
            parents = tuple(run.key for run in before)
            due_at = max((self.ends_at(run) for run in before), default=slot.at)
        elif entry.gate:
            due_at, parents = self._opens(entry.gate, slot)
        elif entry.jitter:
            due_at += jitter_of(key, entry.jitter)
        return Planned(key, entry.name, account, slot.at, slot.opens_at, due_at, until, slot.day, slot.cause, parents,
                       slot.notes, slot.given)  # fmt: skip

    def _time_slots(self, entry: Entry, day: date) -> Iterator[Slot]:
        moments = [(at, *moment_of(day, at, entry.zone)) for at in self._times(entry, day)]
        skipped = {moment for _, moment, clocks in moments if clocks == "skipped"}
        for at, moment, clocks in moments:
            if clocks == "skipped" and self._runs_anyway(entry, moment):
                continue
            notes: list[str] = [clocks] if clocks else ["merged"] if moment in skipped else []
            if entry.days and entry.days.by_calendar and not self.calendar.knows(day.year):
                notes.append("assumed")
            yield Slot(f"{day.isoformat()}T{at:%H:%M}", moment, day, "time", moment, tuple(notes))

    def _times(self, entry: Entry, day: date) -> list[time]:
        """The local times of the day that the rule names."""
        if entry.cron:
            return entry.cron.times if entry.cron.matches(day) else []
        return list(entry.at) if entry.days and entry.days.matches(day, self.calendar) else []

    def _runs_anyway(self, entry: Entry, moment: datetime) -> bool:
        """Whether the entry has a run of its own at the moment to which the clocks push a time that they skip."""
        local = moment.astimezone(entry.zone)
        return local.time() in self._times(entry, local.date())

    def _gate_slots(self, entry: Entry, day: date) -> Iterator[Slot]:
        gate = entry.gate
        if gate is None or entry.days is None or not entry.days.matches(day, self.calendar):
            return
        notes = ("assumed",) if entry.days.by_calendar and not self.calendar.knows(day.year) else ()
        opens, deadline = gate_window(gate, entry.zone, day)
        if deadline.astimezone(entry.zone).date() != day:
            return  # the clocks leave out the whole day (Samoa, 30 December 2011): the next day has a gate of its own
        yield Slot(f"{day.isoformat()}T{gate.or_at:%H:%M}", deadline, day, "gate", opens, notes)

    def _opens(self, gate: Gate, slot: Slot) -> tuple[datetime, tuple[str, ...]]:
        """When the gate opens as far as is known or expected, and the runs it waits for; with none, at its time."""
        deadline = slot.at
        awaited: list[Planned] = []
        complete = True
        for name in gate.entries:
            source = self.timetable.entries[name]
            runs = self.of_entry(source, slot.opens_at, deadline)
            complete = complete and (bool(runs) or not is_from_outside(self.timetable, source))
            awaited += runs
        ends = [self.ends_at(run) for run in awaited if not self._failed(run)]
        if not complete or len(ends) < len(awaited):
            return deadline, tuple(run.key for run in awaited)
        return min(deadline, max(ends, default=deadline)), tuple(run.key for run in awaited)

    def _failed(self, run: Planned) -> bool:
        past = self.facts.runs.get(run.key)
        return past is not None and past.state in ENDED - ENDED_WELL


def is_from_outside(timetable: Timetable, entry: Entry) -> bool:
    """Whether the entry runs only when something comes: nothing planned yet does not mean that nothing is awaited."""
    while entry.chain:
        entry = timetable.entries[entry.chain.entry]
    return entry.trigger is not None


def gate_window(gate: Gate, zone: ZoneInfo, day: date) -> tuple[datetime, datetime]:
    """From when on what arrives counts for the gate of that day, and when it opens at the latest."""
    opened = day - _DAY if gate.since >= gate.or_at else day
    opens, deadline = moment_of(opened, gate.since, zone).at, moment_of(day, gate.or_at, zone).at
    return (opens if opens < deadline else deadline - _DAY), deadline
