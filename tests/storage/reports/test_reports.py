"""Restock, bots and missing, on books written by hand."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from storage.database.connection import Database, open_database
from storage.database.tables import (
    ad_day,
    bot_result,
    bundle,
    command,
    effect,
    job,
    move,
    order_line,
    platform_order,
    quarantine,
    raw_file,
    raw_receipt,
    reservation,
)
from storage.erp.reconciliation.board import age
from storage.reports import Period, bots, missing, restock
from storage.reports.table import Cell, Figure, ratio, shown

PERIOD = Period("2026-11-18", "2026-11-20")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Empty books."""
    database = open_database(tmp_path / "books.db")
    yield database
    database.close()


def values(row: list[Cell]) -> list[object]:
    """A row with its figures as numbers."""
    return [cell.value if isinstance(cell, Figure) else cell for cell in row]


def _put(connection: Connection, table: Any, **row: object) -> None:
    connection.execute(insert(table).values(row))


def _sold(connection: Connection, no: str, code: str, qty: int, day: str = "2026-11-19", state: str = "paid") -> None:
    key = {"platform": "practice", "shop": "s", "order_no": no}
    _put(connection, platform_order, **key, pay_state=state, paid_at=f"{day} 10:00:00", file_sha="o", row_no=2)
    _put(connection, order_line, **key, sub_no=f"{no}-1", code=code, qty=qty, file_sha="o", row_no=2)


def _in_stock(connection: Connection, code: str, qty: int) -> None:
    _put(connection, move, doc_type="opening", doc_id="QC", doc_line=code, leg=1, code=code, from_place="opening",
         to_place="wh1", qty=qty, at="2026-11-01", file_sha="m", row_no=5)  # fmt: skip


def test_restock_takes_bundles_apart_and_says_its_formula(database: Database) -> None:
    """Demand of 14 days with bundles by their parts, free stock, cover, and what to order, all by the formula."""
    with database.write() as connection:
        _put(connection, bundle, code="SET", component="A", qty=2)
        _sold(connection, "1", "SET", 7)
        _sold(connection, "2", "A", 14)
        _sold(connection, "3", "A", 99, state="closed")
        _sold(connection, "4", "A", 99, day="2026-11-06")
        _in_stock(connection, "A", 20)
        _in_stock(connection, "UNSOLD", 3)
        _put(connection, reservation, owner="f|1", warehouse="wh1", code="A", qty=6, state="held")
        _put(connection, reservation, owner="f|0", warehouse="wh1", code="A", qty=5, state="consumed")
    with database.read() as connection:
        table = restock.build(connection, PERIOD)
    (row,) = table.rows
    assert values(row) == ["A", "", 28, 200, 20, 6, 14, 700, 28, "28 ÷ 14 × 21 − 14 = 28"]


def test_bots_count_what_was_done(database: Database) -> None:
    """Jobs, rows by outcome and effects by state of the night's runs, each counted from its own records."""
    with database.write() as connection:
        _put(
            connection,
            job,
            job_key="j1",
            night="2026-11-21",
            flow="practice/delist",
            account="s",
            stage="done",
            run_id="r1",
        )
        _put(
            connection,
            job,
            job_key="j0",
            night="2026-11-20",
            flow="practice/list",
            account="s",
            stage="done",
            run_id="r0",
        )
        for number, outcome in enumerate(("done", "done", "rejected")):
            reason = "" if outcome == "done" else "活动中不可下架"
            _put(connection, bot_result, run_id="r1", command_id=f"c{number}", worklist="to_delist", shop="s",
                 outcome=outcome, reason=reason, at="2026-11-21T02:00:00")  # fmt: skip
        _put(
            connection,
            bot_result,
            run_id="r0",
            command_id="c9",
            worklist="to_list",
            shop="s",
            outcome="done",
            at="2026-11-10",
        )
        _put(connection, effect, effect_key="e1", run_id="r1", label="下架", state="done")
    with database.read() as connection:
        table = bots.build(connection, PERIOD)
    assert [values(row) for row in table.rows] == [
        ["任务", "practice/delist", "s", "完成", 1, ""],
        ["商品与订单", "下架", "s", "已办", 2, ""],
        ["商品与订单", "下架", "s", "被拒绝", 1, "活动中不可下架"],
        ["外部动作", "下架", "", "已办", 1, "每个动作只办一次"],
    ]


