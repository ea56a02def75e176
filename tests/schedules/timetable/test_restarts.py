"""Whenever the program dies, and whenever it looks, the same runs are done, each once."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from schedules.timetable.errors import ClockRunning
from schedules.timetable.lock import clock_runs, only_clock
from schedules.timetable.model import Arrival, Job
from schedules.timetable.turn import Control, Outcome
from storage.database.connection import Database, open_database
from storage.database.tables.desk import timetable_event, timetable_mark, timetable_pause, timetable_run
from tests.schedules.timetable.world import World, at

NIGHT = """
  x: {run: f, accounts: [a], every: day, at: 01:00, jitter: 5m, missed: all}
  bill: {run: f, accounts: [b], on: {file: "*.csv"}}
  check: {run: g, accounts: [a], after: bill}
  report: {run: g, accounts: [a], when_all: [x, check], or_at: 07:30}
"""
MOMENTS = ("20 00:30", "20 01:06", "20 02:00", "20 07:30", "21 00:30")


class Killed(BaseException):
    """The program is no more."""


class Dying:
    """Lets so many writes happen, then the program dies before the next one."""

    def __init__(self, writes: int) -> None:
        self.left = writes
        self.died = False

    def __call__(self, what: str) -> None:
        if self.left == 0 and not self.died:
            self.died = True
            raise Killed(what)
        self.left -= 1


@pytest.fixture(scope="module")
def one_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One database for all tests of this module."""
    database = open_database(Path(tmp_path_factory.mktemp("books")) / "books.sqlite")
    yield database
    database.close()


def emptied(database: Database) -> Database:
    """The timetable's tables, empty."""
    with database.write() as connection:
        for table in (timetable_run, timetable_event, timetable_pause, timetable_mark):
            connection.execute(delete(table))
    return database


def live(database: Database, writes: int = 10_000) -> tuple[World, list[str], bool]:
    """A night with a bill at 02:00, the program dying once after so many writes and started again at once."""
    dying = Dying(writes)
    world = World(database, NIGHT, before_write=dying)
    done: list[str] = []

    def work(world: World, job: Job, control: Control) -> Outcome:
        done.append(job.key)
        world.now += timedelta(minutes=1)
        return Outcome("done")

    world.work = work
    for moment in MOMENTS:
        world.now = max(world.now, at(moment))
        for _ in range(2):
            try:
                world.turn.recover()
                if moment == "20 02:00":
                    world.turn.arrived([Arrival("k", "bill", at("20 02:00"))])
                world.turn.look_and_play()
                break
            except Killed:
                continue
    return world, done, dying.died


def test_a_kill_at_every_write_loses_and_repeats_nothing(one_database: Database) -> None:
    """Dying before each write in turn: every run ends done, and none is begun again once its end is written down."""
    calm, done, _ = live(emptied(one_database))
    expected = calm.told()
    tomorrow = "report|2026-11-21T07:30|a"
    assert expected.pop(tomorrow) == "waiting"
    assert set(expected.values()) == {"done"}
    assert sorted(done) == sorted(expected)
    assert len(done) == 4
    deaths = 0
    for writes in range(200):
        world, done, died = live(emptied(one_database), writes)
        if not died:
            break
        deaths += 1
        assert world.told() == {**expected, tomorrow: "waiting"}, writes
        assert set(done) == set(expected)
        again = {key for key in done if done.count(key) > 1}
        assert again <= {key for key, row in world.rows().items() if row.attempt == 2}, writes
        assert len(again) == len(done) - len(expected) <= 1, (writes, again)
    assert deaths >= 12


@settings(max_examples=4, deadline=None, database=None, derandomize=True)
@given(st.sets(st.integers(1, 30 * 60), max_size=6))
def test_looking_at_any_times_does_the_same_runs(one_database: Database, looks: set[int]) -> None:
    """However often and whenever it looks, with a restart at each look, the runs of a day are the same, each once."""
    text = '  x: {run: f, accounts: [a], cron: "0 */3 * * *", missed: all}\n  y: {run: g, accounts: [b], after: x}\n'
    world = World(emptied(one_database), text)
    world.work = lambda world, job, control: Outcome("done")
    start = at("20 00:30")
    for minutes in [0, *sorted(looks), 30 * 60]:
        world.now = start + timedelta(minutes=minutes)
        world.turn.recover()
        world.turn.look_and_play()
    hours = [f"2026-11-{20 + hour // 24}T{hour % 24:02}:00" for hour in range(3, 31, 3)]
    both = [(hour, whose) for hour in hours for whose in (("x", "a"), ("y", "b"))]
    assert sorted(world.played) == sorted(f"{entry}|{hour}|{account}" for hour, (entry, account) in both)


def test_one_clock_at_a_desk(tmp_path: Path) -> None:
    """A second clock is refused while one is held, and let in afterwards."""
    with only_clock(tmp_path), pytest.raises(ClockRunning), only_clock(tmp_path):
        raise AssertionError("two clocks")
    assert not clock_runs(tmp_path)
    with only_clock(tmp_path):
        assert clock_runs(tmp_path)
