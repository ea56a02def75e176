"""The three GMVs side by side, each with its definition: paid, shipped, settled; by shop."""

from sqlalchemy import Connection

from storage.reports.cube import Cut, Dimension, column, tabulate
from storage.reports.scope import EVERYTHING, Scope
from storage.reports.table import Chart, Period, Table

TITLE = "三种 GMV"
METRICS = ("gmv_paid", "gmv_shipped", "gmv_settled", "orders_paid", "orders_shipped", "aov")
DIMENSIONS = (Dimension("店铺", 20, column("shop"), "shop"),)


def build(connection: Connection, period: Period, scope: Scope = EVERYTHING) -> Table:
    """One row per shop; the three differ because they count other moments, not because one of them is wrong."""
    table = Table("gmv", TITLE, period, ())
    cut = Cut(METRICS, DIMENSIONS, period, scope)
    tabulate(connection, table, cut, lambda key, told: (-told.get("gmv_paid", 0), key))
    table.chart = Chart("bar", 0, (1, 2, 3))
    return table
