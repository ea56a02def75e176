"""Profit by order: the waterfall from list price to what is left, each figure with the rows that it is made of."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Connection

from storage.erp.settlement.components import GROUPS
from storage.reports.facts.copy import Facts, facts_of
from storage.reports.facts.profit import GROUP_OF, PROFIT, SUMS
from storage.reports.scope import EVERYTHING, TOP, Scope
from storage.reports.table import Block, Cell, Column, Figure, Period, SourceRow, Table, ratio

TITLE = "订单利润"
INCOME = 7
"""The first groups are the net income."""
COLUMNS = (
    Column("店铺", "", 14),
    Column("订单", "", 24),
    *(Column(title, "fen", 13) for title, _ in GROUPS),
    Column("利润", "fen", 14),
    Column("利润率", "percent", 9),
    Column("估计", "", 14),
)
MEASURES = (*((title, "fen") for title, _ in GROUPS), ("利润", "fen"))
SHOP_ITSELF = "（店铺费用）"
NOBODY = "（无店铺）"
MOST = 1_000
"""Orders that are listed unless somebody asks for another number: nobody reads more, and a workbook holds no more than
a million rows."""


class Sums(NamedTuple):
    """What stands in one row: the sum of each group and of all, and which groups it has something of, as bits."""

    fen: Sequence[int]
    used: int

    @property
    def profit_fen(self) -> int:
        """What is left."""
        return self.fen[-1]


def build(connection: Connection, period: Period, scope: Scope = EVERYTHING) -> Table:
    """The orders with a figure in the period, the greatest loss first; shops' own costs come last.

    `scope.top` of them; all are in the total.
    """
    table = Table("order_profit", TITLE, period, COLUMNS, scope=scope.words)
    facts, most = facts_of(connection, PROFIT), MOST if scope.top == TOP else scope.top
    listed, count = _ranked(facts, period, scope, most)
    for platform, shop, order_no, *fen, used, guessed in _detailed(facts, period, listed):
        where = (platform, shop, order_no)
        load = partial(_rows, facts, period, where)
        cells = figures(table, "|".join(where), f"订单 {order_no or SHOP_ITSELF}", Sums(fen, used), load)
        guesses = "、".join(MEASURES[n][0] for n in range(len(GROUPS)) if guessed >> n & 1)
        table.rows.append([shop or NOBODY, order_no or SHOP_ITSELF, *cells, guesses])
    if count > len(table.rows):
        table.notes.append(f"只列利润最低的 {most:,} 单和店铺费用，一共 {count:,} 行；合计是全部的。")
    _total(table, facts, period, scope)
    table.notes.append("收入按确认日、费用按账单日、快递费先估后实；「估计」列写明哪一项还不是账单或出库的数。")
    return table


def _ranked(facts: Facts, period: Period, scope: Scope, most: int) -> tuple[list[int], int]:
    """The numbers of the rows to list, and how many there are.

    An order whose whole life lies inside the period counts with its sum; only those that reach over its ends are added
    up by day.
    """
    limited, values = scope.condition
    first, last = period
    query = f"""
        WITH found AS (
            SELECT nth, profit, order_no = '' AS own FROM order_life
            WHERE first_day >= ?::DATE AND last_day <= ?::DATE{limited}
            UNION ALL
            SELECT d.nth, sum(d.profit) AS profit, any_value(l.own) AS own FROM order_days d JOIN (
                SELECT nth, order_no = '' AS own FROM order_life WHERE first_day <= ?::DATE AND last_day >= ?::DATE
                AND NOT (first_day >= ?::DATE AND last_day <= ?::DATE){limited}
            ) l USING (nth) WHERE d.day BETWEEN ?::DATE AND ?::DATE GROUP BY d.nth
        )
        (SELECT nth, own, (SELECT count(*) FROM found) FROM found WHERE NOT own ORDER BY profit, nth LIMIT {most})
        UNION ALL SELECT nth, own, (SELECT count(*) FROM found) FROM found WHERE own"""
    rows = facts.rows(query, [first, last, *values, last, first, first, last, *values, first, last])
    return [row[0] for row in rows], rows[0][2] if rows else 0


def _detailed(facts: Facts, period: Period, listed: Sequence[int]) -> list[tuple[Any, ...]]:
    """Platform, shop, order, its sums, which groups it has and which are estimates; the shops' own rows last."""
    added = ", ".join(f"sum(d.{name})::BIGINT AS {name}" for name in SUMS)
    columns = ", ".join(SUMS)
    query = f"""
        SELECT l.platform, l.shop, l.order_no, {columns}, used, guessed FROM (
            SELECT d.nth, {added}, bit_or(d.used) AS used, bit_or(d.guessed) AS guessed FROM order_days d
            WHERE d.nth IN (SELECT unnest($1)) AND d.day BETWEEN $2::DATE AND $3::DATE GROUP BY d.nth
        ) JOIN (SELECT nth, platform, shop, order_no FROM order_life WHERE nth IN (SELECT unnest($1))) l USING (nth)
        ORDER BY l.order_no = '', profit, nth"""
    return facts.rows(query, [list(listed), *period])


