"""Profit by order: the waterfall from list price to what is left, each figure with the rows that it is made of."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection

from storage.erp.settlement.components import GROUPS
from storage.erp.settlement.facts import ESTIMATE, Fact, Span
from storage.erp.settlement.profit import by_order, gather
from storage.reports.table import Block, Cell, Column, Figure, Period, SourceRow, Table, ratio

TITLE = "订单利润"
GROUP_OF = {component: position for position, (_, components) in enumerate(GROUPS) for component in components}
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


class Part(NamedTuple):
    """A fact, or a product's part of it."""

    fact: Fact
    amount_fen: int


class Sums:
    """What stands in one row: the sum of each group and of all, and the parts behind them."""

    def __init__(self, parts: Iterable[Part]) -> None:
        self.parts = list(parts)
        self.fen = [0] * len(MEASURES)
        for fact, amount_fen in self.parts:
            self.fen[GROUP_OF[fact.component]] += amount_fen
            self.fen[-1] += amount_fen
        self.used = {GROUP_OF[fact.component] for fact, _ in self.parts} | {len(GROUPS)}

    @property
    def profit_fen(self) -> int:
        """What is left."""
        return self.fen[-1]

    def rows(self) -> Iterator[SourceRow]:
        """A row of the block for each part."""
        for fact, amount_fen in self.parts:
            fen = [0] * len(MEASURES)
            fen[GROUP_OF[fact.component]] = fen[-1] = amount_fen
            yield SourceRow(fact.file_sha, fact.row_no, fact.ref, tuple(fen))


def build(connection: Connection, period: Period) -> Table:
    """One row per order with a figure in the period, the greatest loss first; shops' own costs come last."""
    table = Table("order_profit", TITLE, period, COLUMNS)
    orders = {
        key: Sums(Part(fact, fact.amount_fen) for fact in facts)
        for key, facts in by_order(gather(connection, Span(*period)).facts).items()
    }
    for key in sorted(orders, key=lambda key: (not key[2], orders[key].profit_fen, key)):
        sums = orders[key]
        guesses = sorted(
            {MEASURES[GROUP_OF[one.fact.component]][0] for one in sums.parts if one.fact.basis == ESTIMATE}
        )
        cells = figures(table, "|".join(key), f"订单 {key[2] or SHOP_ITSELF}", sums)
        table.rows.append([key[1] or NOBODY, key[2] or SHOP_ITSELF, *cells, "、".join(guesses)])
    finish(table, 2)
    table.notes.append("收入按确认日、费用按账单日、快递费先估后实；「估计」列写明哪一项还不是账单或出库的数。")
    return table


def figures(table: Table, block_id: str, title: str, sums: Sums) -> list[Cell]:
    """The groups that the row has something of, the others empty; the profit, and its share of the net income."""
    block = table.block(block_id, title, MEASURES)
    block.load = partial(Sums.rows, sums)
    cells: list[Cell] = [
        table.stated(block, measure, fen) if measure in sums.used else "" for measure, fen in enumerate(sums.fen)
    ]
    return [*cells, _margin(table, block, sums.profit_fen, sum(sums.fen[:INCOME]))]


def _margin(table: Table, block: Block, profit_fen: int, income_fen: int) -> Cell:
    return table.derived(block, ratio(profit_fen, income_fen, 10_000), "percent", "利润 ÷ 净收入（货款至销项税额）")


def finish(table: Table, first: int) -> None:
    """The total row, with its own share; `first`: the column of the first group."""
    last = first + len(GROUPS)
    table.sum_up("合计", range(first, last + 1))
    fen = [cell.value for cell in table.total if isinstance(cell, Figure)]
    if table.rows:
        table.total[last + 1] = _margin(table, table.blocks[f"total-{last}"], fen[-1], sum(fen[:INCOME]))
