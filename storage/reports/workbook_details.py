"""Sheet 来源明细: a block of rows per figure or row of figures, so that every figure leads to its files and rows.

It holds nine tenths of the workbook's cells. They are written as text of the sheet's part: through openpyxl, cell by
cell, they would take 10 of 13 seconds of a night's 80,000 source rows (measured.md: designed sheets by openpyxl, bulk
not). The sheet itself, its columns, print set-up and styles are openpyxl's like all others.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from storage.reports.table import COUNTED, FIGURE, Block, SourceRow, Table
from storage.reports.workbook_sources import Layout
from storage.reports.workbook_style import FORMATS, SCALES, Pen, Sheet, clean, set_up

WIDTHS = (46, 15, 9, 40, 16, 16, 16, 16, 16, 16)
WORDS = "每块列出一组数字的来源：文件、指纹（sha256 前 12 位）、行号、键、金额；末行合计即报表上的数字。"
TITLES = ("文件", "指纹", "行", "键")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def write_details(sheet: Sheet, layout: Layout, names: Mapping[str, str], pen: Pen) -> None:
    """Write the whole sheet: title, then one block per figure or row of figures, ending with the sum that it is."""
    set_up(sheet, WIDTHS, 0, pen.lang)
    sheet.close()
    details = _Details(sheet, layout, names, pen)
    _fill(Path(sheet._writer.out), details.rows(), details.links)


def _fill(part: Path, rows: Iterable[str], links: Mapping[str, str]) -> None:
    """Put rows and links into the part of a sheet that has none yet; the links are known once the rows are written."""
    before, after = re.split(r"<sheetData ?/>|<sheetData></sheetData>", part.read_text("utf-8"))
    margins = after.index("<pageMargins")
    with part.open("w", encoding="utf-8", newline="") as sheet:
        sheet.write(f"{before}<sheetData>")
        sheet.writelines(rows)
        sheet.write(f"</sheetData>{after[:margins]}")
        if links:
            named = (f'<hyperlink ref="{cell}" location={quoteattr(to)}/>' for cell, to in links.items())
            sheet.write(f"<hyperlinks>{''.join(named)}</hyperlinks>")
        sheet.write(after[margins:])


class _Details:
    """Turns blocks into rows of the sheet; `links`: cell -> where it leads."""

    def __init__(self, sheet: Sheet, layout: Layout, names: Mapping[str, str], pen: Pen) -> None:
        self.layout, self.names, self.said = layout, names, pen.said
        self.links: dict[str, str] = {}
        styled = {name: pen.style(sheet, "text", name) for name in ("title", "small", "section", "bold", "link")}
        self._text = {**{name: f' s="{number}"' for name, number in styled.items()}, "": ""}
        self._text["header"] = f' s="{pen.style(sheet, "text", "bold", "pale", "line")}"'
        self._text["sum"] = f' s="{pen.style(sheet, "text", "bold", lining="line")}"'
        self._part = {unit: pen.style(sheet, "number", "text", number_format=FORMATS[unit]) for unit in FORMATS}
        self._sum = {unit: pen.style(sheet, "number", "bold", number_format=FORMATS[unit]) for unit in FORMATS}
        self._files: dict[str, tuple[str, str]] = {}

    def rows(self) -> Iterator[str]:
        """Every row of the sheet in order."""
        yield _row(1, self._words("A1", self.layout.detail, "title"))
        yield _row(2, self._words("A2", self.said(WORDS), "small"))
        for name, table in self.layout.tables.items():
            for block in table.blocks.values():
                yield from self._block(table, block, self.layout.row(name, block.block_id))

    def _block(self, table: Table, block: Block, at: int) -> Iterator[str]:
        self.links[f"A{at}"] = f"'{self.layout.titles[table.name]}'!A1"
        figure_id = f"{table.name}:{table.period.words}:{block.block_id}:0"
        named = f"{self.layout.titles[table.name]}{self.said('：')}{self.said(block.title)}"
        title = self._words(f"A{at}", named, "section")
        yield _row(at, title, self._words(f"D{at}", figure_id, "small"))
        titles = (*TITLES, *(title for title, _ in block.measures))
        cells = (self._words(f"{LETTERS[i]}{at + 1}", self.said(one), "header") for i, one in enumerate(titles))
        yield _row(at + 1, *cells)
        units = [(LETTERS[4 + i], unit, self._part[unit]) for i, (_, unit) in enumerate(block.measures)]
        number = at + 2
        for number, row in enumerate(block.rows, at + 2):
            yield self._source(number, row, units)
        number = at + 2 + len(block.rows)
        sums = (
            _number(f"{LETTERS[4 + i]}{number}", block.total(i), unit, self._sum[unit])
            for i, (_, unit) in enumerate(block.measures)
        )
        yield _row(number, self._words(f"A{number}", self.said("合计"), "sum"), *sums)

    def _source(self, number: int, row: SourceRow, units: Iterable[tuple[str, str, int]]) -> str:
        parts = "".join(
            [_number(f"{letter}{number}", part, unit, style)
             for part, (letter, unit, style) in zip(row.parts, units, strict=True) if part]
        )  # fmt: skip
        key = row.key
        if row.row_no in (FIGURE, COUNTED):
            self.links[f"A{number}"] = self.layout.link_of_id(row.key)
            where = self._words(f"A{number}", self.said("见下层数字"), "link")
        else:
            key = self.said(key)
            name, sha = self._file(row.file_sha)
            where = f'<c r="A{number}"{name}<c r="B{number}"{sha}'
            if row.row_no:
                where += f'<c r="C{number}"><v>{row.row_no}</v></c>'
        return f'<row r="{number}">{where}{self._words(f"D{number}", key)}{parts}</row>'

    def _file(self, sha: str) -> tuple[str, str]:
        """What follows the address in the cells of a file's name and fingerprint."""
        found = self._files.get(sha)
        if found is None:
            name = self.names.get(sha, "") or ("" if sha else self.said("（不是文件）"))
            found = self._files[sha] = (_inline(name, ""), _inline(sha[:12], ""))
        return found

    def _words(self, cell: str, text: str, style: str = "") -> str:
        """A cell of text."""
        return f'<c r="{cell}"{_inline(text, self._text[style])}'


def _row(number: int, *cells: str) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def _inline(text: str, style: str) -> str:
    """What follows the address in a cell of text: an inline string is never a formula, whatever it begins with."""
    if not text:
        return f"{style}/>"
    said = escape(clean(text))
    kept = "" if said == said.strip() else ' xml:space="preserve"'
    return f'{style} t="inlineStr"><is><t{kept}>{said}</t></is></c>'


def _number(cell: str, value: int, unit: str, style: int) -> str:
    return f'<c r="{cell}" s="{style}"><v>{_exact(value, unit)}</v></c>'


@cache
def _digits(scale: int) -> int:
    return len(str(scale)) - 1


def _exact(value: int, unit: str) -> str:
    """The number a cell holds, as exact decimal text: yuan for fen, a fraction for percent."""
    scale = SCALES.get(unit)
    if scale is None:
        return str(value)
    whole, rest = divmod(abs(value), scale)
    return f"{'-' if value < 0 else ''}{whole}.{rest:0{_digits(scale)}d}"
