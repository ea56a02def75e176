"""Profit by product: the orders' figures shared out among what they sold, bundles among what they are made of."""

from collections import defaultdict

from sqlalchemy import Connection, select

from storage.database.tables import sku
from storage.erp.settlement.components import GROUPS
from storage.erp.settlement.facts import Span
from storage.erp.settlement.profit import bundle_weights, by_product, gather
from storage.reports.order_profit import Part, Sums, figures, finish
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
    found: dict[str, list[Part]] = defaultdict(list)
    for part in by_product(gather(connection, Span(*period)), bundle_weights(connection)):
        found[part.code].append(Part(part.fact, part.amount_fen))
    products = {code: Sums(parts) for code, parts in found.items()}
    for code in sorted(products, key=lambda code: (not code, -products[code].profit_fen, code)):
        cells = figures(table, f"={code}", f"商品 {code or NO_PRODUCT}", products[code])
        table.rows.append([code or NO_PRODUCT, titles.get(code, ""), *cells])
    finish(table, 2)
    table.notes.append("整单的数按子订单实付分摊（优惠按各自优惠），组合装按各件进价拆到单品；合计等于订单利润。")
    return table
