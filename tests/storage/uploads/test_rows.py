"""Rows for a sheet: those of a file and those of the books; what cannot stand in it is named and left out."""

from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import update

from bots.practice.batches import COLUMNS, read_sheet
from bots.practice.world.orders import CARRIERS
from storage.database.connection import open_database
from storage.database.tables import command, fulfilment, order_line
from storage.erp.allocation.allocate import allocate_open_orders
from storage.erp.commands import worklists as commands
from storage.erp.commands.wanted import SHIP
from storage.errors import CellDestroyed, CourierUnknown, FileBroken, UploadWrong
from storage.uploads.couriers import COURIERS, ONE_COURIER
from storage.uploads.from_books import Wanted, waits_for_person, wanted_shipments
from storage.uploads.given import read_changes, read_shipments
from storage.uploads.products import ProductChange, product_rows, write_product_rows
from storage.uploads.sheet import PLATFORMS, platform_id, write_rows
from storage.uploads.ship import SHIP_SHEETS, Shipment, courier_of_ours, ship_rows, write_ship_sheet
from tests.storage.erp.stock.conftest import Books

NIGHT = "2026-11-21"


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    """Books with two labelled orders of two lines each, published for the night."""
    database = open_database(tmp_path / "books.db")
    found = Books(database)
    found.lay_out()
    found.stock(HZ={"A": 50, "B": 50})
    for number in ("1", "2"):
        found.order(number, ("A", 2), ("B", 1))
    found.write(lambda c: allocate_open_orders(c, NIGHT))
    found.write(lambda c: commands.publish(c, NIGHT))
    yield found
    database.close()


def wanted(books: Books, platform: str) -> Wanted:
    """What the books want shipped for shop_a, whichever list it is on."""
    return books.write(lambda c: wanted_shipments(c, platform, "shop_a", NIGHT, SHIP))


def write(path: Path, *lines: str) -> Path:
    """A csv of these lines."""
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def test_the_books_ship_by_sub_order_where_the_platform_does(books: Books, tmp_path: Path) -> None:
    """Every sub-order once with our own number; the practice mall reads the sheet as it is."""
    found = wanted(books, "practice")
    assert found.refused == []
    assert [one.sub_no for _, one in found.rows] == ["1-1", "1-2", "2-1", "2-2"]
    path = tmp_path / "发货.xlsx"
    write_ship_sheet("practice", [one for _, one in found.rows], path, courier_of_ours)
    rows = read_sheet(path.name, path.read_bytes())
    assert tuple(rows[0]) == COLUMNS
    assert [(row["子订单编号"], row["快递公司"]) for row in rows] == [
        (one.sub_no, one.courier) for _, one in found.rows
    ]


def test_the_books_ship_whole_orders_in_the_platform_s_words(books: Books) -> None:
    """Two lines in one parcel are one row, and our 中通快递 is what the platform calls it."""
    found = wanted(books, "taobao")
    rows, refused = ship_rows("taobao", [one for _, one in found.rows], courier_of_ours)
    assert refused == []
    assert [row[:2] for row in rows] == [["1", "中通"], ["2", "中通"]]


def test_an_order_that_is_not_all_in_the_parcel_is_left_out(books: Books) -> None:
    """A third line that waits for stock: shipped as a whole order it would count as sent, so it is not in the sheet."""
    line = {"platform": "practice", "shop": "shop_a", "order_no": "1", "sub_no": "1-3", "code": "C", "qty": 1}
    books.write(lambda c: c.execute(order_line.insert(), [{**line, "refund_status": "无售后"}]))
    found = wanted(books, "taobao")
    assert [one.order_no for _, one in found.rows] == ["2"]
    assert "1-3" in str(found.refused[0][0].error)
    assert len(wanted(books, "practice").rows) == 4


def test_what_was_refunded_after_publishing_is_left_out(books: Books) -> None:
    """The list still has it until the next night; the sheet has not."""
    books.write(
        lambda c: c.execute(update(order_line).where(order_line.c.sub_no == "2-1").values(refund_status="退款中"))
    )
    found = wanted(books, "practice")
    assert [one.sub_no for _, one in found.rows] == ["1-1", "1-2", "2-2"]
    assert [(refusal.number, one.sub_no) for refusal, one in found.refused] == [(3, "2-1")]
    assert "2" not in [one.order_no for _, one in wanted(books, "taobao").rows]


