"""Batch-ship sheets: which parcel an order went by, in the words of the platform that the sheet is for.

    write_ship_sheet("pdd", [Shipment("261101-1234", "圆通速递", "YT881")], Path("发货.xlsx"))

The columns are those that each platform's page asks for; no platform's own template was seen byte for byte
(`verified`), so the first sheet of a shop is tried with one order. A sheet is written whole or not at all.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Literal, NamedTuple

from storage.documents.cells import header_name
from storage.errors import BookError, CourierUnknown, UploadWrong
from storage.uploads.couriers import COURIERS, ONE_COURIER
from storage.uploads.sheet import Refusal, platform_of, repeated, write_rows

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
    """A platform's sheet: its columns in order; `says`: whether it wants a courier's name or its code.

    `by`: what one row ships: a whole `order`, a `sub`-order, or `either`.
    """

    columns: Mapping[str, str]
    says: Literal["name", "code"] = "name"
    by: Literal["order", "sub", "either"] = "order"
    verified: str = "described"
    csv_encoding: str = "gb18030"


SHIP_SHEETS: Mapping[str, ShipSheet] = {
    "douyin": ShipSheet(
        {"订单号": "order_no", "子订单号": "sub_no", "物流公司": "courier", "物流单号": "waybill_no"}, by="either"
    ),
    "jd": ShipSheet({"订单号": "order_no", "物流公司": "courier", "运单号": "waybill_no"}),
    "kuaishou": ShipSheet({"订单号": "order_no", "物流公司": "courier", "运单号": "waybill_no"}),
    "pdd": ShipSheet({"订单号": "order_no", "快递公司": "courier", "快递单号": "waybill_no"}),
    "practice": ShipSheet(
        {"子订单编号": "sub_no", "快递公司": "courier", "运单号": "waybill_no"}, by="sub", verified="template"
    ),
    "taobao": ShipSheet({"订单编号": "order_no", "物流公司": "courier", "运单号": "waybill_no"}),
    "wxstore": ShipSheet({"订单号": "order_no", "物流公司": "courier", "运单号": "waybill_no"}),
    "xhs": ShipSheet({"订单号": "order_no", "物流公司": "courier", "运单号": "waybill_no"}),
}


class Courier(NamedTuple):
    """A courier as one platform knows it."""

    code: str
    name: str


Finder = Callable[[str, str], Courier]


def courier_of(platform: str, said: str) -> Courier:
    """The platform's courier of this name or code, or of the name that people use (圆通: 圆通速递 on 拼多多).

    Another platform's name is not guessed at. Raises CourierUnknown with the nearest names, UploadWrong for a platform
    without a table.
    """
    table = COURIERS.get(platform)
    if table is None:
        known = "、".join(sorted(COURIERS))
        raise UploadWrong(
            platform, 0, f"没有 {platform} 的快递表；有：{known}", f"no couriers are known; of {known} are"
        )
    wanted = said.strip()
    if not wanted:
        raise UploadWrong(platform, 0, "没有写快递公司", "the courier is left out")
    if wanted in table:
        return Courier(wanted, table[wanted])
    for code, name in table.items():
        if header_name(name) == header_name(wanted):
            return Courier(code, name)
    if code := ONE_COURIER.get(wanted, {}).get(platform, ""):
        return Courier(code, table[code])
    raise CourierUnknown(platform, said, nearest_couriers(table, wanted))


def courier_of_ours(platform: str, said: str) -> Courier:
    """The platform's courier for the name that our own warehouse uses, which no platform gave: 中通快递 is 淘宝's 中通.

    The name must mean one courier on every platform that has it. Raises as `courier_of`.
    """
    try:
        return courier_of(platform, said)
    except CourierUnknown:
        meant = {
            common
            for common, codes in ONE_COURIER.items()
            for there, code in codes.items()
            if header_name(COURIERS[there][code]) == header_name(said)
        }
        if len(meant) != 1:
            raise
        common = meant.pop()
        if platform not in ONE_COURIER[common]:
            raise
        return courier_of(platform, common)


def nearest_couriers(table: Mapping[str, str], said: str) -> list[str]:
    """Up to three names of the platform that are like what was said, those with the same first two letters first."""
    begun = [name for name in table.values() if len(said) >= 2 and name.startswith(said[:2])]
    near = get_close_matches(said, list(table.values()), 3, 0.4)
    return list(dict.fromkeys([*begun, *near]))[:3]


def ship_rows(
    platform: str, shipments: Sequence[Shipment], find: Finder = courier_of, numbers: Sequence[int] = ()
) -> tuple[list[list[str]], list[Refusal]]:
    """Rows of the platform's sheet, and what cannot be one with the reason, by its number (default: from 1).

    Of an order that stands twice with the same parcel the first is taken; with different ones neither is.
    Raises UploadWrong for a platform without a sheet.
    """
    sheet = platform_of(platform, SHIP_SHEETS, "发货表", "ship sheet")
    numbers = numbers or range(1, len(shipments) + 1)
    refused = repeated(platform, numbers, [_want(sheet, one) for one in shipments])
    rows = []
    for place, shipment in enumerate(shipments):
        if place in refused:
            continue
        try:
            rows.append(_row(platform, sheet, numbers[place], shipment, find))
        except BookError as error:
            refused[place] = error
    return rows, [Refusal(numbers[place], refused[place]) for place in sorted(refused)]


def _want(sheet: ShipSheet, one: Shipment) -> tuple[tuple[str, str], tuple[str, str], tuple[str, str]]:
    order_no, sub_no = "" if sheet.by == "sub" else one.order_no.strip(), one.sub_no.strip()
    name = sub_no or order_no
    return (order_no, sub_no), (one.courier.strip(), one.waybill_no.strip()), (f"订单 {name}", f"order {name}")


def write_ship_sheet(platform: str, shipments: Sequence[Shipment], path: Path, find: Finder = courier_of) -> int:
    """Write the platform's sheet, xlsx or csv by the path's ending; returns how many rows it has.

    Raises CourierUnknown and UploadWrong (row from 1: a number that is none, an order named twice, no parcels, another
    ending); then nothing is written.
    """
    rows, refused = ship_rows(platform, shipments, find)
    if refused:
        raise refused[0].error
    write_ship_rows(platform, rows, path)
    return len(rows)


def write_ship_rows(platform: str, rows: Sequence[Sequence[str]], path: Path) -> None:
    """Write what `ship_rows` gave. Raises UploadWrong; then nothing is written."""
    sheet = platform_of(platform, SHIP_SHEETS, "发货表", "ship sheet")
    if not rows:
        raise UploadWrong(platform, 0, "没有要发的货", "there is nothing to ship")
    write_rows(platform, path, [list(sheet.columns), *rows], sheet.csv_encoding)


def _row(platform: str, sheet: ShipSheet, number: int, shipment: Shipment, find: Finder) -> list[str]:
    needed = {"order": ("订单号", "运单号"), "either": ("订单号", "运单号"), "sub": ("子订单号", "运单号")}[sheet.by]
    said = {"订单号": shipment.order_no, "子订单号": shipment.sub_no, "运单号": shipment.waybill_no}
    for what, text in said.items():
        if (text or what in needed) and not _NUMBER.fullmatch(text.strip()):
            raise UploadWrong(platform, number, f"{what} {text!r} 不是号码", f"{_EN[what]} {text!r} is no number")
    if shipment.sub_no and sheet.by == "order":
        raise UploadWrong(platform, number, "这个平台按整单发货，表里没有子订单号",
                          "this platform ships whole orders; its sheet has no sub-orders")  # fmt: skip
    courier = find(platform, shipment.courier)
    fields = shipment._asdict() | {"courier": courier.code if sheet.says == "code" else courier.name}
    return [str(fields[field]).strip() for field in sheet.columns.values()]


_EN = {"订单号": "the order number", "子订单号": "the sub-order number", "运单号": "the waybill number"}
