"""The clock: APScheduler says when to look, and runs go on in its threads. Nothing is decided here, nothing is kept.

Its jobs live in memory, without grace times and without a store: a run that is due is a row of ours, and what was
missed is for the timetable to say. Each look also asks what came from outside. It happens when something is due, and
every `PULSE_S` by a clock that nobody can set: one that was set back, or a machine that slept, is noticed soon.
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

PULSE_S = 30.0
LOOK = "look"


class Watch(Protocol):
    """Looks for what comes from outside: files, mails."""

    def look(self, now: datetime, known: Callable[[Iterable[str]], set[str]]) -> Sequence[Arrival]:
        """What is there and not yet known; `known` tells which keys are in the book."""


Renew = Callable[[], "tuple[Timetable, WorkCalendar, Sequence[Watch]] | None"]
"""A timetable that was changed, with its calendar and watches; None while it is the same."""


class Clock:
    """Keeps one timetable going until it is stopped. Whoever starts it holds `only_clock`."""

    def __init__(
        self, turn: Turn, watches: Sequence[Watch] = (), side_by_side: int = 4, renew: Renew = lambda: None
    ) -> None:
        """At most `side_by_side` runs at a time; `renew` is asked at each look for a timetable that was changed."""
        self.renew = renew
        self.turn = turn
        self.turn.places = side_by_side
        self.watches = watches
        self.looking = threading.Lock()
        self.adding = threading.Lock()
        pools = {"default": ThreadPoolExecutor(side_by_side), LOOK: ThreadPoolExecutor(1)}
        self.scheduler = BackgroundScheduler(executors=pools, timezone=UTC)
        self.stopped = threading.Event()
        self.running: set[str] = set()

    def start(self) -> None:
        """Take up what was left in the middle, then look at once and from then on."""
        recovered = self.turn.recover()
        logger.info("clock_started", recovered=recovered)
        self.scheduler.start()
        self.look_soon()
        threading.Thread(target=self._pulse, name="clock-pulse", daemon=True).start()

    def stop(self) -> None:
        """Start nothing more and wait for what runs; a run that was not begun yet is taken up by the next clock."""
        with self.adding:
            self.stopped.set()
        self.scheduler.shutdown(wait=True)
        logger.info("clock_stopped")

    @property
    def under_way(self) -> int:
        """How many runs go on."""
        return len(self.running)

    def look_soon(self) -> None:
        """Look now, whatever else is to come."""
        self._add(self._look, executor=LOOK)

    def _add(self, work: Callable[..., None], **how: Any) -> None:
        """Give the scheduler something to do, unless it is to stop: while it shuts down, adding would wait for ever."""
        with self.adding:
            if not self.stopped.is_set():
                self.scheduler.add_job(work, "date", misfire_grace_time=None, **how)

    def _look(self) -> None:
        with self.looking:
            if self.stopped.is_set():
                return
            try:
                if changed := self.renew():
                    self.turn.timetable, self.turn.calendar, self.watches = changed
                self._take_arrivals(self.turn.now())
                for job in self.turn.look():
                    self._add(self._play, args=[job], id=f"{job.key} {job.attempt}")
                wakes_at = self.turn.wakes_at()
                self._add(self._look, run_date=wakes_at, id=LOOK, executor=LOOK, replace_existing=True, max_instances=2)
            except Exception:  # noqa: BLE001 (a database that is away for a minute must not end the clock)
                logger.exception("clock_look_failed")  # the next pulse looks again

    def _pulse(self) -> None:
        while not self.stopped.wait(PULSE_S):
            self.look_soon()

    def _play(self, job: Job) -> None:
        self.running.add(job.key)
        try:
            self.turn.play(job)
        finally:
            self.running.discard(job.key)
            self.look_soon()  # its chain, or whoever waits for its account

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
