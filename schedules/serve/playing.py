"""A ticket that is a run of the timetable: begun, played and ended in its book, as far as the lease goes."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from loguru import logger

from schedules.desk import Desk
from schedules.night import Hands
from schedules.problems import default_lang, explain
from schedules.queue import board
from schedules.queue.errors import LeaseLost
from schedules.queue.model import Ending, Queue
from schedules.serve.controls import Held
from schedules.serve.flows import FlowsByQueue
from schedules.settings import SHANGHAI
from schedules.timetable.book import TimetableBook
from schedules.timetable.deciding import after, in_words, window_closed
from schedules.timetable.handing import job_of
from schedules.timetable.model import Job
from schedules.timetable.telling import not_begun
from schedules.timetable.turn import Outcome


class Plays(Protocol):
    """What really does a job: `desk` has a journal that ends with the run's lease."""

    async def play(self, job: Job, desk: Desk | None = None, hands: Hands | None = None) -> Outcome:
        """Do it and say how it ended. What is raised counts as failed. `hands` play the flows of a night."""

    def stopped(self, job: Job, why: str) -> None:
        """It was ended for good while it went on."""

    def tell(self, job: Job, outcome: Outcome) -> None:
        """People hear of it, when nothing more will be tried."""


TRIES = 3
"""How often a run is tried in all when its site fails it: by then the site may be itself again."""
AGAIN_AFTER = timedelta(minutes=15)


class RunPlayer:
    """Does runs of the timetable, each as long as it may last."""

    def __init__(self, desk: Desk, executor: Plays, longest: timedelta, queue: Queue | None = None,
                 now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:  # fmt: skip
        """At the desk; the flows of a night go to `queue`, if there is one. `now` tells aware moments."""
        self.desk = desk
        self.executor = executor
        self.book = TimetableBook(desk.database, "")
        self.longest = longest
        self.queue = queue
        self.now = now

    async def play(self, held: Held) -> Ending | None:
        """The run, from where it was left; None when somebody else goes on with it."""
        job = job_of(held.lease.ticket)
        if (why_not := await asyncio.to_thread(self._begin, job, held)) is not None:
            await asyncio.to_thread(self.executor.stopped, job, why_not)
            return Ending("dropped", why_not)
        held.lasts_until(job.until, self.now(), self.longest)
        outcome = await self._played(job, held)
        held.closing = True  # what is being written down is not ended any more
        if await asyncio.to_thread(self._end, job, held, outcome):
            await asyncio.to_thread(self._tell, job, outcome)
        return Ending("dropped" if held.why == "cancelled" else outcome.state, outcome.message,
                      folder=outcome.folder)  # fmt: skip

    async def _played(self, job: Job, held: Held) -> Outcome:
        desk = self.desk.fenced(held.fence, held.lease.ticket)
        hands = FlowsByQueue(self.queue, desk, held).play if self.queue else None
        try:
            return await self.executor.play(job, desk, hands)
        except asyncio.CancelledError:
            if held.why is None or not held.is_over:
                raise
            words = held.words(self.desk.settings.lang)
            await asyncio.to_thread(self.executor.stopped, job, words)
            return Outcome("failed", words)
        except LeaseLost:
            raise
        except Exception as error:  # noqa: BLE001 (one run that fails, however it fails, must not stop the others)
            logger.exception("timetable_run_failed", run=job.key)
            shown = explain(error, default_lang())
            return Outcome("failed", f"{shown.message} {shown.hint}".strip())

    def _begin(self, job: Job, held: Held) -> str | None:
        """Write it down as begun; else why it is not begun, in words."""
        now = self.now()
        with self.book.write("begin") as page:
            if not board.holds(page.connection, held.lease):
                raise LeaseLost(held.lease.ticket.key, held.lease.worker)
            row = page.row(job.key)
            if row and row.state == "running" and row.attempt == job.attempt and job.until and job.until <= now:
                decision = window_closed(row, SHANGHAI)
                page.decided(row, decision, now)
                not_begun(self.desk, page.connection, [after(row, decision)], now)
                return in_words(decision.reason, decision.facts, "en" if self.desk.settings.lang == "en" else "zh")
            begun = page.begun(job.key, job.attempt, held.lease.worker, now)
        return None if begun else "它已经结束，或者被取消了 / it has ended, or was cancelled"

    def _end(self, job: Job, held: Held, outcome: Outcome) -> bool:
        """Write it down; whether that was the last word."""
        now = self.now()
        again_at = now + AGAIN_AFTER
        in_time = job.until is None or again_at < job.until
        again = outcome.again and held.why is None and job.attempt < TRIES and in_time
        with self.book.write("end") as page:
            if not board.holds(page.connection, held.lease):
                raise LeaseLost(held.lease.ticket.key, held.lease.worker)
            if again:
                page.again(job.key, outcome.message, again_at, now)
            else:
                page.ended(job.key, outcome.state, outcome.message, now)
        return not again

    def _tell(self, job: Job, outcome: Outcome) -> None:
        try:
            self.executor.tell(job, outcome)
        except Exception:  # noqa: BLE001 (a message that cannot be written must not make a run fail that did not)
            logger.exception("run_not_told", run=job.key)
