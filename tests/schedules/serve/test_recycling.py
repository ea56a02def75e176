"""One browser for many runs: a new one before it leaks, a new one when it has died, the old one closed by its last."""

import os
from pathlib import Path

import pytest

from bots.browser.choice import BrowserChoice
from bots.browser.driver import Browser, Session, SessionOptions
from bots.browser.fake import FakeBrowser, FakeSite
from bots.errors import BrowserMissing
from schedules.browsers import BrowserDoor, LazyBrowser
from schedules.serve.recycling import RecyclingDoor, memory_below


class Fragile:
    """A browser that notes when it is closed and may have died."""

    def __init__(self) -> None:
        self.browser = FakeBrowser(FakeSite({}))
        self.closed = False
        self.dead = False

    async def open_session(
        self, state: bytes | None, *, downloads: Path, base: str = "", options: SessionOptions | None = None
    ) -> Session:
        """A session, unless it has died."""
        if self.dead:
            raise BrowserMissing(tried=[])
        return await self.browser.open_session(state, downloads=downloads, base=base, options=options)

    async def close(self) -> None:
        """It is gone."""
        self.closed = True


class Launches(RecyclingDoor):
    """A door that launches such browsers."""

    def __init__(self, most_sessions: int, most_memory: int = 1 << 60) -> None:
        super().__init__(BrowserDoor(Path("nowhere")), most_sessions, most_memory)
        self.launched: list[Fragile] = []

    def choose(self) -> BrowserChoice:
        """It is nowhere."""
        return BrowserChoice(Path("nowhere"), "chromium")

    def fresh(self) -> LazyBrowser:
        """The next one."""
        self.launched.append(Fragile())
        return Ready(self.choose(), self.launched[-1])


class Ready(LazyBrowser):
    """A browser that runs already."""

    def __init__(self, choice: BrowserChoice, browser: Browser) -> None:
        super().__init__(choice, headless=True)
        self.browser = browser


async def opened(door: RecyclingDoor) -> Session:
    """A session through the door, as a run opens it."""
    async with door.lazily() as lazy:
        return await (await lazy.get()).open_session(None, downloads=Path("nowhere"))


async def test_the_next_browser_takes_over_and_the_last_session_closes_the_old_one() -> None:
    """After so many sessions newcomers get a new browser; whoever is in the old one goes on to the end."""
    door = Launches(most_sessions=2)
    first, second, third = [await opened(door) for _ in range(3)]
    old, new = door.launched
    await first.close()
    await first.close()
    assert not old.closed
    await second.close()
    assert (old.closed, new.closed) == (True, False)
    await third.close()
    assert not new.closed, "it is still good"
    await door.close()
    assert new.closed


async def test_a_browser_that_has_died_or_grown_is_replaced() -> None:
    """One that opens no session any more costs nobody a run; one that holds too much memory gets no new session."""
    door = Launches(most_sessions=9)
    await opened(door)
    door.launched[0].dead = True
    await opened(door)
    assert len(door.launched) == 2
    greedy = Launches(most_sessions=9, most_memory=-1)
    for _ in range(2):
        await (await opened(greedy)).close()
    assert [one.closed for one in greedy.launched] == [True, False]


def test_memory_counts_what_runs_below(tmp_path: Path) -> None:
    """Children and their children count, this process and strangers do not; without /proc nothing is known."""
    page = os.sysconf("SC_PAGE_SIZE")
    for pid, parent, pages in ((os.getpid(), 1, 7), (901, os.getpid(), 10), (902, 901, 5), (903, 1, 100)):
        (tmp_path / str(pid)).mkdir()
        fields = ["S", str(parent), *["0"] * 19, str(pages)]
        (tmp_path / str(pid) / "stat").write_text(f"{pid} (a (b) c) {' '.join(fields)}")
    assert memory_below(tmp_path) == 15 * page
    assert memory_below(tmp_path / "none") == 0
    if Path("/proc/self/stat").exists():
        assert memory_below() >= 0
    else:
        pytest.skip("no /proc here")
