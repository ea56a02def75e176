"""The timetable at work: whatever is missed, paused, chained or in the way ends as a row with its reason."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from schedules.timetable.deciding import Pause, in_words
from schedules.timetable.errors import DaysBackwards, NotBackfilled
from schedules.timetable.model import Arrival, Job
from schedules.timetable.planning import planned
from schedules.timetable.turn import Control, Outcome
from schedules.timetable.workdays import ChinaCalendar
from storage.database.connection import Database, open_database
from storage.database.tables.desk import timetable_event, timetable_mark, timetable_pause, timetable_run
from tests.schedules.timetable.world import World, at

HOURLY = 'x: {run: f, accounts: [a], cron: "0 * * * *"'


@pytest.fixture(scope="module")
def one_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One database for all tests of this module."""
    database = open_database(Path(tmp_path_factory.mktemp("books")) / "books.sqlite")
    yield database
    database.close()


@pytest.fixture
def database(one_database: Database) -> Database:
    """The timetable's tables, empty."""
    with one_database.write() as connection:
        for table in (timetable_run, timetable_event, timetable_pause, timetable_mark):
            connection.execute(delete(table))
    return one_database


@pytest.mark.parametrize(
    ("policy", "becomes"),
    [
        ("all", ["done", "done", "done", "done"]),
        ("last", ["done", "dropped missed-not-last", "dropped missed-not-last", "done"]),
        ("none", ["done", "dropped missed-none", "dropped missed-none", "dropped missed-none"]),
    ],
)
def test_runs_that_were_missed_follow_their_policy(database: Database, policy: str, becomes: list[str]) -> None:
    """After three hours off: all, only the last, or none is made up for; each dropped run is a row with its reason."""
    world = World(database, f"  {HOURLY}, missed: {policy}}}").go("20 00:30", "20 01:00", "20 04:15")
    assert list(world.told().values()) == becomes
    assert len(world.played) == becomes.count("done")


def test_a_window_that_has_closed_is_said(database: Database) -> None:
    """A run that could not begin before its window closed is dropped, and the sentence names the time."""
    world = World(database, "  x: {run: f, accounts: [a], every: day, at: 01:00, until: 03:00, missed: all}")
    world.go("20 00:30", "20 03:00")
    [row] = world.rows().values()
    assert world.told() == {"x|2026-11-20T01:00|a": "dropped window-closed"}
    assert in_words(row.reason, row.facts, "zh") == "过了截止的 11-20 03:00"
    assert in_words(row.reason, row.facts, "en") == "its window closed at 11-20 03:00"


def failing(world: World, job: Job, control: Control) -> Outcome:
    """`bad` fails, `broken` raises."""
    world.now += timedelta(minutes=10)
    if job.entry == "broken":
        raise OSError("no disk")
    return Outcome("failed" if job.entry == "bad" else "done", "x")


def test_chains_go_on_after_a_failure_only_if_told(database: Database) -> None:
    """After a failed run its chain is dropped with the reason, unless it is to go on; the chain's own chain follows."""
    text = """
  bad: {run: f, accounts: [a, b], every: day, at: 01:00}
  stops: {run: f, accounts: [a], after: bad}
  stops too: {run: f, accounts: [a], after: stops}
  goes on: {run: f, accounts: [b], after: {entry: bad, even_if_failed: yes}}
  after that: {run: f, accounts: [a], after: goes on}
  broken: {run: g, accounts: [b], every: day, at: 02:00}
"""
    world = World(database, text, failing).go("20 00:30", "20 02:00")
    assert {row.entry: (row.state, row.reason) for row in world.rows().values()} == {
        "bad": ("failed", ""), "stops": ("dropped", "parent-failed"), "stops too": ("dropped", "parent-failed"),
        "goes on": ("done", ""), "after that": ("done", ""), "broken": ("failed", ""),
    }  # fmt: skip
    assert "no disk" in next(row.message for row in world.rows().values() if row.entry == "broken")


