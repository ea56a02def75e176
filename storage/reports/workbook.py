"""The morning report as one Excel workbook, in which every figure leads to the file and row it comes from.

A figure links to its block in sheet 来源明细; the block lists the rows that make it up, and its sum is the figure.
The content depends on the books alone: building it twice gives the same cells, only the document's own stamp differs.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection

from storage.reports import REPORTS, overview
from storage.reports.missing import incomplete
from storage.reports.sources import file_names
from storage.reports.spoken import spoken
from storage.reports.table import Cell, Figure, Period, Table
from storage.reports.workbook_details import write_details
from storage.reports.workbook_overview import write_overview
from storage.reports.workbook_sources import DETAIL, SOURCES, Layout, write_files
from storage.reports.workbook_style import (
    BAD,
    BAD_FILL,
    GOOD,
    HEADER_ROW,
    LINE_HEIGHT,
    WARN,
    WARN_FILL,
    Pen,
    Sheet,
    lines_needed,
    set_up,
)

if TYPE_CHECKING:
    from openpyxl import Workbook

ORDER = ("sales", "settlement", "differences", "restock", "bots", "missing", "ads")


class Morning(NamedTuple):
    """What was written: the file, the tables in it and how many source rows they rest on."""

    path: Path
    tables: dict[str, Table]
    source_rows: int


def write_morning_report(
    connection: Connection, period: Period, path: Path, created_at: datetime, lang: str = "zh"
) -> Morning:
    """Build every report over the period and write the workbook to `path`, whole or not at all, in `lang`."""
    from openpyxl import Workbook

    built = {name: REPORTS[name](connection, period) for name in ORDER}
    front = overview.build(built, period)
    lacking = incomplete(built["missing"])
    tables = {name: spoken(table, lang) for name, table in built.items()}
    names = file_names(connection)
    pen, book = Pen(lang), Workbook(write_only=True)
    titles = {name: pen.title(table.title) for name, table in {**tables, "overview": front.table}.items()}
    layout = Layout({"overview": front.table, **tables}, titles, pen.title(DETAIL))
    write_overview(book.create_sheet(titles["overview"]), front, tables["missing"], lacking, layout, pen)
    for name, table in tables.items():
        _write_table(book.create_sheet(titles[name]), table, layout, pen)
    write_files(book.create_sheet(pen.title(SOURCES)), connection, layout, pen)
    write_details(book.create_sheet(layout.detail), layout, names, pen)
    _save(book, path, created_at)
    return Morning(path, tables, layout.source_rows)


def _save(book: "Workbook", path: Path, created_at: datetime) -> None:
    book.properties.creator = "yeban"
    book.properties.created = created_at.replace(tzinfo=None)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    book.save(unfinished)
    unfinished.replace(path)


def _write_table(sheet: Sheet, table: Table, layout: Layout, pen: Pen) -> None:
    from openpyxl.utils import get_column_letter

    set_up(sheet, [column.width for column in table.columns], HEADER_ROW, pen.lang)
    sheet.append([pen.text(sheet, layout.titles[table.name], "title", lined=False)])
    words = f"{table.period.first_day} 至 {table.period.last_day}　点击蓝色数字看来源文件与行"
    sheet.append([pen.text(sheet, words, "small", lined=False)])
    sheet.append([pen.text(sheet, " ".join(table.notes), "small", lined=False, ours=False)])
    sheet.append([pen.header(sheet, column.title) for column in table.columns])
    for position, row in enumerate(table.rows):
        _height(sheet, table, position, row)
        sheet.append(_cells(sheet, table, row, layout, pen))
        if position in table.subtotals:
            sheet.append(_total(sheet, table.subtotals[position], layout, pen))
    last = HEADER_ROW + max(len(table.rows) + len(table.subtotals), 1)
    if table.rows:
        sheet.auto_filter.ref = f"A{HEADER_ROW}:{get_column_letter(len(table.columns))}{last}"
    if table.total:
        sheet.append(_total(sheet, table.total, layout, pen))
    _colour(sheet, table, last, pen)


def _height(sheet: Sheet, table: Table, position: int, row: Iterable[Cell]) -> None:
    """Make room for text that wraps: not every program does so by itself."""
    wrapping = [
        lines_needed(cell, column.width)
        for cell, column in zip(row, table.columns, strict=True)
        if column.wrap and isinstance(cell, str)
    ]
    if max(wrapping, default=1) > 1 and not table.subtotals:
        sheet.row_dimensions[HEADER_ROW + 1 + position].height = LINE_HEIGHT * max(wrapping)


def _cells(sheet: Sheet, table: Table, row: Iterable[Cell], layout: Layout, pen: Pen) -> list[object]:
    return [
        pen.figure(sheet, cell, layout.link(cell))
        if isinstance(cell, Figure)
        else pen.text(sheet, cell, wrap=column.wrap, ours=False)
        for cell, column in zip(row, table.columns, strict=True)
    ]


def _total(sheet: Sheet, row: Iterable[Cell], layout: Layout, pen: Pen) -> list[object]:
    return [
        pen.figure(sheet, cell, layout.link(cell), "bold", "pale", total=True)
        if isinstance(cell, Figure)
        else pen.label(sheet, cell)
        for cell in row
    ]


def _colour(sheet: Sheet, table: Table, last_row: int, pen: Pen) -> None:
    """What needs an eye has a colour: exceptions, money short, stock that runs out, a spend that does not pay."""
    from openpyxl.formatting.rule import DataBarRule, FormulaRule
    from openpyxl.styles import Font, PatternFill

    first = HEADER_ROW + 1
    rules: Mapping[str, tuple[tuple[str, str, str, str], ...]] = {
        "settlement": (("A{0}:H{1}", 'AND(ABS($H{0})>0.011,$D{0}<>"")', BAD, BAD_FILL),),
        "differences": (
            ("H{0}:H{1}", "$H{0}<0", BAD, BAD_FILL),
            ("H{0}:H{1}", "$H{0}>0", WARN, WARN_FILL),
            ("K{0}:K{1}", _any("$K{0}", ("> 30 天", "16–30 天"), pen), BAD, BAD_FILL),
        ),
        "restock": (("H{0}:H{1}", "$H{0}<3", BAD, BAD_FILL), ("H{0}:H{1}", "$H{0}<7", WARN, WARN_FILL)),
        "bots": (
            ("A{0}:F{1}", _any("$D{0}", ("失败", "等人", "未决"), pen), BAD, BAD_FILL),
            ("A{0}:F{1}", _any("$D{0}", ("被拒绝",), pen), WARN, WARN_FILL),
        ),
        "missing": (("A{0}:A{1}", "LEN($A{0})>0", BAD, BAD_FILL),),
        "ads": (("I{0}:I{1}", "$I{0}<1", BAD, BAD_FILL), ("I{0}:I{1}", "$I{0}>=3", GOOD, "E8F5EC")),
    }
    for area, formula, ink, fill in rules.get(table.name, ()):
        rule = FormulaRule(  # type: ignore[no-untyped-call]
            formula=[formula.format(first)],
            font=Font(color=ink),
            fill=PatternFill("solid", bgColor=fill),
            stopIfTrue=True,
        )
        sheet.conditional_formatting.add(area.format(first, last_row), rule)
    if table.name == "sales" and table.rows:
        bar = DataBarRule("min", None, "max", None, color="9DB7E4")  # type: ignore[no-untyped-call]
        sheet.conditional_formatting.add(f"H{first}:H{last_row}", bar)


def _any(cell: str, words: Iterable[str], pen: Pen) -> str:
    """A condition: the cell says one of these words, as this workbook says them."""
    said = (f'{cell}="{pen.said(word)}"' for word in words)
    return f"OR({','.join(said)})"
