"""The platforms' subsidies by kind (平台补贴, 支付补贴 …), as the columns of the statements have them (FMS-68).

A statement's line holds all subsidies of a settlement; its row in the archive holds each in a column of its own.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from sqlalchemy import Connection, and_, select

from storage.database.tables import bill_line, raw_file, raw_row
from storage.erp.settlement.facts import Fact, OrderKey, Span
from storage.row_text import row_said

KIND_OF_COLUMN: dict[str, str] = {
    "实际平台补贴": "平台补贴",
    "实际平台补贴_运费": "平台补贴",
    "其他平台补贴": "平台补贴",
    "以旧换新抵扣": "以旧换新",
    "政府补贴平台垫资": "政府补贴",
    "实际达人补贴": "达人补贴",
    "实际抖音支付补贴": "支付补贴",
    "实际抖音月付营销补贴": "月付补贴",
    "银行补贴": "银行补贴",
}
WHOLE = "平台补贴"


class Subsidy(NamedTuple):
    """One subsidy of one line. `column`: where the statement has it, "" where the whole line is one."""

    platform: str
    shop: str
    order_no: str
    kind: str
    column: str
    amount_fen: int
    day: str
    file_sha: str
    row_no: int


def subsidies(connection: Connection, span: Span) -> list[Subsidy]:
    """Every subsidy that the statements of those days tell of; their sum is that of the lines.

    A line whose columns do not sum to it is one subsidy as a whole.
    """
    b, r, f = bill_line.c, raw_row.c, raw_file.c
    query = (
        select(b.platform, b.shop, b.order_no, b.amount_fen, b.at, b.file_sha, b.row_no, r.payload, f.titles)
        .select_from(
            bill_line.outerjoin(raw_row, and_(r.file_sha == b.file_sha, r.row_no == b.row_no)).outerjoin(
                raw_file, f.file_sha == b.file_sha
            )
        )
        .where(b.fee_type == "subsidy", b.at.between(span.first_day, f"{span.last_day} 24"))
    )
    found = []
    for platform, shop, order_no, fen, at, sha, row_no, *row in connection.execute(query):
        for column, part in _parts(row_said(*row), fen).items():
            kind = KIND_OF_COLUMN.get(column, WHOLE)
            found.append(Subsidy(platform, shop, order_no, kind, column, part, at[:10], sha, row_no))
    return sorted(found)


def _parts(row: Mapping[str, str], fen: int) -> dict[str, int]:
    """Column -> fen; the whole under "" where the columns do not explain it."""
    parts = {column: _fen(row.get(column, "")) for column in KIND_OF_COLUMN}
    parts = {column: part for column, part in parts.items() if part}
    return parts if sum(parts.values()) == fen else {"": fen}


def _fen(yuan: str) -> int:
    try:
        return int(Decimal(yuan.strip().replace(",", "").lstrip("¥`")) * 100)
    except InvalidOperation:
        return 0


def by_kind(found: Iterable[Subsidy]) -> dict[tuple[str, str, str], int]:
    """(platform, shop, kind) -> fen."""
    sums: dict[tuple[str, str, str], int] = defaultdict(int)
    for one in found:
        sums[one.platform, one.shop, one.kind] += one.amount_fen
    return {key: sums[key] for key in sorted(sums)}


def not_yet_paid(facts: Iterable[Fact], found: Iterable[Subsidy]) -> dict[OrderKey, int]:
    """What each order counts as subsidy less what the statements have paid of it, where that is not 0."""
    open_: dict[OrderKey, int] = defaultdict(int)
    for fact in facts:
        if fact.component == "subsidy" and fact.order_no:
            open_[fact.order] += fact.amount_fen
    for one in found:
        if one.order_no:
            open_[one.platform, one.shop, one.order_no] -= one.amount_fen
    return {key: fen for key, fen in sorted(open_.items()) if fen}