GATED = """
  x: {run: f, accounts: [a], every: day, at: 01:00}
  bill: {run: f, accounts: [b], on: {file: "*.csv"}}
  report: {run: g, accounts: [a], when_all: [x, bill], or_at: 07:30, since: 18:00, inputs: {without: "${missing}"}}
"""


def test_a_gate_opens_when_all_have_arrived(database: Database) -> None:
    """The gate's run starts once the last of them is done, the evening before included, and misses nothing."""
    world = World(database, GATED)
    world.now = at("19 17:00")
    world.go("19 17:00", "19 19:00")
    with world.book.write("arrived") as page:
        page.arrived([Arrival("k", "bill", at("19 19:30"))])
    world.go("19 20:00", "20 00:59", "20 01:00")
    assert [key.split("|")[0] for key in world.played] == ["bill", "x", "report"]
    assert world.inputs["report|2026-11-20T07:30|a"] == {"without": ""}
    assert world.rows()["report|2026-11-20T07:30|a"].started_at == at("20 01:10")


def test_a_gate_opens_at_its_time_and_names_what_is_missing(database: Database) -> None:
    """At 07:30 the run starts without what has not come, and both the run and the reader are told what that is."""
    world = World(database, GATED).go("20 00:30", "20 01:00", "20 07:29")
    assert "report|2026-11-20T07:30|a" not in world.played
    world.go("20 07:30")
    row = world.rows()["report|2026-11-20T07:30|a"]
    assert (world.inputs[row.key], row.state) == ({"without": "bill"}, "done")


def test_a_gate_with_nothing_to_wait_for_opens_at_its_time(database: Database) -> None:
    """At the weekend no night is played: the day's report is made at its time, not a day before, and misses nothing."""
    text = """
  night: {run: f, accounts: [a], every: workday, at: 01:30}
  report: {run: g, accounts: [b], when_all: [night], or_at: 08:30, inputs: {without: "${missing}"}}
"""
    world = World(database, text).go("20 00:30", "20 01:30", "20 08:30", "20 18:00")
    assert world.played == ["night|2026-11-20T01:30|a", "report|2026-11-20T08:30|b"]
    ahead = planned(world.turn.timetable, world.now, at("23 00:00"), ChinaCalendar())
    assert [run.due_at for run in ahead] == [at("21 08:30"), at("22 08:30")]
    world.go("21 08:29")
    assert len(world.played) == 2
    world.go("21 08:30")
    [key] = world.played[2:]
    row = world.rows()[key]
    assert (key, row.started_at, world.inputs[key]) == (
        "report|2026-11-21T08:30|b", at("21 08:30"), {"without": ""})  # fmt: skip


def test_an_arrival_runs_once_however_often_it_is_told(database: Database) -> None:
    """The same file told twice is one run, with its facts as inputs; it may have come just before the last look."""
    text = '  bill: {run: f, accounts: [a], on: {file: "*.csv"}, inputs: {file: "${file}", of: "${yesterday}"}}'
    world = World(database, text).go("20 00:30")
    for _ in range(2):
        with world.book.write("arrived") as page:
            page.arrived([Arrival("k", "bill", at("20 00:29"), {"file": "x.csv"})])
        world.go("20 00:31")
    assert world.played == ["bill|k|a"]
    assert {name: str(value) for name, value in world.inputs["bill|k|a"].items()} == {
        "file": "x.csv", "of": "2026-11-19"}  # fmt: skip


def test_an_arrival_of_a_moment_to_come_runs_now(database: Database) -> None:
    """Noted while the look waited for the database, or by a clock that was ahead: it is run, not lost."""
    world = World(database, '  bill: {run: f, accounts: [a], on: {file: "*.csv"}}').go("20 00:30")
    world.turn.arrived([Arrival("soon", "bill", at("20 00:31")), Arrival("ahead", "bill", at("29 00:00"))])
    world.go("20 00:30")
    assert sorted(world.played) == ["bill|ahead|a", "bill|soon|a"]


