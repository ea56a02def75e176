"""Feeds of a shop, as the nights bring them: nothing counted twice, nothing lost, everything said and found again."""

import csv
import io
import json
import shutil
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import delete, func, select

from bots.practice.world.documents import workbook
from bots.practice.world.exports import ORDER_COLUMNS
from schedules.plan import jobs_of, load_plan
from storage.archive import Archive, Facts
from storage.database.connection import Database, open_database
from storage.database.digest import digests
from storage.database.tables import (
    fulfilment,
    fulfilment_line,
    metadata,
    order_line,
    platform_order,
    raw_file,
    raw_row,
    run,
    waybill,
)
from storage.documents.file import SourceFile
from storage.documents.taught import FOLDER
from storage.documents.teaching import Choices, keep, proposed
from storage.erp.settlement.express import freight_by_parcel, match_express, take_express_bills, unmatched
from storage.erp.settlement.pool import read_pool
from storage.ingest import ingest, ingest_run_folder
from storage.quarantine import export_rows, fix_rows, replay, waiting_rows
from storage.reports import REPORTS, Period
from storage.reports.sources import trace
from storage.reports.table import Figure
from storage.runs import DatabaseJournal
from tests.storage.ingest.test_permutation import FILES

PLAN = Path(__file__).parents[3] / "schedules" / "practice.yaml"
PAID, SENT = "等待卖家发货", "卖家已发货"
RAW = ("raw_file", "raw_receipt", "raw_row", "quarantine", "row_fix", "header_meaning")
"""What came in, and what people said of it; everything else is derived from it."""
Cells = dict[str, str | int]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrated books without a row, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "books.sqlite"
    open_database(path).close()
    return path


@pytest.fixture
def database(empty: Path, tmp_path: Path) -> Iterator[Database]:
    """Empty books."""
    opened = open_database(shutil.copy(empty, tmp_path / "books.sqlite"))
    yield opened
    opened.close()


def count(database: Database, table: str) -> int:
    """How many rows a table has."""
    with database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(metadata.tables[table])).scalar_one())


def order(no: str, created: str, modified: str, status: str = PAID) -> Cells:
    """An order of one piece as the mall's export has it."""
    money = ("单价", "订单商家优惠", "订单平台优惠", "订单运费", "子订单优惠分摊", "子订单退款金额")
    cells: Cells = {
        "店铺": "s",
        "主订单编号": f"\t{no}",
        "子订单编号": f"\t{no}01",
        "订单状态": status,
        "商品ID": "\t61",
    }
    cells |= {"SKU ID": "\t611", "商家编码": "A", "商品名称": "杯", "数量": 1, "售后状态": "无售后"}
    cells |= dict.fromkeys(money, "0.00") | {"订单实付金额": "10.00", "子订单实付分摊": "10.00"}
    return cells | {"下单时间": created, "付款时间": created, "更新时间": modified}


def orders(*rows: Cells) -> bytes:
    """The export."""
    return workbook("订单", [list(ORDER_COLUMNS), *([row.get(name, "") for name in ORDER_COLUMNS] for row in rows)])


def ads(*spent: tuple[str, str], total: str) -> bytes:
    """An ad report of (day, yuan) with its total row, "" for none."""
    head = "日期,店铺,计划名称,主体ID,主体名称,花费,展现量,点击量,总成交笔数,总成交金额"
    lines = [f"{day},s,计划,61,杯,{yuan},10,1,0,0.00" for day, yuan in spent]
    last = [f"总计,,,,,{total},{10 * 2},2,0,0.00"] if total else []
    return ("\r\n".join([head, *lines, *last]) + "\r\n").encode("gb18030")


def run_folder(folder: Path, run_id: str, flow: str, **files: bytes) -> Path:
    """What a bot leaves: its files and the manifest."""
    (folder / "files").mkdir(parents=True)
    entries = []
    for kind, content in files.items():
        (folder / "files" / kind).write_bytes(content)
        entries.append({"path": f"files/{kind}", "suggested_name": f"{kind}.bin", "kind": kind, "step": "export"})
    manifest = {"version": 1, "run_id": run_id, "flow": flow, "shop": "s", "files": entries}
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    return folder


