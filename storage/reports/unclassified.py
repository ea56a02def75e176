"""Statement lines that no fee rule knows: how many and how much, by kind, shop and what the line says of itself."""

import json

from sqlalchemy import Connection, select

from storage.database.tables import bill_line, document_row
from storage.reports.table import Column, Period, Table

TITLE = "未归类费用"
UNCLASSIFIED = "unclassified"
COLUMNS = (
    Column("来源", "", 22),
    Column("店铺", "", 14),
    Column("写的是", "", 40, wrap=True),
    Column("笔数", "count", 10, metric="unclassified_lines"),
    Column("金额", "fen", 15, metric="unclassified_amount"),
)
MEASURES = (("笔数", "count"), ("金额", "fen"))
WORD_COLUMNS = ("动账场景", "业务类型", "入账类型", "费用项", "交易类型", "类型")
"""Where a line says what it is, in the order in which they are asked."""


def build(connection: Connection, period: Period) -> Table:
    """One row per source, shop and words, the most lines first."""
    table = Table("unclassified", TITLE, period, COLUMNS)
    b, d = bill_line.c, document_row.c
    first, last = period.first_day, f"{period.last_day} 24"
    bills = (
        select(b.platform, b.shop, b.business_type, b.file_sha, b.row_no, b.flow_no, b.amount_fen)
        .where(b.fee_type == UNCLASSIFIED, b.at.between(first, last))
        .order_by(b.platform, b.shop, b.flow_no, b.n)
    )
    rows = (
        select(d.kind, d.shop, d.data, d.file_sha, d.row_no, d.row_key, d.amount_fen)
        .where(d.fee_type == UNCLASSIFIED, d.at.between(first, last))
        .order_by(d.kind, d.shop, d.row_key, d.n)
    )
    for source, shop, words, sha, row_no, key, fen in connection.execute(bills):
        _add(table, source, shop, words, sha, row_no, key, fen)
    for source, shop, data, sha, row_no, key, fen in connection.execute(rows):
        _add(table, source, shop, _words(json.loads(data)), sha, row_no, key, fen)
    for block in sorted(table.blocks.values(), key=lambda block: (-block.total(0), block.block_id)):
        table.rows.append([*block.block_id.split("|", 2), table.figure(block, 0), table.figure(block, 1)])
    table.sum_up("合计", (3, 4))
    table.notes.append("没有一条分类规则认得这些行；金额已在账里，只是还不知道算哪一类费用。")
    return table


def _add(table: Table, source: str, shop: str, words: str, sha: str, row_no: int, key: str, fen: int) -> None:
    said = words.replace("|", "/") or "（没有写）"
    table.block(f"{source}|{shop}|{said}", f"{source} {shop} {said}", MEASURES).add(sha, row_no, key, 1, fen)


def _words(data: dict[str, object]) -> str:
    return next((str(data[name]) for name in WORD_COLUMNS if data.get(name)), "")
