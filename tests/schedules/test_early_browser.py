"""`yeban run` starts its browser before it knows whether it is needed; what goes wrong is said by who needs it."""

from pathlib import Path

import pytest

from bots.browser.choice import BrowserChoice
from bots.errors import BrowserMissing
from schedules.browsers import BrowserDoor


class BrokenDoor(BrowserDoor):
    """A door to a browser that is gone since it was looked for."""

    def choose(self) -> BrowserChoice:
        """A path behind which nothing is."""
        return BrowserChoice(Path("/nowhere/chromium"), "chromium")


class BlindDoor(BrowserDoor):
    """A machine without a browser."""

    def choose(self) -> BrowserChoice:
        """Nothing was found."""
        raise BrowserMissing(["nothing here"])


@pytest.mark.parametrize("kind", [BrokenDoor, BlindDoor])
async def test_a_browser_that_does_not_start_is_told_when_it_is_needed(kind: type[BrowserDoor], tmp_path: Path) -> None:
    """Nothing is raised before somebody goes through the door, and then the reason is."""
    async with kind(tmp_path).early() as door:
        reached = True
        with pytest.raises(BrowserMissing):
            async with door.lazily() as browser:
                await browser.get()
    assert reached


@pytest.mark.browser
async def test_the_browser_that_started_early_is_the_one_that_is_used(tmp_path: Path) -> None:
    """Going through the door twice gives the same running browser, which is closed when the door is."""
    async with BrowserDoor(tmp_path).early() as door:
        async with door.lazily() as first:
            one = await first.get()
        async with door.lazily() as second:
            assert await second.get() is one
        assert one.version