def _rows(facts: Facts, period: Period, where: tuple[str, str, str]) -> Iterator[SourceRow]:
    condition = "platform = ? AND shop = ? AND order_no = ?"
    return source_rows(facts, period, condition, list(where))


def source_rows(facts: Facts, period: Period, condition: str, values: Sequence[object]) -> Iterator[SourceRow]:
    """The rows of files behind one row of the report: each fact in its group's measure and in the profit."""
    query = f"""SELECT file_sha, row_no, ref, component, sum(fen)::BIGINT FROM parts
        WHERE day BETWEEN ?::DATE AND ?::DATE AND {condition}
        GROUP BY fed_by, fact_no, day, file_sha, row_no, ref, component ORDER BY day, component, ref, row_no"""
    for sha, row_no, ref, component, fen in facts.rows(query, [*period, *values]):
        parts = [0] * len(MEASURES)
        parts[GROUP_OF[component]] = parts[-1] = fen
        yield SourceRow(sha, row_no, ref, tuple(parts))


def figures(table: Table, block_id: str, title: str, sums: Sums, load: partial[Iterator[SourceRow]]) -> list[Cell]:
    """The groups that the row has something of, the others empty; the profit, and its share of the net income."""
    block = table.block(block_id, title, MEASURES)
    block.load = load
    used = sums.used | 1 << len(GROUPS)
    cells: list[Cell] = [
        table.stated(block, measure, fen) if used >> measure & 1 else "" for measure, fen in enumerate(sums.fen)
    ]
    return [*cells, _margin(table, block, sums.profit_fen, sum(sums.fen[:INCOME]))]


def _margin(table: Table, block: Block, profit_fen: int, income_fen: int) -> Cell:
    """The share of the net income; a loss on no income, or on less than none, has no share."""
    if income_fen <= 0:
        return "—"
    return table.derived(block, ratio(profit_fen, income_fen, 10_000), "percent", "利润 ÷ 净收入（货款至销项税额）")


def _total(table: Table, facts: Facts, period: Period, scope: Scope) -> None:
    """The total of all orders, listed or not, as one row of its own."""
    limited, values = scope.condition
    added = ", ".join(f"coalesce(sum(fen) FILTER (place = {n}), 0)::BIGINT" for n in range(len(GROUPS)))
    query = f"""SELECT {added}, coalesce(sum(fen), 0)::BIGINT FROM channel_days JOIN components USING (component)
        WHERE day BETWEEN ?::DATE AND ?::DATE{limited}"""
    fen = facts.rows(query, [*period, *values])[0]
    load = partial(source_rows, facts, period, f"TRUE{limited}", values)
    table.total = ["合计", "", *figures(table, "total", "合计", Sums(fen, -1), load), ""]


def finish(table: Table, first: int) -> None:
    """The total row, with its own share; `first`: the column of the first group."""
    last = first + len(GROUPS)
    table.sum_up("合计", range(first, last + 1))
    fen = [cell.value for cell in table.total if isinstance(cell, Figure)]
    if table.rows:
        table.total[last + 1] = _margin(table, table.blocks[f"total-{last}"], fen[-1], sum(fen[:INCOME]))
