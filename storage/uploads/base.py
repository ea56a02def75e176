"""A platform's own export as the ground of a product sheet: only what is to change differs, no cell becomes empty.

All SKUs of the items that change are in the sheet, each cell as the export has it.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from storage.documents import cells
from storage.documents.cells import Cell, header_name
from storage.documents.csv_text import Line
from storage.documents.file import SourceFile
from storage.documents.layout import numbered
from storage.errors import BookError, FileError, UploadWrong
from storage.uploads.products import PRODUCT_SHEETS, ProductChange, cell_of, product_rows
from storage.uploads.sheet import Refusal, platform_of, write_rows

HEADER_LINES = 20


class Base(NamedTuple):
    """The export: lines up to its header, its rows, and in which column a change's field stands."""

    above: Sequence[Sequence[str]]
    rows: Sequence[Sequence[str]]
    places: Mapping[str, int]


def read_base(platform: str, path: Path) -> Base:
    """The export's cells as text. Raises UploadWrong where it is none of this platform or an id in it was destroyed."""
    sheet = platform_of(platform, PRODUCT_SHEETS, "商品表", "product sheet")
    names = _numbered(sheet.header)
    fields = {names[place]: field for place, field in sheet.places.items()}
    for grid in SourceFile(path.name, path).grids():
        above: list[Sequence[str]] = []
        for line in grid:
            above.append([cells.as_text(cell) for cell in line.cells])
            titles = _numbered(above[-1])
            places = {fields[name]: place for place, name in enumerate(titles) if name in fields}
            if {"product_id", "sku_id"} <= set(places):
                ids = {place for place, name in enumerate(titles) if name.partition("#")[0].endswith(("id", "编码"))}
                return Base(
                    above, [_row(platform, line, ids) for line in grid if any(map(cells.plain, line.cells))], places
                )
            if len(above) >= HEADER_LINES:
                break
    raise UploadWrong(platform, 0, f"{path.name} 不是它导出的商品表：没有 {'、'.join(sheet.header[:1])} 和 skuId 两列",
                      f"{path.name} is no product export of it: it lacks the ids of item and SKU")  # fmt: skip


def _numbered(titles: Sequence[Cell]) -> list[str]:
    """Titles as they are compared; a name's second column is `name#2`."""
    return numbered(header_name(title) for title in titles)


def _row(platform: str, line: Line, ids: set[int]) -> list[str]:
    try:
        return [
            cells.identity("id", cell, required=False) if place in ids else cells.as_text(cell)
            for place, cell in enumerate(line.cells)
        ]
    except FileError as error:
        raise UploadWrong(platform, line.no, error.message("zh"), error.message("en")) from error


def based_rows(
    platform: str, changes: Sequence[ProductChange], base: Base, numbers: Sequence[int] = ()
) -> tuple[list[list[str]], list[Refusal]]:
    """Rows of the export with the changes in them, and changes that cannot be made, by their number (default: from 1).

    Refused besides what `product_rows` refuses: a SKU that the export has not, a field that it has no column for.
    """
    numbers = numbers or range(1, len(changes) + 1)
    refused = {one.number: one.error for one in product_rows(platform, changes, numbers)[1]}
    product, sku = base.places["product_id"], base.places["sku_id"]
    there = {(row[product], row[sku]) for row in base.rows if max(product, sku) < len(row)}
    wanted: dict[tuple[str, str], ProductChange] = {}
    for number, change in zip(numbers, changes, strict=True):
        if number not in refused and (error := _impossible(platform, number, change, base, there)):
            refused[number] = error
        elif number not in refused:
            wanted[change.product_id, change.sku_id] = change
    items = {item for item, _ in wanted}
    rows = [
        _changed(row, wanted.get((row[product], row[sku])), base.places) for row in base.rows if row[product] in items
    ]
    return rows, [Refusal(number, refused[number]) for number in sorted(refused)]


def _impossible(
    platform: str, number: int, change: ProductChange, base: Base, there: set[tuple[str, str]]
) -> BookError | None:
    if (change.product_id, change.sku_id) not in there:
        return UploadWrong(platform, number, f"导出的表里没有这个 SKU：{change.product_id} {change.sku_id}",
                           f"the export has no SKU {change.product_id} {change.sku_id}")  # fmt: skip
    for field in ("title", "code", "price_fen", "stock"):
        if cell_of(change, field) and field not in base.places:
            return UploadWrong(
                platform, number, "导出的表里没有要改的那一列", "the export has no column for the change"
            )
    return None


def _changed(row: Sequence[str], change: ProductChange | None, places: Mapping[str, int]) -> list[str]:
    cells_now = list(row)
    for field, place in places.items() if change else ():
        if change and (said := cell_of(change, field)):
            cells_now += [""] * (place + 1 - len(cells_now))
            cells_now[place] = said
    return cells_now


def write_based_rows(platform: str, rows: Sequence[Sequence[str]], base: Base, path: Path) -> None:
    """Write what `based_rows` gave under the export's own head. Raises UploadWrong; then nothing is written."""
    if not rows:
        raise UploadWrong(platform, 0, "没有要改的商品", "there is nothing to change")
    write_rows(platform, path, [*base.above, *rows], "gb18030")
