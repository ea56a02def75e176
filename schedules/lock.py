"""One night at a time: a lock that the operating system gives back when its holder dies, however it dies."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from schedules.problems import NightRunning


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold the night's lock. Raises NightRunning when another process holds it.

    An exclusive SQLite transaction on a file of its own: held by the system for the process, so a kill -9 frees it,
    the same on Linux, macOS and Windows.
    """
    home.mkdir(parents=True, exist_ok=True)
    path = home / "night.lock"
    connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        connection.close()
        raise NightRunning(path) from error
    try:
        yield
    finally:
        connection.close()