def test_no_arrival_stands_for_the_one_before(database: Database) -> None:
    """Three files come while the entry is paused, or while the look is late: each is run unless it says `last`."""
    text = """
  all: {run: f, accounts: [a], on: {file: "*.csv"}}
  last: {run: f, accounts: [b], missed: last, on: {file: "*.csv"}}
"""
    world = World(database, text).go("20 00:30")
    with world.book.write("pause") as page:
        page.pause(Pause("all", "", "王芳", "", at("20 00:30"), at("20 02:00")))
    for name in ("1", "2", "3"):
        world.turn.arrived([Arrival(f"{entry}{name}", entry, at("20 00:40")) for entry in ("all", "last")])
    world.go("20 00:45", "20 02:00")
    assert sorted(world.played) == ["all|all1|a", "all|all2|a", "all|all3|a", "last|last3|b"]


@pytest.mark.parametrize(
    ("overlap", "becomes"),
    [
        ("queue", ["running", "planned queued", "planned queued"]),
        ("skip", ["running", "dropped overlap", "dropped overlap"]),
        ("replace", ["running", "dropped replaced", "planned queued"]),
    ],
)
def test_a_run_in_the_way_is_waited_for_or_gives_way(database: Database, overlap: str, becomes: list[str]) -> None:
    """While a run goes on, the next ones wait, are skipped, or the newest replaces all before it."""
    world = World(database, f"  {HOURLY}, overlap: {overlap}}}")
    for hour in ("00:30", "01:00", "02:00", "03:00"):
        world.now = at(f"20 {hour}")
        jobs = world.turn.look()
        first = jobs[0] if hour == "01:00" else None
        running = first or (running if hour > "01:00" else None)  # noqa: F821
    assert list(world.told().values()) == becomes
    assert running is not None
    assert world.turn._control(running).cancel_asked() == (overlap == "replace")
    world.turn.play(running)


@pytest.mark.parametrize("overlap", ["skip", "replace"])
def test_all_that_was_missed_is_made_up_for_whatever_is_in_the_way(database: Database, overlap: str) -> None:
    """`missed: all` makes up for each of them, one after the other, though they come due at the same moment."""
    world = World(database, f"  {HOURLY}, missed: all, overlap: {overlap}}}").go("20 00:30", "20 03:15")
    assert list(world.told().values()) == ["done", "done", "done"]


def test_a_replaced_run_ends_as_replaced_and_the_newest_runs(database: Database) -> None:
    """The run that was asked to end is a dropped row with that reason; the newest one is done, nothing in between."""

    def work(world: World, job: Job, control: Control) -> Outcome:
        if "T01" in job.key:
            world.now = at("20 02:00")
            assert world.turn.look() == []
            return Outcome("failed", "cut short") if control.cancel_asked() else Outcome("done")
        return Outcome("done")

    world = World(database, f"  {HOURLY}, overlap: replace}}", work).go("20 00:30", "20 01:00")
    assert list(world.told().values()) == ["dropped replaced", "done"]


def test_one_run_at_a_time_uses_an_account(database: Database) -> None:
    """A plan occupies its accounts: a flow of one of them waits until the plan has ended, another flow does not."""
    text = """
  night: {run: night.yaml, every: day, at: 01:00}
  mine: {run: f, accounts: [a], every: day, at: 01:00}
"""
    world = World(database, text).go("20 00:30")
    world.now = at("20 01:00")
    [job] = world.turn.look()
    assert world.told()["mine|2026-11-20T01:00|a" if job.entry == "night" else "night|2026-11-20T01:00"] == (
        "planned account-busy")  # fmt: skip
    world.turn.play(job)
    world.turn.look_and_play()
    assert set(world.told().values()) == {"done"}


