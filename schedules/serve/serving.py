"""`yeban serve`: a clock, a worker and a small web site in one process; `yeban worker`: the worker alone.

The clock gives what is due to the queue, this worker or another one takes it. Where several serve at one database, one
of them keeps the clock; the others stand by and take over when it goes.
"""

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from loguru import logger

from schedules.browsers import BrowserDoor
from schedules.desk import Desk
from schedules.notify.night import morning
from schedules.queue import board
from schedules.queue.model import LEASE, Queue, WorkerFacts
from schedules.serve.errors import PortTaken
from schedules.serve.flows import FLOW, FlowPlayer
from schedules.serve.playing import RunPlayer
from schedules.serve.recycling import RecyclingDoor
from schedules.serve.worker import Player, Worker
from schedules.timetable.errors import ClockRunning
from schedules.timetable.executors import DeskExecutor
from schedules.timetable.handing import KIND
from schedules.timetable.keeping import Now, Renewal, hook_token, kept_clock, machine_time
from schedules.timetable.opening import Opened

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from schedules.timetable.clock import Chore, Clock

STANDS_BY_S = 15.0
Say = Callable[[str, str], None]
"""Tells whoever looks on, in Chinese and English."""


@dataclass(frozen=True)
class Place:
    """Where one worker stands: what it may take, how many accounts at a time (0: as the browser allows)."""

    tags: tuple[str, ...] = ()
    side_by_side: int = 0


def worker_at(desk: Desk, queue: Queue, plans: Path, place: Place, ended: Callable[[], None] = lambda: None,
              *, now: Now = machine_time, lease: timedelta = LEASE) -> Worker:  # fmt: skip
    """The worker of this process: one browser for all its runs. Plans lie in `plans`; `lease` is the queue's."""
    settings = desk.settings
    door = RecyclingDoor(BrowserDoor(desk.home, settings.browser, headless=settings.headless))
    places = place.side_by_side or settings.side_by_side or _places(door)
    facts = WorkerFacts(board.this_process(), socket.gethostname(), os.getpid(), place.tags, places)
    longest = timedelta(minutes=settings.longest_run_min)
    players: dict[str, Player] = {
        KIND: RunPlayer(desk, DeskExecutor(desk, plans, door=door), longest, queue, now),
        FLOW: FlowPlayer(desk, door, longest),
    }
    return Worker(queue, facts, players, lease=lease, ended=ended, closes=door.close, aside=_aside(desk, now))


def _aside(desk: Desk, now: Now) -> Callable[[], None]:
    """What each machine does for itself, wherever the clock is kept: the documents and messages whose files it has."""
    chores = chores_of(desk)

    def all_of_them() -> None:
        for chore in chores:
            chore(now())

    return all_of_them


def _places(door: BrowserDoor) -> int:
    """As many as the browser's processes bear; one where there is none yet, for its runs will say so themselves."""
    from bots.errors import BrowserMissing

    try:
        return door.choose().contexts
    except BrowserMissing:
        return 1


def chores_of(desk: Desk) -> "list[Chore]":
    """What is done beside the timetable: messages that wait, the morning's digest, documents for people."""
    from schedules.delivery.night import DeliveryChore

    deliveries = DeliveryChore(desk)

    def messages(now: datetime) -> None:
        if sent := morning(desk, now).sent:
            logger.info("messages_sent", count=len(sent))

    def documents(now: datetime) -> None:
        deliveries(now)

    return [messages, documents]