@pytest.mark.function("RPA-01")
def test_orders_that_a_bot_brings_twice_are_the_same_orders(
    database: Database, archive: Archive, tmp_path: Path
) -> None:
    """The same file again, and the same orders in another file: none new, none changed, as many the same."""
    rows = [order(f"100{n}", "2026-11-01 08:00:00", "2026-11-01 09:00:00") for n in range(5)]
    brought = run_folder(tmp_path / "r1", "r1", "practice/orders", practice_orders=orders(*rows))
    (first,) = ingest_run_folder(database, archive, brought)
    assert (first.kind, first.state, first.created, first.changed, first.same) == ("practice_orders", "read", 5, 0, 0)
    with database.read() as connection:
        before = digests(connection)
    (again,) = ingest_run_folder(database, archive, brought)
    assert (again.created, again.changed, again.same) == (0, 0, 5)
    with database.read() as connection:
        assert digests(connection) == before
    turned = ingest(database, archive, orders(*rows[::-1]), facts=Facts(name="b.xlsx", shop="s"))
    assert (turned.created, turned.changed, turned.same) == (0, 0, 5)
    assert (count(database, "platform_order"), count(database, "order_line"), count(database, "raw_row")) == (5, 5, 10)


@pytest.mark.function("RPA-04")
def test_a_file_whose_last_row_was_cut_waits_with_the_difference_in_words(database: Database, archive: Archive) -> None:
    """The last line or the total gone: nothing of the file is in the books, and what differs is said with both sums."""
    days = (("2026-11-01", "5.00"), ("2026-11-02", "3.00"))
    cut = ingest(database, archive, ads(*days[:1], total="8.00"), facts=Facts(name="a.csv"))
    assert cut.state == "parked"
    assert "合计不符" in cut.message
    assert "花费：文件写 ¥8.00，逐行算 ¥5.00" in cut.message
    assert cut.control is not None
    assert cut.control.stated["花费"] - cut.control.computed["花费"] == 300
    ended = ingest(database, archive, ads(*days, total=""), facts=Facts(name="b.csv"))
    assert (ended.state, "可能没有下载完" in ended.message) == ("parked", True)
    assert count(database, "ad_day") == 0
    whole = ingest(database, archive, ads(*days, total="8.00"), facts=Facts(name="c.csv"))
    assert (whole.state, whole.created) == ("read", 2)


@pytest.mark.function("RPA-14")
def test_one_bad_row_of_ten_thousand_waits_alone(database: Database, archive: Archive, tmp_path: Path) -> None:
    """9,999 are in the books and 1 in quarantine; corrected and read again from the archive there are 10,000."""
    lines = [f"中通快递,{78_000_000_000 + n}" for n in range(10_000)]
    lines[5_000] = "中通快递,7.80000E+10"
    taken = ingest(database, archive, "\r\n".join(["快递公司,运单号", *lines]).encode("gb18030"))
    assert (taken.state, taken.created, taken.quarantined) == ("read", 9_999, 1)
    (bad,) = waiting_rows(database)
    sheet = tmp_path / "改.xlsx"
    export_rows([bad], sheet)
    book = openpyxl.load_workbook(sheet)
    titles = [cell.value for cell in book.worksheets[0][1]]
    book.worksheets[0].cell(2, titles.index("运单号") + 1).value = "78000005000"
    book.save(sheet)
    (done,) = fix_rows(database, archive, sheet, "王芳")
    assert (done.state, done.created, done.same, done.quarantined) == ("read", 1, 9_999, 0)
    assert waiting_rows(database) == []
    assert count(database, "waybill") == 10_000
    with database.read() as connection:
        numbers = connection.execute(select(func.count(func.distinct(waybill.c.waybill_no)))).scalar_one()
    assert numbers == 10_000


def windows(*nights: date) -> list[tuple[date, date]]:
    """The days that the practice night asks a shop's orders of, night by night."""
    plan = load_plan(PLAN)
    found = []
    for night in nights:
        jobs = jobs_of(plan, night, date(2026, 11, 1))
        asked = next(job.inputs for job in jobs if job.flow == "practice/orders")
        found.append((date.fromisoformat(str(asked["since"])), date.fromisoformat(str(asked["until"]))))
    return found


