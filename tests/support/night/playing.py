"""Playing a night of the practice mall inside a test: quietly, with the real browser or with none."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NoReturn

from bots.browser.choice import BrowserChoice
from bots.people import Inbox
from schedules.browsers import BrowserDoor, LazyBrowser
from schedules.demo import Practice
from schedules.night import Night, NightResult, Watcher
from schedules.plan import Job


class Unwatched:
    """Nobody looks on."""

    def planned(self, jobs: object, finished: object) -> None:
        """Unheard."""

    def began(self, job: Job) -> None:
        """Unheard."""

    def moved(self, job: object, event: object) -> None:
        """Unheard."""

    def ended(self, job: object, stage: str, message: str, summary: object) -> None:
        """Unheard."""


class BrowserNotAllowed(AssertionError):
    """A browser was asked for where none may be needed."""


class NoBrowser(LazyBrowser):
    """Refuses to be launched."""

    async def get(self) -> NoReturn:
        """Raises BrowserNotAllowed."""
        raise BrowserNotAllowed


class ShutDoor(BrowserDoor):
    """A door behind which there is no browser; a night with nothing left to do never knocks."""

    @asynccontextmanager
    async def lazily(self) -> AsyncIterator[LazyBrowser]:
        """Whoever asks for the browser is refused."""
        yield NoBrowser(BrowserChoice(self.home, "setting"), headless=True)


def play(
    place: Practice,
    door: BrowserDoor | None = None,
    *,
    side_by_side: int = 2,
    inbox: Inbox | None = None,
    watcher: Watcher | None = None,
) -> NightResult:
    """The night of `place` played from wherever it stands to its end; questions go to `inbox`."""
    night = Night(place.desk, place.plan, place.night, place.first_day, watcher or Unwatched())
    night.inbox = inbox
    return asyncio.run(night.play(door or BrowserDoor(place.desk.home), side_by_side))