@pytest.mark.parametrize(
    ("scope", "name", "policy", "becomes"),
    [
        ("entry", "x", "last", ["dropped missed-not-last", "done"]),
        ("account", "a", "all", ["done", "done"]),
        ("all", "", "none", ["dropped paused-missed", "dropped paused-missed"]),
    ],
)
def test_a_pause_holds_runs_until_it_ends(
    database: Database, scope: str, name: str, policy: str, becomes: list[str]
) -> None:
    """While paused nothing starts, rows say by whom; afterwards what was missed follows the entry's policy."""
    world = World(database, f"  {HOURLY}, missed: {policy}}}")
    pause = Pause(scope, name, "王芳", "大促", at("20 00:10"), at("20 02:30"))  # type: ignore[arg-type]
    with world.book.write("pause") as page:
        page.pause(pause)
    world.go("20 00:30", "20 01:00", "20 02:00")
    assert set(world.told().values()) == {"held paused"}
    row = next(iter(world.rows().values()))
    assert in_words(row.reason, row.facts, "zh") == "暂停中（王芳）：大促"
    world.go("20 02:30")
    assert list(world.told().values()) == becomes


def test_resuming_by_hand_ends_a_pause_without_an_end(database: Database) -> None:
    """A pause that nobody limited holds until somebody resumes it; who did both is kept."""
    world = World(database, f"  {HOURLY}}}")
    with world.book.write("pause") as page:
        page.pause(Pause("all", "", "王芳", "", at("20 00:10"), None))
    world.go("20 00:30", "20 01:00")
    assert world.played == []
    with world.book.write("resume") as page:
        assert page.resume("all", "", at("20 01:02"), "李雷") == 1
        assert page.resume("all", "", at("20 01:02"), "李雷") == 0
    world.go("20 01:02")
    assert len(world.played) == 1


def test_a_backfill_does_what_is_not_done_yet(database: Database) -> None:
    """Days before the timetable began and dropped days are run; a day that is done is left alone; asked twice, once."""
    text = "  x: {run: f, accounts: [a], every: day, at: 01:00, until: 02:00, inputs: {of: '${day}'}}"
    world = World(database, text).go("20 00:30", "20 01:00", "21 05:00")
    assert list(world.told().values()) == ["done", "dropped window-closed"]
    found = world.turn.backfill("x", "2026-11-18", "2026-11-21", "王芳")
    assert (len(found.new), len(found.again), len(found.done)) == (2, 1, 1)
    world.go("21 06:00")
    again = world.turn.backfill("x", "2026-11-18", "2026-11-21", "王芳")
    assert (len(again.new), len(again.again), len(again.done)) == (0, 0, 4)
    assert [key.split("|")[1][:10] for key in world.played] == ["2026-11-20", "2026-11-18", "2026-11-19", "2026-11-21"]
    assert [str(one["of"]) for one in world.inputs.values()][1:] == ["2026-11-18", "2026-11-19", "2026-11-21"]


def test_a_backfill_leaves_what_is_to_come_to_its_time(database: Database) -> None:
    """A range that reaches into the days to come takes no run from them: each is done when its time has come, once."""
    text = """
  x: {run: f, accounts: [a], every: day, at: 01:00}
  later: {run: f, accounts: [b], every: day, at: 22:00}
"""
    world = World(database, text).go("20 12:00")
    found = world.turn.backfill("x", "2026-11-20", "2026-11-22", "王芳")
    assert (len(found.new), found.to_come) == (1, 2)
    found = world.turn.backfill("later", "20261120", "20261120", "王芳")
    assert (len(found.new), found.to_come, found.under_way) == (0, 1, 0)
    world.go("20 12:01", "20 22:00", "21 01:00", "22 01:00")
    assert world.played == [
        "x|2026-11-20T01:00|a", "later|2026-11-20T22:00|b", "x|2026-11-21T01:00|a", "later|2026-11-21T22:00|b",
        "x|2026-11-22T01:00|a",
    ]  # fmt: skip


