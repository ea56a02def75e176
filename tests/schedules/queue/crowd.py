"""One worker as a process, whose work is counted by a site that is not ours: a file of its own.

python -m tests.schedules.queue.crowd DATABASE SITE NAME ENGINE
"""

import asyncio
import sqlite3
import sys
from datetime import timedelta
from pathlib import Path

from schedules.queue.model import Ending, Queue, WorkerFacts
from schedules.serve.controls import Held
from schedules.serve.worker import Worker
from storage.database.connection import Database, open_database
from storage.runs import DatabaseJournal

LEASE = timedelta(seconds=4)
EFFECTS = 4
STEP_S = 0.05


class Site:
    """What was done, by whom, in order; it does not mind being told twice, and so can tell of it."""

    def __init__(self, path: Path) -> None:
        """Open it, made at the first time."""
        self.connection = sqlite3.connect(path, isolation_level=None, timeout=10)
        self.connection.execute("CREATE TABLE IF NOT EXISTS done (n INTEGER PRIMARY KEY, what TEXT, who TEXT)")

    def do(self, what: str, who: str) -> None:
        """It has happened."""
        self.connection.execute("INSERT INTO done (what, who) VALUES (?, ?)", (what, who))

    def shows(self, what: str) -> bool:
        """Whether it can be seen."""
        return self.connection.execute("SELECT 1 FROM done WHERE what = ?", (what,)).fetchone() is not None

    def all(self) -> list[tuple[str, str]]:
        """Everything that was done and by whom, in order."""
        return list(self.connection.execute("SELECT what, who FROM done ORDER BY n"))


class Clerk:
    """Does a ticket's effects one after the other, each written down before and after, looked at when in doubt."""

    def __init__(self, database: Database, site: Site) -> None:
        """At that site."""
        self.journal = DatabaseJournal(database)
        self.site = site

    async def play(self, held: Held) -> Ending:
        """All of them."""
        journal, who = self.journal.fenced(held.fence), held.lease.worker
        for n in range(EFFECTS):
            what = f"{held.lease.ticket.account} {held.lease.ticket.key} {n}"
            known = journal.open_effect(what, held.lease.ticket.key, "", what)
            await asyncio.sleep(STEP_S)
            if known == "new" or (known == "open" and not self.site.shows(what)):
                self.site.do(what, who)
            await asyncio.sleep(STEP_S)
            journal.close_effect(what, "done", "")
        return Ending("done", who)


def queue_at(url: str, database: Database, engine: str) -> Queue:
    """The engine of that name."""
    from schedules.queue.opening import open_queue

    return open_queue(engine, database, url, LEASE)


async def work(url: str, site: Path, name: str, engine: str) -> None:
    """Until somebody ends the process, or asks the worker to go."""
    database = open_database(url)
    queue = queue_at(url, database, engine)
    worker = Worker(queue, WorkerFacts(name, places=2), {"x": Clerk(database, Site(site))}, lease=LEASE)
    await worker.work()
    queue.close()
    database.close()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4]))
