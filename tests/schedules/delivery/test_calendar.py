"""The calendar of completeness: there, late, missing and why, not due yet, and nothing for days before the shop."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import event, insert

from schedules.delivery import calendar
from schedules.delivery.calendar import Line, lines_of, missing
from schedules.delivery.calendar_files import as_json, write_html, write_xlsx
from schedules.delivery.planned import days_of, flow_name
from schedules.desk import Desk
from storage.archive import Facts
from storage.database.tables import job, raw_file, raw_receipt
from storage.ingest import ingest
from tests.schedules.delivery.conftest import bring, orders_of, refunds_of

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)  # nine o'clock in Shanghai
FEEDS = 'feeds:\n  - kind: practice_orders\n    shop: "甲店"\n    by: "06:00"\n'


def orders(desk: Desk, day: int, hour: int = 21) -> None:
    """The export of a day of November, fetched that evening (UTC): the next morning in Shanghai."""
    flow = Facts(
        name=f"{day}.csv",
        shop="甲店",
        flow="/somewhere/flows/practice/orders.yaml",
        received_at=f"2026-11-{day:02d}T{hour:02d}:30:00+00:00",
    )
    assert ingest(desk.database, desk.archive, orders_of(f"2026-11-{day:02d}", number=str(day)), facts=flow).rows


def states(line: Line) -> str:
    """A sign for each day."""
    signs = {
        "in_time": "+",
        "late": "l",
        "waiting": "w",
        "missing": "x",
        "parked": "p",
        "came": "c",
        "empty": "e",
        "": ".",
    }
    return "".join(signs[cell.state] for cell in line.cells)


def test_a_month_shows_what_is_there_late_missing_and_not_due(desk: Desk) -> None:
    """From the first day that came; the day of today is not due yet; what nobody expects is shown where it came."""
    (desk.home / "feeds.yaml").write_text(FEEDS, "utf-8")
    for day in (16, 17, 19):
        orders(desk, day)
    orders(desk, 20, hour=23)
    bring(desk, refunds_of("2026-11-18"), "r.csv")
    with desk.database.write() as connection:
        failed = {"stage": "failed", "message": "登录过期，等人扫码", "account": "seller_a", "inputs": "{}"}
        connection.execute(insert(job).values(job_key="x", night="2026-11-19", flow="practice/orders", **failed))
    expected, other = sorted(lines_of(desk, date(2026, 11, 15), date(2026, 11, 23), NOW), key=lambda one: one.kind)
    assert (expected.title, states(expected)) == ("练习商城 订单", ".++x+lxw.")
    assert (other.kind, other.by, states(other)) == ("practice_refunds", "", "...c.....")
    (one,) = missing(desk, date(2026, 11, 18), NOW)
    assert one.sentence() == (
        "甲店 · 练习商城 订单 · 2026-11-18: 应在 11-19 06:00 前到，晚了 3 天; "
        "practice/orders · seller_a: 登录过期，等人扫码"
    )
    (one,) = missing(desk, date(2026, 11, 21), NOW)
    assert one.why == "2026-11-22 那一夜没有运行 practice/orders"
    assert missing(desk, date(2026, 11, 19), NOW) == []
    orders(desk, 18, hour=22)
    assert missing(desk, date(2026, 11, 18), datetime(2026, 11, 23, tzinfo=UTC)) == [], "an alarm ends by itself"


def test_what_came_for_two_weeks_is_expected_without_being_written(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """No feeds.yaml: the orders that came every day are expected, and it is said that this was learned."""
    monkeypatch.setattr(calendar, "LEARNED_DAYS", 5)
    for day in range(16, 21):
        orders(desk, day)
    (one,) = missing(desk, date(2026, 11, 21), datetime(2026, 11, 22, 14, 0, tzinfo=UTC))
    assert (one.kind, one.shop, one.by, one.state) == ("practice_orders", "甲店", "learned", "missing")
    assert missing(desk, date(2026, 11, 20), NOW) == []


def test_the_calendar_goes_into_a_workbook_a_page_and_json(desk: Desk, tmp_path: Path) -> None:
    """Each holds the same days; what is missing stands in words, and a shop's name cannot become a formula or a tag."""
    (desk.home / "feeds.yaml").write_text(FEEDS.replace("甲店", "=甲<b>店"), "utf-8")
    lines = lines_of(desk, date(2026, 11, 20), date(2026, 11, 21), NOW)
    write_xlsx(tmp_path / "c.xlsx", lines, "zh")
    book = openpyxl.load_workbook(tmp_path / "c.xlsx")
    grid = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    assert grid[1] == ["=甲<b>店", "练习商城 订单", "缺", "缺"]
    assert book.worksheets[0]["A2"].data_type == "s"
    assert [row[3].value for row in book.worksheets[1].iter_rows(min_row=2)] == ["没到", "没到"]
    write_html(tmp_path / "c.html", lines, "zh")
    page = (tmp_path / "c.html").read_text("utf-8")
    assert "=甲&lt;b&gt;店" in page
    assert page.count('class="missing"') == 2
    (line,) = as_json(lines)
    assert [cell["state"] for cell in line["days"]] == ["missing", "missing"]


