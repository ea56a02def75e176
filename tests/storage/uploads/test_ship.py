"""A batch-ship sheet says each courier as its platform does, or is not written."""

import csv
import io
from pathlib import Path

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from storage.errors import CourierUnknown, UploadWrong
from storage.uploads.couriers import COURIERS, ONE_COURIER
from storage.uploads.products import PRODUCT_SHEETS, ProductChange, write_product_sheet
from storage.uploads.ship import SHIP_SHEETS, Shipment, courier_of, write_ship_sheet

EXPECTED = {
    "douyin": (["订单号", "子订单号", "物流公司", "物流单号"], "圆通快递"),
    "jd": (["订单号", "物流公司", "运单号"], "圆通快递"),
    "kuaishou": (["订单号", "物流公司", "运单号"], "圆通快递"),
    "pdd": (["订单号", "快递公司", "快递单号"], "圆通速递"),
    "practice": (["子订单编号", "快递公司", "运单号"], "圆通速递"),
    "taobao": (["订单编号", "物流公司", "运单号"], "圆通"),
    "wxstore": (["订单号", "物流公司", "运单号"], "圆通"),
    "xhs": (["订单号", "物流公司", "运单号"], "圆通快递"),
}
PARCEL = Shipment("240000000000000001", "圆通", "YT8800123456789")


@pytest.mark.parametrize("platform", sorted(SHIP_SHEETS))
def test_a_platform_s_sheet(platform: str, tmp_path: Path) -> None:
    """Its columns in row 1, its own name of the courier, every cell text; as csv the same in GB18030."""
    columns, courier = EXPECTED[platform]
    parcel = PARCEL if platform != "practice" else PARCEL._replace(sub_no="240000000000000002", courier=courier)
    assert write_ship_sheet(platform, [parcel], tmp_path / "发货.xlsx") == 1
    sheet = openpyxl.load_workbook(tmp_path / "发货.xlsx").worksheets[0]
    leads = {"douyin": [parcel.order_no, ""], "practice": [parcel.sub_no]}.get(platform, [parcel.order_no])
    row = [*leads, courier, parcel.waybill_no]
    assert [[cell.value or "" for cell in line] for line in sheet.iter_rows()] == [columns, row]
    assert {cell.data_type for line in sheet.iter_rows() for cell in line if cell.value} == {"s"}
    assert CalamineWorkbook.from_path(tmp_path / "发货.xlsx").get_sheet_by_index(0).to_python() == [columns, row]
    write_ship_sheet(platform, [parcel], tmp_path / "发货.csv")
    text = (tmp_path / "发货.csv").read_bytes().decode("gb18030")
    assert list(csv.reader(io.StringIO(text))) == [columns, row]


@pytest.mark.parametrize("platform", sorted(SHIP_SHEETS))
def test_another_platform_s_name_is_refused(platform: str, tmp_path: Path) -> None:
    """A name that only other platforms use is refused with the nearest ones, and no sheet is there."""
    own = set(COURIERS[platform].values())
    others = (
        {name for table in COURIERS.values() for name in table.values()}
        - own
        - set(ONE_COURIER)
        - set(COURIERS[platform])
    )
    foreign = sorted(name for name in others if name.startswith(("圆通", "中通", "韵达")))
    assert foreign
    for name in foreign:
        with pytest.raises(CourierUnknown) as refused:
            good = PARCEL._replace(courier=sorted(own)[0], sub_no="1" if platform == "practice" else "")
            other = good._replace(order_no="2", courier=name, sub_no="2" if platform == "practice" else "")
            write_ship_sheet(platform, [good, other], tmp_path / "x.xlsx")
        near = refused.value.facts["nearest"]
        assert isinstance(near, list)
        assert set(near) <= own
        assert near
    assert list(tmp_path.iterdir()) == []


def test_one_courier_has_its_code_on_every_platform() -> None:
    """Every code of the table of equals is a code of that platform."""
    for name, codes in ONE_COURIER.items():
        for platform, code in codes.items():
            assert courier_of(platform, name).code == code
            assert courier_of(platform, code).name == COURIERS[platform][code]


@pytest.mark.parametrize(
    ("shipments", "row_no", "words"),
    [
        ([PARCEL, PARCEL], 2, "第 1 行已经有了"),
        ([PARCEL._replace(waybill_no="")], 1, "运单号"),
        ([PARCEL._replace(order_no="=1+1")], 1, "订单号"),
        ([PARCEL._replace(waybill_no="7.84E+12")], 1, "运单号"),
        ([PARCEL._replace(sub_no="3")], 1, "子订单号"),
        ([], 0, "没有要发的货"),
    ],
)
def test_a_sheet_with_a_wrong_row_is_not_written(
    shipments: list[Shipment], row_no: int, words: str, tmp_path: Path
) -> None:
    """An order twice, a number that is none or was destroyed, a sub-order where there are none: said, by row."""
    with pytest.raises(UploadWrong, match=words) as refused:
        write_ship_sheet("pdd", shipments, tmp_path / "x.xlsx")
    assert refused.value.facts["row_no"] == row_no
    assert list(tmp_path.iterdir()) == []


def test_a_tmall_product_sheet(tmp_path: Path) -> None:
    """Title in row 1, the 18 columns in row 3 with their doubles, and a change only where something changes."""
    path = tmp_path / "商品.xlsx"
    changes = [
        ProductChange("700001", "800001", price_fen=12905, stock=7),
        ProductChange("700001", "800002", code="A-1"),
    ]
    assert write_product_sheet("taobao", changes, path) == 2
    lines = [[cell.value or "" for cell in line] for line in openpyxl.load_workbook(path).worksheets[0].iter_rows()]
    assert lines[0][0] == "发布模板"
    assert lines[2] == list(PRODUCT_SHEETS["taobao"].header)
    assert lines[2].count("商家编码") == 2
    assert (lines[3][0], lines[3][12], lines[3][13], lines[3][14], lines[3][15]) == (
        "700001", "800001", "129.05", "7", "",
    )  # fmt: skip
    assert (lines[4][13], lines[4][14], lines[4][15], lines[4][6]) == ("", "", "A-1", "")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (ProductChange("7", "8", price_fen=0), "大于零"),
        (ProductChange("7", "8", stock=-1), "小于零"),
        (ProductChange("7", "8", title="=HYPERLINK(1)"), "公式"),
        (ProductChange("7", "x"), "不是号码"),
    ],
)
def test_a_product_change_that_cannot_be_is_refused(change: ProductChange, words: str, tmp_path: Path) -> None:
    """A price of nothing, stock below zero, a formula, an id that is none; and a platform whose sheet is not known."""
    with pytest.raises(UploadWrong, match=words):
        write_product_sheet("taobao", [change], tmp_path / "x.xlsx")
    with pytest.raises(UploadWrong, match="不知道"):
        write_product_sheet("pdd", [change], tmp_path / "x.xlsx")
    assert list(tmp_path.iterdir()) == []
