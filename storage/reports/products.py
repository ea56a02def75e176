"""Sales by single item, bundles taken apart, or by what was sold as it was sold (`whole`); both sum to the orders."""

from sqlalchemy import Connection

from storage.reports.cube import Cut, Dimension, column, tabulate
from storage.reports.goods import titles_of
from storage.reports.scope import EVERYTHING, Scope
from storage.reports.table import Chart, Period, Table

TITLE = "商品销售"
REST = "（运费及未分摊）"
METRICS = ("parts_qty", "parts_revenue", "lines_qty", "lines_revenue")
DIMENSIONS = (Dimension("商家编码", 18, column("code")),)


def build(connection: Connection, period: Period, scope: Scope = EVERYTHING) -> Table:
    """One row per code, the most money first; what orders were paid beyond their goods has a row without code."""
    table = Table("products", TITLE, period, ())
    shown = METRICS[2:] if scope.whole else METRICS[:2]
    tabulate(connection, table, Cut(shown, DIMENSIONS, period, scope), lambda key, told: (-told.get(shown[1], 0), key))
    titles = titles_of(connection)
    for row in table.rows:
        row.insert(1, titles.get(str(row[0]), "") if row[0] else REST)
    table.total.insert(1, "")
    table.columns = (table.columns[0], table.columns[0]._replace(title="商品", width=30), *table.columns[1:])
    words = "组合商品按卖出的样子列" if scope.whole else "组合商品已拆成单品，按构成的标价分摊"
    table.notes.insert(0, f"{words}；合计等于付款 GMV。")
    table.chart = Chart("across", 1, (3,))
    return table
