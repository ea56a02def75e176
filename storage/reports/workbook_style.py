"""How the morning workbook looks: colours, fonts, number formats; styles are made once and shared by every cell."""

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from storage.english import heading, say
from storage.reports.table import Figure

# A write-only sheet and its cells: their stubs leave out nearly every attribute they have.
Sheet = Any
SheetCell = Any

HEADER_ROW = 4
LINE_HEIGHT = 15.5
TOOLTIP_MOST = 255  # what Excel takes
FONT = "微软雅黑"
INK, PALE, LINE, NIGHT, ACCENT = "1F2A44", "F3F5FA", "D5DBE8", "22304F", "2F5FB3"
BAD, GOOD, WARN = "C0392B", "1E7D4F", "B9770E"
BAD_FILL, GOOD_FILL, WARN_FILL = "FBE9E7", "E8F5EC", "FFF4DC"
YUAN = "¥#,##0.00;-¥#,##0.00;–"
WHOLE = "#,##0;-#,##0;–"
DAYS = '" 天"'
FORMATS = {
    "fen": YUAN,
    "count": WHOLE,
    "pieces": WHOLE,
    "percent": "0.00%",
    "ratio": "0.00",
    "days": f"0.0{DAYS}",
}
CARD_FORMATS = {**FORMATS, "fen": "¥#,##0.00;-¥#,##0.00", "count": "#,##0", "pieces": "#,##0"}
SCALES = {"fen": 100, "percent": 10_000, "ratio": 100, "days": 100}
STARTS_A_FORMULA = ("=", "+", "-", "@")
CELL_CHARACTERS_MOST = 32_767  # what Excel takes
_WORD = re.compile("[!-~](?:[!-~、]*[!-~])?|.")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def clean(text: str) -> str:
    """The text without what no workbook can hold: such characters are shown as replaced, too many are cut off."""
    return _ILLEGAL.sub("\ufffd", text[:CELL_CHARACTERS_MOST])


def number(value: int, unit: str) -> int | Decimal:
    """The exact number a cell shows: yuan for fen, a fraction for percent; never a float."""
    scale = SCALES.get(unit)
    return value if scale is None else Decimal(value) / scale


