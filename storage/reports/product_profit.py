"""Profit by product: the orders' figures shared out among what they sold, bundles among what they are made of."""

from collections import defaultdict

from sqlalchemy import Connection, select

from storage.database.tables import sku
from storage.erp.settlement.components import GROUPS
from storage.erp.settlement.facts import Fact, Span
from storage.erp.settlement.profit import bundle_weights, by_product, gather
from storage.reports.order_profit import MEASURES, figures, finish, parts_of
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
    titles = dict(connection.execute(select(sku.c.code, sku.c.title)).all())
    facts: dict[str, list[Fact]] = defaultdict(list)
    for part in by_product(gather(connection, Span(*period)), bundle_weights(connection)):
        block = table.block(f"={part.code}", f"商品 {part.code or NO_PRODUCT}", MEASURES)
        fact = part.fact
        block.add(fact.file_sha, fact.row_no, fact.ref, *parts_of(fact, part.amount_fen))
        facts[block.block_id].append(fact)
    for block in sorted(table.blocks.values(), key=lambda one: (one.block_id == "=", -one.total(-1), one.block_id)):
        code = block.block_id[1:]
        table.rows.append([code or NO_PRODUCT, titles.get(code, ""), *figures(table, block, facts[block.block_id])])
    finish(table, 2)
    table.notes.append("整单的数按子订单实付分摊（优惠按各自优惠），组合装按各件进价拆到单品；合计等于订单利润。")
    return table
