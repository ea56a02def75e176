"""What one cell says, and what is refused because a program destroyed it."""

import io
from datetime import datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.documents import cells, numbers
from storage.documents.file import SourceFile
from storage.errors import CellDestroyed, CellInvalid

NUMBER = "2701855562034109276"


@pytest.mark.parametrize(
    "wrapped",
    [
        NUMBER,
        f"{NUMBER}\t",
        f"\t{NUMBER}",
        f"'{NUMBER}",
        f"`{NUMBER}",
        f'="{NUMBER}"',
        f'=\\"{NUMBER}\\"',
        f'"{NUMBER}\t"',
        f"  {NUMBER}\u200b　",
    ],
)
def test_every_wrapping_of_an_id_is_taken_off(wrapped: str) -> None:
    """However an export protects an id from Excel, the id is the same text."""
    assert cells.identity("订单", wrapped) == NUMBER


@pytest.mark.parametrize(
    "destroyed",
    [
        "3.30213E+18",
        "2.70186e+18",
        3.30213e18,
        2701855562034109276.0,
        "10160070484512.0",
        1.5,
        datetime.fromisoformat("2026-09-10"),
    ],
)
def test_a_destroyed_id_is_refused(destroyed: cells.Cell) -> None:
    """An id that became a number or a date is refused and never repaired."""
    with pytest.raises(CellDestroyed):
        cells.identity("订单", destroyed)


def test_a_short_number_cell_is_an_id() -> None:
    """A whole number that a workbook keeps exactly is an id without its `.0`."""
    assert cells.identity("商品ID", 610024817733.0) == "610024817733"
    assert cells.identity("商品ID", 42) == "42"


def test_a_missing_id_is_said_or_empty() -> None:
    """A required id that is empty in any spelling is named; an optional one is the empty text."""
    for spelling in ("", " ", "-", "--", "/", "null", "NULL", "nan", "-------------------", None):
        assert cells.identity("运单号", spelling, required=False) == ""
        with pytest.raises(CellInvalid, match="运单号"):
            cells.identity("运单号", spelling)


def test_a_column_of_rounded_ids_is_refused() -> None:
    """Long ids that all end in zeros after the 15th digit were rounded by Excel; a single such id is chance."""
    with pytest.raises(CellDestroyed):
        cells.refuse_zero_tails("订单", ["2701855562034100000", "2701855562034220000"])
    cells.refuse_zero_tails("订单", ["2701855562034100000", "2701855562034220001"])
    cells.refuse_zero_tails("订单", ["2701855562034100000"])
    cells.refuse_zero_tails("订单", ["150000", "160000", "", "SF1400000000000000000"])


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("95,00", 9500),
        ("-1.234,5", -123450),
        ("$1,234.50", 123450),
        ("(3.90)", -390),
        ("1,234,567", 123456700),
        ("1.234.567", 123456700),
        ("12", 1200),
        ("--", None),
    ],
)
def test_an_amount_tells_its_own_decimal_mark(text: str, fen: int | None) -> None:
    """European and American amounts of one source are both read."""
    assert numbers.money("x", text, numbers.EITHER) == fen


@pytest.mark.parametrize("text", ["1.204", "1,204", "95,00,1", "1.2.3"])
def test_an_amount_that_could_be_either_is_refused(text: str) -> None:
    """Twelve hundred or one point two: nobody guesses."""
    with pytest.raises(CellInvalid):
        numbers.money("x", text, numbers.EITHER)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("1,234.00", 123400),
        ("¥28.16", 2816),
        ("￥0.10", 10),
        ("12.5元", 1250),
        ("-345.60", -34560),
        ("+1.00", 100),
        ("-¥3.2", -320),
        ("¥-3.2", -320),
        (" 20.00               ", 2000),
        ("`0.60", 60),
        (12, 1200),
        (0.30000000000000004, 30),
        (131.77, 13177),
        ("99999999999999.99", 9999999999999999),
    ],
)
def test_money_is_exact(text: cells.Cell, fen: int) -> None:
    """Every honest spelling of an amount is its integer fen."""
    assert cells.fen("金额", text) == fen


@pytest.mark.parametrize(
    "text", ["95,00", "1,23.00", "1.234", 1.234, "131.77(已退款89.84)", "abc", "1.2.3", "--5", "", "-", "1E+05", "½"]
)
def test_what_is_no_exact_amount_is_refused(text: cells.Cell) -> None:
    """Nothing is guessed: a comma decimal, a third decimal place, words or an empty cell are refused."""
    with pytest.raises((CellInvalid, CellDestroyed)):
        cells.fen("金额", text)


