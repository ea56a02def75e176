"""The shelf of a practice shop, one row per SKU; a bundle says what it is made of: `CODE*2;CODE*1`."""

import re

from storage.archive import Facts
from storage.documents.cells import refuse_zero_tails
from storage.documents.control import untotalled
from storage.documents.document import Document
from storage.documents.file import SourceFile
from storage.documents.rows import ProductRow
from storage.documents.table import Record, find_table, has_columns, read_records
from storage.errors import CellInvalid

KIND = "practice_products"
PLATFORM = "practice"
TITLE = "练习商城 商品"
VERIFIED = "described"

STATUS = "商品状态"
REQUIRED = [
    "店铺",
    "商品ID",
    "商品名称",
    "商品状态|商品状态(上架/下架)",
    "SKU ID",
    "商家编码",
    "价格",
    "平台库存",
    "活动最高价",
    "组合构成",
]
_PART = re.compile(r"([^*;]+)\*([1-9]\d*)")


def identify(file: SourceFile) -> bool:
    """SKUs with an activity price and what they are made of."""
    return has_columns(file, ["SKU ID", "平台库存", "活动最高价", "组合构成"])


def read(file: SourceFile, _facts: Facts) -> Document:
    """Every SKU as the shelf stood when it was exported. Raises FileError."""
    table = find_table(file, REQUIRED, ["类目", "规格"])
    reading = read_records(table, lambda record: (_row(record),))
    refuse_zero_tails("SKU ID", (row.platform_sku for row in reading.rows))
    control = untotalled(len(reading.raw))
    return Document(KIND, PLATFORM, reading.rows, reading.raw, control, reading.quarantine, file.period())


def _row(record: Record) -> ProductRow:
    status = record.plain(STATUS)
    if status not in {"上架", "下架"}:
        raise CellInvalid(STATUS, status, "应为 上架 或 下架")
    return ProductRow(
        row_no=record.no,
        shop=record.identity("店铺"),
        product_id=record.identity("商品ID"),
        platform_sku=record.identity("SKU ID"),
        title=record.plain("商品名称"),
        category=record.plain("类目"),
        status=status,
        code=record.identity("商家编码", required=False),
        spec=record.plain("规格"),
        price_fen=record.fen("价格"),
        activity_ceiling_fen=record.fen("活动最高价", required=False),
        platform_stock=record.whole("平台库存"),
        components=_components(record.plain("组合构成")),
    )


def _components(text: str) -> tuple[tuple[str, int], ...]:
    """(("A", 2), ("B", 1)) for `A*2;B*1`. Raises CellInvalid."""
    parts = [part.strip() for part in text.split(";") if part.strip()]
    matches = [_PART.fullmatch(part) for part in parts]
    found = tuple((match[1].strip(), int(match[2])) for match in matches if match)
    if len(found) < len(parts) or len({code for code, _ in found}) < len(found):
        raise CellInvalid("组合构成", text, "应写成 编码*数量;编码*数量，每个编码一次")
    return found
