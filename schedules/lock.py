"""One night at a time, one run at a time per account: locks that the system gives back when their holder dies."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from urllib.parse import quote

from schedules.problems import AccountBusy, NightRunning

ACCOUNT_WAIT_S = 600.0
"""How long a run waits for another process that uses its account: longer than most flows take."""
LOOK_EVERY_S = 0.5


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold the night's lock. Raises NightRunning when another process holds it."""
    path = home / "night.lock"
    connection = taken(path)
    if connection is None:
        raise NightRunning(path)
    try:
        yield
    finally:
        connection.close()


@asynccontextmanager
async def one_run(
    home: Path, account: str, *, wait_s: float = ACCOUNT_WAIT_S, waits: Callable[[], None] = lambda: None
) -> AsyncIterator[None]:
    """Hold the account: two browsers signed in as one would sign each other out, or do one thing twice.

    Another process that holds it is waited for; `waits` is called once when that begins. Raises AccountBusy.
    """
    path = home / "locks" / f"{quote(account, safe='')}.lock"
    end = asyncio.get_running_loop().time() + wait_s
    while (connection := taken(path)) is None:
        if asyncio.get_running_loop().time() >= end:
            raise AccountBusy(account, path)
        waits()
        waits = lambda: None  # noqa: E731
        await asyncio.sleep(LOOK_EVERY_S)
    try:
        yield
    finally:
        connection.close()


def taken(path: Path) -> sqlite3.Connection | None:
    """The lock, held until the connection is closed; None while another one holds it.

    An exclusive SQLite transaction on a file of its own: held by the system for the process, so a kill -9 frees it,
    the same on Linux, macOS and Windows.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        connection.close()
        return None
    return connection