def test_a_file_that_names_no_day_counts_for_the_first_one_too(desk: Desk) -> None:
    """It came before midnight by UTC, and by Beijing's clock on the first of the month; the one before it did not."""
    came = {"early": "2026-10-31T15:59:59+00:00", "first": "2026-10-31T16:00:00+00:00"}
    with desk.database.write() as connection:
        for name, at in came.items():
            connection.execute(insert(raw_file).values(file_sha=name, kind=f"kind_{name}", state="read"))
            receipt = {"file_sha": name, "name": name, "shop": "甲店", "received_at": at}
            connection.execute(insert(raw_receipt).values(**receipt))
    (line,) = lines_of(desk, date(2026, 11, 1), date(2026, 11, 3), NOW)
    assert (line.kind, states(line)) == ("kind_first", "c..")
    both = lines_of(desk, date(2026, 10, 31), date(2026, 11, 1), NOW)
    assert [(one.kind, states(one)) for one in both] == [("kind_early", "c."), ("kind_first", ".c")]


def test_the_whole_history_is_read_once(desk: Desk) -> None:
    """However many lines there are and whatever is missing: the other questions name the days they are about."""
    (desk.home / "feeds.yaml").write_text(FEEDS, "utf-8")
    for day in (16, 17):
        orders(desk, day)
    bring(desk, refunds_of("2026-11-18"), "r.csv")
    asked: list[str] = []
    event.listen(desk.database.engine, "before_cursor_execute", lambda *facts: asked.append(facts[2]))
    found = lines_of(desk, date(2026, 11, 15), date(2026, 11, 21), NOW)
    assert any(cell.why.startswith("2026-11-22") for line in found for cell in line.cells), "reasons were looked up"
    receipts = [one for one in asked if "raw_receipt" in one]
    assert len([one for one in receipts if "received_at >=" not in one]) == 1, receipts


def test_a_flow_is_named_as_plans_name_it() -> None:
    """Whatever the path was on the machine that ran it."""
    assert flow_name("/a/flows/practice/orders.yaml") == "practice/orders"
    assert flow_name("C:\\yeban\\flows\\practice\\orders.yaml") == "practice/orders"
    assert flow_name("practice/orders") == "practice/orders"


def test_what_a_night_was_to_fetch_is_missing_though_nobody_wrote_it_down(desk: Desk) -> None:
    """A failed job's days are missing, with its message and whom it waits for; a window that one file answers is there;
    an empty day is said.

    Of two nights that were to fetch a day the later counts, and a flow that never brought anything is named itself.
    """
    flow = Facts(
        name="w.csv",
        shop="甲店",
        flow="flows/practice/orders.yaml",
        run_id="run-1",
        received_at="2026-11-20T20:00:00+00:00",
    )
    ingest(desk.database, desk.archive, orders_of("2026-11-18"), facts=flow)
    jobs = (
        ("2026-11-21", "practice/orders", {"since": "2026-11-17", "until": "2026-11-19"}, "done", "run-1"),
        ("2026-11-22", "practice/orders", {"since": "2026-11-20", "until": "2026-11-20"}, "done", "run-2"),
        ("2026-11-22", "practice/statements", {"days": ["2026-11-20", "2026-11-21"]}, "failed", "run-3"),
        ("2026-11-22", "practice/orders", {"since": "2026-11-21", "until": "2026-11-21"}, "planned", "run-4"),
        ("2026-11-22", "practice/delist", {}, "failed", "run-5"),
    )
    rows = [
        {"job_key": run, "night": night, "flow": name, "account": "甲店", "inputs": json.dumps(inputs), "stage": stage}
        | {"run_id": run, "message": "对方的页面打不开" if stage == "failed" else "", "position": place}
        | {"summary": '{"person": "李雷"}' if stage == "failed" else "{}"}
        for place, (night, name, inputs, stage, run) in enumerate(jobs)
    ]
    with desk.database.write() as connection:
        connection.execute(insert(job), rows)
    statements, orders_ = lines_of(desk, date(2026, 11, 16), date(2026, 11, 22), NOW)
    assert (orders_.by, states(orders_)) == ("planned", ".ccc" + "ew.")
    assert (statements.title, states(statements)) == ("practice/statements", "....xx.")
    assert [one.sentence() for one in missing(desk, date(2026, 11, 21), NOW, days=2)] == [
        f"甲店 · practice/statements · 2026-11-{day}: practice/statements · 甲店: 对方的页面打不开 → 李雷"
        for day in (20, 21)
    ]
    with desk.database.write() as connection:
        later = {**rows[2], "job_key": "later", "night": "2026-11-23", "stage": "done", "message": ""}
        connection.execute(insert(job), [later])
    assert missing(desk, date(2026, 11, 21), NOW, days=2) == []


def test_a_jobs_inputs_name_its_days() -> None:
    """Days and months of a list have a file each; from one day to another there is one for all; else none."""
    each, together = days_of({"days": ["2026-11-01", "2026-11-03"], "kind": "x"})
    assert (sorted(day.day for day in each), together) == ([1, 3], set())
    assert len(days_of({"months": ["2026-02"]})[0]) == 28
    assert len(days_of({"since": "2026-11-01", "until": "2026-11-10"})[1]) == 10
    assert days_of({"day": "2026-11-01"})[0] == {date(2026, 11, 1)}
    assert days_of({"since": "2026-13-01", "until": "heute", "n": "3"}) == (set(), set())
