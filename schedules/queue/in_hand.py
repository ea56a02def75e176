"""An account in the hands of a run that no worker does: `yeban run`, `night`, `resume`, a look at a session.

own lock      of this machine, which the system gives back: two runs by hand of one account ask one after the other
  → lease     in the queue, for every machine, kept by a heartbeat; workers leave the account alone
    → the account's lock, which a worker takes too, after its lease

Always in this order, so that no two wait for each other. A run by hand that was killed with its lease keeps nobody
waiting at its own machine: whoever has the own lock knows that it is dead. Elsewhere the lease runs out.
"""

import asyncio
import itertools
import os
import socket
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from loguru import logger

from schedules.lock import ACCOUNT_WAIT_S, LOOK_EVERY_S, taken
from schedules.queue import board
from schedules.queue.errors import AccountHeld, HandEnded, LeaseLost
from schedules.queue.fence import fence_of, margin_of
from schedules.queue.model import BY_HAND, LEASE, Ending, Lease, Queue, Standing, Ticket, WorkerFacts
from schedules.queue.opening import queue_of
from schedules.queue.words import user_words
from storage.database.moments import stamp

if TYPE_CHECKING:
    from schedules.desk import Desk

PRIORITY = 1_000
"""A person who waits goes before what is queued."""
LOST = ("和数据库断开太久，别人可能已经在用这个账号", "it was cut off for too long: another one may have the account")
Words = tuple[str, str]
COUNT = itertools.count(1)
Waits = Callable[[Standing | None], None]
"""Hears once that somebody is waited for: by which ticket, None where it is not known."""


@dataclass
class Hand:
    """A run by hand at its `desk`, whose every write asks whether the account is still its own.

    `ending` is how it will have ended, as the list of runs shows it; whoever plays says it.
    """

    desk: "Desk"
    ending: Ending = field(default_factory=lambda: Ending("failed", "没有做到底 / it did not come to its end"))


@asynccontextmanager
async def in_hand(desk: "Desk", account: str, run_id: str, *, wait_s: float = ACCOUNT_WAIT_S,
                  waits: Waits = lambda _: None, length: timedelta = LEASE) -> AsyncIterator[Hand]:  # fmt: skip
    """Nobody else uses the account, on any machine, until the block ends; who does now is waited for.

    A worker's desk that has its lease already goes on with that. Raises AccountHeld, which names who has it and how to
    stop them; HandEnded when somebody asked this run to end, or the lease was lost.
    """
    if desk.holds == account:
        yield Hand(desk)
        return
    queue = queue_of(desk, length)
    path = desk.home / "locks" / "by-hand" / f"{quote(account, safe='')}.lock"
    lock, lease = await _waited_for(desk, queue, _ticket(account, run_id, path), path, wait_s, waits)
    shared = desk.database.dialect != "sqlite"
    kept, hand = (
        _Kept(queue, lease, length, shared=shared),
        Hand(desk.fenced(fence_of(lease, length, revives=True), lease.ticket)),
    )
    try:
        with kept.beating():
            yield hand
    except asyncio.CancelledError:
        if kept.why is None:
            raise
        kept.task.uncancel()  # it was cancelled to end this block, which it has
        hand.ending = Ending("dropped", " / ".join(kept.why))
        raise HandEnded(account, *kept.why) from None
    except LeaseLost as lost:
        raise HandEnded(account, *LOST) from lost
    finally:
        await asyncio.shield(asyncio.to_thread(_let_go, queue, lease, hand.ending))
        lock.close()


def _ticket(account: str, run_id: str, path: Path) -> Ticket:
    """A run's ticket; its tag says which machine's own lock it holds."""
    host = socket.gethostname()
    key = f"{BY_HAND}|{run_id}|{account}|{stamp(datetime.now(UTC))}|{board.this_process()}"
    return Ticket(key, BY_HAND, run_id, account, (f"{host}:{path.resolve()}",), PRIORITY)