@given(st.integers(-(10**13), 10**13))
def test_money_survives_writing_and_reading(fen: int) -> None:
    """Any amount written with two decimals, with or without thousands, is read as itself."""
    sign, whole, rest = "-" if fen < 0 else "", abs(fen) // 100, abs(fen) % 100
    assert cells.fen("金额", f"{sign}{whole}.{rest:02d}") == fen
    assert cells.fen("金额", f"{sign}¥{whole:,}.{rest:02d}") == fen


def test_moments_are_kept_as_written() -> None:
    """A moment stays the text of its source; a real date cell is written the same way."""
    assert cells.moment("时间", "2026-05-01 08:00:01\t") == "2026-05-01 08:00:01"
    assert cells.moment("时间", datetime.fromisoformat("2026-05-01T08:00:01")) == "2026-05-01 08:00:01"
    assert cells.moment("时间", "") == ""
    assert cells.day("日期", "2023-05-02     \t") == "2023-05-02"
    assert cells.day("日期", "2026-05-01 08:00:01") == "2026-05-01"


def test_midnight_of_a_workbook_is_a_moment() -> None:
    """A cell that holds 2026-10-01 00:00:00 comes as a day: a bill of that second is not refused."""
    target = io.BytesIO()
    book = openpyxl.Workbook()
    book.worksheets[0].append([datetime(2026, 10, 1), datetime(2026, 10, 1, 0, 0, 1)])  # noqa: DTZ001
    book.save(target)
    (line,) = next(SourceFile("a.xlsx", target.getvalue()).grids())
    assert [cells.moment("a", cell) for cell in line.cells] == ["2026-10-01 00:00:00", "2026-10-01 00:00:01"]
    assert [cells.day("a", cell) for cell in line.cells] == ["2026-10-01", "2026-10-01"]


@pytest.mark.parametrize("text", ["2026/9/10 8:00", "2026/9/10", "9/10/2026 8:00"])
def test_a_resaved_date_is_refused(text: str) -> None:
    """A date in Excel's own style lost its seconds: it is destroyed, not merely odd."""
    with pytest.raises(CellDestroyed):
        cells.moment("时间", text)
    with pytest.raises(CellDestroyed):
        cells.day("日期", text)


@pytest.mark.parametrize("text", ["2026-02-30 00:00:00", "2026-05-01", "44500.53", "2026-05-01 25:00:00"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    """A day that does not exist, a moment without a time, or a serial number is no moment."""
    with pytest.raises(CellInvalid):
        cells.moment("时间", text)


def test_headers_compare_without_width_blanks_and_case() -> None:
    """Spellings of one header that exports differ in are one name; the second of two equal ones stays apart."""
    names = ["收入金额（+元）", " 收入金额(+元)\t", "\ufeff收入金额（＋元） "]
    assert {cells.header_name(name) for name in names} == {"收入金额(+元)"}
    assert cells.header_name("帐务流水号") == cells.header_name("账务 流水号")
    assert cells.header_name("SKU ID") == cells.header_name("sku id ")


def test_a_number_cell_that_is_no_number_says_nothing() -> None:
    """What a program wrote as NaN is empty everywhere, and refused where something must stand; never a traceback."""
    nothing = float("nan")
    assert (cells.fen("a", nothing, required=False), cells.whole("a", nothing, required=False)) == (0, 0)
    assert numbers.money("a", nothing) is None
    assert cells.identity("a", nothing, required=False) == numbers.rate("a", nothing) == ""
    assert numbers.moment("a", nothing) == numbers.day("a", nothing) == cells.moment("a", nothing) == ""
    for read in (cells.fen, cells.whole, cells.identity, numbers.amount):
        with pytest.raises(CellInvalid):
            read("a", nothing)
    for read in (cells.fen, cells.whole, numbers.amount, numbers.rate):
        with pytest.raises(CellInvalid):
            read("a", float("inf"))
    with pytest.raises(CellInvalid):
        cells.whole("a", 1e300)


def test_whole_numbers() -> None:
    """Counts are whole: a fraction is refused, thousands are read."""
    assert [cells.whole("数量", cell) for cell in (3.0, 4, "1,204", " 7\t")] == [3, 4, 1204, 7]
    for wrong in ("1.5", 1.5, "x", ""):
        with pytest.raises(CellInvalid):
            cells.whole("数量", wrong)
