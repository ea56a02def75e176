"""A desk with a timetable, a clock that tests turn, and an executor that notes what it was given."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from schedules.timetable.book import TimetableBook
from schedules.timetable.deciding import Row
from schedules.timetable.model import Job, Timetable
from schedules.timetable.reading import Beside, read_timetable
from schedules.timetable.turn import Control, Outcome, Turn
from schedules.timetable.workdays import ChinaCalendar
from storage.database.connection import Database

SHANGHAI = ZoneInfo("Asia/Shanghai")
BESIDE = Beside(["a", "b", "mail"], ["f", "g"], lambda path: ("a", "b"))
Work = Callable[["World", Job, Control], Outcome]


def timetable_of(text: str) -> Timetable:
    """The entries of a text, which is right."""
    read = read_timetable("title: t\nentries:\n" + text, "t.yaml", "t", BESIDE)
    assert read.timetable is not None, read.rendered("en")
    return read.timetable


def at(when: str) -> datetime:
    """A moment in November 2026, as clocks in Shanghai show it: `21 01:30`."""
    day, time = when.split()
    return datetime.fromisoformat(f"2026-11-{day}T{time}").replace(tzinfo=SHANGHAI)


class World:
    """One desk. `played` are the keys in the order in which they were begun, restarts included."""

    def __init__(self, database: Database, text: str, work: Work | None = None,
                 before_write: Callable[[str], None] | None = None) -> None:  # fmt: skip
        """Nothing has happened yet."""
        self.now = at("20 00:00")
        self.played: list[str] = []
        self.inputs: dict[str, dict[str, object]] = {}
        self.work = work
        self.book = TimetableBook(database, "t", before_write)
        self.turn = Turn(self.book, timetable_of(text), ChinaCalendar(), self, lambda: self.now)

    def run(self, job: Job, control: Control) -> Outcome:
        """Note the job, take ten minutes unless told otherwise."""
        self.played.append(job.key)
        self.inputs[job.key] = dict(job.inputs)
        if self.work:
            return self.work(self, job, control)
        self.now += timedelta(minutes=10)
        return Outcome("done")

    def go(self, *moments: str) -> "World":
        """Look and play at each of the moments."""
        for when in moments:
            self.now = max(self.now, at(when))
            self.turn.look_and_play()
        return self

    def rows(self) -> dict[str, Row]:
        """Every row by key."""
        with self.book.read() as page:
            return {row.key: row for row in page.rows(at("01 00:00"))}

    def told(self) -> dict[str, str]:
        """Every row's state with its reason, by entry and time."""
        return {key.rstrip("|"): " ".join(filter(None, (row.state, row.reason))) for key, row in self.rows().items()}
