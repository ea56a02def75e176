"""Which figure stands in a cell of a written workbook: the tooltip of its link is the figure's id.

The sheet's part is read by itself: opening the whole workbook, with every source row in it, would take seconds.
"""

import zipfile
from pathlib import Path
from xml.etree import ElementTree

from storage.english import heading
from storage.errors import DecisionError

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class CellWithoutFigure(DecisionError):
    """The cell of the workbook holds no figure."""

    code = "E-CELL-WITHOUT-FIGURE"
    zh = "{name} 的 {sheet}!{cell} 不是带来源的数字"
    en = "{sheet}!{cell} of {name} is not a figure with sources"
    zh_hint = "工作表有：{sheets}；数字是蓝色的那些单元格"
    en_hint = "the sheets are {sheets}; figures are the blue cells"

    def __init__(self, name: str, sheet: str, cell: str, sheets: list[str]) -> None:
        super().__init__(name=name, sheet=sheet, cell=cell, sheets=sheets)


def figure_of(path: Path, sheet: str, cell: str) -> str:
    """The id of the figure in that cell (`C5`) of the morning workbook, for `sources.trace`.

    Raises CellWithoutFigure; FileNotFoundError when there is no workbook.
    """
    with zipfile.ZipFile(path) as book:
        parts = _sheet_parts(book)
        part = next((part for title, part in parts.items() if _same(title, sheet)), "")
        found = _tooltip(book, part, cell) if part else ""
    if not found:
        raise CellWithoutFigure(path.name, sheet, cell, list(parts))
    return found


def _same(title: str, asked: str) -> bool:
    """Whether a sheet is the one that is asked for: a workbook of either language answers to both."""
    return heading(title, "en") == heading(asked, "en")


def _sheet_parts(book: zipfile.ZipFile) -> dict[str, str]:
    """Sheet title -> name of its part in the file."""
    relations = ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels"))
    targets = {relation.get("Id"): str(relation.get("Target")) for relation in relations}
    sheets = ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{MAIN}sheet")
    return {str(sheet.get("name")): _part(targets[sheet.get(RELATION)]) for sheet in sheets}


def _part(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _tooltip(book: zipfile.ZipFile, part: str, cell: str) -> str:
    with book.open(part) as stream:
        for _, element in ElementTree.iterparse(stream):
            if element.tag == f"{MAIN}hyperlink" and element.get("ref") == cell:
                return element.get("tooltip") or ""
            if element.tag == f"{MAIN}row":
                element.clear()
    return ""
