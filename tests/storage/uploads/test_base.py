"""A platform's own export is changed where it is to change, and nowhere else."""

from pathlib import Path

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from storage.errors import UploadWrong
from storage.uploads.base import based_rows, read_base, write_based_rows
from storage.uploads.products import PRODUCT_SHEETS, ProductChange

HEADER = list(PRODUCT_SHEETS["taobao"].header)


def export(path: Path, *rows: dict[int, object], header: list[str] | None = None) -> Path:
    """天猫's sheet: title, an empty line, the header, then rows by column."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["发布模板"])
    sheet.append([])
    sheet.append(header or HEADER)
    for row in rows:
        sheet.append([row.get(place) for place in range(len(header or HEADER))])
    book.save(path)
    return path


def row(product: str, sku: str, **more: object) -> dict[int, object]:
    """A row as the platform writes it: every cell filled."""
    filled: dict[int, object] = {place: f"{name}{sku}" for place, name in enumerate(HEADER)}
    return filled | {0: product, 1: "50012", 4: 99.5, 6: "M1", 12: sku, 13: 129.9, 14: 7, 15: f"A-{sku}"}


def test_only_what_changes_differs(tmp_path: Path) -> None:
    """The item's other SKU stands as it is, other items are not in the sheet, and every cell is text."""
    base = read_base("taobao", export(tmp_path / "导出.xlsx", row("700", "1"), row("700", "2"), row("701", "3")))
    rows, refused = based_rows("taobao", [ProductChange("700", "2", price_fen=8800, stock=0)], base)
    write_based_rows("taobao", rows, base, tmp_path / "改.xlsx")
    assert refused == []
    before = CalamineWorkbook.from_path(tmp_path / "导出.xlsx").get_sheet_by_index(0).to_python()
    after = CalamineWorkbook.from_path(tmp_path / "改.xlsx").get_sheet_by_index(0).to_python()
    assert [line[0] for line in after[:3]] == ["发布模板", "", "商品Id"]
    assert after[2] == before[2]
    as_text = [[f"{cell:g}" if isinstance(cell, float) else cell for cell in line] for line in before[3:5]]
    as_text[1][13], as_text[1][14] = "88.00", "0"
    assert after[3:] == as_text


def test_what_the_export_has_not_is_refused(tmp_path: Path) -> None:
    """A SKU that is not in it, by the row that asked; a column that was dropped on the page."""
    short = [name for place, name in enumerate(HEADER) if place != 14]
    path = export(tmp_path / "导出.xlsx", {0: "700", 12: "1", 13: "5.00"}, header=short)
    base = read_base("taobao", path)
    asked = [
        ProductChange("700", "9", price_fen=1),
        ProductChange("700", "1", stock=3),
        ProductChange("700", "1", price_fen=0),
    ]
    rows, refused = based_rows("taobao", asked[:2], base, [5, 6])
    assert (rows, [one.number for one in refused]) == ([], [5, 6])
    assert ["没有这个 SKU" in str(refused[0].error), "那一列" in str(refused[1].error)] == [True, True]
    assert [one.number for one in based_rows("taobao", asked[2:], base, [7])[1]] == [7]
    with pytest.raises(UploadWrong):
        write_based_rows("taobao", rows, base, tmp_path / "改.xlsx")


def test_an_export_that_was_saved_again_is_refused(tmp_path: Path) -> None:
    """An id that became a number with lost digits: the whole export, by its row."""
    path = export(tmp_path / "导出.xlsx", row("700", "1"), {**row("700", "2"), 12: 500000000000000001.0})
    with pytest.raises(UploadWrong, match="第 5 行"):
        read_base("taobao", path)


def test_another_file_is_no_export(tmp_path: Path) -> None:
    """A sheet without the ids of item and SKU, and a platform whose sheet is not known."""
    path = export(tmp_path / "别的.xlsx", header=["订单号", "金额"])
    with pytest.raises(UploadWrong, match="不是它导出的商品表"):
        read_base("taobao", path)
    with pytest.raises(UploadWrong, match="不知道"):
        read_base("pdd", path)
