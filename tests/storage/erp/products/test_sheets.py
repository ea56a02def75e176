"""Many products from a sheet: shown first, applied once, taken back as a whole."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.database.digest import digests
from storage.documents.file import SourceFile
from storage.documents.table import find_table
from storage.erp.audit.log import broken, history
from storage.erp.products import attributes, codes, sheets
from storage.erp.products.codes import NewSku
from storage.erp.products.errors import BatchFixed, BatchOverwritten
from storage.erp.products.sheets import Line
from storage.reports import Period
from storage.reports.workbook import write_morning_report
from storage.uploads.sheet import workbook

HEAD = ["商家编码", "商品名称", "条码", "重量g", "箱规", "属性:材质"]
LIBRARY = ["sku", "variant", "code_name", "attribute_value", "spu"]


def rows(*cells: list[str]) -> list[tuple[int, dict[str, str]]]:
    """Rows under HEAD, numbered as a sheet does."""
    return [(number, dict(zip(HEAD, row, strict=False))) for number, row in enumerate(cells, start=2)]


@pytest.fixture
def library(shop):
    """A with a weight, B with a barcode, and an attribute."""
    shop.sku("A")
    shop.sku("B")
    shop.write(lambda c: codes.add_name(c, "B", "690", kind="barcode", who="anna"))
    shop.write(lambda c: attributes.define(c, "材质", "choice", who="anna", options=["陶瓷", "玻璃"]))
    return shop


def look(shop, sheet) -> list[Line]:
    """The preview."""
    return shop.read(lambda c: sheets.preview(c, sheet))


def apply(shop, batch_id: str, sheet) -> dict[str, int]:
    """Preview and write, twice: the second time must not matter."""
    lines = look(shop, sheet)
    counts = shop.write(lambda c: sheets.apply(c, batch_id, "表.xlsx", lines, who="anna"))
    shop.write(lambda c: sheets.apply(c, batch_id, "表.xlsx", lines, who="anna"))
    return counts


GOOD = rows(["A", "商品A", "691", "250", "12", "陶瓷"], ["C", "新品C", "", "100", "", ""], ["B", "", "", "", "", ""])


@pytest.mark.function("PIM-28")
def test_a_sheet_is_shown_applied_and_taken_back_as_one_batch(library, tmp_path: Path) -> None:
    """A workbook of the shop: the preview writes nothing and says before → after; rolled back, all is as it was before.

    Another batch that was applied in between stays.
    """
    path = tmp_path / "表.xlsx"
    path.write_bytes(workbook([HEAD, *([row.get(title, "") for title in HEAD] for _, row in GOOD)]))
    table = find_table(SourceFile(path.name, path), HEAD)
    sheet = [(record.no, {title: record.plain(title) for title in HEAD}) for record in table.records()]
    assert sheet == GOOD
    before = library.read(lambda c: digests(c))
    lines = look(library, sheet)
    assert library.read(lambda c: digests(c)) == before
    assert [(line.row_no, line.code, line.outcome) for line in lines] == [
        (2, "A", "change"), (3, "C", "new"), (4, "B", "same")]  # fmt: skip
    assert "重量g 0 → 250" in lines[0].changes
    assert "属性:材质 → 陶瓷" in lines[0].changes
    assert apply(library, "T1", sheet) == {"change": 1, "new": 1, "same": 1}
    assert library.read(lambda c: codes.resolve(c, ["691", "C"])) == {"691": "A", "C": "C"}
    apply(library, "T2", rows(["B", "", "", "77"]))
    with_both = library.read(lambda c: digests(c, LIBRARY))
    library.write(lambda c: sheets.roll_back(c, "T2", who="anna", why="试"))
    library.write(lambda c: sheets.roll_back(c, "T1", who="anna", why="价目表拿错了"))
    assert library.read(lambda c: digests(c, LIBRARY)) == {name: before[name] for name in LIBRARY} != with_both
    assert library.read(broken) == []
    assert [entry.what for entry in library.read(lambda c: history(c, "variant|C"))] == [
        "variant.add",
        "variant.remove",
    ]
    with pytest.raises(BatchFixed):
        apply(library, "T1", sheet)
    with pytest.raises(BatchFixed):
        library.write(lambda c: sheets.roll_back(c, "T1", who="anna", why="再来"))
    assert library.sound()


def test_a_batch_that_was_written_over_is_not_taken_back(library) -> None:
    """Taking it back would undo somebody else's later change: refused, naming the rows, and nothing is changed."""
    apply(library, "T1", GOOD)
    apply(library, "T2", rows(["A", "", "", "260"]))
    state = library.read(lambda c: digests(c, LIBRARY))
    with pytest.raises(BatchOverwritten, match=r"variant\|A"):
        library.write(lambda c: sheets.roll_back(c, "T1", who="anna", why="错"))
    assert library.read(lambda c: digests(c, LIBRARY)) == state
    library.write(lambda c: sheets.roll_back(c, "T2", who="anna", why="错"))
    assert library.write(lambda c: sheets.roll_back(c, "T1", who="anna", why="错")) > 0


