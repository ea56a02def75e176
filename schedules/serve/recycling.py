"""One browser for all runs of a worker, and a new one before it leaks: the old one closes with its last session.

A browser that has opened `MOST_SESSIONS`, or that holds more memory than it should, gets no new session. One that has
died is replaced at once: a worker lives for months, a browser need not.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from loguru import logger

from bots.browser.choice import BrowserChoice
from bots.browser.driver import Browser, Page, Session, SessionOptions, Writes
from bots.errors import BotError
from schedules.browsers import BrowserDoor, LazyBrowser

MOST_SESSIONS = 60
MOST_MEMORY = 3 << 30
"""Bytes of all processes under this one: ten sessions of a full Chromium, forty of a headless shell."""


class RecyclingDoor(BrowserDoor):
    """A door behind which stands the same browser for everyone, until it is time for the next."""

    def __init__(self, door: BrowserDoor, most_sessions: int = MOST_SESSIONS, most_memory: int = MOST_MEMORY) -> None:
        """Nothing is launched before a session is needed."""
        super().__init__(door.home, door.setting, door.headless)
        self.door = door
        self.recycled = RecycledBrowser(self, most_sessions, most_memory)

    def choose(self) -> BrowserChoice:
        """The browser that would be opened. Raises BrowserMissing with all that was looked at."""
        return self.door.choose()

    @asynccontextmanager
    async def lazily(self) -> AsyncIterator[LazyBrowser]:
        """The worker's browser; it stays open for the next."""
        yield _Shared(self.choose(), self.headless, self.recycled)

    def fresh(self) -> LazyBrowser:
        """A browser of its own, not launched yet."""
        return LazyBrowser(self.choose(), self.headless)

    async def close(self) -> None:
        """Close whatever is open."""
        await self.recycled.close()


class _Shared(LazyBrowser):
    def __init__(self, choice: BrowserChoice, headless: bool, browser: Browser) -> None:
        super().__init__(choice, headless)
        self.shared = browser

    async def get(self) -> Browser:
        """The browser that everyone uses."""
        return self.shared

    async def close(self) -> None:
        """It is not this one's to close."""


class _Generation:
    """One browser process and its sessions."""

    def __init__(self, lazy: LazyBrowser) -> None:
        self.lazy = lazy
        self.opened = 0
        self.open = 0
        self.retired = False

    async def leave(self) -> None:
        """Close it, when it is done and nobody is left."""
        if self.retired and self.open == 0:
            await self.lazy.close()


class RecycledBrowser:
    """A browser as everyone knows it, over one process after the other."""

    def __init__(self, door: RecyclingDoor, most_sessions: int, most_memory: int) -> None:
        """Nothing runs yet."""
        self.door = door
        self.most_sessions = most_sessions
        self.most_memory = most_memory
        self.generations: list[_Generation] = []
        self.launched = 0

    async def open_session(
        self, state: bytes | None, *, downloads: Path, base: str = "", options: SessionOptions | None = None
    ) -> Session:
        """A session of the newest browser; one whose browser has died meanwhile is opened in the next."""
        try:
            return await self._open(await self._current(), state, downloads, base, options)
        except BotError as error:
            logger.warning("browser_replaced", reason=str(error))
            await self._retire()
            return await self._open(await self._current(), state, downloads, base, options)

    async def close(self) -> None:
        """Close every browser, whoever still uses it."""
        for generation in self.generations:
            await generation.lazy.close()
        self.generations.clear()

    async def _current(self) -> _Generation:
        newest = next((one for one in self.generations if not one.retired), None)
        if newest and (newest.opened >= self.most_sessions or memory_below() > self.most_memory):
            logger.info("browser_recycled", sessions=newest.opened, memory=memory_below())
            await self._retire()
            newest = None
        if newest is None:
            newest = _Generation(self.door.fresh())
            self.launched += 1
            self.generations.append(newest)
        return newest

    async def _retire(self) -> None:
        """None of them gets a new session; those whose last session has gone are forgotten."""
        for generation in self.generations:
            generation.retired = True
            await generation.leave()
        self.generations = [one for one in self.generations if one.open]

    async def _open(
        self, generation: _Generation, state: bytes | None, downloads: Path, base: str, options: SessionOptions | None
    ) -> Session:
        generation.opened += 1
        generation.open += 1
        try:
            browser = await generation.lazy.get()
            session = await browser.open_session(state, downloads=downloads, base=base, options=options)
        except BaseException:
            generation.open -= 1
            raise
        return _Counted(session, generation)


class _Counted:
    """A session that tells its browser when it is closed."""

    def __init__(self, session: Session, generation: _Generation) -> None:
        self._session = session
        self._generation = generation
        self._open = True

    @property
    def pages(self) -> list[Page]:
        """The open tabs."""
        return self._session.pages

    @property
    def began_with(self) -> bytes | None:
        """The state of an earlier session that it began with; None without one."""
        return self._session.began_with

    async def new_page(self) -> Page:
        """One more tab."""
        return await self._session.new_page()

    def writes(self) -> Writes:
        """What the site is asked to change from now on."""
        return self._session.writes()

    async def state(self) -> bytes:
        """Cookies and storage."""
        return await self._session.state()

    async def start_trace(self) -> None:
        """Begin to record."""
        await self._session.start_trace()

    async def stop_trace(self, path: Path | None) -> None:
        """What was recorded is at `path`."""
        await self._session.stop_trace(path)

    async def close(self) -> None:
        """Close it; the browser too, when it was the last one of a browser that is done."""
        try:
            await self._session.close()
        finally:
            if self._open:
                self._open = False
                self._generation.open -= 1
                await self._generation.leave()


def memory_below(proc: Path = Path("/proc")) -> int:
    """Bytes that the processes under this one hold; 0 where the system does not say (not Linux)."""
    if not proc.is_dir():
        return 0
    parents: dict[int, int] = {}
    sizes: dict[int, int] = {}
    page = os.sysconf("SC_PAGE_SIZE")
    for path in proc.glob("[0-9]*/stat"):
        try:
            fields = path.read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            continue  # it has ended since
        parents[int(path.parent.name)] = int(fields[1])
        sizes[int(path.parent.name)] = int(fields[21]) * page
    mine = os.getpid()
    below = {mine}
    while more := {one for one, parent in parents.items() if parent in below and one not in below}:
        below |= more
    return sum(sizes[one] for one in below if one != mine and one in sizes)
