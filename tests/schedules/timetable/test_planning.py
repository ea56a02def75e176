"""What a timetable asks for: for any entries and any ranges, once each, within windows, the same however it is cut."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.timetable.cron import parse_cron
from schedules.timetable.days import Days
from schedules.timetable.model import Arrival, Chain, Entry, Facts, Gate, Past, Timetable, Trigger
from schedules.timetable.moments import first_after
from schedules.timetable.planning import planned
from schedules.timetable.workdays import ChinaCalendar

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
ZONES = [SHANGHAI, NEW_YORK, ZoneInfo("Pacific/Apia"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Europe/Berlin")]
CALENDAR = ChinaCalendar()
HOUR = timedelta(hours=1)
times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
rules = st.sampled_from([Days("day"), Days("workday"), Days("month_end"), Days("nth_workday", 3), Days("last_workday"),
                         Days("weekdays", weekdays=frozenset({2, 7}))])  # fmt: skip
crons = st.sampled_from(["*/30 * * * *", "15 2 * * *", "0 9-18 1,15 * 1-5", "30 1 * 3 sun"])


@st.composite
def timetables(draw: st.DrawFn) -> Timetable:
    """A few entries of every sort, chained and gated."""
    entries: dict[str, Entry] = {}
    for name in ("a", "b"):
        zone, accounts = draw(st.sampled_from(ZONES)), draw(st.sampled_from([("",), ("x", "y")]))
        if draw(st.booleans()):
            entries[name] = Entry(name, "f", zone, accounts, cron=parse_cron(draw(crons)))
            continue
        at = tuple(sorted(set(draw(st.lists(times, min_size=1, max_size=3)))))
        entries[name] = Entry(name, "f", zone, accounts, days=draw(rules), at=at, until=draw(times),
                              jitter=draw(st.sampled_from([timedelta(), timedelta(minutes=20)])))  # fmt: skip
    entries["c"] = Entry("c", "f", SHANGHAI, ("x", "z"), chain=Chain("a", even_if_failed=True))
    gate = Gate(("b", "c", "t"), draw(times), draw(times))
    entries["g"] = Entry("g", "f", draw(st.sampled_from(ZONES)), days=draw(rules), gate=gate)
    entries["t"] = Entry("t", "f", SHANGHAI, trigger=Trigger("file", "*.csv"))
    return Timetable("t", "t", entries)


moments = st.sampled_from([datetime(2026, 3, 8, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC),
                           datetime(2011, 12, 29, tzinfo=UTC), datetime(2026, 9, 28, tzinfo=UTC)])  # fmt: skip


@settings(max_examples=14, deadline=None, database=None, derandomize=True)
@given(timetables(), moments, st.lists(st.integers(0, 3 * 24 * 60), max_size=4), st.data())
def test_ranges_join_without_loss_or_repeat(
    timetable: Timetable, start: datetime, cuts: list[int], data: st.DataObject
) -> None:
    """Adjacent ranges together are the whole range; no key twice; all slots inside; asking again changes nothing."""
    end = start + timedelta(days=3)
    arrivals = [Arrival(f"t{n}", "t", start + timedelta(minutes=n)) for n in data.draw(st.sets(st.integers(-99, 6000)))]
    facts = Facts(arrivals=arrivals)
    whole = planned(timetable, start, end, CALENDAR, facts)
    keys = [run.key for run in whole]
    assert len(set(keys)) == len(keys)
    assert all(start <= run.slot < end and run.due_at >= run.opens_at for run in whole)
    edges = [start, *(start + timedelta(minutes=cut) for cut in sorted(cuts)), end]
    pieces = [run for first, last in pairwise(edges)
              for run in planned(timetable, first, last, CALENDAR, facts)]  # fmt: skip
    assert sorted(pieces, key=lambda run: run.key) == sorted(whole, key=lambda run: run.key)
    for run in whole:
        entry = timetable.entries[run.entry]
        if entry.until:
            assert run.until == first_after(run.opens_at, entry.until, entry.zone)
        assert run.due_at <= run.slot + timedelta(days=2)


@settings(max_examples=14, deadline=None, database=None, derandomize=True)
@given(timetables(), moments, st.randoms(use_true_random=False))
def test_what_has_happened_moves_no_run_out_of_its_range(timetable: Timetable, start: datetime, random: object) -> None:
    """Ends, failures and drops, at any time, change when chains and gates are due, never which runs there are."""
    end = start + timedelta(days=2)
    before = planned(timetable, start, end, CALENDAR)
    states = ["done", "failed", "dropped", "running"]
    facts = Facts({run.key: Past(random.choice(states), run.due_at, run.due_at + random.random() * 20 * HOUR)  # type: ignore[attr-defined]
                   for run in before})  # fmt: skip
    after = planned(timetable, start, end, CALENDAR, facts)
    assert {run.key for run in after} == {run.key for run in before}


def plan(entry: Entry, day: str, days: int = 1) -> list[tuple[str, tuple[str, ...]]]:
    """Local due times with their notes."""
    start = datetime.fromisoformat(day).replace(tzinfo=entry.zone).astimezone(UTC)
    runs = planned(Timetable("t", "t", {entry.name: entry}), start, start + timedelta(days=days), CALENDAR)
    return [(f"{run.due_at.astimezone(entry.zone):%m-%d %H:%M%z}", run.notes) for run in runs]


def test_a_time_that_the_clocks_skip_runs_once_and_says_so() -> None:
    """02:30 on the night the clocks go forward runs once, as long after midnight as ever, with a note."""
    daily = Entry("a", "f", NEW_YORK, days=Days("day"), at=(time(2, 30),))
    assert plan(daily, "2026-03-07", 3) == [("03-07 02:30-0500", ()), ("03-08 03:30-0400", ("skipped",)),
                                            ("03-09 02:30-0400", ())]  # fmt: skip
    half_hours = Entry("a", "f", NEW_YORK, cron=parse_cron("0,30 1-3 * * *"))
    assert [when for when, _ in plan(half_hours, "2026-03-08")] == [
        "03-08 01:00-0500", "03-08 01:30-0500", "03-08 03:00-0400", "03-08 03:30-0400"]  # fmt: skip
    assert [notes for _, notes in plan(half_hours, "2026-03-08")][2:] == [("merged",), ("merged",)]


def test_a_time_that_the_clocks_repeat_runs_once_and_says_so() -> None:
    """01:30 on the night the clocks go back runs the first time only, with a note."""
    daily = Entry("a", "f", NEW_YORK, days=Days("day"), at=(time(1, 30),))
    assert plan(daily, "2026-11-01") == [("11-01 01:30-0400", ("repeated",))]


@pytest.mark.parametrize(
    ("rule", "month", "days"),
    [
        (Days("workday"), "2026-02", [2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 14, 24, 25, 26, 27, 28]),
        (Days("nth_workday", 3), "2026-10", [10]),
        (Days("last_workday"), "2026-02", [28]),
        (Days("month_end"), "2028-02", [29]),
        (Days("month_day", 5), "2026-10", [5]),
        (Days("holiday"), "2026-10", [1, 2, 3, 4, 5, 6, 7, 11, 17, 18, 24, 25, 31]),
    ],
)
def test_days_know_holidays_and_make_up_workdays(rule: Days, month: str, days: list[int]) -> None:
    """The State Council's notice for 2026: 14 and 28 February and 10 October are worked, 1 to 7 October are not."""
    first = date.fromisoformat(f"{month}-01")
    found = [first + timedelta(days=n) for n in range(31)]
    assert [day.day for day in found if day.month == first.month and rule.matches(day, CALENDAR)] == days