def test_what_came_in_the_second_of_the_last_export_is_in_the_next(database: Database, archive: Archive) -> None:
    """Tonight's days hold last night's; an order of the same second as the newest one known is in the books then."""
    second = "2026-11-02 23:59:59"
    first, then = windows(date(2026, 11, 3), date(2026, 11, 4))
    assert then[0] <= first[0] <= first[1] < then[1], "a window that begins where the last one ended would lose them"
    known = order("1001", "2026-11-01 08:00:00", second)
    late = [order("1002", second, second), order("1003", "2026-11-01 09:00:00", second, SENT)]
    shop = [[known, order("1003", "2026-11-01 09:00:00", "2026-11-01 09:00:00")], [known, *late]]
    for number, ((since, until), rows) in enumerate(zip((first, then), shop, strict=True), 3):
        told = [row for row in rows if since.isoformat() <= str(row["下单时间"])[:10] <= until.isoformat()]
        facts = Facts(name=f"{number}.xlsx", shop="s", received_at=f"2026-11-0{number}T00:00:00+00:00")
        assert ingest(database, archive, orders(*told), facts=facts).state == "read"
    with database.read() as connection:
        o = platform_order.c
        found = connection.execute(select(o.order_no, o.platform_status).order_by(o.order_no)).all()
        lines = sorted(connection.execute(select(order_line.c.order_no)).scalars())
    assert [tuple(row) for row in found] == [("1001", PAID), ("1002", PAID), ("1003", SENT)]
    assert lines == ["1001", "1002", "1003"]


