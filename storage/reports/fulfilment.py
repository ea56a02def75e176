"""Whether what was due was shipped, whole and in time, by shop; the orders that are late can be walked through."""

from sqlalchemy import Connection

from storage.reports.cube import Cut, Dimension, column, tabulate
from storage.reports.scope import EVERYTHING, Scope
from storage.reports.table import Chart, Period, Table

TITLE = "履约与时效"
METRICS = ("orders_due", "orders_complete", "fulfilment_rate", "orders_on_time", "on_time_rate", "orders_late")
DIMENSIONS = (Dimension("店铺", 20, column("shop"), "shop"),)


def build(connection: Connection, period: Period, scope: Scope = EVERYTHING) -> Table:
    """One row per shop, the most late orders first."""
    table = Table("fulfilment", TITLE, period, ())
    cut = Cut(METRICS, DIMENSIONS, period, scope)
    tabulate(connection, table, cut, lambda key, told: (-told["orders_late"], key))
    table.notes.append("没有承诺最晚发货时间的订单不在内；超时的是哪些订单：yeban trace 数字的编号。")
    table.chart = Chart("bar", 0, (3, 5))
    return table
