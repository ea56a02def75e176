"""A worker: takes tickets, does them side by side, says that it lives, and ends what may not go on.

    take      while there are places and nobody asked it to go
    beat      a sixth of the lease: what it holds stays its own; what was lost or cancelled is ended
    watch     each second: what lasts too long is ended; so is everything, in time, once the database is out of reach

A worker that was cut off gives up its runs a quarter of the lease before anybody else may take them; the fence in
their journal sees to it that none begins an effect later than that.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Protocol

from loguru import logger

from schedules.problems import default_lang, explain
from schedules.queue.errors import LeaseLost
from schedules.queue.fence import margin_of
from schedules.queue.model import LEASE, Ending, Lease, Queue, Renewed, WorkerFacts
from schedules.serve.controls import Held

ASIDE_S = 60.0
LOOKS_EVERY_S = 1.0
"""How long a ticket that somebody else put down may lie before an idle worker sees it."""


class Player(Protocol):
    """Does one kind of ticket. Doing the same one again must be safe."""

    async def play(self, held: Held) -> Ending | None:
        """Do it and say how it ended; None when somebody else goes on with it. What is raised counts as failed."""


class Worker:
    """Takes tickets until it is told to go."""

    def __init__(self, queue: Queue, facts: WorkerFacts, players: Mapping[str, Player], *, lease: timedelta = LEASE,
                 ended: Callable[[], None] = lambda: None,
                 closes: Callable[[], Awaitable[None]] | None = None,
                 aside: Callable[[], None] | None = None) -> None:  # fmt: skip
        """`players` by kind of ticket; `ended` is called after each one, so that the clock may look; `closes` at the
        very end, for the browser; `aside` every minute, in a thread of its own, for what only this machine can do."""
        self.queue = queue
        self.facts = facts
        self.players = players
        self.lease = lease
        self.ended = ended
        self.closes = closes
        self.aside = aside
        self.held: dict[str, Held] = {}
        self.draining = asyncio.Event()
        self.woken = asyncio.Event()
        self.loop: asyncio.AbstractEventLoop | None = None
        self.lived_at = 0.0
        self.gone = threading.Event()

    @property
    def under_way(self) -> int:
        """How many it does at this moment."""
        return len(self.held)

    def wake(self) -> None:
        """There is something to take; may be called from any thread."""
        self.tell(self.woken.set)

    def tell(self, what: Callable[[], object]) -> None:
        """Do this in the worker's event loop; may be called from any thread, or a signal."""
        if self.loop is not None and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(what)

    def drain(self) -> None:
        """Take nothing new, and go once what is under way has ended."""
        self.draining.set()
        self.woken.set()

    def leave(self) -> None:
        """Go now: what is under way is ended with evidence, and the next worker takes it up."""
        self.drain()
        for held in list(self.held.values()):
            held.stop("leaving")

    async def work(self) -> None:
        """Until it was told to go, and what was under way has ended."""
        self.loop = asyncio.get_running_loop()
        await asyncio.to_thread(self.queue.enter, self.facts)
        self.lived_at = self.loop.time()
        beats = threading.Thread(target=self._beat, name=f"beat-{self.facts.name}", daemon=True)
        beats.start()
        threading.Thread(target=self._beside, name=f"aside-{self.facts.name}", daemon=True).start()
        watch = asyncio.create_task(self._watch())
        logger.info("worker_started", worker=self.facts.name, places=self.facts.places, tags=self.facts.tags)
        try:
            while not self.draining.is_set():
                self.woken.clear()
                if not await self._take():
                    await self._idle(LOOKS_EVERY_S)
            await self._all_ended()
        finally:
            watch.cancel()
            self.gone.set()
            if self.closes is not None:
                await self.closes()
            await asyncio.to_thread(self._left)
            logger.info("worker_stopped", worker=self.facts.name)

    async def _take(self) -> bool:
        """Begin the next ticket; whether there was one."""
        places = sum(1 for held in self.held.values() if held.lease.ticket.account)
        try:
            lease = await asyncio.to_thread(self.queue.take, self.facts, full=places >= self.facts.places)
        except Exception:  # noqa: BLE001 (a database that is away for a minute must not end the worker)
            logger.exception("worker_take_failed", worker=self.facts.name)
            await self._idle(10 * LOOKS_EVERY_S)
            return False
        if lease is None:
            return False
        if lease.ticket.key in self.held:  # it was cut off and has not quite ended here yet: it must, first
            self.held[lease.ticket.key].stop("lost")
            await asyncio.wait([task for task in [self.held[lease.ticket.key].task] if task])
        held = Held(lease, self.lease)
        self.held[lease.ticket.key] = held
        held.task = asyncio.create_task(self._run(held), name=lease.ticket.key)
        return True

    async def _run(self, held: Held) -> None:
        lease = held.lease
        logger.info("run_taken", ticket=lease.ticket.key, worker=lease.worker, fence=lease.fence)
        try:
            ending = await self._played(held)
            if ending is not None and not await asyncio.to_thread(self.queue.end, lease, ending):
                logger.warning("run_lost", ticket=lease.ticket.key, worker=lease.worker)
        except Exception:  # noqa: BLE001 (its end could not be written down: when its lease is over it is taken up again)
            logger.exception("run_end_not_written", ticket=lease.ticket.key)
        finally:
            if self.held.get(lease.ticket.key) is held:
                del self.held[lease.ticket.key]
            self.woken.set()
            self.ended()

    async def _played(self, held: Held) -> Ending | None:
        try:
            return await self.players[held.lease.ticket.kind].play(held)
        except LeaseLost:
            logger.warning("run_lost", ticket=held.lease.ticket.key, worker=held.lease.worker)
            return None
        except asyncio.CancelledError:
            if held.why is None:
                raise
            words = held.words(default_lang())
            return Ending("dropped" if held.why == "cancelled" else "failed", words) if held.is_over else None
        except Exception as error:  # noqa: BLE001 (one run that fails, however it fails, must not stop the worker)
            logger.exception("run_failed", ticket=held.lease.ticket.key)
            shown = explain(error, default_lang())
            return Ending("failed", f"{shown.message} {shown.hint}".strip())

    async def _idle(self, at_most_s: float) -> None:
        try:
            await asyncio.wait_for(self.woken.wait(), at_most_s)
        except TimeoutError:
            return

    async def _all_ended(self) -> None:
        while tasks := [held.task for held in self.held.values() if held.task]:
            await asyncio.wait(tasks)

    async def _watch(self) -> None:
        """End what lasts too long; end everything before others may begin it, when nobody heard from this worker."""
        loop = asyncio.get_running_loop()
        patience = (self.lease - margin_of(self.lease)).total_seconds()
        while True:
            await asyncio.sleep(min(LOOKS_EVERY_S, patience / 10))
            now = loop.time()
            for held in list(self.held.values()):
                if held.deadline is not None and now >= held.deadline:
                    held.stop("overdue", held.detail_of_end)
            if now - self.lived_at > patience:
                for held in list(self.held.values()):
                    held.stop("lost")

    def _beside(self) -> None:
        while self.aside is not None and not self.gone.wait(ASIDE_S):
            try:
                self.aside()
            except Exception:  # noqa: BLE001 (a share or a mail server that is away must not end the worker)
                logger.exception("worker_aside_failed", worker=self.facts.name)

    def _beat(self) -> None:
        """In a thread of its own: a run that keeps the event loop busy must not cost the lease."""
        assert self.loop is not None
        while not self.gone.wait(self.lease.total_seconds() / 6):
            said_at = self.loop.time()
            try:
                leases = {key: held.lease for key, held in list(self.held.items())}
                renewed = self.queue.renew(self.facts.name, leases)
            except Exception:  # noqa: BLE001 (the next beat may get through; the watch counts how long none did)
                logger.exception("worker_beat_failed", worker=self.facts.name)
                continue
            if not self.loop.is_closed():
                self.loop.call_soon_threadsafe(self._heard, said_at, leases, renewed)

    def _heard(self, said_at: float, leases: Mapping[str, Lease], renewed: Renewed) -> None:
        self.lived_at = max(self.lived_at, said_at)
        for key, lease in leases.items():
            held = self.held.get(key)
            if held is None or held.lease is not lease:
                continue
            if key in renewed.lost:
                held.stop("lost")
            elif key in renewed.cancelled:
                held.stop("cancelled", renewed.cancelled[key])
        if renewed.draining:
            self.drain()

    def _left(self) -> None:
        try:
            self.queue.leave(self.facts.name)
        except Exception:  # noqa: BLE001 (without a database nobody hears it: its leases run out by themselves)
            logger.exception("worker_leave_failed", worker=self.facts.name)
