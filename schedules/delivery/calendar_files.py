"""The calendar as a workbook, a page, and JSON."""

import html
from collections.abc import Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

from schedules.delivery.calendar import WORDS, Line
from storage.feeds import ALARMS

COLOURS = {
    "in_time": "#C6EFCE",
    "late": "#FFEB9C",
    "waiting": "#F2F2F2",
    "missing": "#FFC7CE",
    "parked": "#F8CBAD",
    "came": "#E2EFDA",
    "empty": "#F2F2F2",
}
NAMED = (*sorted(ALARMS), "late")
"""States whose words are listed beside the grid."""
STYLE = (
    "body{font-family:sans-serif;margin:2em}table{border-collapse:collapse;margin:1em 0}"
    "td,th{border:1px solid #ccc;padding:2px 5px;text-align:center}td.name{text-align:left}"
) + "".join(f"td.{state}{{background:{colour}}}" for state, colour in COLOURS.items())


def write_xlsx(path: Path, lines: Sequence[Line], lang: str) -> None:
    """A sheet with the grid and a sheet with what is missing or late in words; texts stay texts."""
    import xlsxwriter

    english = lang == "en"
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        formats = {state: book.add_format({"bg_color": colour, "align": "center"}) for state, colour in COLOURS.items()}
        grid = book.add_worksheet("Calendar" if english else "日历")
        head = ["Shop", "File"] if english else ["店铺", "文件"]
        grid.write_row(0, 0, [*head, *(f"{day:%m-%d}" for day in days_of(lines))])
        for row, line in enumerate(lines, 1):
            grid.write_string(row, 0, line.shop)
            grid.write_string(row, 1, line.title)
            for column, cell in enumerate(line.cells, 2):
                grid.write_string(row, column, WORDS[cell.state][english].strip(), formats.get(cell.state))
        grid.freeze_panes(1, 2)
        grid.set_column(0, 1, 24)
        grid.set_column(2, 2 + len(days_of(lines)), 6)
        told = book.add_worksheet("To look at" if english else "要看的")
        told.write_row(0, 0, ["Shop", "File", "Day", "State", "Since", "Why"] if english else
                       ["店铺", "文件", "哪天", "状态", "说明", "为什么"])  # fmt: skip
        for row, texts in enumerate(in_words(lines, lang), 1):
            for column, text in enumerate(texts):
                told.write_string(row, column, text)
        told.set_column(0, 5, 22)


def days_of(lines: Sequence[Line]) -> list[date]:
    """The days of the grid."""
    return [cell.day for cell in lines[0].cells] if lines else []


def in_words(lines: Sequence[Line], lang: str) -> list[tuple[str, str, str, str, str, str]]:
    """Shop, file, day, state, since when, why, of each that is missing, waits or was late. Pure."""
    return [
        (line.shop, line.title, cell.day.isoformat(), WORDS[cell.state][2 + (lang == "en")], cell.words, cell.why)
        for line in lines
        for cell in line.cells
        if cell.state in NAMED
    ]


def write_html(path: Path, lines: Sequence[Line], lang: str) -> None:
    """One page, with nothing from elsewhere: a table for each shop, its days in colours, words on pointing."""
    path.write_text(page(lines, lang), "utf-8")


def page(lines: Sequence[Line], lang: str) -> str:
    """The page's text. Pure."""
    english = lang == "en"
    heads = "".join(f"<th>{day:%d}</th>" for day in days_of(lines))
    tables = []
    for shop, its in groupby(lines, key=lambda line: line.shop):
        rows = "".join(_row(line, english=english) for line in its)
        name = html.escape(shop or ("any shop" if english else "所有店"))
        tables.append(f"<h2>{name}</h2><table><tr><th></th>{heads}</tr>{rows}</table>")
    days = days_of(lines)
    title = ("Completeness" if english else "资料到齐没有") + (f" {days[0]} – {days[-1]}" if days else "")
    return (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
        f"<h1>{title}</h1>{''.join(tables)}</html>\n"
    )


def _row(line: Line, *, english: bool) -> str:
    cells = "".join(
        f'<td class="{cell.state}" title="{html.escape(" · ".join(filter(None, (cell.words, cell.why))))}">'
        f"{WORDS[cell.state][english].strip()}</td>"
        for cell in line.cells
    )
    return f'<tr><td class="name">{html.escape(line.title)}</td>{cells}</tr>'


def as_json(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The calendar as plain values. Pure."""
    return [
        {"shop": line.shop, "kind": line.kind, "title": line.title, "by": line.by}
        | {"days": [{**cell._asdict(), "day": cell.day.isoformat()} for cell in line.cells]}
        for line in lines
    ]
