"""Order exports as platforms write them, as long as a bench asks: few titles and prices, every order number its own."""

import csv
import io
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from storage.documents import practice_orders
from storage.documents.kinds import KINDS
from storage.documents.layout import Layout
from tests.storage.documents.formats.dress import truths, written
from tests.storage.documents.formats.dresses import DRESSES

CSV_KIND = "pdd_order_2026"
XLSX_KIND = "taobao_order_list_2026"
MALL_KIND = "practice_orders"
_TITLES = tuple(f"{what}{style} {number} 款" for what in ("棉麻连衣裙", "儿童卫衣", "旅行杯", "手工皂") for style in
                ("春夏新款", "加厚", "礼盒装") for number in range(25))  # fmt: skip
_COURIERS = ("中通快递", "圆通速递", "韵达快递", "顺丰速运")
_ORDER_NO = "订单编号"
_FIRST = datetime(2026, 9, 1)  # noqa: DTZ001 (as files write it)


def write_csv(path: Path, rows: int, seed: int = 1) -> None:
    """A 拼多多 order export in GB18030 with a TAB behind every cell, of so many rows."""
    with path.open("w", encoding="gb18030", newline="") as file:
        file.write(",".join(_columns(CSV_KIND)) + "\r\n")
        file.writelines(_csv_lines(rows, seed))


def _csv_lines(rows: int, seed: int) -> Iterator[str]:
    dice = random.Random(seed)
    pick, number = dice.choice, dice.randrange
    for row in range(rows):
        at = _FIRST + timedelta(seconds=2 * row)
        qty, price, off = pick((1, 1, 1, 2, 3)), 990 + 100 * number(120), pick((0, 0, 200, 500))
        goods = qty * price
        paid = f"{(goods - off) / 100:.2f}"
        later = f"{at + timedelta(hours=20)}", f"{at + timedelta(days=5)}"
        item = number(300)
        yield (
            f"{_TITLES[item]}\t,{at:%y%m%d}-{100_000_000_000_000 + row}\t,已发货，待签收\t,{goods / 100:.2f}\t,0.00\t,"
            f"{off / 100:.2f}\t,0.00\t,0.00\t,{paid}\t,{paid}\t,{qty}\t,{later[0]}\t,{later[1]}\t,"
            f"{600_000_000_000 + item}\t,均码\t,{700_000_000_000 + item}\t,SKU{item:05d}\t,{item:05d}\t,\t,"
            f"无售后或售后取消\t,{78_000_000_000_000 + row}\t,{_COURIERS[item % 4]}\t,{at}\t\r\n"
        )


def _columns(kind: str) -> tuple[str, ...]:
    layout = KINDS[kind]
    assert isinstance(layout, Layout)
    return layout.columns


def write_xlsx(path: Path, rows: int, seed: int = 1) -> None:
    """A 淘宝 order report as a workbook, of so many rows; every order number its own."""
    import xlsxwriter

    dress = DRESSES[XLSX_KIND]
    some = [written(dress, row) for row in truths(dress, seed, min(rows, 1_000))]
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as workbook:
        sheet = workbook.add_worksheet(dress.sheet)
        sheet.write_row(0, 0, dress.titles)
        for number in range(rows):
            cells = some[number % len(some)]
            for place, cell in enumerate(cells):
                sheet.write_string(number + 1, place, cell)
            sheet.write_string(number + 1, dress.titles.index(_ORDER_NO), str(3_300_000_000_000_000_001 + number))


def mall_export(orders: int, seed: int = 1) -> bytes:
    """The practice mall's order export: a quarter of the orders have two sub-orders."""
    dice = random.Random(seed)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([*practice_orders.REQUIRED, *practice_orders.OPTIONAL])
    for number in range(orders):
        order = f"\t{69_000_000_000_000_001 + 7 * number}"
        at = str(_FIRST + timedelta(seconds=61 * number))
        for sub in range(1 if dice.random() < 0.75 else 2):
            item = dice.randrange(300)
            ids = ("shop_a", order, f"{order}{sub}", "已完成", f"\t35{item:06d}", f"\t17{item:06d}", f"SKU{item}")
            money = ("59.90", "5.00", "3.00", "0.00", "51.90", "8.00", "51.90", "0.00")
            waybill = ("浙江省", "杭州市", "0", at, "中通快递", f"\t78{dice.randrange(10**9):09d}")
            writer.writerow([*ids, _TITLES[item], "1", *money, "", *[at] * 5, *waybill])
    return out.getvalue().encode("gb18030")