def test_an_order_in_two_parcels_is_left_out_of_a_sheet_of_whole_orders(books: Books) -> None:
    """One row takes one number: which of the two is not chosen."""
    other = {"fulfilment_id": "p2", "platform": "practice", "shop": "shop_a", "order_no": "1", "state": "labelled",
             "carrier": "圆通速递", "waybill_no": "YT0", "warehouse": "HZ"}  # fmt: skip
    books.write(lambda c: c.execute(fulfilment.insert(), [other]))
    books.write(lambda c: c.exec_driver_sql(
        "UPDATE fulfilment_line SET fulfilment_id = 'p2' WHERE sub_no = '1-2'"))  # fmt: skip
    books.write(lambda c: c.exec_driver_sql(
        "UPDATE reservation SET owner = 'p2|practice|shop_a|1|1-2' WHERE owner LIKE '%|1-2'"))  # fmt: skip
    books.write(lambda c: commands.publish(c, "2026-11-22"))
    found = books.write(lambda c: wanted_shipments(c, "pdd", "shop_a", "2026-11-22", SHIP))
    assert [one.order_no for _, one in found.rows] == ["2"]
    assert "几个包裹" in str(found.refused[0][0].error)


def test_what_a_bot_left_unclear_is_counted_and_not_in_the_sheet(books: Books) -> None:
    """It may have been sent: a person looks first."""
    books.write(lambda c: c.execute(update(command).where(command.c.subject == "1-1").values(state="person")))
    assert books.write(lambda c: waits_for_person(c, "shop_a")) == 1
    assert [one.sub_no for _, one in wanted(books, "practice").rows] == ["1-2", "2-1", "2-2"]
    assert [one.order_no for _, one in wanted(books, "taobao").rows] == ["2"]


def test_our_names_of_couriers_are_translated_only_where_they_mean_one(tmp_path: Path) -> None:
    """Every name of the practice pool becomes the platform's, or is refused where it has no such courier."""
    assert set(COURIERS["practice"]) == set(CARRIERS)
    for platform in SHIP_SHEETS:
        for name in CARRIERS:
            assert courier_of_ours(platform, name).name in COURIERS[platform].values()
    for said in ("神仙快递", "邮政小包", ""):
        with pytest.raises((CourierUnknown, UploadWrong)):
            courier_of_ours("wxstore", said)
    assert "wxstore" not in ONE_COURIER["邮政包裹"]


def test_a_file_under_any_of_the_usual_titles(tmp_path: Path) -> None:
    """Wrapped ids are unwrapped, rows keep the file's numbers, blank lines are none."""
    path = write(
        tmp_path / "发.csv", "发货单", "主订单编号,物流公司,快递单号", '="0024"\t,顺丰,SF1', "", "'0025,圆通, YT1 "
    )
    given = read_shipments(path, "pdd")
    assert given.rows == [(3, Shipment("0024", "顺丰", "SF1")), (5, Shipment("0025", "圆通", "YT1"))]
    assert given.refused == []


def test_destroyed_numbers_are_refused_by_their_row(tmp_path: Path) -> None:
    """Scientific notation, a missing number: each by the file's row; a column that was rounded: the whole file."""
    lines = ["订单号,快递公司,运单号", "2.4E+17,顺丰,SF1", "1,顺丰,", "2,顺丰,SF2"]
    given = read_shipments(write(tmp_path / "发.csv", *lines), "pdd")
    assert [one.number for one in given.refused] == [2, 3]
    assert [number for number, _ in given.rows] == [4]
    rounded = [f"24010101010101{n}0000,顺丰,SF{n}" for n in range(3)]
    with pytest.raises(CellDestroyed):
        read_shipments(write(tmp_path / "发.csv", lines[0], *rounded), "pdd")


def test_numbers_in_a_workbook_s_cells(tmp_path: Path) -> None:
    """Short numbers are taken exactly, a long one that was kept as a number is refused."""
    book = openpyxl.Workbook()
    for row in (["订单号", "快递公司", "运单号"], [123456, "顺丰", 778899], [240000000000000001.0, "顺丰", 1]):
        book.worksheets[0].append(row)
    book.save(tmp_path / "发.xlsx")
    given = read_shipments(tmp_path / "发.xlsx", "pdd")
    assert given.rows == [(2, Shipment("123456", "顺丰", "778899"))]
    assert [one.number for one in given.refused] == [3]


