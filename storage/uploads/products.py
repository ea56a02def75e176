"""Product sheets: prices, stock and titles of items that a shop has, changed in bulk.

The one layout that is known is 天猫's 发布模板, which is its 商品批量编辑 sheet too: title in row 1, header in row 3,
18 columns of which 发货时间 and 商家编码 stand twice (the item's and the SKU's). It is known from public code that
reads such a file; nobody here has seen what the platform makes of an empty cell: a first sheet is tried on one SKU.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from storage.errors import UploadWrong
from storage.uploads.ship import write_rows

_DIGITS = re.compile(r"\d+")
_NEUTRAL = ("=", "+", "-", "@", "\t", "\r")


class ProductChange(NamedTuple):
    """One SKU as it should be. Money in fen; None and "" leave the cell empty."""

    product_id: str
    sku_id: str
    title: str = ""
    code: str = ""
    price_fen: int | None = None
    stock: int | None = None


class ProductSheet(NamedTuple):
    """A platform's sheet: lines above the header, header, and which place holds which field of a change."""

    above: Sequence[Sequence[str]]
    header: Sequence[str]
    places: Mapping[int, str]
    verified: str


def _split(header: str) -> list[str]:
    return header.split(",")


_TMALL = _split(
    "商品Id,类目id,类目名称,商品标题,一口价,导购标题,商家编码,发货时间,最长发货时间,销售属性,属性对,发货时间,skuId,价格（元）,数量,"
    "商家编码,生产日期,保质期"
)

PRODUCT_SHEETS: Mapping[str, ProductSheet] = {
    "taobao": ProductSheet(
        above=(("发布模板",), ()),
        header=_TMALL,
        places={0: "product_id", 3: "title", 12: "sku_id", 13: "price_fen", 14: "stock", 15: "code"},
        verified="described",
    ),
}


def write_product_sheet(platform: str, changes: Sequence[ProductChange], path: Path) -> int:
    """Write the platform's sheet; returns how many rows it has.

    Raises UploadWrong (row from 1) for a platform whose sheet is not known, an id that is none, a price or stock below
    zero, words that a spreadsheet would compute, a SKU named twice, no changes; then nothing is written.
    """
    sheet = PRODUCT_SHEETS.get(platform)
    if sheet is None:
        known = "、".join(PRODUCT_SHEETS)
        raise UploadWrong(platform, 0, f"不知道 {platform} 的商品表是什么样子；知道的：{known}")
    if not changes:
        raise UploadWrong(platform, 0, "没有要改的商品")
    seen: dict[tuple[str, str], int] = {}
    for number, change in enumerate(changes, 1):
        _check(platform, number, change)
        if (key := change[:2]) in seen:
            raise UploadWrong(platform, number, f"这个 SKU 在第 {seen[key]} 行已经有了")
        seen[key] = number
    rows = [[_cell(change, sheet.places.get(place, "")) for place in range(len(sheet.header))] for change in changes]
    write_rows(platform, path, [*sheet.above, sheet.header, *rows], "gb18030")
    return len(rows)


def _check(platform: str, number: int, change: ProductChange) -> None:
    for what, text in (("商品 ID", change.product_id), ("SKU ID", change.sku_id)):
        if not _DIGITS.fullmatch(text):
            raise UploadWrong(platform, number, f"{what} {text!r} 不是号码")
    if change.price_fen is not None and change.price_fen <= 0:
        raise UploadWrong(platform, number, "价格要大于零")
    if change.stock is not None and change.stock < 0:
        raise UploadWrong(platform, number, "库存不能小于零")
    for text in (change.title, change.code):
        if text.startswith(_NEUTRAL):
            raise UploadWrong(platform, number, f"{text!r} 会被表格软件当成公式")


def _cell(change: ProductChange, field: str) -> str:
    if field == "price_fen":
        fen = change.price_fen
        return "" if fen is None else f"{fen // 100}.{fen % 100:02d}"
    value = getattr(change, field) if field else None
    return "" if value is None else str(value)
