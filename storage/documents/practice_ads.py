"""Ad spend of the practice mall in the manner of 万相台: one row per day, plan and product, totals at the bottom."""

from storage.archive import Facts
from storage.documents.control import compare, missing
from storage.documents.document import Control, Document
from storage.documents.file import SourceFile
from storage.documents.rows import AdRow
from storage.documents.table import Reading, Record, find_table, has_columns, read_records

KIND = "practice_ads"
PLATFORM = "practice"
TITLE = "练习商城 推广报表"
VERIFIED = "described"

REQUIRED = ["日期", "店铺", "计划名称", "主体ID", "主体名称", "花费", "展现量", "点击量", "总成交笔数", "总成交金额"]


def identify(file: SourceFile) -> bool:
    """Spend by plan and subject."""
    return has_columns(file, ["计划名称", "主体ID", "花费", "展现量"])


def read(file: SourceFile, _facts: Facts) -> Document:
    """Every (day, plan, product); the bottom row is no data. Raises FileError."""
    reading = read_records(find_table(file, REQUIRED), lambda record: (_row(record),), ends=_is_total)
    period = file.covers(row.day for row in reading.rows)
    return Document(KIND, PLATFORM, reading.rows, reading.raw, _control(reading), reading.quarantine, period)


def _is_total(record: Record) -> bool:
    return record.plain("日期") in {"总计", "合计"}


def _row(record: Record) -> AdRow:
    return AdRow(
        row_no=record.no,
        shop=record.identity("店铺"),
        day=record.day("日期"),
        plan=record.plain("计划名称"),
        product_id=record.identity("主体ID"),
        title=record.plain("主体名称"),
        spend_fen=record.fen("花费"),
        impressions=record.whole("展现量"),
        clicks=record.whole("点击量"),
        orders=record.whole("总成交笔数"),
        gmv_fen=record.fen("总成交金额"),
    )


def _control(reading: Reading[AdRow]) -> Control:
    rows = reading.rows
    computed = {
        "花费": sum(row.spend_fen for row in rows),
        "展现量": sum(row.impressions for row in rows),
        "点击量": sum(row.clicks for row in rows),
        "总成交笔数": sum(row.orders for row in rows),
        "总成交金额": sum(row.gmv_fen for row in rows),
    }
    if not reading.footer:
        return missing(computed, "总计行")
    total = reading.footer[0]
    stated = {name: total.fen(name) if name in {"花费", "总成交金额"} else total.whole(name) for name in computed}
    return compare(stated, computed)