class Pen:
    """Writes cells of one workbook: values with a shared style, figures with a link to their sources."""

    def __init__(self, lang: str = "zh") -> None:
        from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

        self.lang = lang
        thin = Side(style="thin", color=LINE)
        self._line = Border(bottom=thin)
        self._heavy = Border(top=Side(style="medium", color=NIGHT))
        self._edge = Border(left=Side(style="thick", color=ACCENT))
        self._fonts = {
            "text": Font(name=FONT, size=10, color=INK),
            "figure": Font(name=FONT, size=10, color=ACCENT),
            "small": Font(name=FONT, size=9, color="6B7690"),
            "bold": Font(name=FONT, size=10, bold=True, color=INK),
            "header": Font(name=FONT, size=10, bold=True, color="FFFFFF"),
            "title": Font(name=FONT, size=18, bold=True, color=NIGHT),
            "section": Font(name=FONT, size=12, bold=True, color=NIGHT),
            "card": Font(name=FONT, size=16, bold=True, color=NIGHT),
            "card_good": Font(name=FONT, size=16, bold=True, color=GOOD),
            "card_bad": Font(name=FONT, size=16, bold=True, color=BAD),
            "link": Font(name=FONT, size=10, color=ACCENT, underline="single"),
        }
        fills = {"night": NIGHT, "pale": PALE, "bad": BAD_FILL, "good": GOOD_FILL, "warn": WARN_FILL}
        self._fills = {name: PatternFill("solid", fgColor=colour) for name, colour in fills.items()}
        self._left = Alignment(horizontal="left", vertical="center", indent=1)
        self._wrap = Alignment(horizontal="left", vertical="center", wrap_text=True, indent=1)
        self._right = Alignment(horizontal="right", vertical="center")
        self._start = Alignment(horizontal="left", vertical="center", indent=1)
        self._shrunk = Alignment(horizontal="left", vertical="center", indent=1, shrink_to_fit=True)
        self._center = Alignment(horizontal="center", vertical="center", wrap_text=True)
        self._styles: dict[tuple[str, ...], Any] = {}

    def said(self, text: str) -> str:
        """The text in the workbook's language."""
        return say(text, self.lang)

    def title(self, text: str) -> str:
        """The title of a sheet in the workbook's language."""
        return heading(text, self.lang)

    def text(self, sheet: Sheet, value: str, font: str = "text", fill: str = "", *, wrap: bool = False,
             lined: bool = True, link: str = "", ours: bool = True) -> SheetCell:  # fmt: skip
        """A text cell; what begins like a formula is written as the text it is.

        `ours`: the words are ours and are said in the workbook's language; what files and people wrote stays.
        """
        cell = self._cell(sheet, ("text", font, fill, "wrap" if wrap else "", "line" if lined else "", ""))
        self._set_text(cell, self.said(value) if ours else value)
        return self._linked(cell, link)

    def header(self, sheet: Sheet, value: str) -> SheetCell:
        """A cell of the header row."""
        cell = self._cell(sheet, ("header", "header", "night", "", "", ""))
        self._set_text(cell, self.said(value))
        return cell

    def figure(self, sheet: Sheet, figure: Figure, link: str, font: str = "figure", fill: str = "",
               *, total: bool = False) -> SheetCell:  # fmt: skip
        """A figure in its unit's format, leading to its sources."""
        lining = "heavy" if total else "line"
        cell = self._cell(sheet, ("number", font, fill, "", lining, FORMATS[figure.unit]))
        cell.value = number(figure.value, figure.unit)
        return self._linked(cell, link, figure.figure_id)

    def card(self, sheet: Sheet, value: str | Figure, font: str, link: str = "") -> SheetCell:
        """One line of a card: its label, its figure or its note."""
        number_format = "" if isinstance(value, str) else CARD_FORMATS[value.unit]
        kind = "text" if isinstance(value, str) else "card"
        cell = self._cell(sheet, (kind, font, "pale", "", "edge", number_format))
        if isinstance(value, str):
            self._set_text(cell, self.said(value))
            return cell
        cell.value = number(value.value, value.unit)
        return self._linked(cell, link, value.figure_id)

    def amount(self, sheet: Sheet, value: int, unit: str, font: str = "text") -> SheetCell:
        """A plain number of the sources."""
        cell = self._cell(sheet, ("number", font, "", "", "", FORMATS[unit]))
        cell.value = number(value, unit)
        return cell

    def style(
        self, sheet: Sheet, kind: str, font: str, fill: str = "", lining: str = "", number_format: str = ""
    ) -> int:
        """The number of a style in the workbook, for cells that are written without this pen."""
        number: int = self._cell(sheet, (kind, font, fill, "", lining, number_format)).style_id
        return number

    def label(self, sheet: Sheet, value: str) -> SheetCell:
        """The text of a total row."""
        cell = self._cell(sheet, ("text", "bold", "pale", "", "heavy", ""))
        self._set_text(cell, self.said(value))
        return cell

    def _set_text(self, cell: SheetCell, value: str) -> None:
        cell.value = clean(value)
        if value.startswith(STARTS_A_FORMULA):
            cell.data_type = "s"

    def _linked(self, cell: SheetCell, link: str, tooltip: str = "") -> SheetCell:
        """The link's tooltip is the figure's id: a person sees it at the pointer, `cells.figure_of` reads it."""
        if link:
            from openpyxl.worksheet.hyperlink import Hyperlink

            cell._hyperlink = Hyperlink(ref="", location=link, tooltip=clean(tooltip)[:TOOLTIP_MOST] or None)
        return cell

    def _cell(self, sheet: Sheet, style: tuple[str, ...]) -> SheetCell:
        from openpyxl.cell import WriteOnlyCell

        cell: SheetCell = WriteOnlyCell(sheet)
        made = self._styles.get(style)
        if made is None:
            made = self._styles[style] = self._make(cell, style)
        cell._style = made
        return cell

    def _make(self, cell: Any, style: tuple[str, ...]) -> Any:
        kind, font, fill, wrap, lining, number_format = style
        cell.font = self._fonts[font]
        if fill:
            cell.fill = self._fills[fill]
        if lining:
            cell.border = {"edge": self._edge, "heavy": self._heavy}.get(lining, self._line)
        if number_format:
            cell.number_format = number_format.replace(DAYS, '" d"') if self.lang == "en" else number_format
        alignments = {"number": self._right, "header": self._center, "card": self._shrunk}
        cell.alignment = self._wrap if wrap else alignments.get(kind, self._start if lining == "edge" else self._left)
        return cell._style


def lines_needed(text: str, width: int) -> int:
    """How many lines a text takes in a column of that width, a Chinese character counting as two.

    A word or a number goes to the next line whole, with what 、 joins to it, as spreadsheets do.
    """
    room = max(1, 11 * (width - 2) // 10)
    if 2 * len(text) <= room and "\n" not in text:
        return 1
    lines = 0
    for paragraph in text.split("\n"):
        left = 0
        for word in _WORD.findall(paragraph):
            taken = sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in word)
            if taken > left:
                lines += -(-taken // room)
                left = -taken % room
            else:
                left -= taken
    return max(1, lines)


def set_up(sheet: Sheet, widths: Iterable[int], header_row: int, lang: str = "zh") -> None:
    """Widths, frozen header, gridlines off, and print on landscape A4 one page wide with the header on each page."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    for position, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(position)].width = width
    sheet.sheet_view.showGridLines = False
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", "9"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.oddFooter.center.text = "&A　&P / &N" if lang == "en" else "&A　第 &P / &N 页"
    if header_row:
        sheet.freeze_panes = f"A{header_row + 1}"
        sheet.print_title_rows = f"{header_row}:{header_row}"