def test_missing_names_days_files_rows_and_people(database: Database) -> None:
    """A day without statement or ads, a parked file, rows set aside, a failed job, an unsure command: all said."""
    with database.write() as connection:
        _put(connection, raw_file, file_sha="a", kind="alipay_fund_bill_csv", shop="s", state="read", name="账单.zip",
             wallet="alipay")  # fmt: skip
        _put(connection, raw_receipt, file_sha="a", name="账单.zip", shop="s", owner="s",
             period_from="2026-11-18 00:00:00", period_to="2026-11-20 00:00:00")  # fmt: skip
        _put(
            connection,
            raw_file,
            file_sha="b",
            kind="icbc_personal_debit",
            name="流水.csv",
            state="parked",
            message="合计差 1.00 元",
        )
        _put(connection, quarantine, file_sha="a", row_no=7, message="金额无法读取", owner="财务")
        for day in ("18", "19", "20"):
            at = f"2026-11-{day} 09:00:00"
            _put(connection, platform_order, platform="practice", shop="s", order_no=day, created_at=at)
        for day in ("18", "20"):
            _put(connection, ad_day, platform="practice", shop="s", day=f"2026-11-{day}", plan="p", product_id="1")
        _put(
            connection,
            job,
            job_key="j",
            night="2026-11-21",
            flow="practice/ads",
            account="s",
            stage="failed",
            message="登录失败",
        )
        _put(connection, command, command_id="c", worklist="to_list", shop="s", subject="88", state="person")
    with database.read() as connection:
        table = missing.build(connection, PERIOD)
    said = [(row[0], row[2], values(row)[3], row[5]) for row in table.rows]
    assert said == [
        ("支付宝账单", "2026-11-20", 1, "机器人补取"),
        ("售后", "2026-11-18 至 2026-11-20", 3, "机器人补取"),
        ("广告报表", "2026-11-19", 1, "运营确认"),
        ("文件待放行", "流水.csv", 1, "财务"),
        ("隔离的行", "账单.zip", 1, "财务"),
        ("任务失败", "practice/ads", 1, "运营"),
        ("指令等人", "to_list 88", 1, "运营"),
    ]
    assert missing.incomplete(table) == [
        "支付宝账单（s 2026-11-20）",
        "售后（s 2026-11-18 至 2026-11-20）",
        "广告报表（s 2026-11-19）",
        "文件待放行（流水.csv）",
        "隔离的行（s 账单.zip）",
        "任务失败（s practice/ads）",
    ]


def _receipt(connection: Connection, kind: str, shop: str, first: str, last: str) -> None:
    sha = f"{kind}{shop}{first}"
    wallet = {"wxpay_trade_bill_all": "wxpay"}.get(kind, "")
    _put(connection, raw_file, file_sha=sha, kind=kind, platform="practice", state="read", name=sha, wallet=wallet)
    _put(connection, raw_receipt, file_sha=sha, name=sha, shop=shop, owner=shop, period_from=f"2026-11-{first}",
         period_to=f"2026-11-{last}")  # fmt: skip


def test_a_shop_of_which_nothing_came_lacks_every_day(database: Database) -> None:
    """Paid orders want a statement, statements want orders and refunds, a trade bill wants its list of withdrawals."""
    with database.write() as connection:
        _put(connection, platform_order, platform="practice", shop="unbilled", order_no="1", file_sha="o",
             created_at="2026-11-18 09:00:00", paid_at="2026-11-18 09:01:00")  # fmt: skip
        for kind in ("practice_orders", "practice_refunds"):
            _receipt(connection, kind, "unbilled", "18", "20")
        _receipt(connection, "wxpay_trade_bill_all", "bare", "18", "19")
        _receipt(connection, "wxpay_trade_bill_all", "bare", "20", "20")
    with database.read() as connection:
        table = missing.build(connection, PERIOD)
    days = "2026-11-18 至 2026-11-20"
    said = [tuple(row[:3]) for row in table.rows]
    assert said == [
        ("账单", "unbilled", days),
        ("订单", "bare", days),
        ("售后", "bare", days),
        ("提现记录", "bare", days),
    ]


def test_an_export_without_rows_is_no_gap(database: Database) -> None:
    """A day whose exports came and say that nothing happened is not missing."""
    with database.write() as connection:
        for kind in ("alipay_fund_bill_csv", "practice_orders", "practice_refunds", "practice_ads"):
            _receipt(connection, kind, "s", "18", "20")
    with database.read() as connection:
        assert missing.build(connection, PERIOD).rows == []


def test_what_waits_for_a_person_makes_no_figure_incomplete(database: Database) -> None:
    """A command that nobody is sure of is on the list of what waits, not of what the figures lack."""
    with database.write() as connection:
        _put(connection, command, command_id="c", worklist="to_list", shop="s", subject="88", state="person")
    with database.read() as connection:
        table = missing.build(connection, PERIOD)
    assert len(table.rows) == 1
    assert missing.incomplete(table) == []


def test_nothing_missing_is_said(database: Database) -> None:
    """A full book says that nothing is missing instead of showing an empty sheet."""
    with database.read() as connection:
        table = missing.build(connection, PERIOD)
    assert table.rows == []
    assert table.notes


@pytest.mark.parametrize(
    ("day", "bucket"),
    [("2026-11-20", "0–3 天"), ("2026-11-16", "4–7 天"), ("2026-11-05", "8–15 天"), ("2026-10-21", "16–30 天"),
     ("2026-10-20", "> 30 天")],
)  # fmt: skip
def test_age_buckets(day: str, bucket: str) -> None:
    """The five ages finance works by."""
    assert age(day, date(2026, 11, 20)) == bucket


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(123450, "fen", "¥1,234.50"), (-5, "fen", "-¥0.05"), (1200, "count", "1,200"), (580, "percent", "5.80 %"),
     (320, "ratio", "3.20"), (1405, "days", "14.0 天")],
)  # fmt: skip
def test_figures_as_a_person_reads_them(value: int, unit: str, text: str) -> None:
    """Money with two decimals and thousands, shares in percent, cover in days."""
    assert shown(value, unit) == text


def test_ratio_rounds_half_up_and_survives_zero() -> None:
    """Exact integers: half up away from zero, and nothing to divide by is zero."""
    assert (ratio(1, 3, 100), ratio(1, 8, 100), ratio(-1, 8, 100), ratio(5, 0, 100)) == (33, 13, -13, 0)
