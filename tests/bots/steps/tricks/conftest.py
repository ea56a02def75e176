"""One browser and one site of tricks for a file of tests."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from bots.browser.discovery import discover
from bots.browser.driver import Browser
from bots.browser.playwright import launch
from tests.bots.steps.tricks.site import Tricks, tricks
from tests.bots.steps.tricks.stage import Stage
from tests.support.npm import node_modules

VENDOR = Path(__file__).parents[4] / "bots" / "practice" / "static" / "vendor"


@pytest.fixture(scope="module")
def site() -> Iterator[Tricks]:
    """The site, running, without any page; it has the real widget libraries to serve."""
    with tricks(VENDOR, node_modules()) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One real browser."""
    running = await launch(discover())
    yield running
    await running.close()


@pytest.fixture
def stage(site: Tricks, browser: Browser, tmp_path: Path) -> Stage:
    """An empty stage."""
    site.answers.clear()
    site.asked.clear()
    return Stage(site, browser, tmp_path)