def derived(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """The tables that the files filled, without what came in as it was."""
    return [name for name in after if before[name] != after[name] and name not in RAW]


@pytest.mark.function("RPA-18")
def test_everything_can_be_read_again_from_the_archive(
    empty: Path, database: Database, archive: Archive, tmp_path: Path
) -> None:
    """Derived tables emptied and every file replayed, or new books from the archive alone: the same digests."""
    with database.read() as connection:
        nothing = digests(connection)
    for file in FILES:
        assert ingest(database, archive, file.content, facts=Facts(file.name, received_at=file.received_at)).rows
    stock = (
        "单据编号：QC-1\r\n盘点时间：2026-05-01 00:30:00\r\n\r\n仓库编码,仓库名称,所在省,商家编码,在库数量,单位成本\r\n"
    )
    for content in (
        ads(("2026-05-01", "5.00"), ("2026-05-02", "3.00"), total="8.00"),
        "快递公司,运单号\r\n中通快递,7838001\r\n圆通速递,\r\n".encode(),
        f"{stock}W1,杭州仓,浙江,A,5,1.00\r\n合计,,,,5,\r\n".encode(),
    ):
        assert ingest(database, archive, content, facts=Facts(name="f.csv")).state == "read"
    with database.read() as connection:
        expected = digests(connection)
    filled = derived(nothing, expected)
    assert {"ad_day", "move", "order_line", "platform_order", "quant", "refund", "waybill"} <= set(filled)

    with database.write() as connection:
        for name in filled:
            connection.execute(delete(metadata.tables[name]))
        files = connection.execute(select(raw_file.c.file_sha).order_by(raw_file.c.file_sha)).scalars().all()
        assert [name for name in filled if digests(connection, [name])[name] != nothing[name]] == []
    for sha in files:
        assert replay(database, archive, sha).state == "read"
    with database.read() as connection:
        assert digests(connection) == expected

    fresh = open_database(shutil.copy(empty, tmp_path / "fresh.sqlite"))
    for sha in archive.documents():
        ingest(fresh, archive, archive.path(sha), facts=archive.facts(sha))
    with fresh.read() as connection:
        assert digests(connection) == expected
    fresh.close()


def test_a_figure_leads_to_its_run_its_file_and_its_row(database: Database, archive: Archive, tmp_path: Path) -> None:
    """Every total of sales and ads: the rows it is the sum of, their archived files, and the run that fetched them."""
    journal = DatabaseJournal(database)
    days = (("2026-11-01", "5.00"), ("2026-11-02", "3.00"))
    sold = orders(order("1001", "2026-11-01 08:00:00", "2026-11-01 09:00:00"))
    brought = {
        "r1": ("practice/orders", {"practice_orders": sold}),
        "r2": ("practice/ads", {"practice_ads": ads(*days, total="8.00")}),
    }
    for run_id, (flow, files) in brought.items():
        journal.start_run(run_id, {"flow": flow, "account": "seller_a"})
        ingest_run_folder(database, archive, run_folder(tmp_path / run_id, run_id, flow, **files))
        journal.end_run(run_id, "done", "")
    for name, run_id, value in (("sales", "r1", 1000), ("ads", "r2", 800)):
        with database.read() as connection:
            table = REPORTS[name](connection, Period("2026-11-01", "2026-11-30"))
            totals = [cell for cell in table.total if isinstance(cell, Figure) and cell.value and not cell.formula]
            assert value in [figure.value for figure in totals]
            for figure in totals:
                rows = trace(connection, figure.figure_id)
                assert sum(row.amount for row in rows) == figure.value
                for row in rows:
                    file = connection.execute(select(raw_file).where(raw_file.c.file_sha == row.file_sha)).one()
                    by = connection.execute(select(run).where(run.c.run_id == file.run_id)).one()
                    assert (by.run_id, json.loads(by.facts)["account"], file.step) == (run_id, "seller_a", "export")
                    assert by.started_at <= by.ended_at
                    here = (raw_row.c.file_sha == row.file_sha) & (raw_row.c.row_no == row.row_no)
                    assert connection.execute(select(raw_row.c.payload).where(here)).scalar_one()
                    assert archive.path(row.file_sha).is_file()


def bill(*rows: Sequence[str]) -> bytes:
    """A carrier's bill."""
    text = io.StringIO()
    csv.writer(text).writerows([("快递公司", "运单号", "业务日期", "计费重量", "运费"), *rows])
    return text.getvalue().encode()


@pytest.mark.function("FMS-17")
def test_freight_billed_beside_freight_reckoned_parcel_by_parcel(database: Database, archive: Archive) -> None:
    """From the carrier's file: each parcel's bill less what allocation reckoned, the greatest first, all in the sum."""
    with database.write() as connection:
        for number, cost in (("Z1", 400), ("Z2", 400), ("Z3", 400), ("Z4", 0), ("Z5", 400)):
            parcel = {"fulfilment_id": f"F{number}", "platform": "practice", "shop": "s", "order_no": number,
                      "carrier": "中通快递", "waybill_no": number, "state": "shipped", "cost_fen": cost}  # fmt: skip
            connection.execute(fulfilment.insert(), [parcel])
            line = {"fulfilment_id": f"F{number}", "sub_no": f"{number}-1", "code": "A", "qty": 1}
            connection.execute(fulfilment_line.insert(), [line])
    content = bill(
        *[
            ("中通快递", number, "2026-11-06", "1", yuan)
            for number, yuan in (("Z1", "4.50"), ("Z2", "4.00"), ("Z3", "3.20"), ("Z4", "2.00"), ("Z9", "9.99"))
        ]
    )
    taught = proposed(SourceFile("bill.csv", content), Choices("express_zto", key=("运单号",)))
    keep(taught, archive.root.parent / FOLDER, "express_zto")
    taken = ingest(database, archive, content, shop="s")
    assert (taken.state, taken.created) == ("read", 5), taken.message
    with database.write() as connection:
        assert [take_express_bills(connection).created for _ in range(2)] == [5, 0]
        charges = match_express(connection, read_pool(connection))
    found = freight_by_parcel(charges)
    assert [(one.waybill_no, one.estimate_fen, one.billed_fen, one.gap_fen) for one in found] == [
        ("Z4", 0, 200, 200), ("Z3", 400, 320, -80), ("Z1", 400, 450, 50), ("Z2", 400, 400, 0),
    ]  # fmt: skip
    assert [one.waybill_no for one in unmatched(charges)] == ["Z9"]
    assert sum(one.billed_fen for one in found) + 999 == sum(charge.amount_fen for charge in charges)
    assert found[1].words == "中通快递 Z3 估计 ¥4.00，账单 ¥3.20，少 ¥0.80"
    assert found[0].words.endswith("发货时没有估计")
