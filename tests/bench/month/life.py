"""One life of `yeban serve` in a process of its own: its clock, worker and queue, through a stretch of simulated time.

They are the product's own classes, put together as the command does it; the time is handed in. It jumps to the next
moment at which something is due when nothing is under way, and over the wait for people who do not come. Whoever
started the process may end it at any moment; the next life begins where the book says that the last one was.
"""

import asyncio
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Self

from bots.practice.world import World
from schedules import settling
from schedules.demo import SITES, practice_settings, store_secrets
from schedules.desk import Desk, open_desk
from schedules.inbox.opening import book_at
from schedules.logs import start_logs
from schedules.queue.opening import open_queue
from schedules.serve.serving import ClockKeeper, Place, worker_at
from schedules.serve.worker import Worker
from schedules.settings import Settings
from schedules.timetable.keeping import Nobody, turn_of
from schedules.timetable.opening import Opened, open_timetable
from schedules.timetable.turn import Turn
from storage.erp.audit.recording import Recorded
from storage.runs import settle_effect, waiting_effects
from tests.bench.month.people import PERSON_OF
from tests.bench.month.world import has_happened

LEASE = timedelta(seconds=12)
"""A tenth of a night instead of the product's minute: after a kill its successor waits so long for what was held."""
PLACES = 8
"""Accounts at a time: bad weather is mostly waiting."""
LOOKED_BACK = timedelta(days=7)
"""How many days back the people on duty look for what was not done."""
LOOKED_AT = "人核对过"
TRIES = 3
"""How often in a morning."""
LOOKS_EVERY_S = 0.2
LOOKS_CLOSELY_S = 0.01
ASKED_FOR = timedelta(seconds=2)
"""A question to somebody who is away stands so long in the inbox before time jumps over its wait."""


@dataclass(frozen=True)
class Life:
    """From when to when, in ISO 8601. `on_duty` has done again what was not done, "" nobody; `away` do not answer, and
    their accounts are left alone, as those are that are `locked` out.
    """

    home: str
    world: str
    url: str
    since: str
    until: str
    on_duty: str
    away: tuple[str, ...] = ()
    locked: tuple[str, ...] = ()

    def told(self) -> str:
        """As one argument of a command."""
        return json.dumps(asdict(self))

    @classmethod
    def heard(cls, text: str) -> Self:
        """Back from the argument."""
        told = json.loads(text)
        return cls(**{**told, "away": tuple(told["away"]), "locked": tuple(told["locked"])})

    @property
    def left_alone(self) -> frozenset[str]:
        """Accounts for which nothing can be done now."""
        return frozenset(self.locked) | {account for account, who in PERSON_OF.items() if who in self.away}


class Simulated:
    """A clock that jumps to where it is told to, and goes on from there."""

    def __init__(self, at: datetime) -> None:
        """It is that moment."""
        self.waited_s = 0.0
        self.jump(at)

    def jump(self, at: datetime) -> None:
        """It is that moment now."""
        self.at, self.since_s = at, time.monotonic()

    def now(self) -> datetime:
        """The moment."""
        return self.at + timedelta(seconds=time.monotonic() - self.since_s)

    def elapsed_s(self) -> float:
        """Seconds by which runs wait for people."""
        return time.monotonic() + self.waited_s


@contextmanager
def month_desk(home: Path, world_path: Path, url: str) -> Iterator[Desk]:
    """The desk of the month: the mall's accounts, each with the person who answers for it."""
    world = World.open(world_path)
    with open_desk(named(practice_settings(home, world))) as desk:
        desk.base_urls.update(dict.fromkeys(SITES.values(), url))
        store_secrets(desk, world)
        yield desk


def named(settings: Settings) -> Settings:
    """The settings with the people of the month."""
    accounts = {
        name: account.model_copy(update={"person": PERSON_OF[name]}) for name, account in settings.accounts.items()
    }
    return settings.model_copy(update={"accounts": accounts})


def live(what: Life) -> None:
    """The stretch of time, from where the book says that it was left."""
    home = Path(what.home)
    start_logs(home)
    settling.SETTLES_S = LEASE.total_seconds()
    with month_desk(home, Path(what.world), what.url) as desk:
        opened = open_timetable(desk.settings)
        clock = Simulated(datetime.fromisoformat(what.since))
        desk.elapsed_s = clock.elapsed_s
        turn = turn_of(desk, opened, Nobody(), clock.now)
        with turn.book.read() as page:
            clock.jump(max(clock.at, page.mark() or datetime.min.replace(tzinfo=UTC)))
        world = World.open(Path(what.world))
        serve(desk, opened, clock, lambda keeper: Days(desk, world, turn, clock, keeper, what).pass_by())


