"""Kill -9 at every journal entry of a night in turn: the books are the same, the mall saw everything exactly once."""

import multiprocessing
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from multiprocessing.context import ForkServerContext, SpawnContext
from pathlib import Path
from typing import NamedTuple

import pytest

from bots.practice.server import WORLD_FILE, Mall
from bots.practice.world import TINY, build
from schedules.demo import practice_desk
from storage.erp.invariants.verify import verify
from tests.support.night import accounts, dying, same_books
from tests.support.night.promises import prove

NIGHT, YESTERDAY = date(2026, 11, 21), date(2026, 11, 20)
PLAN = Path(dying.__file__).with_name("tiny.yaml")
ONE_SHOP = replace(TINY, shop_ids=("shop_a",), pending=2)
SEED = 8  # one product to delist, one to list, one parcel for the form, one of two sub-orders for the sheet
DEATHS_AT_LEAST = 100
TOUCHED = (
    "bill_line",
    "bot_result",
    "channel_sku",
    "command",
    "effect",
    "fulfilment",
    "item",
    "job",
    "move",
    "order_event",
    "order_line",
    "platform_order",
    "quant",
    "raw_file",
    "raw_row",
    "recon_item",
    "reservation",
    "run",
    "run_file",
    "waybill",
)
"""Tables that this night writes to."""

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(1800)]


class Nights(NamedTuple):
    """The same night on equal worlds: undisturbed, and killed at every entry in turn."""

    calm: "Ended"
    killed: "Ended"


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


def a_process_died_at_every_entry(nights: Nights) -> None:
    """Every entry that the calm night writes was somebody's death, on both sides where an effect or a row ends.

    An effect whose end could not be written down is found done by the next process, and that is what it writes.
    """
    calm, killed = nights
    assert set(calm.entries) <= {entry.replace(" found_done", " done") for entry in killed.entries}
    assert killed.deaths == len(killed.entries) >= DEATHS_AT_LEAST
    kinds = Counter(tuple(entry.split()[:2]) for entry in killed.entries)
    assert {kind for _, kind in kinds} == set(dying.ENTRIES)
    assert all(kinds["after", kind] for kind in dying.BOTH_SIDES)


def the_night_holds_every_kind_of_work(nights: Nights) -> None:
    """The undisturbed night delists, lists, enrols, ships by form and by sheet: there is something to do twice."""
    calm, _ = nights
    assert {action for _, action in calm.mall["shelf"]} == {"delist", "list"}
    assert {via for *_, via in calm.mall["shipped"]} == {"form", "batch"}
    assert calm.mall["enrolled"]
    assert (calm.deaths, calm.jobs["failed"], calm.jobs["waiting"]) == (0, 0, 0)


def the_mall_saw_everything_once(nights: Nights) -> None:
    """The mall's own tables show the same products delisted, listed, enrolled, the same sub-orders shipped, once."""
    calm, killed = nights
    for fact in accounts.DONE_OUTSIDE:
        assert killed.mall[fact] == calm.mall[fact], fact


def the_books_are_the_same(nights: Nights) -> None:
    """Row by row, each table is what the undisturbed night left; only the clock and the attempts differ."""
    calm, killed = nights
    assert [table for table in TOUCHED if not calm.books[table]] == [], "a table without rows compares nothing"
    for table in same_books.TABLES:
        assert killed.books[table] == calm.books[table], table
    assert killed.findings == calm.findings == []


def nothing_waits(nights: Nights) -> None:
    """Every job and every effect is done; nothing waits for a person, nothing failed."""
    _, killed = nights
    assert (killed.jobs["failed"], killed.jobs["waiting"]) == (0, 0)
    assert {dict(row)["stage"] for row in killed.books["job"]} == {"done"}
    assert {dict(row)["state"] for row in killed.books["effect"]} == {"done"}


PROMISES: tuple[Callable[[Nights], None], ...] = (
    a_process_died_at_every_entry,
    the_night_holds_every_kind_of_work,
    the_mall_saw_everything_once,
    the_books_are_the_same,
    nothing_waits,
)


def test_a_night_killed_at_every_entry_is_proved_the_same(tmp_path: Path, subtests: pytest.Subtests) -> None:
    """Killed at every journal entry in turn and started again, a night ends with the same books and the same mall."""
    nights = Nights(night(tmp_path / "calm", dies=False), night(tmp_path / "killed", dies=True))
    prove(subtests, nights, PROMISES)
