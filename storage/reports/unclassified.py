"""Statement lines that no fee rule knows: how many and how much, by kind, shop and what the line says of itself."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from storage.database.bulk import LOOKED_UP_AT_ONCE
from storage.database.tables import bill_line, document_row
from storage.reports.facts.copy import facts_of
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
    d = document_row.c
    first, last = period.first_day, f"{period.last_day} 24"
    rows = (
        select(d.kind, d.shop, d.data, d.file_sha, d.row_no, d.row_key, d.amount_fen)
        .where(d.fee_type == UNCLASSIFIED, d.at.between(first, last))
        .order_by(d.kind, d.shop, d.row_key, d.n)
    )
    for source, shop, words, sha, row_no, key, fen in _bills(connection, period):
        _add(table, source, shop, words, sha, row_no, key, fen)
    for source, shop, data, sha, row_no, key, fen in connection.execute(rows):
        _add(table, source, shop, _words(json.loads(data)), sha, row_no, key, fen)
    for block in sorted(table.blocks.values(), key=lambda block: (-block.total(0), block.block_id)):
        table.rows.append([*block.block_id.split("|", 2), table.figure(block, 0), table.figure(block, 1)])
    table.sum_up("合计", (3, 4))
    table.notes.append("没有一条分类规则认得这些行；金额已在账里，只是还不知道算哪一类费用。")
    return table


def _bills(connection: Connection, period: Period) -> Iterator[Any]:
    """The statement lines: which they are says the copy by column, what they say the books."""
    b = bill_line.c
    query = """SELECT platform, shop, wallet, list(DISTINCT flow_no ORDER BY flow_no) FROM bills
        WHERE fee_type = ? AND day BETWEEN ? AND ? GROUP BY ALL ORDER BY ALL"""
    for platform, shop, wallet, flows in facts_of(connection).rows(query, [UNCLASSIFIED, *period]):
        mine = (b.platform == platform, b.shop == shop, b.wallet == wallet, b.fee_type == UNCLASSIFIED)
        lines = select(b.platform, b.shop, b.business_type, b.file_sha, b.row_no, b.flow_no, b.amount_fen)
        dated = lines.where(*mine, b.at.between(period.first_day, f"{period.last_day} 24"))
        for begin in range(0, len(flows), LOOKED_UP_AT_ONCE):
            some = dated.where(b.flow_no.in_(flows[begin : begin + LOOKED_UP_AT_ONCE]))
            yield from connection.execute(some.order_by(b.flow_no, b.n))


def _add(table: Table, source: str, shop: str, words: str, sha: str, row_no: int, key: str, fen: int) -> None:
    said = words.replace("|", "/") or "（没有写）"
    table.block(f"{source}|{shop}|{said}", f"{source} {shop} {said}", MEASURES).add(sha, row_no, key, 1, fen)


def _words(data: dict[str, object]) -> str:
    return next((str(data[name]) for name in WORD_COLUMNS if data.get(name)), "")
