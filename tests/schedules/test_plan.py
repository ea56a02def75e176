"""A night's plan becomes jobs that are the same however often it is planned."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from schedules.plan import LOOK_BACK, Known, calendar, jobs_of, load_plan
from schedules.problems import PlanMissing, SettingsBroken
from schedules.settings import ROOT
from schedules.shelf import flow_names
from schedules.step_names import STEP_NAMES
from storage.erp.commands.by_hand import TITLES

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


BROKEN = """title: 一夜
phases:
  - name: 收
    job: []
    core: [recncile, verify]
  - name: 账
    core: verify
    jobs:
      - {flow: a, acounts: [x]}
"""


@pytest.mark.parametrize(
    ("lang", "place", "words", "fix"),
    [
        ("zh", "4:5", "没有叫「job」的键", "改成: jobs"),
        ("zh", "5:12", "没有叫「recncile」的步骤", "改成: reconcile"),
        ("en", "5:12", "There is no step of the core called recncile.", "fix: reconcile"),
        ("zh", "7:11", "这里应是一个列表", ""),
        ("zh", "9:9", "缺少「accounts」", ""),
        ("en", "9:19", "There is no key called acounts.", "fix: accounts"),
    ],
)
def test_all_that_is_wrong_with_a_plan_is_located_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str, place: str, words: str, fix: str
) -> None:
    """Wrong keys, unknown steps, lists that are none, what is missing: each with line, column and the nearest name."""
    monkeypatch.setenv("YEBAN_LANG", lang)
    path = tmp_path / "plan.yaml"
    path.write_text(BROKEN, "utf-8")
    with pytest.raises(SettingsBroken) as caught:
        load_plan(path)
    said = caught.value.message(lang)
    one = next(part for part in said.split(str(path)) if part.startswith(f":{place}:") and words in part)
    assert fix in one
    assert "5 处" in caught.value.message("zh")


def test_equal_work_is_not_planned_twice(tmp_path: Path) -> None:
    """A step named twice in a phase, or two phases of one name, would be one job: both places are said."""
    path = tmp_path / "plan.yaml"
    path.write_text("title: 夜\nphases:\n  - name: 收\n    core: [post, post]\n  - name: 收\n", "utf-8")
    with pytest.raises(SettingsBroken) as caught:
        load_plan(path)
    assert f"{path}:4:18" in caught.value.message("zh")
    assert f"{path}:5:11" in caught.value.message("zh")


def test_a_plan_that_is_not_there_names_its_neighbours(tmp_path: Path) -> None:
    """A file name that is wrong is answered with the plans beside it, not with a traceback."""
    (tmp_path / "night.yaml").write_text("title: 夜\nphases: []\n", "utf-8")
    with pytest.raises(PlanMissing) as caught:
        load_plan(tmp_path / "nigth.yaml")
    assert "night.yaml" in caught.value.hint("zh")


KNOWN = Known(flow_names(), ["ads", "pay_a", "seller_a", "seller_b"], sorted(TITLES))


def test_a_typo_in_a_name_does_not_cost_a_night(tmp_path: Path) -> None:
    """Flows, accounts, worklists and days that nobody knows are said before the night, each with the nearest."""
    path = tmp_path / "plan.yaml"
    jobs = '{flow: practice/order, accounts: [seller_c], worklist: to_lst, inputs: {since: "${frist_day}"}}'
    path.write_text(f"title: 夜\nphases:\n  - name: 收\n    jobs:\n      - {jobs}\n", "utf-8")
    assert len(load_plan(path).phases) == 1
    with pytest.raises(SettingsBroken) as caught:
        load_plan(path, KNOWN)
    said = caught.value.message("zh")
    for place, words in (
        ("5:16", "practice/orders"), ("5:43", "seller_a"), ("5:64", "to_list"), ("5:88", "${first_day}")
    ):  # fmt: skip
        one = next((part for part in said.split(str(path)) if part.startswith(f":{place}:")), "")
        assert words in one, said


def test_the_example_plan_has_every_step_and_names_nothing_unknown() -> None:
    """What people copy is complete: every step of the core, and flows and worklists that are there."""
    plan = load_plan(ROOT / "schedules" / "example.yaml", KNOWN)
    assert sorted(step for phase in plan.phases for step in phase.core) == sorted(STEP_NAMES)


def test_the_windows_of_two_nights_overlap() -> None:
    """What one night has collected last, the next one asks for again: nothing between two exports is missed."""
    tonight = calendar(NIGHT, NIGHT - LOOK_BACK)
    tomorrow = calendar(NIGHT + timedelta(days=1), NIGHT + timedelta(days=1) - LOOK_BACK)
    assert tomorrow["first_day"] < tonight["yesterday"]  # type: ignore[operator]
