"""The books' part of a night, without a browser: every step once, in the plan's order, and then once more."""

from collections.abc import Iterator
from datetime import date

import pytest

from bots.practice.world import sizes
from bots.practice.world.exports import ExportRequest, export
from bots.practice.world.generation import build
from schedules.books import STEPS
from schedules.desk import Desk, open_desk
from schedules.done import Done
from schedules.plan import load_plan
from schedules.settings import ROOT, Settings, ShopSettings
from schedules.step_names import STEP_NAMES
from storage.archive import Facts
from storage.database.digest import digests
from storage.ingest import ingest

NIGHT = date(2026, 11, 21)
KINDS = ("practice_products", "practice_stock", "practice_waybills", "practice_orders", "practice_refunds")
WRITING = ("aftersales", "collect", "post", "publish", "settle", "tend")
"""Steps that count what is new: the second time nothing is."""
CORE = [step for phase in load_plan(ROOT / "schedules" / "practice.yaml").phases for step in phase.core]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk whose books hold what the tiny mall exports."""
    home = tmp_path_factory.mktemp("books_night")
    world = build(home / "mall.db", seed=7, last_day=date(2026, 11, 20), size=sizes.TINY)
    shops = {row["shop_id"]: ShopSettings(title=row["name"]) for row in world.rows("SELECT shop_id, name FROM shop")}
    with open_desk(Settings(home=home, shops=shops)) as desk:
        for kind in KINDS:
            found = export(world, kind, ExportRequest())
            ingest(desk.database, desk.archive, found.content, kind=kind, facts=Facts(name=found.file_name))
        yield desk


def played(desk: Desk) -> dict[str, Done]:
    """Every step of the plan, in its order, without the report, which reads only."""
    return {step: STEPS[step](desk, NIGHT) for step in CORE if step != "report"}


def books(desk: Desk) -> dict[str, str]:
    """A digest of each table."""
    with desk.database.read() as connection:
        return digests(connection)


def test_a_night_has_every_step_by_default() -> None:
    """The plan of the practice night plays every step that the core has, and each says itself in two languages."""
    assert sorted(CORE) == sorted(STEPS) == sorted(STEP_NAMES)
    assert all(words.zh and words.en for words in STEP_NAMES.values())


def test_a_second_night_of_the_day_changes_nothing(desk: Desk) -> None:
    """After a whole night the same steps once more write nothing, and what they did is said in numbers."""
    first = played(desk)
    before = books(desk)
    again = played(desk)
    assert books(desk) == before
    assert {step: again[step].counts for step in WRITING} == {
        step: dict.fromkeys(again[step].counts, 0) for step in WRITING
    }
    for step, word in {"aftersales": "taken_in", "tend": "snapshot", "review": "passed", "publish": "to_list"}.items():
        count = first[step].counts[word]
        assert count > 0, step
        assert str(count) in first[step].zh, step
        assert str(count) in first[step].en, step