async def _waited_for(
    desk: "Desk", queue: Queue, ticket: Ticket, path: Path, wait_s: float, waits: Waits
) -> tuple[sqlite3.Connection, Lease]:
    """The own lock and the lease. Raises AccountHeld after `wait_s`."""
    facts = WorkerFacts(f"{board.this_process()}/{next(COUNT)}", socket.gethostname(), os.getpid(), ticket.tags, 0)
    end = asyncio.get_running_loop().time() + wait_s
    while True:
        if (lock := taken(path)) is not None:
            lease = await _asked(queue, ticket, facts)
            if lease is not None:
                return lock, lease
            lock.close()
        user = await asyncio.to_thread(_user, desk, ticket.account)
        if asyncio.get_running_loop().time() >= end:
            raise AccountHeld(*user_words(ticket.account, user))
        waits(user)
        waits = _told
        await asyncio.sleep(LOOK_EVERY_S)


async def _asked(queue: Queue, ticket: Ticket, facts: WorkerFacts) -> Lease | None:
    """The lease; one that comes while this run is being ended is given back."""
    asking = asyncio.create_task(asyncio.to_thread(queue.hold, ticket, facts))
    try:
        return await asyncio.shield(asking)
    except asyncio.CancelledError:
        if (lease := await asking) is not None:
            await asyncio.to_thread(_let_go, queue, lease, Ending("dropped", "没有开始 / it has not begun"))
        raise


def _user(desk: "Desk", account: str) -> Standing | None:
    with desk.database.read() as connection:
        return board.user_of(connection, account)


def _told(_: Standing | None) -> None:
    """It is said once."""


def _let_go(queue: Queue, lease: Lease, ending: Ending) -> None:
    try:
        queue.let_go(lease, ending)
    except Exception:  # noqa: BLE001 (without a database nobody hears it: the lease runs out by itself)
        logger.exception("account_not_let_go", account=lease.ticket.account)


class _Kept:
    """The heartbeat of one lease: the run ends when somebody asks it to, or when others may have the account."""

    def __init__(self, queue: Queue, lease: Lease, length: timedelta, *, shared: bool) -> None:
        """For the task that runs now; nothing beats yet. `shared`: the books may be out of reach of this machine alone;
        where they are not, a beat that does not get through waits for a long write, as everybody else does."""
        task = asyncio.current_task()
        assert task is not None
        self.queue, self.lease, self.length, self.task = queue, lease, length, task
        self.loop = asyncio.get_running_loop()
        self.shared = shared
        self.why: Words | None = None
        self.released = threading.Event()
        self.lived_at = time.monotonic()

    @contextmanager
    def beating(self) -> Iterator[None]:
        """A thread of its own beats until the block ends: a run that keeps the loop busy must not cost the lease."""
        thread = threading.Thread(target=self._beat, name=f"beat-{self.lease.worker}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self.released.set()  # a beat that is under way says nothing more; nobody waits for it

    def _beat(self) -> None:
        every, patience = self.length / 6, self.length - margin_of(self.length)
        while not self.released.wait(every.total_seconds()):
            said_at = time.monotonic()
            try:
                renewed = self.queue.renew(self.lease.worker, {self.lease.ticket.key: self.lease})
            except Exception:  # noqa: BLE001 (the next beat may get through, as long as nobody else may have it)
                logger.exception("account_beat_failed", account=self.lease.ticket.account)
                if self.shared and time.monotonic() - self.lived_at > patience.total_seconds():
                    self._end(LOST)
                continue
            self.lived_at = said_at
            if renewed.lost:
                self._end(LOST)
            elif renewed.cancelled:
                who = renewed.cancelled[self.lease.ticket.key]
                self._end((f"按要求停下：{who}", f"ended as asked: {who}"))

    def _end(self, why: Words) -> None:
        self.loop.call_soon_threadsafe(self._cancel, why)

    def _cancel(self, why: Words) -> None:
        if self.why is None and not self.released.is_set():
            self.why = why
            self.task.cancel(why[0])
