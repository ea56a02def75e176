"""One browser and one arena for all families; each family is one run of its flow, a row for every task and seed."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from bots.browser.discovery import discover
from bots.browser.driver import Browser, SessionOptions
from bots.browser.playwright import launch
from bots.engine import AccountFacts, RunResult, play
from bots.flow.parse import parse, parse_site
from bots.flow.problem import render_all
from bots.journal import MemoryJournal
from bots.people import NobodyThere
from bots.sheets import Row
from bots.steps import STEPS
from tests.support.miniwob.arena import Arena, arena
from tests.support.miniwob.pages import pages

ROOT = Path(__file__).parents[2]


@dataclass
class Player:
    """Plays a family's flow; the scores are the arena's."""

    arena: Arena
    browser: Browser
    home: Path

    async def play(self, family: str, rows: list[Row]) -> RunResult:
        """The end of one run: a row for every episode."""
        path = ROOT / "flows" / "miniwob" / f"{family}.yaml"
        text = path.read_text("utf-8")
        parsed = parse(text, str(path), STEPS)
        assert parsed.flow is not None, render_all(parsed.problems, text, "zh")
        library = (ROOT / "selectors" / "miniwob.yaml").read_text("utf-8")
        site = parse_site(library, "selectors/miniwob.yaml", STEPS)
        assert site.site is not None, render_all(site.problems, library, "zh")
        folder = self.home / family
        american = SessionOptions(locale="en-US", timezone="UTC", width=800, height=600)
        session = await self.browser.open_session(
            None, downloads=folder / "downloads", base=self.arena.url, options=american
        )
        try:
            return await play(
                parsed.flow,
                site.site,
                inputs={},
                account=AccountFacts("player", "", "", {"base_url": self.arena.url}),
                secrets={}.__getitem__,
                rows=rows,
                journal=MemoryJournal(),
                job_key=family,
                run_id=family,
                folder=folder,
                session=session,
                today=date(2026, 11, 21),
                clock=lambda: datetime.now(UTC),
                inbox=NobodyThere(),
            )
        finally:
            await session.close()


@pytest.fixture(scope="module")
def served() -> Iterator[Arena]:
    """The pages, served."""
    with arena(pages()) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def player(served: Arena, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Player]:
    """One browser for the module."""
    browser = await launch(discover(""))
    yield Player(served, browser, tmp_path_factory.mktemp("miniwob"))
    await browser.close()
