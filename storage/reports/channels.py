"""Sales by platform and shop: what was paid, sent back and is left; the rows sum to the total of the orders."""

from sqlalchemy import Connection

from storage.reports.cube import Cut, Dimension, column, tabulate
from storage.reports.scope import EVERYTHING, Scope
from storage.reports.table import Chart, Period, Table

TITLE = "渠道销售"
METRICS = ("orders_paid", "gmv_paid", "refunds_done", "net_sales", "aov")
DIMENSIONS = (Dimension("平台", 12, column("platform"), "platform"), Dimension("店铺", 18, column("shop"), "shop"))


def build(connection: Connection, period: Period, scope: Scope = EVERYTHING) -> Table:
    """One row per shop, the most money first."""
    table = Table("channels", TITLE, period, ())
    tabulate(
        connection, table, Cut(METRICS, DIMENSIONS, period, scope), lambda key, told: (-told.get("gmv_paid", 0), key)
    )
    table.chart = Chart("across", 1, (3,))
    return table
