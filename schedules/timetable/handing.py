"""From the timetable to the workers: a job that is due becomes a ticket, and what its ticket says becomes of the run.

The look has written the run down as given out before its ticket is put down; a program that dies in between leaves a
run without a ticket, and the next look puts it down. The ticket's key is the run and its attempt: it is there once.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import cast

from schedules.problems import default_lang
from schedules.queue import board
from schedules.queue.model import Queue, Ticket
from schedules.settings import SHANGHAI
from schedules.timetable.deciding import Row, after, in_words, window_closed
from schedules.timetable.model import Job
from schedules.timetable.turn import Turn
from storage.database.connection import Database
from storage.database.tables.desk import queue_job

KIND = "run"
TagsOf = Callable[[str], tuple[str, ...]]
"""What a worker must be to use this account."""


def ticket_key(run_key: str, attempt: int) -> str:
    """The name of one attempt of a run."""
    return f"{run_key}#{attempt}"


def ticket_of(job: Job, tags: TagsOf, priority: int) -> Ticket:
    """The job for whoever takes it; a night needs no tags, for each of its flows is a ticket of its own."""
    payload = {
        "key": job.key, "entry": job.entry, "run": job.run, "account": job.account, "day": job.day.isoformat(),
        "inputs": {name: _plain(value) for name, value in job.inputs.items()}, "attempt": job.attempt,
        "until": job.until.isoformat() if job.until else "",
    }  # fmt: skip
    return Ticket(ticket_key(job.key, job.attempt), KIND, job.key, job.account, tags(job.account), priority, payload)


def job_of(ticket: Ticket) -> Job:
    """The job that was put down."""
    told = ticket.payload
    until = str(told["until"])
    return Job(
        str(told["key"]), str(told["entry"]), str(told["run"]), str(told["account"]),
        cast(Mapping[str, object], told["inputs"]), date.fromisoformat(str(told["day"])), cast(int, told["attempt"]),
        datetime.fromisoformat(until) if until else None,
    )  # fmt: skip


class Handing:
    """Gives what is due to a queue, and takes its answers."""

    def __init__(self, turn: Turn, queue: Queue, database: Database, tags: TagsOf,
                 wake: Callable[[], None] = lambda: None) -> None:  # fmt: skip
        """`wake` tells a worker of this process that there is something to take."""
        self.turn = turn
        self.queue = queue
        self.database = database
        self.tags = tags
        self.wake = wake

    def give(self, jobs: Sequence[Job]) -> int:
        """Put them down; returns how many."""
        if not jobs:
            return 0
        with self.turn.book.read() as page:
            rows = {row.key: row for row in page.running()}
        tickets = [ticket_of(job, self.tags, _priority(rows.get(job.key))) for job in jobs]
        self.queue.put(tickets)
        self.wake()
        return len(tickets)

    def settle(self) -> int:
        """What was given out and has no ticket is put down; what was asked to end is told; what ended so is said.

        Returns how many rows it changed or put down.
        """
        with self.turn.book.read() as page:
            rows = {ticket_key(row.key, row.attempt): row for row in page.running()}
        if not rows:
            return 0
        asked = {key: row for key, row in rows.items() if row.facts.get("cancel")}
        for key, row in asked.items():
            self.queue.cancel([key], str(row.facts.get("cancelled_by") or row.facts["cancel"]))
        with self.database.read() as connection:
            found = {one.ticket.key: one for one in board.standings(connection, queue_job.c.ticket_key.in_(list(rows)))}
        entries = self.turn.timetable.entries
        closed = self._close([row for key, row in rows.items()
                              if key in found and found[key].state == "queued" and key not in asked])  # fmt: skip
        lost = [row for key, row in rows.items() if key not in found and key not in asked and row.entry in entries]
        given = self.give([self.turn.job_of(row) for row in lost])
        ended = [(rows[key], one) for key, one in found.items() if one.state == "ended"]
        never = [(row, None) for key, row in rows.items()
                 if key not in found and (key in asked or row.entry not in entries)]  # fmt: skip
        if ended or never:
            with self.turn.book.write("settle") as page:
                for row, one in [*ended, *never]:
                    page.ended(row.key, one.outcome if one else "failed", one.message if one else "", self.turn.now())
        return given + len(ended) + len(never) + closed

    def _close(self, untaken: Sequence[Row]) -> int:
        """What nobody has taken before its window closed (no place, no worker with its tag) is not begun any more."""
        now = self.turn.now()
        late = [row for row in untaken if row.until and row.until <= now and not row.backfill]
        if not late:
            return 0
        zone = {row.key: self.turn.timetable.entries[row.entry].zone for row in late if row.entry in
                self.turn.timetable.entries}  # fmt: skip
        decided = [(row, window_closed(row, zone.get(row.key, SHANGHAI))) for row in late]
        for row, decision in decided:
            words = in_words(decision.reason, decision.facts, default_lang())
            self.queue.cancel([ticket_key(row.key, row.attempt)], words)
        with self.turn.book.write("closed") as page:
            for row, decision in decided:
                page.decided(row, decision, now)
            self.turn.unheard(page, [after(row, decision) for row, decision in decided])
        return len(late)


def _priority(row: Row | None) -> int:
    """What came from outside first, what a person makes up for last."""
    if row is None or row.backfill:
        return -10 if row else 0
    return 10 if row.cause == "trigger" else 0


def _plain(value: object) -> object:
    return [str(one) for one in value] if isinstance(value, list | tuple) else str(value)
