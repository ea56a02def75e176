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


class Taken(Exception):
    """Another one has the run."""

    def message(self, lang: str) -> str:
        """In words for people."""
        return {"zh": "别的工人接手了", "en": "another worker goes on"}[lang]


class Slept(MemoryJournal):
    """A journal whose run sleeps at a moment of an effect, and is another's when it wakes."""

    def __init__(self, after: str) -> None:
        super().__init__()
        self.after = after

    def may_act(self) -> None:
        """It slept between the beginning and the click."""
        if self.after == "opened":
            raise Taken

    def close_effect(self, effect_key: str, how: str, note: str) -> None:
        """It slept between the click and the end."""
        if self.after == "acted":
            raise Taken
        super().close_effect(effect_key, how, note)


@pytest.mark.parametrize(
    ("after", "delisted", "said"),
    [("opened", [], "还没有动手，页面没有碰"), ("acted", ["1"], "已经动手，做成没有不知道")],
)
async def test_a_run_that_slept_before_its_click_does_not_click(
    tmp_path: Path, after: str, delisted: list[str], said: str
) -> None:
    """The journal is asked once more right before the act: what is another's is not clicked, and the page says it."""
    shop = Shop("1")
    rig = Rig(shop.site, read_site(SELECTORS), tmp_path, journal=Slept(after))
    with pytest.raises(Taken):
        await rig.run(DELIST, rows("1"))
    assert sorted(shop.delisted) == delisted
    page = (tmp_path / "run-1" / "index.html").read_text("utf-8")
    assert "运行被停下：别的工人接手了" in page
    assert said in page
    assert (tmp_path / "run-1" / "evidence" / "stopped.png").exists()
