"""A timetable that is edited while its runs wait: none runs twice, none runs early, none vanishes without a reason."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from schedules.timetable.deciding import in_words
from schedules.timetable.model import Arrival
from schedules.timetable.turn import Outcome
from storage.database.connection import Database, open_database
from tests.schedules.timetable.world import World, at, timetable_of

GATED = """
  bill: {run: f, accounts: [b], on: {file: "*.csv"}}
  report: {run: g, accounts: [a], when_all: [bill], or_at: %s, since: 18:00}
"""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Empty books."""
    found = open_database(tmp_path / "books.sqlite")
    yield found
    found.close()


def edited(world: World, text: str) -> None:
    """The timetable is this from now on, as the clock takes it up."""
    world.turn.timetable = timetable_of(text)


@pytest.mark.parametrize("moved", ["08:30", "06:30"])
def test_a_gate_whose_time_is_moved_opens_once_that_day(database: Database, moved: str) -> None:
    """What it waited for comes after the edit: one run, the other one says that the timetable was changed."""
    world = World(database, GATED % "07:30").go("19 19:00", "20 00:30")
    edited(world, GATED % moved)
    world.go("20 01:00")
    world.turn.arrived([Arrival("k", "bill", at("20 02:00"))])
    world.go("20 02:00", "20 09:00")
    assert world.played == ["bill|k|b", f"report|2026-11-20T{moved}|a"]
    told = world.told()
    assert told["report|2026-11-20T07:30|a"] == "dropped entry-changed"
    assert in_words("entry-changed", {}, "zh") == "时间表改过，已经没有这一次"


@pytest.mark.parametrize(("edited_at", "moved"), [("20 03:00", "08:30"), ("20 06:00", "05:00")])
def test_a_gate_that_has_opened_or_whose_new_time_is_past_runs_once(
    database: Database, edited_at: str, moved: str
) -> None:
    """Moved after it had opened, it does not open again that day; moved to a time that is past, it is not lost."""
    world = World(database, GATED % "07:30").go("19 19:00", "20 00:30")
    if moved == "08:30":
        world.turn.arrived([Arrival("k", "bill", at("20 02:00"))])
        world.go("20 02:00")
    world.go(edited_at)
    edited(world, GATED % moved)
    world.go(edited_at, "20 07:30", "20 09:00")
    assert [key for key in world.played if "20T" in key] == ["report|2026-11-20T07:30|a"]


CHAINED = """
  %s: {run: f, accounts: [a, b], every: day, at: 01:00}
  after: {run: g, accounts: [a], after: %s}
"""


def test_a_parent_that_is_renamed_is_still_waited_for(database: Database) -> None:
    """Renamed while it runs: what follows it starts when it has ended, not at once beside it."""
    world = World(database, CHAINED % ("night", "night")).go("20 00:30")
    world.now = at("20 01:00")
    jobs = world.turn.look()
    edited(world, CHAINED % ("nacht", "nacht"))
    assert world.turn.look() == []
    for job in jobs:
        world.turn.play(job)
    world.go("20 01:30", "21 01:00")
    assert world.played == [
        "night|2026-11-20T01:00|a", "night|2026-11-20T01:00|b", "after|2026-11-20T01:00|a",
        "nacht|2026-11-21T01:00|a", "nacht|2026-11-21T01:00|b", "after|2026-11-21T01:00|a",
    ]  # fmt: skip


def test_an_account_that_is_taken_out_runs_no_more(database: Database) -> None:
    """Its waiting run is dropped with the reason; what follows the entry waits for the other account alone."""

    def work(world: World, *_: object) -> Outcome:
        edited(world, (CHAINED % ("night", "night")).replace("[a, b]", "[a]"))
        return Outcome("done")

    world = World(database, CHAINED % ("night", "night"), work).go("20 00:30")
    world.turn.places = 1
    world.go("20 01:00", "20 01:30")
    assert world.told() == {
        "night|2026-11-20T01:00|a": "done", "night|2026-11-20T01:00|b": "dropped entry-changed",
        "after|2026-11-20T01:00|a": "done",
    }  # fmt: skip


def test_what_is_chained_or_gated_no_more_does_not_start_at_once(database: Database) -> None:
    """A chain that becomes an entry with a time of its own runs at that time; its waiting run says why it does not."""
    world = World(database, CHAINED % ("night", "night")).go("20 00:30")
    world.now = at("20 01:00")
    jobs = world.turn.look()
    text = "  night: {run: f, accounts: [a, b], every: day, at: 01:00}\n"
    edited(world, f"{text}  after: {{run: g, accounts: [a], every: day, at: 03:00}}\n")
    assert world.turn.look() == []
    for job in jobs:
        world.turn.play(job)
    world.go("20 01:30", "20 03:00")
    assert world.told()["after|2026-11-20T01:00|a"] == "dropped entry-changed"
    assert world.played[-1] == "after|2026-11-20T03:00|a"
