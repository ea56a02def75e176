"""The clock: APScheduler says when to look; what is due is given to the workers. Nothing is decided or kept here.

Its jobs live in memory, without grace times and without a store: a run that is due is a row of ours, and what was
missed is for the timetable to say. Each look also asks what came from outside. It happens when something is due, when
a run has ended, and every `PULSE_S` by a clock that nobody can set: one that was set back, a machine that slept, a
worker elsewhere that has ended a run is noticed soon. Chores (messages that wait, the morning's digest) have a thread
of their own: a mail server that does not answer must not keep a run from starting.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from loguru import logger

from schedules.timetable.model import Arrival, Job, Timetable, WorkCalendar
from schedules.timetable.turn import Turn

PULSE_S = 10.0
LOOK, CHORES = "look", "chores"
MANY = 1_000_000
"""APScheduler drops what it counts as too many at a time; a look that was asked for must not be dropped."""


class Watch(Protocol):
    """Looks for what comes from outside: files, mails."""

    def look(self, now: datetime, known: Callable[[Iterable[str]], set[str]]) -> Sequence[Arrival]:
        """What is there and not yet known; `known` tells which keys are in the book."""


Renew = Callable[[], "tuple[Timetable, WorkCalendar, Sequence[Watch]] | None"]
"""A timetable that was changed, with its calendar and watches; None while it is the same."""


class Given(Protocol):
    """Whoever has what is due done."""

    def give(self, jobs: Sequence[Job]) -> int:
        """See that they are done."""

    def settle(self) -> int:
        """What was given before and was lost, or has ended unheard, is put right."""


Chore = Callable[[datetime], None]
"""Something to do at each look beside the timetable; it is told the moment."""


class Clock:
    """Keeps one timetable going until it is stopped. Whoever starts it holds `only_clock`."""

    def __init__(self, turn: Turn, given: Given, watches: Sequence[Watch] = (), renew: Renew = lambda: None,
                 chores: Sequence[Chore] = ()) -> None:  # fmt: skip
        """What is due goes to `given`; `renew` is asked at each look for a timetable that was changed."""
        self.renew = renew
        self.turn = turn
        self.given = given
        self.watches = watches
        self.chores = chores
        self.looking = threading.Lock()
        self.adding = threading.Lock()
        pools = {LOOK: ThreadPoolExecutor(1), CHORES: ThreadPoolExecutor(1)}
        self.scheduler = BackgroundScheduler(executors=pools, timezone=UTC)
        self.stopped = threading.Event()
        self.asked = threading.Event()
        self.chores_asked = threading.Event()
        self.still_ours: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Look at once and from then on; what was left in the middle is taken up again."""
        logger.info("clock_started", entries=len(self.turn.timetable.entries))
        self.scheduler.start()
        self.look_soon()
        threading.Thread(target=self._pulse, name="clock-pulse", daemon=True).start()

    def stop(self) -> None:
        """Start nothing more."""
        with self.adding:
            self.stopped.set()
        self.scheduler.pause()
        self.scheduler.get_jobs()  # waits until it has begun what is due: stopped in the middle of that, it raises
        self.scheduler.shutdown(wait=True)
        logger.info("clock_stopped")

    def look_soon(self) -> None:
        """Look now, whatever else is to come; several who ask at once get one look."""
        if self.scheduler.running:
            self.asked.set()
            self._add(self._look_if_asked, id="soon", executor=LOOK, replace_existing=True, max_instances=MANY)

    def _add(self, work: Callable[..., None], **how: Any) -> None:
        """Give the scheduler something to do, unless it is to stop: while it shuts down, adding would wait for ever."""
        with self.adding:
            if not self.stopped.is_set():
                self.scheduler.add_job(work, "date", misfire_grace_time=None, **how)

    def _look_if_asked(self) -> None:
        if self.asked.is_set():
            self._look()

    def _look(self) -> None:
        with self.looking:
            self.asked.clear()  # whoever asks from now on gets another look
            if self.stopped.is_set():
                return
            try:
                if changed := self.renew():
                    self.turn.timetable, self.turn.calendar, self.watches = changed
                self._take_arrivals(self.turn.now())
                self.given.settle()
                self.given.give(self.turn.look())
                # The scheduler goes by the machine's clock, the timetable perhaps by one that was handed in.
                at = datetime.now(UTC) + (self.turn.wakes_at() - self.turn.now())
                self._add(self._look, run_date=at, id=LOOK, executor=LOOK, replace_existing=True, max_instances=MANY)
            except Exception:  # noqa: BLE001 (a database that is away for a minute must not end the clock)
                logger.exception("clock_look_failed")  # the next pulse looks again
        if self.chores:
            self.chores_asked.set()
            self._add(self._do_chores, id=CHORES, executor=CHORES, replace_existing=True, max_instances=MANY)

    def _do_chores(self) -> None:
        if not self.chores_asked.is_set():
            return  # several looks came while chores were being done: once more is enough
        self.chores_asked.clear()
        for chore in self.chores:
            try:
                chore(self.turn.now())
            except Exception:  # noqa: BLE001 (one chore that fails must not keep the others from being done)
                logger.exception("clock_chore_failed")

    def _pulse(self) -> None:
        while not self.stopped.wait(PULSE_S):
            self.look_soon()

    def _take_arrivals(self, now: datetime) -> None:
        for watch in self.watches:
            try:
                arrivals = watch.look(now, self._known)
            except Exception:  # noqa: BLE001 (one mailbox that is away must not keep the others from being looked at)
                logger.exception("clock_watch_failed", watch=type(watch).__name__)
                continue
            if arrivals:
                self.turn.arrived(arrivals)

    def _known(self, keys: Iterable[str]) -> set[str]:
        with self.turn.book.read() as page:
            return page.known(keys)
