"""Rows that a person wrote into a csv or a workbook, under whichever of the usual titles: parcels, product changes.

Numbers that a spreadsheet program destroyed are refused by their row, never repaired.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from storage.documents import cells, numbers
from storage.documents.file import SourceFile
from storage.documents.table import Record, find_table, sheet_of
from storage.errors import FileBroken, FileError, HeaderMissing, UploadWrong
from storage.uploads.products import ProductChange
from storage.uploads.sheet import Refusal
from storage.uploads.ship import Shipment

T = TypeVar("T")

ORDER = "订单号|订单编号|主订单编号|主订单号|订单ID"
SUB = "子订单号|子订单编号|子订单ID"
COURIER = "快递公司|物流公司|快递|物流公司名称|承运商"
WAYBILL = "运单号|快递单号|物流单号|快递运单号|运单编号"
PRODUCT, SKU = "商品ID|商品id|商品编号|宝贝ID", "SKU ID|skuId|SKUID|SKU编号|规格ID"
PRICE, STOCK = "价格|价格（元）|售价|一口价|新价格", "库存|数量|库存数量|新库存"
TITLE, CODE = "标题|商品标题|商品名称", "商家编码|SKU商家编码|规格编码"


class Given(NamedTuple, Generic[T]):
    """What a file asks for: `rows` with their number in the file, `refused` by the same numbers, cells as they came."""

    rows: list[tuple[int, T]]
    refused: list[Refusal]
    titles: Sequence[str]
    cells: Mapping[int, Sequence[str]]


def read_shipments(path: Path, platform: str, *, subs: bool = False) -> Given[Shipment]:
    """Parcels of a file; `subs`: whether the platform ships by sub-orders only, so that no order number is needed.

    Raises UploadWrong where a column is missing, FileBroken and its like where it is no table, CellDestroyed where a
    program has rounded all its numbers.
    """
    order, sub, courier, waybill = _firsts(ORDER, SUB, COURIER, WAYBILL)

    def made(record: Record) -> Shipment:
        return Shipment(
            record.identity(order, required=not subs),
            record.plain(courier),
            record.identity(waybill),
            record.identity(sub, required=subs),
        )

    needed = [SUB if subs else ORDER, COURIER, WAYBILL]
    given = _read(path, platform, needed, [ORDER if subs else SUB], made)
    for name, place in ((order, 0), (waybill, 2), (sub, 3)):
        cells.refuse_zero_tails(name, (str(one[place]) for _, one in given.rows))
    return given


def read_changes(path: Path, platform: str) -> Given[ProductChange]:
    """Product changes of a file; an empty cell leaves that alone. Raises as `read_shipments`."""
    product, sku, title, code, price, stock = _firsts(PRODUCT, SKU, TITLE, CODE, PRICE, STOCK)

    def made(record: Record) -> ProductChange:
        amount = record.cell(stock)
        return ProductChange(
            record.identity(product),
            record.identity(sku),
            record.plain(title),
            record.identity(code, required=False),
            numbers.money(price, record.cell(price)),
            cells.whole(stock, amount) if cells.plain(amount) else None,
        )

    given = _read(path, platform, [PRODUCT, SKU], [TITLE, CODE, PRICE, STOCK], made)
    for name, place in ((product, 0), (sku, 1)):
        cells.refuse_zero_tails(name, (str(one[place]) for _, one in given.rows))
    return given


def _firsts(*names: str) -> list[str]:
    return [name.partition("|")[0] for name in names]


def _read(
    path: Path, platform: str, needed: Sequence[str], more: Sequence[str], made: Callable[[Record], T]
) -> Given[T]:
    file = SourceFile(path.name, path)
    try:
        table = find_table(file, needed, more)
    except (HeaderMissing, FileBroken) as error:
        first = next((line for head in file.heads for line in head if any(map(cells.plain, line.cells))), None)
        if first is None:
            raise
        asked = "；".join(name.replace("|", " / ") for name in needed)
        found = "、".join(filter(None, map(cells.plain, first.cells)))
        raise UploadWrong(platform, 0, f"{path.name} 缺列；要有（斜杠隔开的写哪个都行）：{asked}；开头写的是：{found}",
                          f"{path.name} lacks columns; it needs {asked}; it begins {found}") from error  # fmt: skip
    rows: list[tuple[int, T]] = []
    refused: list[Refusal] = []
    came: dict[int, Sequence[str]] = {}
    for record in takewhile(lambda record: not sheet_of(record.no), table.records()):  # a person's list is one sheet
        came[record.no] = [cells.as_text(cell) for cell in record.cells]
        try:
            rows.append((record.no, made(record)))
        except FileError as error:
            refused.append(Refusal(record.no, error))
    return Given(rows, refused, table.titles, came)