def test_what_cannot_be_filled_back_is_refused(database: Database) -> None:
    """An entry that waits for files, and a range that runs backwards, are refused before anything is written."""
    world = World(database, GATED)
    with pytest.raises(NotBackfilled):
        world.turn.backfill("bill", "2026-11-01", "2026-11-02", "王芳")
    with pytest.raises(DaysBackwards):
        world.turn.backfill("x", "2026-11-03", "2026-11-02", "王芳")
    assert world.rows() == {}


def test_an_entry_that_is_gone_drops_its_open_runs(database: Database) -> None:
    """A run whose entry left the timetable is dropped with that reason, not forgotten."""
    world = World(database, f"  {HOURLY}}}").go("20 00:30")
    world.now = at("20 01:00")
    world.turn.look()
    world.turn.recover()
    world.turn.timetable = replace(world.turn.timetable, entries={})
    world.turn.look()
    assert list(world.told().values()) == ["planned interrupted"]
    other = World(database, "  y: {run: f, accounts: [a], every: day, at: 23:00}")
    other.now = at("20 01:00")
    other.turn.look()
    assert list(other.told().values()) == ["dropped entry-gone"]


def test_the_clock_sleeps_until_something_is_due(database: Database) -> None:
    """The next look is at the next slot, window's end or pause's end, an hour away at the most."""
    world = World(database, "  x: {run: f, accounts: [a], every: day, at: 01:00}").go("20 00:30")
    assert world.turn.wakes_at() - at("20 01:00") == timedelta(milliseconds=1)
    world.go("20 01:00")
    assert world.turn.wakes_at() == at("20 02:10") + timedelta(milliseconds=1)
    with world.book.write("pause") as page:
        page.pause(Pause("all", "", "王芳", "", world.now, at("20 01:30")))
    assert world.turn.wakes_at() == at("20 01:30") + timedelta(milliseconds=1)


def test_a_clock_that_was_ahead_takes_no_run_with_it(database: Database) -> None:
    """A machine that believed it was ten days later, and was set right: each day still has its run, once."""
    world = World(database, "  x: {run: f, accounts: [a], every: day, at: 01:00, missed: last}").go(
        "20 00:30", "30 00:30"
    )
    assert list(world.told().values()) == ["dropped missed-not-last"] * 9 + ["done"]
    world.now = at("20 00:40")
    world.go("20 01:00", "21 01:00", "30 01:00")
    told = world.told()
    assert (told["x|2026-11-20T01:00|a"], told["x|2026-11-21T01:00|a"]) == ("done", "done")
    assert world.played.count("x|2026-11-29T01:00|a") == 1


def test_a_machine_that_boots_in_1970_does_nothing_before_it_knows_the_time(database: Database) -> None:
    """Nothing is planned or forgotten by such a clock; set right, it does today's run and none of fifty years."""
    text = "  x: {run: f, accounts: [a], every: day, at: 01:00, missed: all}"
    world = World(database, text).go("20 00:30", "20 01:00")
    before = world.told()
    world.now = at("20 02:00").replace(year=1970)
    assert (world.turn.look(), world.told()) == ([], before)
    world.now = at("20 02:00")
    world.go("20 02:00", "21 01:00")
    assert world.played == ["x|2026-11-20T01:00|a", "x|2026-11-21T01:00|a"]


def test_what_was_missed_is_made_up_for_a_year_at_most(database: Database) -> None:
    """Books whose clock last looked ten years ago: a year of runs is in the book, not ten."""
    world = World(database, "  x: {run: f, accounts: [a], every: day, at: 01:00}")
    with world.book.write("mark") as page:
        page.set_mark(at("20 00:30").replace(year=2016))
    world.now = at("20 00:30")
    world.turn.look()
    with world.book.read() as page:
        rows = page.rows(at("20 00:30").replace(year=2016))
    assert (len(rows), sum(row.state == "running" for row in rows)) == (366, 1)
