"""The browser of a night: found when it is first needed, one for all accounts, closed whatever happens."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bots.browser.choice import BrowserChoice
from bots.browser.driver import Browser, SessionOptions
from bots.errors import BrowserMissing
from schedules.settings import AccountSettings

if TYPE_CHECKING:
    from bots.browser.playwright import Playwright


def seen_as(account: AccountSettings) -> SessionOptions:
    """What the account's sites see of the browser; the proxy's own password is in the vault and not among it."""
    return SessionOptions(locale=account.locale, timezone=account.timezone, proxy=account.proxy or None)


class LazyBrowser:
    """One browser for the whole night, launched at the first `get`."""

    def __init__(
        self,
        choice: BrowserChoice,
        headless: bool,
        driver: "Callable[[], Awaitable[Playwright]] | None" = None,
        ready_for: SessionOptions | None = None,
    ) -> None:
        """Nothing is launched yet; `driver` gives Playwright's process if it runs already.

        `ready_for`: the session that will be opened first, if that is known.
        """
        self.choice = choice
        self.headless = headless
        self.driver = driver
        self.ready_for = ready_for
        self.browser: Browser | None = None
        self.opening = asyncio.Lock()

    async def get(self) -> Browser:
        """The running browser. Raises BrowserMissing when it does not start."""
        async with self.opening:
            if self.browser is None:
                from bots.browser.playwright import launch

                ready, self.driver = self.driver, None  # a launch that fails ends it: the next begins with its own
                driver = await ready() if ready is not None else None
                self.browser = await launch(self.choice, self.headless, driver, self.ready_for)
            return self.browser

    async def close(self) -> None:
        """Close it if it was opened."""
        if self.browser is not None:
            await self.browser.close()


class BrowserDoor:
    """Knows which browser to open, and opens none before one is needed."""

    def __init__(self, home: Path, setting: str = "", headless: bool = True) -> None:
        """`setting` is the browser of the settings; empty means search, remembered in `home`."""
        self.home = home
        self.setting = setting
        self.headless = headless

    def choose(self) -> BrowserChoice:
        """The browser that would be opened. Raises BrowserMissing with all that was looked at."""
        from bots.browser.discovery import discover

        return discover(self.setting, headless=self.headless, cache=self.home / "browsers.json")

    @asynccontextmanager
    async def lazily(self) -> AsyncIterator[LazyBrowser]:
        """A browser that is launched when first asked for and closed at the end, Ctrl-C included."""
        lazy = LazyBrowser(self.choose(), self.headless)
        try:
            yield lazy
        finally:
            await lazy.close()

    @asynccontextmanager
    async def early(
        self,
        driver: "Callable[[], Awaitable[Playwright]] | None" = None,
        ready_for: SessionOptions | None = None,
    ) -> AsyncIterator["BrowserDoor"]:
        """A door whose browser starts now, in the background, and is closed at the end; whoever goes through waits.

        When it cannot start, the door stays shut as it was, and going through says why: other errors come first.
        """
        try:
            lazy = LazyBrowser(self.choose(), self.headless, driver, ready_for)
        except BrowserMissing:
            yield self
            return
        starting = asyncio.create_task(lazy.get())
        try:
            yield _AjarDoor(self, lazy)
        finally:
            await asyncio.gather(starting, return_exceptions=True)  # a failure has been told by the one who needed it
            await lazy.close()


class _AjarDoor(BrowserDoor):
    """A door behind which one browser is starting already; whoever opened it closes it."""

    def __init__(self, door: BrowserDoor, lazy: LazyBrowser) -> None:
        super().__init__(door.home, door.setting, door.headless)
        self.lazy = lazy

    @asynccontextmanager
    async def lazily(self) -> AsyncIterator[LazyBrowser]:
        """The browser that is starting; it stays open for whoever opened the door."""
        yield self.lazy
