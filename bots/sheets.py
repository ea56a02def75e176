"""Rows of the spreadsheets that people hand in and get back; every cell is text, nothing is guessed.

Reading: xlsx/xls through calamine, csv/txt by its bytes (UTF-8 with or without BOM, else GB18030), comma or tab.
A sheet in which Excel has rounded a number away is refused: to work on another order than the one that was meant is
worse than to work on none.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

from bots.error_words import Said
from bots.errors import FileMissing, InputInvalid

Row = dict[str, str]
RESULT_COLUMNS = {"zh": ("结果", "原因", "时间"), "en": ("result", "reason", "time")}
"""What stands beside the rows in the sheet that is given back."""
TEXT_SUFFIXES = {".csv", ".txt", ".tsv"}
LONGEST_EXACT = 10**15
"""A number from here on has lost its last digits already, inside the workbook: Excel keeps fifteen."""
ROUNDED = re.compile(r"\d(?:\.\d+)?[Ee]\+(?:1[5-9]|[2-9]\d)")
"""The same after the workbook was saved as text: `2.77399E+20`."""


def decode(content: bytes) -> str:
    """The text of a csv or txt file. Raises UnicodeDecodeError when it is neither UTF-8 nor GB18030."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def grid(path: Path, sheet: str | None = None) -> list[list[str]]:
    """All cells of one sheet (the first by default) as text, row by row."""
    try:
        if path.suffix.lower() in TEXT_SUFFIXES:
            return text_grid(decode(path.read_bytes()))
        return _workbook_grid(path, sheet)
    except (OSError, ValueError) as error:
        raise FileMissing(str(path), str(error)) from error


def text_grid(text: str) -> list[list[str]]:
    """The cells of delimited text; the delimiter is the tab if the first lines hold more tabs than commas."""
    head = text[:4096]
    delimiter = "\t" if head.count("\t") > head.count(",") else ","
    return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]


def _workbook_grid(path: Path, sheet: str | None) -> list[list[str]]:
    return workbook_grid(io.BytesIO(path.read_bytes()), str(path), sheet)


def workbook_grid(content: io.BytesIO, name: str, sheet: str | None = None) -> list[list[str]]:
    """All cells of one sheet of a workbook (the first by default) as text. Raises FileMissing, InputInvalid."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_filelike(content)
        if sheet is not None and sheet not in workbook.sheet_names:
            raise InputInvalid("sheet", sheet, _no_sheet(workbook.sheet_names))
        chosen = workbook.get_sheet_by_name(sheet) if sheet else workbook.get_sheet_by_index(0)
        return [[cell_text(cell) for cell in row] for row in chosen.to_python(skip_empty_area=False)]
    except CalamineError as error:
        raise FileMissing(
            name,
            f"打不开，不像完整的 Excel 表（{error}）；请用 Excel 打开，另存为 xlsx"
            f" / it does not look like a whole workbook ({error}); open it in Excel and save it as xlsx",
        ) from error


def _no_sheet(names: Sequence[str]) -> Said:
    return Said(f"没有这个工作表，有的是 {'、'.join(names)}", f"there is no such sheet; there are {', '.join(names)}")


def cell_text(cell: object) -> str:
    """What a person sees in the cell: whole numbers without .0, dates as ISO, empty as ''."""
    match cell:
        case bool():
            return "是" if cell else "否"
        case float() if abs(cell) >= LONGEST_EXACT:
            return f"{cell:.14E}"  # as Excel shows it: digits that are not known are not made up
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case datetime():
            return cell.strftime("%Y-%m-%d %H:%M:%S")
        case date() | time() | timedelta():
            return str(cell)
        case None:
            return ""
    return str(cell).strip()


def read_rows(path: Path, sheet: str | None = None) -> list[Row]:
    """The rows below the header row (the first row that is not empty), each column by its name.

    Rows without any value are left out. Raises InputInvalid for a column name that occurs twice, and for a number
    whose last digits are lost.
    """
    cells = grid(path, sheet)
    rows = [row for row in cells if any(row)]
    if not rows:
        return []
    header = rows[0]
    _refuse_rounded(path.name, header, cells)
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise InputInvalid(
            path.name,
            "、".join(twice),
            Said(f"列名出现了两次：{'、'.join(twice)}", f"a column's name is there twice: {', '.join(twice)}"),
        )
    return [_named(header, row) for row in rows[1:]]


def _refuse_rounded(name: str, header: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    for line, row in enumerate(cells, start=1):
        for column, cell in zip(header, row, strict=False):
            if column and ROUNDED.fullmatch(cell):
                raise InputInvalid(name, cell, _rounded(line, column, cell))


def _rounded(line: int, column: str, cell: str) -> Said:
    return Said(
        f"第 {line} 行「{column}」存成了数字（{cell}），Excel 只留 15 位，后面几位已经丢了；"
        "请把这一列设成“文本”格式，再把编号重新填一遍",
        f"row {line}, {column}: kept as a number ({cell}), of which Excel holds 15 digits, and the others are lost; "
        "format the column as text and enter the numbers again",
    )


def _named(header: Sequence[str], row: Sequence[str]) -> Row:
    cells = [*row, *[""] * (len(header) - len(row))]
    return {name: cell for name, cell in zip(header, cells, strict=False) if name}


def write_sheet_back(
    path: Path, rows: Sequence[Row], results: Sequence[tuple[str, str, str]], lang: str = "zh"
) -> None:
    """The rows as they came in, with their result, reason and time beside; every cell is a string, never a formula.

    A sheet that was given back before may come in again: what stood beside its rows is left out.
    """
    import xlsxwriter

    columns = list(dict.fromkeys(name for row in rows for name in row if not name.startswith("_")))
    told = RESULT_COLUMNS["en" if lang == "en" else "zh"]
    columns = [name for name in columns if name not in told]
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as workbook:
        sheet = workbook.add_worksheet(told[0])
        bold = workbook.add_format({"bold": True, "bg_color": "#E8EEF7", "border": 1})
        for column, name in enumerate([*columns, *told]):
            sheet.write_string(0, column, name, bold)
            sheet.set_column(column, column, 18)
        for line, cells in enumerate(_lines(columns, rows, results), start=1):
            for column, cell in enumerate(cells):
                sheet.write_string(line, column, cell)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(rows), 1), len(columns) + len(told) - 1)


def _lines(columns: Sequence[str], rows: Sequence[Row], results: Sequence[tuple[str, str, str]]) -> Iterator[list[str]]:
    for row, result in zip(rows, results, strict=True):
        yield [*(row.get(name, "") for name in columns), *result]
