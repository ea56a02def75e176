"""Tables that go on: exports of many rows are split over the sheets of a workbook, and none of them is lost."""

import io
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import func, select

from storage.archive import Archive, Facts
from storage.database.connection import Database, open_database
from storage.database.tables import document_row, order_line, raw_row
from storage.documents.document import Document
from storage.documents.file import SourceFile
from storage.documents.kinds import KINDS
from storage.documents.layout import Layout
from storage.documents.parts import PIECE_ROWS
from storage.documents.table import MADE_ROWS, find_table, read_records
from storage.ingest import ingest
from storage.quarantine import export_rows, fix_rows, waiting_rows
from tests.storage.erp.orders.files import CSV, practice

Cells = list[list[object]]


def workbook(*sheets: Cells) -> bytes:
    """A workbook of these sheets."""
    book, target = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.worksheets[0])
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    book.save(target)
    return target.getvalue()


def orders(numbers: range, **said: str) -> Cells:
    """A sheet of the practice mall's orders."""
    rows = [practice("等待卖家发货", "2026-11-20 09:05:00", **said) for _ in numbers]
    for number, row in zip(numbers, rows, strict=True):
        row |= {"主订单编号": f"9900{number}", "子订单编号": f"9900{number}-1"}
    return [list(rows[0]), *(list(row.values()) for row in rows)]


def read(kind: str, content: bytes) -> Document:
    """The document that a kind makes of it."""
    return KINDS[kind].read(SourceFile("a.xlsx", content), Facts())


def test_sheets_under_the_same_header_are_one_table() -> None:
    """Rows of the second sheet are numbered as those of a second piece; notes beside them are no rows."""
    notes: Cells = [["说明"], ["导出共 5 行"]]
    document = read("practice_orders", workbook(notes, orders(range(3)), notes, orders(range(3, 5))))
    assert [row.row_no for row in document.rows] == [2, 3, 4, PIECE_ROWS + 2, PIECE_ROWS + 3]
    assert len({row.order_no for row in document.rows if hasattr(row, "order_no")}) == 5
    assert len(document.raw) == 5


def test_a_copy_of_a_sheet_and_a_table_of_its_own_add_nothing() -> None:
    """Somebody's copy is not counted twice, whatever its amounts look like; another header is another table."""
    sheet = orders(range(3), 单价="¥1,012.00")
    copy: Cells = [[1012 if cell == "¥1,012.00" else cell for cell in row] for row in (*sheet, sheet[1])]
    other: Cells = [[*sheet[0], "备注"], [*sheet[1], "x"]]
    document = read("practice_orders", workbook(sheet, copy, other))
    assert [row.row_no for row in document.rows] == [2, 3, 4, PIECE_ROWS + 5]


@pytest.mark.parametrize("more", [1, MADE_ROWS])
def test_a_layout_reads_on_too(more: int) -> None:
    """However many rows the first sheet has; one that stands on both is one, a second one of its key is told apart."""
    layout = KINDS["taobao_order_items_2022"]
    assert isinstance(layout, Layout)
    said = CSV[layout.kind][0]
    header: list[object] = list(layout.columns)

    def sheet(numbers: range) -> Cells:
        return [header, *([{**said, "子订单编号": f"33445500000{n:08d}"}.get(str(name), "") for name in header]
                          for n in numbers)]  # fmt: skip

    second = sheet(range(more - 1, more + 2))
    second.append([cell if cell != "30.00" else "31.00" for cell in second[1]])
    document = read(layout.kind, workbook(sheet(range(more)), second))
    assert [row.n for row in document.rows if hasattr(row, "n")] == [*([1] * more), 1, 1, 2]
    assert [row.row_no for row in document.raw][-3:] == [PIECE_ROWS + 3, PIECE_ROWS + 4, PIECE_ROWS + 5]


def test_what_stands_below_the_data_of_a_sheet_ends_that_sheet_only() -> None:
    """Totals on each sheet are footers; the rows of the next sheet are rows."""
    sheet: Cells = [["编号", "金额"], ["1", "1.00"], ["合计", "1.00"], ["", "制表"]]
    other: Cells = [["编号", "金额"], ["2", "2.00"], ["合计", "2.00"]]
    table = find_table(SourceFile("a.xlsx", workbook(sheet, other)), ["编号", "金额"])
    reading = read_records(
        table, lambda record: (record.plain("编号"),), ends=lambda record: record.plain("编号") == "合计"
    )
    assert list(reading.rows) == ["1", "2"]
    assert [record.no for record in reading.footer] == [3, 4, PIECE_ROWS + 3]


@pytest.fixture
def database(tmp_path: Path) -> Database:
    """Empty books."""
    return open_database(tmp_path / "books.db")


def test_a_row_of_the_second_sheet_is_corrected_there(database: Database, tmp_path: Path) -> None:
    """A correction reaches the row that was quarantined, not the one of the same line on the first sheet."""
    archive = Archive(tmp_path / "archive")
    second = orders(range(3, 5))
    place = second[0].index("数量")
    second[1][place] = "两件"
    done = ingest(database, archive, workbook(orders(range(3)), second))
    assert (done.rows, done.quarantined) == (5, 1)
    (row,) = waiting_rows(database)
    assert row.row_no == PIECE_ROWS + 2
    sheet = tmp_path / "改.xlsx"
    export_rows([row._replace(payload={**row.payload, "数量": "7"})], sheet)
    assert fix_rows(database, archive, sheet, "王芳")[0].quarantined == 0
    with database.read() as connection:
        pieces = connection.execute(select(order_line.c.order_no, order_line.c.qty)).all()
        assert connection.execute(select(func.count()).select_from(raw_row)).scalar() == 5
        assert connection.execute(select(func.count()).select_from(document_row)).scalar() == 0
    assert sorted(map(tuple, pieces)) == [("99000", 1), ("99001", 1), ("99002", 1), ("99003", 7), ("99004", 1)]
    database.close()
