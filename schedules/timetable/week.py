"""What a person sees of a timetable: done, planned and paused runs, and where runs get in each other's way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from schedules.timetable.deciding import Pause, Row, in_words
from schedules.timetable.model import Entry, Facts, Timetable, WorkCalendar
from schedules.timetable.planning import NOTES, Planning, planned

Lang = Literal["zh", "en"]


@dataclass(frozen=True)
class Line:
    """One run of the range. `state` is "" for one that is still to come; `ends_at` is as known, else as expected."""

    key: str
    entry: str
    account: str
    at: datetime
    ends_at: datetime
    state: str
    cause: str
    reason: str = ""
    facts: tuple[tuple[str, object], ...] = ()
    notes: tuple[str, ...] = ()
    message: str = ""
    paused_by: str = ""

    def words(self, lang: Lang) -> str:
        """What there is to say about it, in one sentence or two."""
        said = [in_words(self.reason, dict(self.facts), lang), *(NOTES[note][lang == "en"] for note in self.notes)]
        if self.paused_by and not self.state:
            said.append(f"paused by {self.paused_by}" if lang == "en" else f"暂停中（{self.paused_by}）")
        if self.state not in ("", "done") and self.message:
            said.append(self.message)
        return ("; " if lang == "en" else "；").join(filter(None, said))


@dataclass(frozen=True)
class Conflict:
    """Two runs that want one account at the same time; the second waits, by about so long."""

    account: str
    first: Line
    second: Line
    overlap: timedelta


@dataclass(frozen=True)
class View:
    """Everything that is shown of a range."""

    lines: Sequence[Line]
    conflicts: Sequence[Conflict]
    pauses: Sequence[Pause]


def view_of(
    timetable: Timetable, calendar: WorkCalendar, rows: Sequence[Row], facts: Facts, pauses: Sequence[Pause],
    now: datetime, start: datetime, end: datetime,
) -> View:  # fmt: skip
    """The range [start, end): what the book has of it, and from now on what the timetable plans."""
    planning = Planning(timetable, calendar, facts)
    known = {row.key for row in rows}
    lasting = [pause for pause in pauses if pause.until is None or pause.until > now]
    lines = [_done(planning, row, now) for row in rows if start <= row.slot < end]
    for run in planned(timetable, max(now, start), end, calendar, facts) if end > now else []:
        if run.key in known:
            continue
        entry = timetable.entries[run.entry]
        by = next((one.who for one in lasting if one.covers(entry, run.account) and _lasts(one, run.due_at)), "")
        lines.append(Line(run.key, run.entry, run.account, run.due_at, planning.ends_at(run), "", run.cause,
                          notes=run.notes, paused_by=by))  # fmt: skip
    lines.sort(key=lambda line: (line.at, line.key))
    return View(lines, conflicts_of(timetable, lines), lasting)


def _done(planning: Planning, row: Row, now: datetime) -> Line:
    at = row.started_at or row.due_at
    ends_at = row.ended_at or max(now, at) if row.state == "running" else row.ended_at
    if ends_at is None:
        known = row.entry in planning.timetable.entries
        ends_at = at + (planning.duration(row.entry, row.account) if known else timedelta())
    notes = row.facts.get("notes")
    return Line(row.key, row.entry, row.account, at, ends_at, row.state, row.cause, row.reason,
                tuple(row.facts.items()), tuple(notes) if isinstance(notes, list) else (), row.message)  # fmt: skip


def _lasts(pause: Pause, at: datetime) -> bool:
    return pause.until is None or pause.until > at


def conflicts_of(timetable: Timetable, lines: Sequence[Line]) -> list[Conflict]:
    """Runs still to come that overlap another one's expected time on the same account, by time."""
    found: list[Conflict] = []
    last: dict[str, Line] = {}
    for line in lines:
        if line.state in ("done", "failed", "person", "dropped"):
            continue
        entry = timetable.entries.get(line.entry)
        for account in _accounts(entry, line):
            before = last.get(account)
            if before and before.ends_at > line.at and not _chained(timetable, before, line):
                overlap = min(before.ends_at, line.ends_at) - line.at
                found.append(Conflict(account, before, line, overlap))
            if before is None or line.ends_at > before.ends_at:
                last[account] = line
    return found


def _accounts(entry: Entry | None, line: Line) -> tuple[str, ...]:
    return entry.busy(line.account) if entry else (line.account,) if line.account else ()


def _chained(timetable: Timetable, before: Line, line: Line) -> bool:
    """Whether the second one waits for the first anyhow."""
    entry = timetable.entries.get(line.entry)
    while entry and entry.chain:
        if entry.chain.entry == before.entry:
            return True
        entry = timetable.entries.get(entry.chain.entry)
    return False
