"""Stock to reorder: cover days from the last 14 days' demand, and how much to order so that stock lasts again."""

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection

from storage.reports.cube import bounds
from storage.reports.facts.copy import Facts, facts_of
from storage.reports.goods import held, moved_rows, reserved, reserved_rows, titles_of, until
from storage.reports.table import Cell, Column, Period, SourceRow, Table, ratio

TITLE = "补货"
WINDOW_DAYS = 14
TARGET_DAYS = 21
EVER, LATEST = "0001-01-01", "9999-12-31"
COLUMNS = (
    Column("商家编码", "", 16),
    Column("商品", "", 34),
    Column("14 日销量", "pieces", 11, metric="demand_14_days"),
    Column("日均", "ratio", 9, metric="demand_a_day"),
    Column("在库", "pieces", 10, metric="stock_on_hand"),
    Column("已占用", "pieces", 10, metric="stock_reserved"),
    Column("可用", "pieces", 10, metric="stock_free"),
    Column("可销天数", "days", 11, metric="cover_days_14"),
    Column("建议补货", "pieces", 12, metric="restock_qty"),
    Column("算式", "", 52),
)
MEASURES = (("14 日销量", "pieces"), ("在库", "pieces"), ("已占用", "pieces"), ("可用", "pieces"))


class State(NamedTuple):
    """One item: pieces sold in the window, in stock, and taken by orders."""

    sold: int
    stock: int
    taken: int

    @property
    def free(self) -> int:
        """What can still be sold."""
        return self.stock - self.taken

    @property
    def cover(self) -> int:
        """Days that free stock lasts at the window's pace, in hundredths; what does not sell lasts for ever."""
        return ratio(max(self.free, 0) * WINDOW_DAYS, self.sold, 100) if self.sold else 10**9

    @property
    def wanted(self) -> int:
        """Pieces to order so that stock lasts the target again."""
        return max(-(-self.sold * TARGET_DAYS // WINDOW_DAYS) - self.free, 0)


def build(connection: Connection, period: Period) -> Table:
    """One row per stocked code whose cover is below the target, the shortest cover first."""
    table = Table("restock", TITLE, period, COLUMNS)
    facts, window = facts_of(connection), until(period.last_day, WINDOW_DAYS)
    sold, taken = _demand(facts, window), reserved(connection)
    stock = {code: sum(places.values()) for code, places in held(facts, LATEST).items()}
    states = {
        code: State(sold.get(code, 0), stock.get(code, 0), taken.get(code, 0))
        for code in sold.keys() | stock.keys() | taken.keys()
    }
    titles = titles_of(connection)
    for code in sorted((code for code in states if states[code].wanted), key=lambda code: (states[code].cover, code)):
        block = table.block(code, f"商品 {code}", MEASURES)
        block.load = partial(_rows, connection, facts, window, code)
        table.rows.append(_row(table, code, titles.get(code, ""), states[code]))
    table.sum_up("合计", (2, 4, 5, 6, 8))
    words = (
        f"建议补货 = {WINDOW_DAYS} 日销量 ÷ {WINDOW_DAYS} × {TARGET_DAYS} 天 − 可用，向上取整；组合商品按构成拆到单品。"
    )
    table.notes.append(words)
    return table


def _row(table: Table, code: str, title: str, state: State) -> list[Cell]:
    block, sold, free = table.blocks[code], state.sold, state.free
    words = f"{sold} ÷ {WINDOW_DAYS} × {TARGET_DAYS} − {free} = {state.wanted}"
    figures = [
        table.stated(block, 0, sold),
        table.derived(block, ratio(sold, WINDOW_DAYS, 100), "ratio", f"{sold} ÷ {WINDOW_DAYS}"),
        table.stated(block, 1, state.stock),
        table.stated(block, 2, state.taken),
        table.stated(block, 3, free),
        table.derived(block, state.cover, "days", f"{free} ÷ ({sold} ÷ {WINDOW_DAYS})"),
        table.derived(block, state.wanted, "pieces", words),
    ]
    return [code, title, *figures, words]


DEMAND = """FROM parts WHERE pay_state NOT IN ('unpaid', 'closed') AND qty > 0
    AND paid_at >= ?::TIMESTAMP AND paid_at < ?::TIMESTAMP"""
"""Orders paid in the window, bundles taken apart; what was refunded before it was shipped still sold."""


def _demand(facts: Facts, window: Period) -> dict[str, int]:
    query = f"SELECT code, sum(qty)::BIGINT {DEMAND} GROUP BY code"
    return dict(facts.rows(query, bounds(window)))


def _rows(connection: Connection, facts: Facts, window: Period, code: str) -> Iterator[SourceRow]:
    """What an item's figures are made of: its sub-orders, its moves, what is taken of it."""
    query = f"SELECT file_sha, row_no, sub_no, qty {DEMAND} AND code = ? ORDER BY sub_no, row_no"
    for sha, row_no, sub_no, qty in facts.rows(query, [*bounds(window), code]):
        yield SourceRow(sha, row_no, f"子订单 {sub_no}", (qty, 0, 0, 0))
    for row in moved_rows(connection, code, EVER, LATEST):
        yield row._replace(parts=(0, row.parts[0], 0, row.parts[0]))
    for row in reserved_rows(connection, code):
        yield row._replace(parts=(0, 0, row.parts[0], -row.parts[0]))
