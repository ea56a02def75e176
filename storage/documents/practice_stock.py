"""The count with which the warehouses' books are opened: document number and time above the header, total below."""

import re

from storage.archive import Facts
from storage.documents.control import compare, missing
from storage.documents.document import Control, Document
from storage.documents.file import SourceFile
from storage.documents.rows import StockRow
from storage.documents.table import Reading, Record, Table, find_table, has_columns, read_records
from storage.errors import CellInvalid, FileBroken

KIND = "practice_stock"
PLATFORM = "practice"
TITLE = "练习商城 期初盘点"
VERIFIED = "described"

REQUIRED = ["仓库编码", "仓库名称", "所在省", "商家编码", "在库数量", "单位成本"]
_NUMBER = re.compile(r"单据编号[：:]\s*(\S+)")
_TIME = re.compile(r"盘点时间[：:]\s*(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2})")


def identify(file: SourceFile) -> bool:
    """Pieces per warehouse and code."""
    return has_columns(file, REQUIRED)


def read(file: SourceFile, _facts: Facts) -> Document:
    """Every (warehouse, code). Raises FileError, also when the document has no number: it could not be told apart."""
    table = find_table(file, REQUIRED)
    number, counted_at = _lead(file, table)
    reading = read_records(table, lambda record: (_row(record, number, counted_at),), ends=_is_total)
    day = counted_at[:10]
    return Document(KIND, PLATFORM, reading.rows, reading.raw, _control(reading), reading.quarantine, (day, day))


def _lead(file: SourceFile, table: Table) -> tuple[str, str]:
    lead = "\n".join(table.lead())
    number, time = _NUMBER.search(lead), _TIME.search(lead)
    if not number or not time:
        raise FileBroken(file.name, "表头上方没有单据编号和盘点时间")
    return number[1], time[1]


def _is_total(record: Record) -> bool:
    return record.plain("仓库编码") == "合计"


def _row(record: Record, number: str, counted_at: str) -> StockRow:
    qty = record.whole("在库数量")
    if qty < 0:
        raise CellInvalid("在库数量", str(qty), "盘点数量不能为负")
    return StockRow(
        row_no=record.no,
        document_no=number,
        counted_at=counted_at,
        warehouse=record.identity("仓库编码"),
        warehouse_name=record.plain("仓库名称"),
        province=record.plain("所在省"),
        code=record.identity("商家编码"),
        qty=qty,
        unit_cost_fen=record.fen("单位成本"),
    )


def _control(reading: Reading[StockRow]) -> Control:
    computed = {"在库数量": sum(row.qty for row in reading.rows)}
    if not reading.footer:
        return missing(computed, "合计行")
    return compare({"在库数量": reading.footer[0].whole("在库数量")}, computed)