class ClockKeeper:
    """Keeps the desk's clock in a thread of its own, or stands by until the one who keeps it is gone."""

    def __init__(self, desk: Desk, opened: Opened, queue: Queue, wake: Callable[[], None], say: Say,
                 now: Now = machine_time) -> None:  # fmt: skip
        """`wake` tells the worker of this process that there is something to take."""
        self.now = now
        self.desk, self.queue, self.wake, self.say = desk, queue, wake, say
        self.renewal = Renewal(desk, opened)
        self.stopped = threading.Event()
        self.clock: Clock | None = None
        self.thread = threading.Thread(target=self._keep, name="clock-keeper", daemon=True)

    def look_soon(self) -> None:
        """A run has ended, or something came: look now."""
        if (clock := self.clock) is not None:
            clock.look_soon()

    def stop(self) -> None:
        """Start nothing more."""
        self.stopped.set()

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """The clock goes until the block ends."""
        self.thread.start()
        try:
            yield
        finally:
            self.stop()
            self.thread.join()

    def _keep(self) -> None:
        stands_by = False
        while not self.stopped.is_set():
            try:
                self._kept()
            except ClockRunning:
                self.renewal()  # calls from outside may come to this machine: it knows today's entries as well
                if not stands_by:
                    self.say("钟由另一个进程守着；它一停，这里接着守。",
                             "another process keeps the clock; this one takes over when it goes.")  # fmt: skip
                stands_by = True
            except Exception:  # noqa: BLE001 (a database that is away for a minute must not end the clock)
                logger.exception("clock_failed")
            self.stopped.wait(STANDS_BY_S)

    def _kept(self) -> None:
        chores = chores_of(self.desk)
        with kept_clock(self.renewal, self.queue, self.wake, chores, self.now) as clock:
            self.clock = clock
            title, path = self.renewal.opened.timetable.title, self.renewal.opened.path
            self.say(f"钟开着：{title}（{path}）。Ctrl-C 停下。", f"the clock runs: {title} ({path}). Ctrl-C stops it.")
            try:
                while not self.stopped.wait(STANDS_BY_S):
                    clock.still_ours()
            finally:
                self.clock = None

    def timetable_app(self) -> "Starlette":
        """The webhooks of the timetable."""
        from schedules.timetable.book import TimetableBook
        from schedules.timetable.model import Arrival
        from schedules.timetable.webhook import webhook_app

        book = TimetableBook(self.desk.database, self.renewal.opened.timetable.name)

        def arrived(arrivals: list[Arrival]) -> None:
            with book.write("arrived") as page:
                page.arrived(arrivals)
            self.look_soon()

        return webhook_app(
            lambda: self.renewal.opened.timetable,
            lambda name: hook_token(self.desk, name), arrived, self.now,
        )  # fmt: skip


def work_until_told(worker: Worker, say: Say, leaving: Callable[[], None] = lambda: None) -> None:
    """The worker works until the first signal, which lets it finish; the second ends what runs, with evidence."""
    asked = 0

    def told(*_: object) -> None:
        nonlocal asked
        asked += 1
        if asked == 1:
            leaving()
            say(f"等 {worker.under_way} 件做完再停；再按一次 Ctrl-C 马上停（下次接着做）。",
                f"waiting for {worker.under_way} runs to end; Ctrl-C again ends them, to go on next time.")  # fmt: skip
            worker.tell(worker.drain)
        elif asked == 2:
            worker.tell(worker.leave)
        else:
            raise KeyboardInterrupt

    before = {one: signal.signal(one, told) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        asyncio.run(worker.work())
    finally:
        for one, how in before.items():
            signal.signal(one, how)


@contextmanager
def web_at(app: "Starlette", host: str, port: int) -> Iterator[int]:
    """The application answers here until the block ends; the port it got. Raises PortTaken."""
    import uvicorn

    try:
        listening = socket.create_server((host, port))
    except OSError as error:
        raise PortTaken(host, port, error.strerror or str(error)) from error
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="web", daemon=True)
    thread.start()
    try:
        yield int(listening.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()


def desk_app(desk: Desk, keeper: ClockKeeper) -> "Starlette":
    """`/health`, `/live`, `/metrics` for machines, `/hooks/NAME` for whoever has a token."""
    from starlette.applications import Starlette

    from schedules.operations.http import operations_app

    return Starlette(routes=[*operations_app(desk).routes, *keeper.timetable_app().routes])