def serve(desk: Desk, opened: Opened, clock: Simulated, days: Callable[[ClockKeeper], None]) -> None:
    """As `yeban serve`: clock and worker go until `days`, in a thread of its own, has returned or raised."""
    queue = open_queue(desk.settings.queue, desk.database, desk.settings.database_url, LEASE)
    worker = worker_at(
        desk,
        queue,
        opened.path.parent,
        Place(side_by_side=PLACES),
        lambda: keeper.look_soon(),
        now=clock.now,
        lease=LEASE,
    )
    keeper = ClockKeeper(desk, opened, queue, worker.wake, lambda zh, en: None, clock.now)
    raised: list[BaseException] = []

    def pass_by() -> None:
        try:
            days(keeper)
        except BaseException as error:  # noqa: BLE001 (it is raised again where the process ends)
            raised.append(error)
        finally:
            keeper.stop()
            worker.tell(worker.drain)

    with keeper.keeping():
        asyncio.run(_worked(worker, threading.Thread(target=pass_by, name="days", daemon=True)))
    if raised:
        raise raised[0]


async def _worked(worker: Worker, days: threading.Thread) -> None:
    days.start()
    await worker.work()


class Days:
    """Time as it passes for one life: it stands still for nobody, and hurries where nothing happens."""

    def __init__(self, desk: Desk, world: World, turn: Turn, clock: Simulated, keeper: ClockKeeper, what: Life) -> None:
        """Nothing has passed yet."""
        self.world = world
        self.desk, self.turn, self.clock, self.keeper, self.what = desk, turn, clock, keeper, what
        self.inbox = book_at(desk)
        self.over = threading.Event()

    def pass_by(self) -> None:
        """Until the moment has come; then whoever is on duty has done again what was not done."""
        until = datetime.fromisoformat(self.what.until)
        while True:
            self.settle()
            if self.clock.now() >= until:
                break
            self.clock.jump(min(max(self.turn.wakes_at(), self.clock.now()), until))
        if self.what.on_duty:
            self.look_on_the_site()
            self.have_it_done_again()

    def settle(self) -> None:
        """Until the clock has looked and nothing is under way."""
        while True:
            while self.keeper.clock is None:  # it takes the lock, or another one still has it
                self.over.wait(LOOKS_CLOSELY_S)
            asked_at = self.clock.now()
            self.keeper.look_soon()
            while not self._looked_since(asked_at):
                self.over.wait(LOOKS_CLOSELY_S)
            if not self._under_way():
                return
            while self._under_way():
                self.over.wait(LOOKS_EVERY_S)
                if self.what.away:
                    self._pass_over_waits()

    def _looked_since(self, moment: datetime) -> bool:
        with self.turn.book.read() as page:
            mark = page.mark()
        return mark is not None and mark > moment

    def _under_way(self) -> bool:
        with self.turn.book.read() as page:
            return bool(page.running())

    def _pass_over_waits(self) -> None:
        """The wait for those who are away is over, when nobody else is asked anything."""
        asked = self.inbox.waiting()
        nobody_comes = asked and all(one.facts.get("person") in self.what.away for one in asked)
        if nobody_comes and all(datetime.now(UTC) - one.asked_at > ASKED_FOR for one in asked):
            self.clock.waited_s += max((one.due_at - one.asked_at).total_seconds() for one in asked)
            numbers = {one.number for one in asked}
            while numbers & {one.number for one in self.inbox.waiting()}:
                self.over.wait(LOOKS_EVERY_S)

    def look_on_the_site(self) -> None:
        """What was begun there and nobody could tell the end of is settled, as by `yeban settle`."""
        books = Recorded(self.desk.database, self.what.on_duty, LOOKED_AT)
        for one in waiting_effects(self.desk.database):
            settle_effect(books, one.effect_key, happened=has_happened(self.world, one.label), note=LOOKED_AT)

    def have_it_done_again(self) -> None:
        """What was not done in the last days is asked for again, as `yeban backfill --later` does."""
        for _ in range(TRIES):
            asked = sorted(self._to_be_done_again())
            for name, day in asked:
                self.turn.backfill(name, day, day, self.what.on_duty)
            if not asked:
                return
            self.settle_with_retries()

    def settle_with_retries(self) -> None:
        """Until nothing is under way, nor put off because the site failed it."""
        self.settle()
        while due := self._retries():
            self.clock.jump(max(min(due), self.clock.now()))
            self.settle()

    def _retries(self) -> list[datetime]:
        with self.turn.book.read() as page:
            rows = page.rows(self.clock.now() - LOOKED_BACK)
        return [row.due_at for row in rows if row.state == "planned" and row.reason == "again"]

    def _to_be_done_again(self) -> set[tuple[str, str]]:
        since = self.clock.now() - LOOKED_BACK
        with self.turn.book.read() as page:
            rows = [row for row in page.rows(since) if row.state in ("failed", "person")]
        return {
            (row.entry, row.day.isoformat())
            for row in rows
            if self.turn.timetable.entries[row.entry].trigger is None and self._can_be_helped(row.day, row.account)
        }

    def _can_be_helped(self, day: date, account: str) -> bool:
        """Whether it is more than what waits for those who are away."""
        if account:
            return account not in self.what.left_alone
        undone = {one.account for one in self.desk.jobs.of_night(day.isoformat()) if one.stage != "done"}
        return bool(undone - self.what.left_alone)


def main() -> None:
    """Live what the first argument says."""
    live(Life.heard(sys.argv[1]))


if __name__ == "__main__":
    main()
