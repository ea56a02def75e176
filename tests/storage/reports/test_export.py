"""Reports as files: what begins like a formula is text in each of them, and every figure is exact."""

import csv
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.reports import Period
from storage.reports.chart import FontMissing, NoPicture, draw, font
from storage.reports.export import csv_bytes, inert, to_csv, to_json, to_xlsx, write_file
from storage.reports.table import Chart, Column, Table

NASTY = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", ' =HYPERLINK("http://x")', '"=1"',
         "\u00a0=1", "'=1"]  # fmt: skip
PERIOD = Period("2026-11-01", "2026-11-03")


def _table(names: list[str]) -> Table:
    columns = (Column("店铺", "", 20), Column("=金额", "fen", 12, metric="gmv_paid"), Column("率", "percent", 8))
    table = Table("channels", "=销售", PERIOD, columns, notes=["@说明"], chart=Chart("bar", 0, (1,)))
    for place, name in enumerate(names):
        block = table.block(f"b{place}", name, (("金额", "fen"),))
        block.add("f", place + 1, "k", -123_456_789_012 + place)
        derived = table.derived(block, 12_345, "percent", "a ÷ b")
        table.rows.append([name, table.figure(block, 0), derived])
    table.sum_up("=合计", (1,))
    return table


@pytest.mark.function("SEC-16")
def test_a_cell_that_begins_like_a_formula_is_inert_in_every_file() -> None:
    """`=cmd…` in a shop's name, a title, a total or a note: no formula in the workbook, none when the CSV is opened."""
    table = _table(NASTY)
    content = to_xlsx(table)
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        assert len(sheets) == 3
        for name in sheets:
            assert b"<f>" not in book.read(name)
            assert b"<hyperlink" not in book.read(name)
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    written = [row[0].value for row in sheet.iter_rows(min_row=5, max_row=4 + len(NASTY))]
    assert [str(text).replace("_x000D_", "\r") for text in written] == NASTY, "text stays the text it was"
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    rows = list(csv.reader(io.StringIO(to_csv(table).decode("utf-8-sig"), newline="")))
    for row in rows:
        for cell in row:
            number = cell.removeprefix("-").replace(".", "")
            assert number.isdigit() or not cell.lstrip(' \u00a0"').startswith(tuple("=+-@\t\r＝")), cell
    assert "=cmd" in to_json(table)


@given(st.text(st.characters(codec="utf-8"), max_size=12))
def test_no_text_is_a_formula_in_a_csv(text: str) -> None:
    """Whatever the text, the cell begins with none of the signs, and nothing of it is lost."""
    said = inert(text)
    assert not said.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert said.removeprefix("'") == text.removeprefix("'") or said == text
    (row,) = list(csv.reader(io.StringIO(csv_bytes([[text, 7]]).decode("utf-8-sig"), newline="")))
    assert row == [said, "7"]


def test_csv_is_for_excel_and_exact() -> None:
    """A byte order mark, the unit in the title, yuan with both decimals however large, percent as people say it."""
    content = to_csv(_table(["一店"]))
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert rows == [
        ["店铺", "'=金额（元）", "率（%）"],
        ["一店", "-1234567890.12", "123.45"],
        ["'=合计", "-1234567890.12", ""],
    ]


def test_the_workbook_says_what_its_figures_mean() -> None:
    """Numbers in their formats, the definitions on a second sheet, and each figure's id where the figure stands."""
    book = openpyxl.load_workbook(io.BytesIO(to_xlsx(_table(["一店"]))))
    assert book.sheetnames == ["=销售", "口径", "编号"]
    cell = book.worksheets[0]["B5"]
    assert (cell.value, cell.number_format) == (-1_234_567_890.12, "¥#,##0.00;-¥#,##0.00;–")
    assert book.worksheets[0]["C5"].value == pytest.approx(1.2345)
    assert "付款 GMV" in [row[0].value for row in book["口径"].iter_rows()]
    assert book["编号"]["B5"].value == "channels:2026-11-01..2026-11-03:b0:0"
    assert book.worksheets[0]._charts == [] or len(book.worksheets[0]._charts) == 1


@pytest.fixture
def chinese() -> None:
    """A font with Chinese; where there is none, `draw` says so (`FontMissing`) and these tests have nothing to draw."""
    try:
        font()
    except FontMissing as missing:
        pytest.skip(missing.message("en"))


@pytest.mark.parametrize("kind", ["line", "bar", "across", "count"])
def test_each_kind_of_picture_is_drawn(kind: str, chinese: None) -> None:
    """A PNG of the size of a slide, without a character that the font lacks; the same table draws the same picture."""
    import warnings

    table = _table([f"店铺{n}" for n in range(3)])
    table.chart = Chart(kind, 0, (1,))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        picture = draw(table)
    assert picture.startswith(b"\x89PNG")
    assert int.from_bytes(picture[16:20], "big") == 1430


def test_a_picture_that_says_nothing_is_not_drawn(chinese: None) -> None:
    """A report that is a list, an empty one, and a form that is none are refused with the reason."""
    table = _table(["一店"])
    assert draw(table, "svg").lstrip().startswith(b"<?xml")
    with pytest.raises(NoPicture, match="png、svg"):
        draw(table, "gif")
    table.rows.clear()
    with pytest.raises(NoPicture, match="没有数据"):
        draw(table)
    table.chart = None
    with pytest.raises(NoPicture, match="看表更清楚"):
        draw(table)


def test_a_file_is_there_whole(tmp_path: Path) -> None:
    """The folder is made, an older file is replaced, nothing half-written is left beside it."""
    path = tmp_path / "新" / "表.csv"
    write_file(path, b"one")
    write_file(path, b"two")
    assert [found.name for found in path.parent.iterdir()] == ["表.csv"]
    assert path.read_bytes() == b"two"
