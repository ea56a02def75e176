"""One process keeps a desk's clock: a lock that the system frees however its holder dies.

Several machines with one PostgreSQL have one clock as well: its lock is the server's, held by a connection of its own.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, func, select

from schedules.timetable.errors import ClockRunning
from storage.database.connection import Database

CLOCK = 6_300_815
"""Any number of our own."""


@contextmanager
def only_clock(home: Path, database: Database | None = None) -> Iterator[Callable[[], None]]:
    """Hold the clock's lock of this home and, on PostgreSQL, of the whole database. Raises ClockRunning.

    What it yields raises once the server has forgotten the lock: whoever keeps the clock asks now and then.
    """
    with _only_here(home):
        if database is None or database.dialect != "postgresql":
            yield lambda: None
            return
        with database.engine.connect() as connection:
            held = connection.execution_options(isolation_level="AUTOCOMMIT")
            # A machine that loses its power says no goodbye: the server asks after it, so that another may begin.
            for name, seconds in (("idle", 20), ("interval", 5), ("count", 3)):
                held.exec_driver_sql(f"SET tcp_keepalives_{name} = {seconds}")
            if not held.execute(select(func.pg_try_advisory_lock(CLOCK))).scalar():
                raise ClockRunning(home / "clock.lock")
            try:
                yield lambda: _asked(held)
            finally:
                connection.invalidate()  # whatever became of the server, nobody gets this connection again


def _asked(connection: Connection) -> None:
    connection.execute(select(1))


@contextmanager
def _only_here(home: Path) -> Iterator[None]:
    """An exclusive transaction on a file of its own."""
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
        with _only_here(home):
            return False
    except ClockRunning:
        return True