def test_a_missing_column_says_what_is_needed(tmp_path: Path) -> None:
    """Every spelling that is taken, and what the file has, in both languages."""
    path = write(tmp_path / "发.csv", "订单号,快递", "1,顺丰")
    with pytest.raises(UploadWrong, match="运单号 / 快递单号") as refused:
        read_shipments(path, "pdd")
    assert "lacks columns" in refused.value.message("en")
    assert "开头写的是：订单号、快递" in refused.value.message("zh")


def test_a_damaged_file_stays_a_damaged_file(tmp_path: Path) -> None:
    """What cannot be read at all is not said to lack columns."""
    path = tmp_path / "发.xlsx"
    path.write_bytes(b"PK\x03\x04 half")
    with pytest.raises(FileBroken):
        read_shipments(path, "pdd")


def test_product_changes_of_a_file(tmp_path: Path) -> None:
    """Money exact in fen, an empty cell changes nothing, wrong ones refused by row; the sheet is read back."""
    lines = [
        "商品ID,SKU ID,价格,库存",
        "70,80,¥1299.90,7",
        "70,81,,0",
        "70,82,12.345,1",
        "70,83,,",
        "x,84,1,",
        "70,85,1e3,",
    ]
    given = read_changes(write(tmp_path / "改.csv", *lines), "taobao")
    changes = [one for _, one in given.rows]
    assert changes[:2] == [
        ProductChange("70", "80", price_fen=129990, stock=7),
        ProductChange("70", "81", stock=0),
    ]
    assert [one.number for one in given.refused] == [4, 7]
    rows, refused = product_rows("taobao", changes, [number for number, _ in given.rows])
    assert [one.number for one in refused] == [5, 6]
    write_product_rows("taobao", rows, tmp_path / "出.xlsx")
    sheet = CalamineWorkbook.from_path(tmp_path / "出.xlsx").get_sheet_by_index(0).to_python()
    assert [[row[0], row[12], row[13], row[14]] for row in sheet[3:]] == [
        ["70", "80", "1299.90", "7"],
        ["70", "81", "", "0"],
    ]
    cells = [cell for line in openpyxl.load_workbook(tmp_path / "出.xlsx").worksheets[0].iter_rows() for cell in line]
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}


def test_a_sku_that_stands_twice(tmp_path: Path) -> None:
    """The same wish twice is taken once; two wishes are both refused, each naming the other's row."""
    one, other = ProductChange("7", "8", price_fen=100), ProductChange("7", "8", price_fen=200)
    assert [refusal.number for refusal in product_rows("taobao", [one, one], [4, 9])[1]] == [9]
    rows, refused = product_rows("taobao", [one, other], [4, 9])
    assert rows == []
    assert ["第 9 行" in str(refused[0].error), "row 4" in refused[1].error.message("en")] == [True, True]


def test_words_that_a_spreadsheet_would_compute(tmp_path: Path) -> None:
    """In a workbook they are text; in a csv, where nothing says so, they are refused and nothing is written."""
    write_rows("taobao", tmp_path / "a.xlsx", [["-20℃ 保温杯", "@x", "+1"]], "gb18030")
    cells = next(iter(openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0].iter_rows()))
    assert [(cell.value, cell.data_type) for cell in cells] == [("-20℃ 保温杯", "s"), ("@x", "s"), ("+1", "s")]
    with pytest.raises(UploadWrong, match="公式"):
        write_rows("taobao", tmp_path / "a.csv", [["商品"], ["-20℃ 保温杯"]], "gb18030")
    assert [path.name for path in tmp_path.iterdir()] == ["a.xlsx"]


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """A folder that is not there is no fault of the program, and an earlier sheet stays as it was."""
    with pytest.raises(UploadWrong, match="写不进"):
        write_rows("taobao", tmp_path / "没有" / "a.xlsx", [["1"]], "gb18030")
    with pytest.raises(UploadWrong, match="放不下"):
        write_rows("taobao", tmp_path / "a.xlsx", [["x" * 40_000]], "gb18030")
    assert list(tmp_path.iterdir()) == []


def test_every_platform_goes_by_the_names_that_people_use() -> None:
    """拼多多 is pdd; every sheet's platform has a name, and no name means two."""
    assert [platform_id(said) for said in ("拼多多", " 天猫 ", "PDD", "别处")] == ["pdd", "taobao", "pdd", "别处"]
    assert set(SHIP_SHEETS) <= set(PLATFORMS)
    names = [name for called in PLATFORMS.values() for name in called]
    assert len(names) == len(set(names))
