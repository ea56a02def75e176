"""The morning workbook: figures lead to rows that sum to them, text stays text, the same books give the same."""

import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import delete, insert

from storage.database.connection import open_database
from storage.database.tables import job, recon_item
from storage.reports import Period
from storage.reports.cells import CellWithoutFigure, figure_of
from storage.reports.sources import trace
from storage.reports.workbook import write_morning_report
from storage.reports.workbook_style import lines_needed
from tests.storage.erp.recon.worlds import Night

CREATED_AT = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
SHEETS = ["总览", "销售", "结算", "差异", "补货", "机器人", "缺失", "广告", "来源", "来源明细"]
RECENT = Period("2026-11-14", "2026-11-20")


@pytest.fixture(scope="module")
def path(night: Night, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook of a week."""
    path = tmp_path_factory.mktemp("book") / "晨报.xlsx"
    with night.database.read() as connection:
        write_morning_report(connection, RECENT, path, CREATED_AT)
    return path


@pytest.fixture(scope="module")
def book(path: Path) -> Any:
    """The workbook as a reader opens it."""
    return openpyxl.load_workbook(path)


def test_sheets_stand_in_their_order(book: Any) -> None:
    """The overview is first, the sources last."""
    assert book.sheetnames == SHEETS


def _numbers(book: Any) -> Iterator[Any]:
    for name in SHEETS[:8]:
        for row in book[name].iter_rows():
            yield from (cell for cell in row if isinstance(cell.value, int | float | Decimal))


def _exact(value: object) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))


def _blocks(book: Any) -> dict[str, list[list[Any]]]:
    """Address of each block's title -> its header, rows and sum."""
    rows = list(book["来源明细"].iter_rows(min_row=4, values_only=True))
    blocks: dict[str, list[list[Any]]] = {}
    start = 0
    while start < len(rows):
        end = start
        while end < len(rows) and any(value is not None for value in rows[end]):
            end += 1
        blocks[f"A{start + 4}"] = [list(row) for row in rows[start + 1 : end]]
        start = end + 1
    return blocks


def test_every_number_leads_to_rows_that_sum_to_it(book: Any) -> None:
    """Each number links to a block; unless it is derived, one measure of the block's rows sums to it exactly."""
    blocks = _blocks(book)
    derived = {"日均", "可销天数", "建议补货", "点击率", "投入产出比"}
    seen = 0
    for cell in _numbers(book):
        assert cell.hyperlink is not None, (cell.parent.title, cell.coordinate)
        found = re.fullmatch(r"'来源明细'!(A\d+)", cell.hyperlink.location)
        assert found is not None
        header, *rows, total = blocks[found[1]]
        columns = [i for i in range(4, len(header)) if header[i]]
        sums = [sum((_exact(row[i]) for row in rows if row[i] is not None), Decimal(0)) for i in columns]
        assert sums == [_exact(total[i]) for i in columns]
        if cell.parent.title == "总览" or cell.parent.cell(4, cell.column).value not in derived:
            assert _exact(cell.value) in sums
        seen += 1
    assert seen > 300


def test_sources_name_file_fingerprint_and_row(book: Any) -> None:
    """Rows of a block that come from a file name it, twelve characters of its sha256, and the row."""
    rows = [
        row for block in _blocks(book).values() for row in block[1:-1] if row[0] not in ("见下层数字", "（不是文件）")
    ]
    assert rows
    shas = {row[12][:12] for row in book["来源"].iter_rows(min_row=5, values_only=True)}
    for name, sha, row_no, key, *_ in rows:
        assert name
        assert sha in shas
        assert row_no is None or row_no > 0
        assert key


def test_a_cell_leads_to_its_figure_and_its_rows(night: Night, path: Path, book: Any) -> None:
    """The figure of a cell, found by sheet and address, traces to rows that sum to what the cell shows."""
    with night.database.read() as connection:
        for sheet, cell, scale in (("销售", "D5", 100), ("结算", "E6", 1), ("差异", "H5", 100), ("总览", "B5", 100)):
            rows = trace(connection, figure_of(path, sheet, cell))
            assert _exact(book[sheet][cell].value) == _exact(Decimal(sum(row.amount for row in rows)) / scale)


@pytest.mark.parametrize(("sheet", "cell"), [("销售", "A5"), ("销售", "Z99"), ("利润", "A1")])
def test_cells_without_a_figure_are_said_so(path: Path, sheet: str, cell: str) -> None:
    """Text, empty cells and sheets that do not exist are refused, naming the sheets there are."""
    with pytest.raises(CellWithoutFigure) as refused:
        figure_of(path, sheet, cell)
    assert "结算" in refused.value.hint()


def _banner(folder: Path, **failed: str) -> tuple[str, str]:
    """Text and colour of the line above the key figures, in books where one job may have failed."""
    database = open_database(folder / "books.db")
    with database.write() as connection:
        if failed:
            connection.execute(insert(job).values(job_key="j", night="2026-11-21", **failed))
    with database.read() as connection:
        write_morning_report(connection, RECENT, folder / "x.xlsx", CREATED_AT)
    database.close()
    sheet = openpyxl.load_workbook(folder / "x.xlsx")["总览"]
    assert sheet["A3"].hyperlink.location == "'缺失'!A1"
    assert "A3:H3" in {str(merged) for merged in sheet.merged_cells.ranges}
    return str(sheet["A3"].value), sheet["A3"].fill.fgColor.rgb[2:]


@pytest.mark.parametrize("stage", ["failed", "person"])
def test_what_the_figures_lack_stands_above_them(stage: str, tmp_path: Path) -> None:
    """When a job of the night failed or waits, the first sheet says in red that the figures lack it."""
    words, colour = _banner(tmp_path, flow="practice/statements", account="shop_b", stage=stage, message="登录失败")
    assert words.startswith("⚠ 以下数字不完整，缺：任务")
    assert "shop_b practice/statements" in words
    assert colour == "FBE9E7"


def test_nothing_missing_stands_above_the_figures(tmp_path: Path) -> None:
    """When all came, the same line says so in green."""
    words, colour = _banner(tmp_path)
    assert words.startswith("✔ 没有缺失")
    assert colour == "E8F5EC"


def test_key_figures_stand_in_fixed_cells(book: Any) -> None:
    """The cards of the first sheet are where people and notes point to."""
    sheet = book["总览"]
    assert [sheet.cell(4, column).value for column in range(1, 6)] == [
        "净销售",
        "实付金额",
        "付款订单",
        "退款完成",
        "待处理差异",
    ]
    assert all(sheet.cell(5, column).hyperlink for column in range(1, 6))
    assert all(sheet.cell(9, column).hyperlink for column in range(1, 6))


def test_amounts_are_yuan_with_two_decimals(book: Any) -> None:
    """Money is shown in yuan with two decimals."""
    sheet = book["销售"]
    paid = sheet["D5"]
    assert paid.number_format.startswith("¥#,##0.00")
    assert Decimal(str(paid.value)) == Decimal(str(paid.value)).quantize(Decimal("0.01"))


def test_sheets_are_ready_to_use(book: Any) -> None:
    """Headers stay in sight, tables can be filtered, and print landscape one page wide with the header repeated."""
    for name in ("销售", "结算", "差异", "补货", "广告"):
        sheet = book[name]
        assert sheet.freeze_panes == "A5"
        assert sheet.auto_filter.ref.startswith("A4:")
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.print_title_rows == "$4:$4"


def test_the_same_books_give_the_same_workbook(night: Night, path: Path, tmp_path: Path) -> None:
    """Building it twice gives the same parts; only the document's own stamp may differ."""
    again = tmp_path / "again.xlsx"
    with night.database.read() as connection:
        write_morning_report(connection, RECENT, again, CREATED_AT)
    with zipfile.ZipFile(path) as one, zipfile.ZipFile(again) as other:
        names = [name for name in one.namelist() if name != "docProps/core.xml"]
        assert one.namelist() == other.namelist()
        assert [name for name in names if one.read(name) != other.read(name)] == []


@pytest.mark.parametrize("text", ["=1+1", "+86 138", "-3 件", "@SUM(A1)"])
def test_text_that_begins_like_a_formula_stays_text(text: str, tmp_path: Path) -> None:
    """A reason or order number that begins with = + - @ is written as the text it is."""
    database = open_database(tmp_path / "books.db")
    row = {"job": "orders", "side": "statement", "ref": "s|alipay|f|payment|1", "shop": text, "order_no": text,
           "component": "payment", "outcome": 8, "reason": text, "at": "2026-11-20 10:00:00"}  # fmt: skip
    with database.write() as connection:
        connection.execute(delete(recon_item))
        connection.execute(insert(recon_item).values(row))
    with database.read() as connection:
        write_morning_report(connection, RECENT, tmp_path / "x.xlsx", CREATED_AT)
    database.close()
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx")["差异"]
    cells = [cell for cell in sheet[5] if cell.value == text]
    assert len(cells) == 3
    assert {cell.data_type for cell in cells} == {"s"}


@pytest.mark.parametrize("key", ["=1+1", '<b>&"', "{0}", " 空格 ", "\x07 bell"])
def test_keys_of_sources_stay_the_text_they_are(key: str, tmp_path: Path) -> None:
    """Whatever a source's key holds, it is text in 来源明细; a character that XML cannot hold is shown as replaced."""
    database = open_database(tmp_path / "books.db")
    with database.write() as connection:
        connection.execute(insert(job).values(job_key=key, night="2026-11-21", flow="f", stage="done"))
    with database.read() as connection:
        write_morning_report(connection, RECENT, tmp_path / "x.xlsx", CREATED_AT)
    database.close()
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx")["来源明细"]
    found = [cell for (cell,) in sheet.iter_rows(min_col=4, max_col=4) if str(cell.value).startswith("任务 ")]
    assert [(cell.value, cell.data_type) for cell in found] == [(f"任务 {key} 运行 ".replace("\x07", "\ufffd"), "s")]


def test_each_block_leads_back_to_its_report(book: Any) -> None:
    """The title of a block is a link to the sheet that shows its figures, and sums name the figures they add up."""
    sheet = book["来源明细"]
    locations = {cell.hyperlink.location for (cell,) in sheet.iter_rows(max_col=1) if cell.hyperlink}
    assert {f"'{title}'!A1" for title in ("总览", "销售", "结算", "差异", "补货")} <= locations
    addresses = {location.rsplit("!", 1)[1] for location in locations if location.startswith("'来源明细'")}
    assert addresses <= _blocks(book).keys()


def test_an_empty_book_gives_an_empty_report(tmp_path: Path) -> None:
    """Before anything came in the workbook can be made and says so with zeros."""
    database = open_database(tmp_path / "books.db")
    with database.read() as connection:
        morning = write_morning_report(connection, RECENT, tmp_path / "x.xlsx", CREATED_AT)
    database.close()
    assert morning.source_rows == 0
    assert openpyxl.load_workbook(tmp_path / "x.xlsx").sheetnames == SHEETS


def test_rows_are_as_high_as_their_text_where_words_move_down_whole() -> None:
    """A number that does not fit goes to the next line whole, with what 、 joins to it; no text takes one line."""
    told = "2773994117614138677：有退款：277399411761413867701、277399411761413867702；最早的 2026-11-23 00:00:00 到期"
    assert [lines_needed(text, 66) for text in (told, told[:40], "", "货" * 70)] == [3, 1, 1, 2]
    assert lines_needed("a" * 100, 12) == 10
