"""A run that somebody ends from outside: what it saw stays as evidence, and the journal knows it as begun."""

import asyncio
from pathlib import Path

import pytest

from bots.journal import MemoryJournal
from tests.bots.engine.rig import Rig, read_site
from tests.bots.engine.shop import SELECTORS, Shop
from tests.bots.engine.test_rows import DELIST, rows


async def test_a_run_that_is_ended_leaves_the_page_and_stays_open(tmp_path: Path) -> None:
    """Cancelled in the middle of its rows: a picture and the run's page are there, its end is written nowhere."""
    shop = Shop("1", "2", "3")
    journal = MemoryJournal(lambda entry: begun.set() if entry["kind"] == "item_ended" else None)
    begun = asyncio.Event()
    rig = Rig(shop.site, read_site(SELECTORS), tmp_path, journal=journal)
    run = asyncio.create_task(rig.run(DELIST, rows("1", "2", "3")))
    await begun.wait()
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    folder = tmp_path / "run-1"
    assert [path.name for path in (folder / "evidence").glob("stopped*")] == ["stopped.png"]
    assert "运行被停下" in (folder / "index.html").read_text("utf-8")
    assert "run_ended" not in {str(entry["kind"]) for entry in journal.entries}
    result = await rig.run(DELIST, rows("1", "2", "3"))
    assert (result.state, sorted(shop.delisted)) == ("done", ["1", "2", "3"])
