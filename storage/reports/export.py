"""A report as a file: CSV, JSON, or a designed workbook. What begins like a formula is text in each of them."""

import csv
import io
import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from storage.english import heading, say
from storage.metrics.dictionary import METRICS
from storage.reports.table import Cell, Figure, Table, shown
from storage.reports.workbook_style import ACCENT, FONT, FORMATS, INK, LINE, NIGHT, PALE, clean, lines_needed, number

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What makes a spreadsheet compute a cell (OWASP, CSV injection), the full-width ones too: some programs fold them."""
BOM = b"\xef\xbb\xbf"
UNITS = {"fen": "元", "percent": "%", "days": "天", "pieces": "件", "count": "", "ratio": ""}
HEADER_ROW = 3
CHART_ROWS_MOST = 30


def inert(text: str) -> str:
    """The text so that no spreadsheet computes it: an apostrophe before what begins like a formula.

    A cell may begin with blanks or quotes before the sign; those count too.
    """
    bare = text.lstrip(" \u00a0\u3000\"'\ufeff\n")
    return f"'{text}" if text.startswith(FORMULA_STARTS) or bare.startswith(FORMULA_STARTS) else text


def csv_bytes(rows: Sequence[Sequence[str | int | Decimal]]) -> bytes:
    """UTF-8 with a byte order mark, as Excel wants it; numbers stay numbers, text is inert."""
    out = io.StringIO(newline="")
    cells = ([inert(cell) if isinstance(cell, str) else str(cell) for cell in row] for row in rows)
    csv.writer(out, lineterminator="\r\n").writerows(cells)
    return BOM + out.getvalue().encode("utf-8", "replace")


def to_csv(table: Table) -> bytes:
    """The table as CSV: yuan with two decimals, percent and days as numbers, the unit in the title."""
    titles = [say(f"{column.title}（{unit}）", table.lang) if (unit := UNITS.get(column.unit)) else column.title
              for column in table.columns]  # fmt: skip
    body = [[_plain(cell) for cell in row] for row in _all_rows(table)]
    return csv_bytes([titles, *body])


def _all_rows(table: Table) -> list[Sequence[Cell]]:
    """Rows in the order in which they are read, subtotals where they stand, the total last."""
    found: list[Sequence[Cell]] = []
    for position, row in enumerate(table.rows):
        found.append(row)
        if position in table.subtotals:
            found.append(table.subtotals[position])
    return [*found, *([table.total] if table.total else [])]


def _plain(cell: Cell) -> str | int | Decimal:
    """A text, or the exact number in the unit that people use: 580 hundredths of a percent are 5.80."""
    if isinstance(cell, str):
        return cell
    if cell.unit in ("fen", "percent", "ratio", "days"):
        return Decimal(cell.value).scaleb(-2)
    return cell.value


def to_json(table: Table) -> str:
    """The table for machines: each figure with its whole value, its unit and the id to walk it back by."""
    said = {
        "report": table.name,
        "title": table.title,
        "from": table.period.first_day,
        "to": table.period.last_day,
        "scope": table.scope,
        "columns": [{"title": column.title, "unit": column.unit, "metric": column.metric} for column in table.columns],
        "rows": [[_machine(cell, table.lang) for cell in row] for row in table.rows],
        "total": [_machine(cell, table.lang) for cell in table.total],
        "notes": table.notes,
    }
    return json.dumps(said, ensure_ascii=False, indent=1)


def _machine(cell: Cell, lang: str) -> object:
    if isinstance(cell, str):
        return cell
    words = shown(cell.value, cell.unit, lang)
    found: dict[str, object] = {"value": cell.value, "unit": cell.unit, "shown": words, "figure": cell.figure_id}
    return {**found, "formula": cell.formula} if cell.formula else found


def to_xlsx(table: Table) -> bytes:
    """A workbook of three sheets: the report with its chart, what each figure means, and the id of every figure."""
    import xlsxwriter

    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False}) as book:
        styles = _styles(book)
        sheet = book.add_worksheet(_sheet_name(table.title))
        _write_report(sheet, table, styles)
        _native_chart(book, sheet, table)
        _write_meanings(book.add_worksheet(heading("口径", table.lang)), table, styles)
        _write_ids(book.add_worksheet(heading("编号", table.lang)), table, styles)
    return target.getvalue()


def _sheet_name(title: str) -> str:
    return "".join(character for character in title if character not in "[]:*?/\\'")[:31]


def _styles(book: Any) -> dict[str, Any]:
    base = {"font_name": FONT, "font_size": 10, "font_color": f"#{INK}", "valign": "vcenter"}
    line = {"bottom": 1, "bottom_color": f"#{LINE}"}
    total = {"bold": True, "bg_color": f"#{PALE}", "top": 2, "top_color": f"#{NIGHT}"}
    made = {
        "title": {**base, "font_size": 18, "bold": True, "font_color": f"#{NIGHT}"},
        "small": {**base, "font_size": 9, "font_color": "#6B7690"},
        "header": {**base, "bold": True, "font_color": "#FFFFFF", "bg_color": f"#{NIGHT}", "align": "center",
                   "text_wrap": True},
        "text": {**base, **line, "indent": 1},
        "wrap": {**base, **line, "indent": 1, "text_wrap": True},
        "text total": {**base, **total, "indent": 1},
    }  # fmt: skip
    for unit, form in FORMATS.items():
        made[unit] = {**base, **line, "num_format": form, "font_color": f"#{ACCENT}", "align": "right"}
        made[f"{unit} total"] = {**base, **total, "num_format": form, "align": "right"}
    return {name: book.add_format(style) for name, style in made.items()}


def _write_report(sheet: Any, table: Table, styles: dict[str, Any]) -> None:
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, clean(table.title), styles["title"])
    sheet.set_row(0, 28)
    days = say(f"{table.period.first_day} 至 {table.period.last_day}", table.lang)
    sheet.write_string(1, 0, f"{days}　{table.scope}" if table.scope else days, styles["small"])
    for place, column in enumerate(table.columns):
        sheet.set_column(place, place, column.width + 2)
        sheet.write_string(HEADER_ROW, place, clean(column.title), styles["header"])
    sheet.set_row(HEADER_ROW, 30)
    rows = _all_rows(table)
    sums = {id(row) for row in (table.total, *table.subtotals.values())}
    for number_, row in enumerate(rows, HEADER_ROW + 1):
        _write_row(sheet, table, number_, row, styles, " total" if id(row) in sums else "")
    last = HEADER_ROW + len(rows)
    if table.rows:
        sheet.autofilter(HEADER_ROW, 0, last - bool(table.total), len(table.columns) - 1)
    for place, note in enumerate(table.notes):
        sheet.write_string(last + 2 + place, 0, clean(note), styles["small"])
    sheet.freeze_panes(HEADER_ROW + 1, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEADER_ROW)


def _write_row(sheet: Any, table: Table, number_: int, row: Sequence[Cell], styles: dict[str, Any], sum_: str) -> None:
    height = 1
    for place, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
        if isinstance(cell, Figure):
            sheet.write_number(number_, place, number(cell.value, cell.unit), styles[cell.unit + sum_])
        else:
            height = max(height, lines_needed(cell, column.width) if column.wrap else 1)
            sheet.write_string(
                number_, place, clean(cell), styles["wrap" if column.wrap and not sum_ else f"text{sum_}"]
            )
    sheet.set_row(number_, 16 * height + 3)


def _native_chart(book: Any, sheet: Any, table: Table) -> None:
    """A chart that the program draws itself, beside the table, over the first rows."""
    if table.chart is None or not table.chart.figures or not table.rows:
        return
    kind = {"line": "line", "bar": "column", "across": "bar"}[table.chart.kind]
    made = book.add_chart({"type": kind})
    name = sheet.get_name()
    last = HEADER_ROW + (len(table.rows) if kind == "line" else min(len(table.rows), CHART_ROWS_MOST))
    colours = (f"#{ACCENT}", "#E39B3C", "#4C9A7A")
    for place, column in enumerate(table.chart.figures):
        made.add_series(
            {
                "name": [name, HEADER_ROW, column],
                "categories": [name, HEADER_ROW + 1, table.chart.names, last, table.chart.names],
                "values": [name, HEADER_ROW + 1, column, last, column],
                "fill": {"color": colours[place % 3]},
                "line": {"color": colours[place % 3], "width": 2},
                "gap": 60,
            }
        )
    made.set_title({"name": table.title, "name_font": {"name": FONT, "size": 13, "color": f"#{NIGHT}"}})
    made.set_legend({"position": "bottom", "font": {"name": FONT, "size": 9}})
    lines = {"visible": True, "line": {"color": f"#{LINE}"}}
    amounts = {"major_gridlines": lines, "num_format": "#,##0", "num_font": {"name": FONT, "size": 9}}
    groups = {"major_gridlines": {"visible": False}, "num_font": {"name": FONT, "size": 9}, "reverse": kind == "bar"}
    made.set_x_axis(amounts if kind == "bar" else groups)
    made.set_y_axis(groups if kind == "bar" else amounts)
    made.set_size({"width": 760, "height": 420})
    sheet.insert_chart(HEADER_ROW, len(table.columns) + 1, made)


def _write_meanings(sheet: Any, table: Table, styles: dict[str, Any]) -> None:
    sheet.hide_gridlines(2)
    titles = (("指标", 24), ("名字", 20), ("口径", 60), ("算法", 70), ("粒度", 10), ("归谁管", 10), ("版本", 8))
    for place, (title, width) in enumerate(titles):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, say(title, table.lang), styles["header"])
    for row, name in enumerate(metrics_of(table), 1):
        metric = METRICS[name]
        texts = (metric.title, name, metric.sentence, metric.formula, metric.grain, metric.owner, str(metric.version))
        for place, said in enumerate(texts):
            sheet.write_string(row, place, clean(say(said, table.lang)), styles["wrap"])
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def metrics_of(table: Table) -> list[str]:
    """The metrics that the table shows, in the order of its columns, then those its report names beside them."""
    from storage.reports import METRICS_OF

    named = [column.metric for column in table.columns if column.metric]
    return [name for name in dict.fromkeys([*named, *METRICS_OF.get(table.name, ())]) if name in METRICS]


def _write_ids(sheet: Any, table: Table, styles: dict[str, Any]) -> None:
    """Each figure's id where the figure stands in the first sheet: `yeban trace ID` walks it back."""
    words = "每个数字的编号，位置同第一张表；yeban trace '编号' 看它由哪些行加起来"
    sheet.write_string(0, 0, say(words, table.lang), styles["small"])
    for number_, row in enumerate(_all_rows(table), HEADER_ROW + 1):
        for place, cell in enumerate(row):
            sheet.write_string(number_, place, clean(cell.figure_id if isinstance(cell, Figure) else cell))
    sheet.set_column(0, len(table.columns), 30)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def write_file(path: Path, content: bytes) -> None:
    """The file with this content, whole or as it was; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_bytes(content)
    unfinished.replace(path)
