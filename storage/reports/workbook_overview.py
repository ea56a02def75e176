"""Sheet 总览: what the figures lack, key figures, what is missing, outcomes beside differences, days with their chart.

The key figures stand in fixed cells, A5 to E5 and A9 to E9, whatever the night brought.
"""

from collections.abc import Sequence
from typing import Any

from storage.reports.overview import Card, Overview
from storage.reports.table import Cell, Figure, Table
from storage.reports.workbook_sources import Layout
from storage.reports.workbook_style import LINE, LINE_HEIGHT, Pen, Sheet, lines_needed, set_up

SERIES = ("2F5FB3", "E08E45", "3A9D7C", "8E5BA6", "C0392B", "6B7690")
CARDS_ACROSS = 5
MISSING_SHOWN = 8
WIDTHS = (24, 20, 20, 20, 20, 22, 14, 18)
WIDTHS_EN = (34, 20, 20, 20, 20, 34, 14, 18)
"""Outcomes and differences have longer names in English."""


class _Writer:
    """Appends rows to the sheet and knows which row comes next."""

    def __init__(self, sheet: Sheet, layout: Layout, pen: Pen) -> None:
        self.sheet, self.layout, self.pen = sheet, layout, pen
        self.next_row = 1

    def row(self, cells: Sequence[object] = (), height: float = 0) -> int:
        """Append a row; its number."""
        if height:
            self.sheet.row_dimensions[self.next_row].height = height
        self.sheet.append(list(cells))
        self.next_row += 1
        return self.next_row - 1

    def text(self, value: str, font: str = "text", fill: str = "", *, lined: bool = False, link: str = "") -> Any:
        """A text cell."""
        return self.pen.text(self.sheet, value, font, fill, lined=lined, link=link)

    def cells(self, row: Sequence[Cell], *, total: bool = False) -> list[object]:
        """A table row's cells."""
        font, fill = ("bold", "pale") if total else ("figure", "")
        return [
            self.pen.figure(self.sheet, cell, self.layout.link(cell), font, fill, total=total)
            if isinstance(cell, Figure)
            else (self.pen.label(self.sheet, cell) if total else self.text(cell, lined=True))
            for cell in row
        ]


def write_overview(
    sheet: Sheet, front: Overview, missing: Table, lacking: Sequence[str], layout: Layout, pen: Pen
) -> None:
    """Write the first sheet; `lacking`: without what its figures are not complete."""
    set_up(sheet, WIDTHS_EN if pen.lang == "en" else WIDTHS, 0, pen.lang)
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "portrait", 1
    sheet.sheet_properties.tabColor = "22304F"
    writer = _Writer(sheet, layout, pen)
    writer.row([writer.text("夜班晨报", "title")], 30)
    period = front.table.period
    words = f"{period.first_day} 至 {period.last_day}　点击数字看来源文件与行"
    writer.row([writer.text(words, "small")])
    _banner(writer, missing, lacking)
    _cards(writer, front.cards)
    _missing(writer, missing)
    _answers(writer, front)
    _days(writer, front)


def _banner(writer: _Writer, missing: Table, lacking: Sequence[str]) -> None:
    """One line above everything: what the figures below lack, else what waits, else that nothing does."""
    count = len(missing.rows)
    words, fill = "✔ 没有缺失：账单、订单、售后、广告报表都齐，没有文件或行在等人", "good"
    if lacking:
        words, fill = f"⚠ 以下数字不完整，缺：{'、'.join(lacking)}", "bad"
    elif count:
        kinds = "、".join(dict.fromkeys(str(row[0]) for row in missing.rows))
        words, fill = f"⚠ 数字完整；等人处理 {count} 项：{kinds}", "warn"
    link = f"'{writer.layout.titles['missing']}'!A1"
    height = LINE_HEIGHT * max(lines_needed(writer.pen.said(words), sum(WIDTHS)), 1.6)
    cells = [writer.pen.text(writer.sheet, words, "bold", fill, wrap=True, lined=False, link=link)]
    row = writer.row([*cells, *_fill(writer, len(WIDTHS) - 1, fill)], height)
    writer.sheet.merged_cells.add(f"A{row}:H{row}")


