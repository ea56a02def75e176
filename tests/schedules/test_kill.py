"""Kill -9 at every journal entry of a night in turn: the books are the same, the mall saw everything exactly once."""

import multiprocessing
import sys
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from multiprocessing.context import ForkServerContext, SpawnContext
from pathlib import Path

import pytest

from bots.practice.server import WORLD_FILE, Mall
from bots.practice.world import TINY, build
from schedules.demo import practice_desk
from storage.erp.invariants import verify
from tests.support.night import accounts, dying, same_books

NIGHT, YESTERDAY = date(2026, 11, 21), date(2026, 11, 20)
PLAN = Path(dying.__file__).with_name("tiny.yaml")
ONE_SHOP = replace(TINY, shop_ids=("shop_a",), pending=2)
SEED = 8  # one product to delist, one to list, one parcel for the form, one of two sub-orders for the sheet
DEATHS_AT_LEAST = 100

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(1800)]


@dataclass(frozen=True)
class Ended:
    """A night that came to its end: what it wrote down, and what it left in both books."""

    deaths: int
    jobs: dict[str, int]
    entries: list[str]
    books: dict[str, list[same_books.Row]]
    mall: accounts.Facts
    findings: list[object]


def processes() -> ForkServerContext | SpawnContext:
    """Children that share no state with the test; forked from a server with everything imported, where there is one."""
    if sys.platform == "win32":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(dying.PRELOADED)
    return context


def night(home: Path, *, dies: bool) -> Ended:
    """The night on a world of its own, in processes that die or in one that does not; the mall outlives them all."""
    world_path = home / "mall" / WORLD_FILE
    world_path.parent.mkdir(parents=True)
    build(world_path, seed=SEED, last_day=YESTERDAY, size=ONE_SHOP)
    with Mall.start(world_path.parent, last_day=YESTERDAY, export_delay_s=0.0) as mall:
        what = dying.NightOf(home, world_path, mall.url, NIGHT, PLAN, dies)
        deaths, jobs = dying.lives(what, processes())
    return left_behind(what, deaths, jobs)


def left_behind(what: dying.NightOf, deaths: int, jobs: dict[str, int]) -> Ended:
    """Everything that can be compared of a night that has ended."""
    with practice_desk(what.home, what.world, what.url) as (desk, world), desk.database.read() as connection:
        return Ended(
            deaths,
            jobs,
            dying.lines(what.entries),
            same_books.told(connection, what.home),
            accounts.told_by_mall(world),
            list(verify(connection)),
        )


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """The night that nobody disturbs."""
    return night(tmp_path_factory.mktemp("calm"), dies=False)


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """The same night on an equal world, killed at every entry in turn."""
    return night(tmp_path_factory.mktemp("killed"), dies=True)


def test_a_process_died_at_every_entry(calm: Ended, killed: Ended) -> None:
    """Every entry that the calm night writes was somebody's death, on both sides where an effect or a row ends."""
    assert set(calm.entries) <= set(killed.entries)
    assert killed.deaths == len(killed.entries) >= DEATHS_AT_LEAST
    kinds = Counter(tuple(entry.split()[:2]) for entry in killed.entries)
    assert {kind for _, kind in kinds} == set(dying.ENTRIES)
    assert all(kinds["after", kind] for kind in dying.BOTH_SIDES)


def test_the_night_holds_every_kind_of_work(calm: Ended) -> None:
    """The undisturbed night delists, lists, enrols, ships by form and by sheet: there is something to do twice."""
    assert {action for _, action in calm.mall["shelf"]} == {"delist", "list"}
    assert {via for *_, via in calm.mall["shipped"]} == {"form", "batch"}
    assert calm.mall["enrolled"]
    assert (calm.deaths, calm.jobs["failed"], calm.jobs["waiting"]) == (0, 0, 0)


def test_the_mall_saw_everything_once(calm: Ended, killed: Ended) -> None:
    """The mall's own tables show the same products delisted, listed, enrolled, the same sub-orders shipped, once."""
    for fact in accounts.DONE_OUTSIDE:
        assert killed.mall[fact] == calm.mall[fact], fact


@pytest.mark.parametrize("table", sorted(same_books.TABLES))
def test_the_books_are_the_same(calm: Ended, killed: Ended, table: str) -> None:
    """Row by row, each table is what the undisturbed night left; only the clock and the attempts differ."""
    assert killed.books[table] == calm.books[table]
    assert killed.findings == calm.findings == []


def test_nothing_waits(killed: Ended) -> None:
    """Every job is done; nothing waits for a person, nothing failed."""
    assert (killed.jobs["failed"], killed.jobs["waiting"]) == (0, 0)
    assert {dict(row)["stage"] for row in killed.books["job"]} == {"done"}
    assert {dict(row)["state"] for row in killed.books["effect"]} == {"done"}