@pytest.mark.parametrize(
    ("sheet", "word"),
    [
        (rows(["A", "", "690"]), "已经是 B 的条码"),
        (rows(["690", "x"]), "已经是 B 的别名"),
        (rows(["A", "", "", "-5"]), "不小于 0 的整数"),
        (rows(["A", "", "", "1.5"]), "不小于 0 的整数"),
        (rows(["A", "", "", "", "", "木头"]), "陶瓷、玻璃"),
        (rows(["D", ""]), "新编码要写商品名称"),
        (rows(["", "没有编码"]), "不能为空"),
        (rows(["=cmd|'/C calc'!A0", "x"]), "不能"),
        ([(2, {"商家编码": "A", "颜色": "红"})], "认得的列"),
        (rows(["A", "", "", "1"], ["A", "", "", "2"]), "表里只出现一次"),
        (rows(["A", "", "777"], ["B", "", "777"]), "表里只出现一次"),
    ],
)
def test_a_wrong_row_is_refused_with_its_reason(library, sheet, word) -> None:
    """It says why, and the good rows beside it are still taken."""
    lines = look(library, [*sheet, (9, {"商家编码": "Z", "商品名称": "好的"})])
    assert {line.outcome for line in lines[:-1]} == {"refused"}
    assert word in lines[0].changes[0]
    assert apply(library, "T", [*sheet, (9, {"商家编码": "Z", "商品名称": "好的"})])["new"] == 1
    assert library.read(lambda c: codes.resolve(c, ["Z"])) == {"Z": "Z"}


BAD = ["=cmd|'/C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")', "＝1+1"]


@pytest.mark.function("SEC-16")
def test_formulas_stay_text_on_the_way_in_and_out(library, tmp_path: Path) -> None:
    """`=cmd` in a name: kept as its letters, and text in what is written, in every cell of the morning's report too."""
    import openpyxl

    library.write(lambda c: [codes.add_sku(c, NewSku(f"F{n}", name), who="anna") for n, name in enumerate(BAD)])
    for number, name in enumerate(BAD):
        library.listed(str(number), f"F{number}", title=name, shop=f"{name}店", category=name)
        library.parcel(str(number), shop=f"{name}店", created_at="2026-11-20 10:00:00", paid_at="2026-11-20 10:00:00",
                       paid_fen=1000, title=name)  # fmt: skip
    titles = "SELECT title FROM sku WHERE code LIKE 'F%' ORDER BY code"
    assert library.read(lambda c: [row[0] for row in c.exec_driver_sql(titles)]) == BAD
    plain = openpyxl.load_workbook(io.BytesIO(workbook([[name] for name in BAD])))
    cells = [cell for row in plain.active.iter_rows() for cell in row]
    assert [cell.data_type for cell in cells] == ["s"] * len(BAD)
    assert cells[0].value == BAD[0]
    path = tmp_path / "晨报.xlsx"
    day = Period("2026-11-20", "2026-11-20")
    library.read(lambda c: write_morning_report(c, day, path, datetime(2026, 11, 21, tzinfo=UTC)))
    written = [cell for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row]
    assert {str(cell.value) for cell in written} & {f"{name}店" for name in BAD}
    assert [cell.coordinate for cell in written if cell.data_type == "f"] == []
