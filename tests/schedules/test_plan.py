"""A night's plan becomes jobs that are the same however often it is planned."""

from datetime import date
from pathlib import Path

import pytest

from schedules.plan import calendar, jobs_of, load_plan
from schedules.problems import SettingsBroken
from schedules.settings import ROOT

NIGHT = date(2026, 11, 21)


def test_months_and_days_cover_the_history_once() -> None:
    """Whole months and other days together are the history, each day once."""
    names = calendar(NIGHT, date(2026, 9, 15))
    months, days = names["whole_months"], names["other_days"]
    assert months == ["2026-09", "2026-10"]
    assert isinstance(days, list)
    assert days[0] == "2026-11-01"
    assert days[-1] == "2026-11-20"
    assert len(days) == 20


def test_a_month_that_ended_yesterday_is_whole() -> None:
    """On the first of a month the month before is complete and no single day is left."""
    names = calendar(date(2026, 11, 1), date(2026, 10, 20))
    assert names["whole_months"] == ["2026-10"]
    assert names["other_days"] == []


def test_planning_twice_gives_the_same_jobs() -> None:
    """Equal work has an equal key, so a second start of the night finds its jobs."""
    plan = load_plan(ROOT / "schedules" / "practice.yaml")
    first, second = jobs_of(plan, NIGHT, date(2026, 10, 12)), jobs_of(plan, NIGHT, date(2026, 10, 12))
    assert [job.key for job in first] == [job.key for job in second]
    assert len({job.key for job in first}) == len(first)
    assert len({job.run_id for job in first}) == len(first)


def test_another_night_is_other_work() -> None:
    """The next night shares no job with this one."""
    plan = load_plan(ROOT / "schedules" / "practice.yaml")
    tonight = {job.key for job in jobs_of(plan, NIGHT, date(2026, 10, 12))}
    tomorrow = {job.key for job in jobs_of(plan, date(2026, 11, 22), date(2026, 10, 13))}
    assert tonight.isdisjoint(tomorrow)


def test_a_typo_in_a_plan_is_located(tmp_path: Path) -> None:
    """A wrong key in a plan is said with its line."""
    path = tmp_path / "plan.yaml"
    path.write_text("title: 一夜\nphases:\n  - name: 收\n    job: []\n", "utf-8")
    with pytest.raises(SettingsBroken) as caught:
        load_plan(path)
    assert f"{path}:4:" in caught.value.message("zh")
