"""Three workers on one PostgreSQL: whatever happens to two of them, everything is done, and nothing twice."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url

from schedules.queue import board
from schedules.queue.model import Ticket
from schedules.settings import ROOT
from storage.database.connection import Database, open_database
from tests.schedules.queue.crowd import EFFECTS, Site, queue_at
from tests.support.wire import Wire

TICKETS = [Ticket(f"t{n:02}", "x", f"t{n:02}", f"account-{n % 6}") for n in range(24)]


@contextmanager
def crowd(urls: dict[str, str], site: Path, engine: str) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """A process for each worker; none is left at the end."""
    command = [sys.executable, "-m", "tests.schedules.queue.crowd"]
    quiet = {"cwd": ROOT, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    found = {name: subprocess.Popen([*command, url, str(site), name, engine], **quiet) for name, url in urls.items()}
    try:
        yield found
    finally:
        for process in found.values():
            process.kill()
            process.wait()


def until(what: Callable[[], bool], most_s: float = 90.0) -> None:
    """Until it is so."""
    end = time.monotonic() + most_s
    looked = threading.Event()
    while not what():
        assert time.monotonic() < end, "it never came"  # only so that a defect does not hang the tests
        looked.wait(0.02)


def under_way(database: Database, site: Site, name: str) -> bool:
    """Whether this worker holds a ticket of which it has done something."""
    with database.read() as connection:
        mine = [one.ticket.key for one in board.standings(connection) if (one.state, one.worker) == ("leased", name)]
    done = [what for what, who in site.all() if who == name]
    return any(f" {key} " in what for key in mine for what in done)


@pytest.mark.postgres
@pytest.mark.parametrize("engine", ["embedded", "postgresql"])
def test_three_workers_lose_and_repeat_nothing(postgres_url: str, tmp_path: Path, engine: str) -> None:
    """One is killed in the middle of a run, one is cut off from the database: each effect has happened exactly once."""
    database = open_database(postgres_url)
    site = Site(tmp_path / "site.sqlite")
    where = make_url(postgres_url)
    wire = Wire(Path(str(where.query["host"])) / ".s.PGSQL.5432", tmp_path)
    through = where.set(query={**where.query, "host": str(tmp_path)}).render_as_string(hide_password=False)
    queue = queue_at(postgres_url, database, engine)
    urls = {"killed": postgres_url, "cut off": through, "stays": postgres_url}
    with crowd(urls, tmp_path / "site.sqlite", engine) as processes:
        until(lambda: len(workers(database)) == len(urls))
        assert queue.put(TICKETS) == len(TICKETS)
        until(lambda: under_way(database, site, "killed"))
        os.kill(processes["killed"].pid, signal.SIGKILL)
        until(lambda: under_way(database, site, "cut off"))
        wire.cut()
        until(lambda: all(one.state == "ended" for one in standings(database)))
    told = [what for what, _ in site.all()]
    assert sorted(told) == sorted(f"{one.account} {one.key} {n}" for one in TICKETS for n in range(EFFECTS))
    assert {one.outcome for one in standings(database)} == {"done"}
    taken_up = [one for one in standings(database) if one.fence > 1]
    assert len(taken_up) >= 2, "nothing was taken up again"
    for account in {one.account for one in TICKETS}:
        order = [what.split()[1] for what in told if what.startswith(f"{account} ")]
        assert order == sorted(order, key=order.index), "two tickets of one account at a time"
        assert [key for n, key in enumerate(order) if order[n - 1 : n] != [key]] == list(dict.fromkeys(order))
    database.close()


def standings(database: Database) -> list[board.Standing]:
    """Every ticket."""
    with database.read() as connection:
        return board.standings(connection)


def workers(database: Database) -> list[str]:
    """The names of those that are there."""
    with database.read() as connection:
        return [one["worker"] for one in board.workers(connection)]