def test_beyond_the_calendar_monday_to_friday_is_assumed_and_said() -> None:
    """In a year without published holidays workdays go by the week, and every such run carries a note."""
    daily = Entry("a", "f", SHANGHAI, days=Days("workday"), at=(time(9),))
    assert plan(daily, "2031-01-03", 4) == [("01-03 09:00+0800", ("assumed",)), ("01-06 09:00+0800", ("assumed",))]


def test_jitter_is_the_days_and_not_the_clocks() -> None:
    """Two accounts, three nights: six different delays within twenty minutes, the same each time they are asked for."""
    entry = Entry("a", "f", SHANGHAI, ("x", "y"), days=Days("day"), at=(time(1),), jitter=timedelta(minutes=20))
    once, again = plan(entry, "2026-11-20", 3), plan(entry, "2026-11-20", 3)
    assert once == again
    table = Timetable("t", "t", {"a": entry})
    runs = planned(table, datetime(2026, 11, 19, tzinfo=UTC), datetime(2026, 11, 22, tzinfo=UTC), CALENDAR)
    delays = [run.due_at - run.slot for run in runs]
    assert len(set(delays)) == 6
    assert all(timedelta() <= delay <= timedelta(minutes=20) for delay in delays)


def test_chains_and_gates_follow_what_is_known() -> None:
    """A chain is due when its parent ended; a gate when all have arrived, else at its time."""
    collect = Entry("收", "f", SHANGHAI, days=Days("day"), at=(time(1),), expected=HOUR)
    table = Timetable("t", "t", {
        "收": collect,
        "核": Entry("核", "f", SHANGHAI, chain=Chain("收")),
        "报": Entry("报", "f", SHANGHAI, days=Days("day"), gate=Gate(("核", "票"), time(7, 30), time(18))),
        "票": Entry("票", "f", SHANGHAI, trigger=Trigger("file", "*.csv")),
    })  # fmt: skip
    start = datetime(2026, 11, 20, tzinfo=SHANGHAI)

    def due(facts: Facts) -> dict[str, str]:
        runs = planned(table, start - 6 * HOUR, start + 12 * HOUR, CALENDAR, facts)
        return {run.entry: f"{run.due_at.astimezone(SHANGHAI):%H:%M}" for run in runs}

    assert due(Facts()) == {"收": "01:00", "核": "02:00", "报": "07:30"}
    ended = {"收|2026-11-20T01:00|": Past("done", start + HOUR, start + 3 * HOUR),
             "核|2026-11-20T01:00|": Past("done", start + 3 * HOUR, start + 4 * HOUR),
             "票|k|": Past("done", start - HOUR, start + 5 * HOUR)}  # fmt: skip
    arrived = (Arrival("k", "票", start - HOUR),)
    assert due(Facts(ended, arrived)) == {"收": "01:00", "核": "03:00", "票": "23:00", "报": "05:00"}
    failed = ended | {"核|2026-11-20T01:00|": Past("failed", start + 3 * HOUR, start + 4 * HOUR)}
    assert due(Facts(failed, arrived))["报"] == "07:30"
