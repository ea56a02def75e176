"""Clocks that jump while the timetable is at work: summer time, a machine that slept, one that was set back."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.database.connection import Database, open_database
from tests.schedules.timetable.world import World

ENTRY = "  x: {{run: f, accounts: [a], every: day, at: '{at}', timezone: America/New_York, missed: {missed}}}"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Empty books."""
    opened = open_database(f"sqlite:///{tmp_path / 'yeban.db'}")
    yield opened
    opened.close()


def lived(world: World, moments: list[datetime]) -> list[str]:
    """The days whose runs were played while the machine's clock showed these moments, in order."""
    for moment in moments:
        world.now = moment
        world.turn.look_and_play()
    return [key.split("|")[1] for key in world.played]


def hours(first: datetime, count: int) -> list[datetime]:
    """Moments four hours apart, for so many hours."""
    return [first + timedelta(hours=n, minutes=5) for n in range(0, count, 4)]


@pytest.mark.parametrize(
    ("first", "at", "days"),
    [
        (
            datetime(2026, 10, 31, 4, tzinfo=UTC),
            "01:30",
            ["2026-10-31", "2026-11-01", "2026-11-02"],
        ),  # 01:30 comes twice
        (datetime(2027, 3, 13, 5, tzinfo=UTC), "02:30", ["2027-03-13", "2027-03-14", "2027-03-15"]),  # and here never
    ],
)
def test_each_day_has_one_run_over_a_change_of_summer_time(
    database: Database, first: datetime, at: str, days: list[str]
) -> None:
    """The hour that comes twice gives one run, and the hour that is left out still gives one."""
    world = World(database, ENTRY.format(at=at, missed="last"))
    assert [day[:10] for day in lived(world, hours(first, 72))] == days


@pytest.mark.parametrize(("missed", "played"), [("all", ["20", "21", "22", "23"]), ("last", ["20", "22", "23"])])
def test_a_day_that_was_slept_through_is_made_up_for_or_said(
    database: Database, missed: str, played: list[str]
) -> None:
    """A clock that jumps two days ahead: the runs in between are played, or stand there as dropped with the reason."""
    world = World(database, ENTRY.format(at="01:30", missed=missed))
    first = datetime(2026, 11, 20, 5, tzinfo=UTC)
    awake = [*hours(first, 8), *hours(first + timedelta(hours=54), 24)]
    assert [day[8:10] for day in lived(world, awake)] == played
    with world.book.read() as page:
        states = {row.key.split("|")[1][8:10]: (row.state, row.reason) for row in page.rows(first)}
    assert sorted(states) == ["20", "21", "22", "23"]
    assert states["21"] == (("done", "") if missed == "all" else ("dropped", "missed-not-last"))


def test_a_clock_that_was_a_day_ahead_and_is_set_right_repeats_nothing(database: Database) -> None:
    """What was played too early is not played again when its real day comes, and the days after it have theirs."""
    world = World(database, ENTRY.format(at="01:30", missed="last"))
    first = datetime(2026, 11, 20, 5, tzinfo=UTC)
    days = lived(
        world, [*hours(first, 8), *hours(first + timedelta(hours=24), 8), *hours(first + timedelta(hours=8), 96)]
    )
    assert sorted(day[8:10] for day in days) == ["20", "21", "22", "23", "24"]
