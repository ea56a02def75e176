"""Profit by order: the waterfall from list price to what is left, each figure with the rows that it is made of."""

from collections.abc import Iterable

from sqlalchemy import Connection

from storage.erp.settlement.components import GROUPS
from storage.erp.settlement.facts import ESTIMATE, Fact, Span
from storage.erp.settlement.profit import by_order, gather
from storage.reports.table import Block, Cell, Column, Figure, Period, Table, ratio

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


def build(connection: Connection, period: Period) -> Table:
    """One row per order with a figure in the period, the greatest loss first; shops' own costs come last."""
    table = Table("order_profit", TITLE, period, COLUMNS)
    orders = by_order(gather(connection, Span(*period)).facts)
    for key, facts in orders.items():
        block = table.block("|".join(key), f"订单 {key[2] or SHOP_ITSELF}", MEASURES)
        for fact in facts:
            block.add(fact.file_sha, fact.row_no, fact.ref, *parts_of(fact))
    for key in sorted(orders, key=lambda key: (not key[2], table.blocks["|".join(key)].total(len(GROUPS)), key)):
        guesses = sorted({MEASURES[GROUP_OF[one.component]][0] for one in orders[key] if one.basis == ESTIMATE})
        row: list[Cell] = [key[1] or NOBODY, key[2] or SHOP_ITSELF]
        table.rows.append([*row, *figures(table, table.blocks["|".join(key)], orders[key]), "、".join(guesses)])
    finish(table, 2)
    table.notes.append("收入按确认日、费用按账单日、快递费先估后实；「估计」列写明哪一项还不是账单或出库的数。")
    return table


def parts_of(fact: Fact, amount_fen: int | None = None) -> list[int]:
    """A fact's part in each measure: its own group, and the profit."""
    amount = fact.amount_fen if amount_fen is None else amount_fen
    parts = [0] * len(MEASURES)
    parts[GROUP_OF[fact.component]] = parts[-1] = amount
    return parts


def figures(table: Table, block: Block, facts: Iterable[Fact]) -> list[Cell]:
    """The groups that the facts are of, the others empty; the profit, and what share of the net income it is."""
    used = {GROUP_OF[fact.component] for fact in facts} | {len(GROUPS)}
    cells: list[Cell] = [table.figure(block, measure) if measure in used else "" for measure in range(len(MEASURES))]
    income = sum(cell.value for cell in cells[:INCOME] if isinstance(cell, Figure))
    return [*cells, _margin(table, block, block.total(len(GROUPS)), income)]


def _margin(table: Table, block: Block, profit_fen: int, income_fen: int) -> Cell:
    return table.derived(block, ratio(profit_fen, income_fen, 10_000), "percent", "利润 ÷ 净收入（货款至销项税额）")


def finish(table: Table, first: int) -> None:
    """The total row, with its own share; `first`: the column of the first group."""
    last = first + len(GROUPS)
    table.sum_up("合计", range(first, last + 1))
    income = sum(table.blocks[f"total-{column}"].total(0) for column in range(first, first + INCOME))
    block = table.blocks[f"total-{last}"]
    table.total[last + 1] = _margin(table, block, block.total(0), income)
