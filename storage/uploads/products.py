"""Product sheets: prices, stock and titles of items that a shop has, changed in bulk.

The one layout that is known is 天猫's 发布模板, which is its 商品批量编辑 sheet too: title in row 1, header in row 3,
18 columns of which 发货时间 and 商家编码 stand twice (the item's and the SKU's). It is known from public code that
reads such a file; nobody here has seen what the platform makes of an empty cell: a first sheet is tried on one SKU, or
the platform's own export is the ground of it (`base`).
No platform's sheet for putting items on and off the shelf is known, and none is invented.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from storage.errors import BookError, UploadWrong
from storage.uploads.sheet import Refusal, platform_of, repeated, write_rows

_DIGITS = re.compile(r"\d+")


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


def product_rows(
    platform: str, changes: Sequence[ProductChange], numbers: Sequence[int] = ()
) -> tuple[list[list[str]], list[Refusal]]:
    """Rows of the platform's sheet, and what cannot be one with the reason, by its number (default: from 1).

    Refused: an id that is none, a price or stock below zero, a formula, nothing to change, a SKU that stands twice
    (both rows where they differ). Raises UploadWrong for a platform whose sheet is not known.
    """
    sheet = platform_of(platform, PRODUCT_SHEETS, "商品表", "product sheet")
    numbers = numbers or range(1, len(changes) + 1)
    refused = repeated(platform, numbers, [(one[:2], one, (f"SKU {one.sku_id}",) * 2) for one in changes])
    rows = []
    for place, change in enumerate(changes):
        if place in refused:
            continue
        try:
            _check(platform, numbers[place], change)
        except BookError as error:
            refused[place] = error
        else:
            rows.append([cell_of(change, sheet.places.get(column, "")) for column in range(len(sheet.header))])
    return rows, [Refusal(numbers[place], refused[place]) for place in sorted(refused)]


def write_product_sheet(platform: str, changes: Sequence[ProductChange], path: Path) -> int:
    """Write the platform's sheet; returns how many rows it has.

    Raises UploadWrong for a platform whose sheet is not known, for the first refused row (from 1), and where there are
    no changes; then nothing is written.
    """
    rows, refused = product_rows(platform, changes)
    if refused:
        raise refused[0].error
    write_product_rows(platform, rows, path)
    return len(rows)


def write_product_rows(platform: str, rows: Sequence[Sequence[str]], path: Path) -> None:
    """Write what `product_rows` gave. Raises UploadWrong; then nothing is written."""
    sheet = platform_of(platform, PRODUCT_SHEETS, "商品表", "product sheet")
    if not rows:
        raise UploadWrong(platform, 0, "没有要改的商品", "there is nothing to change")
    write_rows(platform, path, [*sheet.above, sheet.header, *rows], "gb18030")


def _check(platform: str, number: int, change: ProductChange) -> None:
    for what, en, text in (("商品 ID", "item id", change.product_id), ("SKU ID", "SKU id", change.sku_id)):
        if not _DIGITS.fullmatch(text):
            raise UploadWrong(platform, number, f"{what} {text!r} 不是号码", f"the {en} {text!r} is no number")
    if change.price_fen is not None and change.price_fen <= 0:
        raise UploadWrong(platform, number, "价格要大于零", "the price is not above zero")
    if change.stock is not None and change.stock < 0:
        raise UploadWrong(platform, number, "库存不能小于零", "the stock is below zero")
    if change[2:] == ProductChange("", "")[2:]:
        raise UploadWrong(platform, number, "没有要改的：价格、库存、标题、商家编码都是空的",
                          "nothing is to change: price, stock, title and code are empty")  # fmt: skip
    for text in (change.title, change.code):
        if text.startswith("="):
            raise UploadWrong(platform, number, f"{text!r} 会被表格软件当成公式", f"{text!r} is a formula")


def cell_of(change: ProductChange, field: str) -> str:
    """What the change says of a field, as the sheet says it; "" for nothing."""
    if field == "price_fen":
        fen = change.price_fen
        return "" if fen is None else f"{fen // 100}.{fen % 100:02d}"
    value = getattr(change, field) if field else None
    return "" if value is None else str(value)
