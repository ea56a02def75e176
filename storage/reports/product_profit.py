"""Profit by product: the orders' figures shared out among what they sold, bundles among what they are made of."""

from functools import partial

from sqlalchemy import Connection

from storage.erp.settlement.components import GROUPS
from storage.reports.facts.copy import facts_of
from storage.reports.facts.profit import PROFIT, SUMS
from storage.reports.goods import titles_of
from storage.reports.order_profit import Sums, figures, finish, source_rows
from storage.reports.table import Column, Period, Table

TITLE = "商品利润"
COLUMNS = (
    Column("商品", "", 18),
    Column("名称", "", 28),
    *(Column(title, "fen", 13) for title, _ in GROUPS),
    Column("利润", "fen", 14),
    Column("利润率", "percent", 9),
)
NO_PRODUCT = "（不属于商品）"


def build(connection: Connection, period: Period) -> Table:
    """One row per code that warehouses know, the greatest profit first; the sum is that of the orders."""
    table = Table("product_profit", TITLE, period, COLUMNS)
    titles, facts = titles_of(connection), facts_of(connection, PROFIT)
    added = ", ".join(f"sum({name})::BIGINT" for name in SUMS)
    query = f"""SELECT code, {added}, bit_or(used) FROM code_days WHERE day BETWEEN ?::DATE AND ?::DATE
        GROUP BY code ORDER BY code = '', sum(profit) DESC, code"""
    for code, *fen, used in facts.rows(query, list(period)):
        load = partial(source_rows, facts, period, "code = ?", [code])
        cells = figures(table, f"={code}", f"商品 {code or NO_PRODUCT}", Sums(fen, used), load)
        table.rows.append([code or NO_PRODUCT, titles.get(code, ""), *cells])
    finish(table, 2)
    table.notes.append("整单的数按子订单实付分摊（优惠按各自优惠），组合装按各件进价拆到单品；合计等于订单利润。")
    return table
