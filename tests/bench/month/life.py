"""One life of the desk in a process of its own: a stretch of simulated time, kept by the product's own timetable.

Whoever started it may end it at any moment; the next life begins where the book says that the last one was.
"""

import json
import sys
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from schedules.demo import practice_desk
from schedules.logs import start_logs
from schedules.timetable.book import TimetableBook
from schedules.timetable.executors import DeskExecutor
from schedules.timetable.opening import open_timetable
from schedules.timetable.turn import Turn

LOOKED_BACK = timedelta(days=7)
"""How many days back the person on duty looks for what was not done."""
TRIES = 3
"""How often in a morning."""


@dataclass(frozen=True)
class Life:
    """From when to when, in ISO 8601; `on_duty` names the person who has what was not done done again, "" nobody."""

    home: str
    world: str
    url: str
    since: str
    until: str
    on_duty: str

    def told(self) -> str:
        """As one argument of a command."""
        return json.dumps(asdict(self))

    @classmethod
    def heard(cls, text: str) -> Self:
        """Back from the argument."""
        return cls(**json.loads(text))


class Simulated:
    """A clock that jumps to where it is told to, and goes on from there."""

    def __init__(self, at: datetime) -> None:
        """It is that moment."""
        self.jump(at)

    def jump(self, at: datetime) -> None:
        """It is that moment now."""
        self.at, self.since_s = at, time.monotonic()

    def now(self) -> datetime:
        """The moment."""
        return self.at + timedelta(seconds=time.monotonic() - self.since_s)


def live(what: Life) -> None:
    """The stretch of time, from where the book says that it was left."""
    home = Path(what.home)
    start_logs(home)
    with practice_desk(home, Path(what.world), what.url) as (desk, _):
        opened = open_timetable(desk.settings)
        book = TimetableBook(desk.database, opened.timetable.name)
        with book.read() as page:
            mark = page.mark()
        clock = Simulated(max(datetime.fromisoformat(what.since), mark or datetime.min.replace(tzinfo=UTC)))
        turn = Turn(book, opened.timetable, opened.calendar, DeskExecutor(desk, opened.path.parent), clock.now)
        turn.recover()
        keep_time(turn, clock, datetime.fromisoformat(what.until))
        if what.on_duty:
            have_it_done_again(turn, clock, what.on_duty)


def keep_time(turn: Turn, clock: Simulated, until: datetime) -> None:
    """Look and play, and jump to when there is something to look at, until the moment has come."""
    while True:
        turn.look_and_play()
        if clock.now() >= until:
            return
        clock.jump(min(max(turn.wakes_at(), clock.now()), until))


def have_it_done_again(turn: Turn, clock: Simulated, who: str) -> None:
    """What was not done in the last days is asked for again, as `yeban backfill` does."""
    for _ in range(TRIES):
        since = clock.now() - LOOKED_BACK
        with turn.book.read() as page:
            rows = [row for row in page.rows(since) if row.state in ("failed", "person")]
        if not rows:
            return
        keys: list[str] = []
        for name, day in sorted({(row.entry, row.day.isoformat()) for row in rows}):
            if turn.timetable.entries[name].trigger is None:
                asked = turn.backfill(name, day, day, who)
                keys += [*asked.new, *asked.again]
        turn.look_and_play_only(keys)


def main() -> None:
    """Live what the first argument says."""
    live(Life.heard(sys.argv[1]))


if __name__ == "__main__":
    main()
