"""Who keeps the clock: one process at a desk; and the desk's timetable put together."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from schedules.desk import Desk
from schedules.timetable.book import TimetableBook
from schedules.timetable.errors import ClockRunning
from schedules.timetable.opening import Opened
from schedules.timetable.turn import Executor, Turn


@contextmanager
def only_clock(home: Path) -> Iterator[None]:
    """Hold the clock's lock, which the system frees however its holder dies. Raises ClockRunning when it is held."""
    home.mkdir(parents=True, exist_ok=True)
    path = home / "clock.lock"
    connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        connection.close()
        raise ClockRunning(path) from error
    try:
        yield
    finally:
        connection.close()


def turn_of(desk: Desk, opened: Opened, executor: Executor) -> Turn:
    """The desk's timetable at work, by this machine's time."""
    book = TimetableBook(desk.database, opened.timetable.name)
    return Turn(book, opened.timetable, opened.calendar, executor, lambda: datetime.now(UTC))
