"""Batch-ship sheets: which parcel an order went by, in the words of the platform that the sheet is for.

    write_ship_sheet("pdd", [Shipment("261101-1234", "圆通速递", "YT881")], Path("发货.xlsx"))

The columns are those that each platform's page asks for; no platform's own template was seen byte for byte
(`VERIFIED`), so the first sheet of a shop is tried with one order. A sheet is written whole or not at all.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from storage.documents.cells import header_name
from storage.errors import CourierUnknown, UploadWrong
from storage.uploads.couriers import COURIERS, ONE_COURIER

VERIFIED = "described"
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


class Shipment(NamedTuple):
    """A parcel of an order. `courier`: the platform's name or code of it, or the name that people use.

    `sub_no`: the sub-order, where the platform ships by those; "" is the whole order.
    """

    order_no: str
    courier: str
    waybill_no: str
    sub_no: str = ""


class ShipSheet(NamedTuple):
    """A platform's sheet: its columns in order; `says`: whether it wants a courier's name or its code."""

    columns: Mapping[str, str]
    says: str = "name"
    csv_encoding: str = "gb18030"


SHIP_SHEETS: Mapping[str, ShipSheet] = {
    "douyin": ShipSheet({"订单号": "order_no", "子订单号": "sub_no", "物流公司": "courier", "物流单号": "waybill_no"}),
    "jd": ShipSheet({"订单号": "order_no", "物流公司": "courier", "运单号": "waybill_no"}),
    "kuaishou": ShipSheet({"订单号": "order_no", "物流公司": "courier", "运单号": "waybill_no"}),
    "pdd": ShipSheet({"订单号": "order_no", "快递公司": "courier", "快递单号": "waybill_no"}),
    "taobao": ShipSheet({"订单编号": "order_no", "物流公司": "courier", "运单号": "waybill_no"}),
    "wxstore": ShipSheet({"订单号": "order_no", "物流公司": "courier", "运单号": "waybill_no"}),
    "xhs": ShipSheet({"订单号": "order_no", "物流公司": "courier", "运单号": "waybill_no"}),
}


class Courier(NamedTuple):
    """A courier as one platform knows it."""

    code: str
    name: str


def courier_of(platform: str, said: str) -> Courier:
    """The platform's courier of this name or code, or of the name that people use (圆通: 圆通速递 on 拼多多).

    Another platform's name is not guessed at. Raises CourierUnknown with the nearest names, UploadWrong for a platform
    without a table.
    """
    table = COURIERS.get(platform)
    if table is None:
        raise UploadWrong(platform, 0, f"没有 {platform} 的快递表；有：{'、'.join(sorted(COURIERS))}")
    wanted = said.strip()
    if wanted in table:
        return Courier(wanted, table[wanted])
    for code, name in table.items():
        if header_name(name) == header_name(wanted):
            return Courier(code, name)
    if code := ONE_COURIER.get(wanted, {}).get(platform, ""):
        return Courier(code, table[code])
    raise CourierUnknown(platform, said, nearest_couriers(table, wanted))


def nearest_couriers(table: Mapping[str, str], said: str) -> list[str]:
    """Up to three names of the platform that are like what was said, those with the same first two letters first."""
    begun = [name for name in table.values() if len(said) >= 2 and name.startswith(said[:2])]
    near = get_close_matches(said, list(table.values()), 3, 0.4)
    return list(dict.fromkeys([*begun, *near]))[:3]


def write_ship_sheet(platform: str, shipments: Sequence[Shipment], path: Path) -> int:
    """Write the platform's sheet, xlsx or csv by the path's ending; returns how many rows it has.

    Raises CourierUnknown and UploadWrong (row from 1: a number that is none, a parcel named twice, no parcels, another
    ending); then nothing is written.
    """
    sheet = SHIP_SHEETS.get(platform)
    if sheet is None:
        raise UploadWrong(platform, 0, f"没有 {platform} 的发货表；有：{'、'.join(SHIP_SHEETS)}")
    rows = [_row(platform, sheet, number, one) for number, one in enumerate(shipments, 1)]
    _refuse_repeats(platform, shipments)
    if not rows:
        raise UploadWrong(platform, 0, "没有要发的货")
    write_rows(platform, path, [list(sheet.columns), *rows], sheet.csv_encoding)
    return len(rows)


def _row(platform: str, sheet: ShipSheet, number: int, shipment: Shipment) -> list[str]:
    for what, text in (("订单号", shipment.order_no), ("运单号", shipment.waybill_no)):
        if not _NUMBER.fullmatch(text.strip()):
            raise UploadWrong(platform, number, f"{what} {text!r} 不是号码")
    if shipment.sub_no and not _NUMBER.fullmatch(shipment.sub_no.strip()):
        raise UploadWrong(platform, number, f"子订单号 {shipment.sub_no!r} 不是号码")
    if shipment.sub_no and "sub_no" not in sheet.columns.values():
        raise UploadWrong(platform, number, "这个平台按整单发货，表里没有子订单号")
    courier = courier_of(platform, shipment.courier)
    said = shipment._asdict() | {"courier": courier.code if sheet.says == "code" else courier.name}
    return [str(said[field]).strip() for field in sheet.columns.values()]


def _refuse_repeats(platform: str, shipments: Sequence[Shipment]) -> None:
    seen: dict[tuple[str, str], int] = {}
    for number, one in enumerate(shipments, 1):
        key = (one.order_no.strip(), one.sub_no.strip())
        if key in seen:
            raise UploadWrong(platform, number, f"订单 {one.order_no} 在第 {seen[key]} 行已经有了")
        seen[key] = number


def write_rows(platform: str, path: Path, rows: Sequence[Sequence[str]], csv_encoding: str) -> None:
    """A workbook with text cells, or comma-separated text; put in place when it is whole. Raises UploadWrong."""
    form = path.suffix.lower()
    if form not in (".xlsx", ".csv"):
        raise UploadWrong(platform, 0, f"只写 .xlsx 或 .csv，不写 {path.suffix or '没有后缀的文件'}")
    content = _workbook(rows) if form == ".xlsx" else _text(rows, csv_encoding)
    unfinished = path.with_name(f".{path.name}.tmp")
    unfinished.write_bytes(content)
    unfinished.replace(path)


def _workbook(rows: Sequence[Sequence[str]]) -> bytes:
    import xlsxwriter

    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Sheet1")
        text = book.add_format({"num_format": "@"})
        for row_no, row in enumerate(rows):
            for place, cell in enumerate(row):
                sheet.write_string(row_no, place, cell, text)
    return target.getvalue()


def _text(rows: Sequence[Sequence[str]], encoding: str) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode(encoding)
