"""`timetable`, `backfill`, `pause`, `unpause` as they are typed, on a desk of their own."""

import json
from pathlib import Path

import pytest

from schedules.settings import ROOT
from storage.database.connection import open_database
from tests.support.command_line import Yeban

SETTINGS = """
lang: zh
accounts:
  seller_a: {site: practice, username: a}
  seller_b: {site: practice, username: b}
"""
TABLE = """
title: 我的时间表
entries:
  收: {run: practice/orders, accounts: [seller_a, seller_b], every: day, at: 01:30, expected: 1h}
  撞: {run: practice/stock, accounts: [seller_a], every: day, at: 02:00}
  空: {on: {file: "*.csv"}}
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with settings, a timetable and empty books."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "settings.yaml").write_text(SETTINGS, "utf-8")
    (folder / "timetable.yaml").write_text(TABLE, "utf-8")
    open_database(folder / "yeban.db").close()
    return folder


def test_the_week_shows_what_comes_and_what_collides(yeban: Yeban) -> None:
    """The next week has a run a day, and says which account two runs want at once; JSON says the same."""
    code, said = yeban("timetable")
    assert (code, "01:30" in said, "⚠ seller_a" in said, "要等「收」，约" in said) == (0, True, True, True), said
    code, said = yeban("timetable", "--json", "--from", "2027-03-01", "--to", "2027-03-02")
    told = json.loads(said)
    assert [run["at"][:16] for run in told["runs"]] == ["2027-02-28T17:30"] * 2 + ["2027-02-28T18:00"] + [
        "2027-03-01T17:30"] * 2 + ["2027-03-01T18:00"]  # fmt: skip
    assert [(one["account"], one["overlap_s"]) for one in told["conflicts"]] == [("seller_a", 600)] * 2
    assert told["warnings"] == []


def test_pauses_are_shown_with_who_and_until(yeban: Yeban) -> None:
    """A paused entry says so in the table until it goes on; what is not there, or not paused, is refused in words."""
    assert yeban("pause", "收", "--until", "3d", "--why", "大促", "--who", "王芳")[0] == 0
    said = yeban("timetable")[1]
    assert "‖ 收 暂停到" in said, said
    assert "王芳" in said
    assert yeban("pause", "-a", "seller_b", "--until", "2099-01-01")[0] == 0
    assert yeban("unpause", "收")[0] == 0
    code, said = yeban("unpause", "收")
    assert (code, "收 没有暂停" in said, "seller_b" in said) == (2, True, True), said
    assert yeban("unpause", "-a", "seller_b")[0] == 0
    assert "直到 yeban unpause" in yeban("pause", "--all")[1]
    assert yeban("unpause", "--all")[0] == 0
    code, said = yeban("pause", "収")
    assert (code, "时间表里没有「収」" in said) == (2, True), said
    assert yeban("pause", "收", "--until", "2020-01-01")[0] == 2


def test_a_pause_of_an_account_says_which_nights_wait_with_it(yeban: Yeban, tmp_path: Path) -> None:
    """A night that uses it is held back whole, with all its accounts: whoever pauses one is told so."""
    path = tmp_path / "mine.yaml"
    job = "{flow: practice/orders, accounts: [seller_a, seller_b]}"
    (tmp_path / "night.yaml").write_text(f"title: n\nphases:\n  - {{name: 收, jobs: [{job}]}}\n", "utf-8")
    path.write_text(f"{TABLE}  夜班: {{run: night.yaml, every: day, at: 03:00}}\n", "utf-8")
    code, said = yeban("pause", "-a", "seller_b", "--file", path)
    assert (code, "整项也等着" in said, "夜班" in said) == (0, True, True), said
    assert yeban("unpause", "-a", "seller_b", "--file", path)[0] == 0
    assert "整项也等着" not in yeban("pause", "-a", "seller_b")[1]
    assert yeban("unpause", "-a", "seller_b")[0] == 0


def test_a_backfill_left_to_the_clock_is_written_down_once(yeban: Yeban) -> None:
    """`--later` writes the runs of those days down; a second time there is nothing new, and the table shows them."""
    asked = ("backfill", "收", "--from", "2026-11-01", "--to", "2026-11-03", "--later")
    assert "新补 6 次" in yeban(*asked)[1]
    assert "新补 0 次" in yeban(*asked)[1]
    told = json.loads(yeban("timetable", "--json", "--from", "2026-11-01", "--to", "2026-11-03")[1])
    assert [run["state"] for run in told["runs"]] == ["planned"] * 6
    code, said = yeban("backfill", "收", "--from", "2099-01-01", "--to", "2099-01-02")
    assert (code, "新补 0 次" in said, "还没到时间的 4 次" in said) == (0, True, True), said
    code, said = yeban("backfill", "空", "--from", "2026-11-01", "--to", "2026-11-03")
    assert (code, "没有日子可以补" in said) == (2, True), said


BROKEN = {
    "run: practice/ordres, after: 收": ("practice/ordres", "改成: practice/orders"),
    "run: practice/orders, every: dayy, at: 01:00": ("dayy", "改成: day"),
    "run: practice/orders, every: 每月31日, at: 01:00": ("每月31日", "month end"),
    'run: practice/orders, cron: "0 25 * * *"': ("25", "0 到 23"),
    "run: practice/orders, every: day, at: 24:00": ("24:00", '改成: "00:00"'),
    "run: practice/orders, every: day, at: 1:00, cron: 1 1 1 1 1": ("cron", "只能有一种时间"),
    "run: practice/orders, after: 收们": ("收们", "改成: 收"),
    "run: practice/orders, after: 坏": ("坏", "等的是自己"),
    'run: practice/orders, when_all: [收], since: "03:00", or_at: "07:00"': ("收", '改成: since: "01:30"'),
    'run: practice/orders, every: day, at: 1:00, inputs: {since: "${dya}"}': ("${dya}", "可以写: day"),
    "run: practice/orders, every: day, at: 1:00, until: 1:10, jitter: 10m": ("10m", "少于 10 分钟"),
    'run: practice/orders, cron: "0 18 * * *", until: "18:05", jitter: 7m': ("7m", "少于 5 分钟"),
    "run: practice/orders, every: day, at: []": ("every", "还缺 at"),
    "run: practice/orders, when_all: [], or_at: 7:30": ("[]", "等的是哪几项"),
    "run: practice/orders, on: {webhook: a/b}": ("a/b", "名字里不能有 /"),
    'run: practice/orders, on: {webhook: ""}': ('""', "后面要写等的是什么"),
    "run: sessions, every: day, at: 1:00, inputs: {a: b}": ("{a: b}", "只有流程有输入"),
    "run: practice/orders, every: day, at: 1:00, timezone: Asia/Shangai": ("Asia/Shangai", "改成: Asia/Shanghai"),
    "run: practice/orders, every: day, at: 1:00, missed: lst": ("lst", "改成: last"),
    "run: practice/orders, on: {mail: seler_a}": ("seler_a", "改成: seller_a"),
    "run: nihgt.yaml, after: 收": ("nihgt.yaml", "改成: night.yaml"),
    "run: broken.yaml, after: 收": ("broken.yaml", "phases"),
    "run: practice/orders, after: 收, inputs: {untl: 2026-01-01}": ("untl", "改成: until"),
}


def test_every_mistake_is_said_at_once_with_its_place(yeban: Yeban, tmp_path: Path) -> None:
    """One check says all mistakes of a file, each with line, column, its text and the nearest right form."""
    lines = [
        f"  {'坏' if n == 7 else f'坏{n}'}: {{{'' if '.yaml' in text else 'accounts: [seller_a], '}{text}}}"
        for n, text in enumerate(BROKEN)
    ]
    path = tmp_path / "mine.yaml"
    (tmp_path / "night.yaml").write_text("title: n\nphases: []\n", "utf-8")
    (tmp_path / "broken.yaml").write_text("title: n\nphase: []\n", "utf-8")
    path.write_text(TABLE + "\n".join(lines) + "\n", "utf-8")
    code, said = yeban("timetable", "check", path)
    assert (code, said.count(f"{path}:")) == (2, len(BROKEN)), said
    first = TABLE.count("\n") + 1
    for n, (text, (at, fix)) in enumerate(BROKEN.items()):
        column = lines[n].rindex(at) + 1
        quoted = column - (lines[n][column - 2] == '"')
        assert f"{path}:{first + n}:{quoted}: " in said or f"{path}:{first + n}:{column}: " in said, (text, said)
        assert fix in said, (text, said)


def test_what_cannot_be_read_and_what_a_plan_names_wrongly_is_said_with_its_place(yeban: Yeban, tmp_path: Path) -> None:
    """A file that Notepad has saved as GBK, no accounts, a plan with a flow and an account that there are not."""
    path, beside = tmp_path / "mine.yaml", tmp_path / "mine-holidays.yaml"
    path.write_bytes(TABLE.encode("gbk"))
    code, said = yeban("timetable", "check", path)
    assert (code, f"{path}:2:8:" in said, "UTF-8" in said) == (2, True, True), said
    path.write_text(f"holidays: mine-holidays.yaml{TABLE}", "utf-8")
    beside.write_bytes("2027: {off: [2027-01-01]} # 元旦\n".encode("gbk"))
    code, said = yeban("timetable", "check", path)
    assert (code, f"{beside}:1:" in said, "UTF-8" in said) == (2, True, True), said
    path.write_text(TABLE.replace("[seller_a]", "[]"), "utf-8")
    code, said = yeban("timetable", "check", path)
    assert (code, "流程要有账号" in said) == (2, True), said
    plan = tmp_path / "night.yaml"
    job = "{flow: practice/ordres, accounts: [seller_a, seler_b]}"
    plan.write_text(f"title: n\nphases:\n  - {{name: 收, jobs: [{job}]}}\n", "utf-8")
    path.write_text(f"{TABLE}  夜: {{run: night.yaml, every: day, at: 03:00}}\n", "utf-8")
    code, said = yeban("timetable", "check", path)
    assert (code, said.count(f"{plan}:3:")) == (2, 2), said
    assert "practice/orders" in said
    assert "seller_b" in said


def test_a_calendar_that_ends_is_an_error_with_what_to_do(yeban: Yeban, home: Path, tmp_path: Path) -> None:
    """Workdays of a year nobody has published are refused, until the year stands in a YAML beside the timetable."""
    path = tmp_path / "mine.yaml"
    path.write_text(
        "entries:\n  a: {run: practice/orders, accounts: [seller_a], every: workday, at: 09:00}\n"
        "holidays: mine-holidays.yaml\n", "utf-8")  # fmt: skip
    code, said = yeban("timetable", "check", path, "--year", "2027")
    assert (code, "2027 年的节假日和调休还没有" in said, "mine-holidays.yaml" in said) == (4, True, True), said
    beside = tmp_path / "mine-holidays.yaml"
    beside.write_text("2027:\n  off: [2027-01-04..2027-01-02]\n  wrok: []\n  work: [2027-01-05]\n", "utf-8")
    code, said = yeban("timetable", "check", path, "--year", "2027")
    assert (code, *(f"{beside}:{place}" in said for place in ("2:9", "3:3", "4:10"))) == (2, True, True, True), said
    beside.write_text("2027:\n  off: [2027-01-01..2027-01-04]\n  work: [2027-01-09]\n", "utf-8")
    assert yeban("timetable", "check", path, "--year", "2027")[0] == 0
    days = json.loads(yeban("timetable", "--file", path, "--json", "--from", "2027-01-01", "--to", "2027-01-10")[1])
    assert [run["at"][:10] for run in days["runs"]] == ["2027-01-05", "2027-01-06", "2027-01-07", "2027-01-08",
                                                        "2027-01-09"]  # fmt: skip


def test_the_shipped_timetable_can_be_used(yeban: Yeban) -> None:
    """The example that everybody starts from has no mistake."""
    assert yeban("timetable", "check", ROOT / "schedules" / "timetable.yaml")[0] == 0
