"""One process keeps a desk's clock: a lock that the system frees however its holder dies."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from schedules.timetable.errors import ClockRunning


@contextmanager
def only_clock(home: Path) -> Iterator[None]:
    """Hold the clock's lock, an exclusive transaction on a file of its own. Raises ClockRunning when it is held."""
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


def clock_runs(home: Path) -> bool:
    """Whether somebody holds the lock."""
    if not (home / "clock.lock").exists():
        return False
    try:
        with only_clock(home):
            return False
    except ClockRunning:
        return True