def _missing(writer: _Writer, missing: Table) -> None:
    if not missing.rows:
        return
    link = f"'{writer.layout.titles['missing']}'!A1"
    writer.row([writer.text("缺失与等待", "section", link=link)], 22)
    for row in missing.rows[:MISSING_SHOWN]:
        what, shop, where, figure, note, who = row
        count = figure.value if isinstance(figure, Figure) else 0
        counted = f" ({count}) " if writer.pen.lang == "en" else f"（{count}）"
        words = f"{shop} {where}{counted}{note}　→ {who}".strip()
        height = LINE_HEIGHT * lines_needed(words, sum(WIDTHS[1:]))
        told = writer.pen.text(writer.sheet, words, "text", "bad", wrap=True, lined=False)
        at = writer.row([writer.text(str(what), "bold", "bad"), told, *_fill(writer, 6, "bad")], height)
        writer.sheet.merged_cells.add(f"B{at}:H{at}")
    if len(missing.rows) > MISSING_SHOWN:
        writer.row(
            [writer.text(f"…… 其余 {len(missing.rows) - MISSING_SHOWN} 项见「{missing.title}」", "link", link=link)]
        )
    writer.row()


def _fill(writer: _Writer, count: int, fill: str) -> list[object]:
    return [writer.text("", "text", fill) for _ in range(count)]


def _cards(writer: _Writer, cards: Sequence[Card]) -> None:
    sheet, pen = writer.sheet, writer.pen
    for start in range(0, len(cards), CARDS_ACROSS):
        several = cards[start : start + CARDS_ACROSS]
        writer.row([pen.card(sheet, card.label, "small") for card in several], 18)
        writer.row([_value(writer, card) for card in several], 30)
        writer.row([pen.card(sheet, card.note, "small") for card in several], 18)
        writer.row(height=8)


def _value(writer: _Writer, card: Card) -> object:
    font = "card" if card.tone == "plain" else f"card_{card.tone}"
    return writer.pen.card(writer.sheet, card.figure, font, writer.layout.link(card.figure))


def _answers(writer: _Writer, front: Overview) -> None:
    """The outcomes on the left, the named differences on the right."""
    pen, sheet, table = writer.pen, writer.sheet, front.table
    apart = [writer.text("")]
    writer.row(
        [
            writer.text("核对结论（店铺账单）", "section"),
            *_gap(writer, 4),
            writer.text("待处理差异（截至期末，按原因）", "section"),
        ],
        22,
    )
    left = [pen.header(sheet, column.title) for column in table.columns]
    writer.row([*left, *apart, *(pen.header(sheet, title) for title in ("差异", "笔数", "差额"))])
    for position in range(max(len(table.rows) + 1, len(front.reasons))):
        cells = _answer(writer, front, position)
        reasons = writer.cells(front.reasons[position]) if position < len(front.reasons) else []
        writer.row([*cells, *apart, *reasons])
    writer.row()


def _answer(writer: _Writer, front: Overview, position: int) -> list[object]:
    if position < len(front.table.rows):
        return writer.cells(front.table.rows[position])
    if position == len(front.table.rows):
        return writer.cells(front.table.total, total=True)
    return _gap(writer, 4)


def _gap(writer: _Writer, count: int) -> list[object]:
    return [writer.text("") for _ in range(count)]


def _days(writer: _Writer, front: Overview) -> None:
    writer.row([writer.text("每日净销售", "section")], 22)
    head = writer.row([writer.pen.header(writer.sheet, title) for title in ("日期", *front.shops)])
    for row in front.days:
        writer.row(writer.cells(row))
    if front.days:
        column = "ABCDEFGHIJ"[min(len(front.shops) + 1, 9)]
        title = writer.pen.said("每日净销售（元）")
        _lines(writer.sheet, title, head, writer.next_row - 1, len(front.shops), f"{column}{head}")


def _lines(sheet: Sheet, title: str, head: int, last: int, shops: int, anchor: str) -> None:
    from openpyxl.chart import LineChart, Reference

    chart: Any = LineChart()
    chart.title, chart.height, chart.width = title, 8.5, 19
    chart.add_data(Reference(sheet, min_col=2, max_col=1 + shops, min_row=head, max_row=last), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=head + 1, max_row=last))
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.number_format, chart.y_axis.majorGridlines.spPr = "¥#,##0", _thin(LINE)
    chart.legend.position, chart.x_axis.tickLblPos = "b", "low"
    for series, colour in zip(chart.series, SERIES * (shops // len(SERIES) + 1), strict=False):
        series.smooth = False
        series.graphicalProperties.line.solidFill = colour
        series.graphicalProperties.line.width = 22_000
    sheet.add_chart(chart, anchor)


def _thin(colour: str) -> Any:
    from openpyxl.chart.shapes import GraphicalProperties
    from openpyxl.drawing.line import LineProperties

    return GraphicalProperties(ln=LineProperties(solidFill=colour, w=6_000))
