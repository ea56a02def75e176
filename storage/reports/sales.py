"""Sales by day and shop: orders paid, what buyers paid, discounts, refunds that were done, and what is left."""

from sqlalchemy import Connection

from storage.reports.cube import DAY, Cut, Dimension, column, metric_column, tabulate
from storage.reports.scope import EVERYTHING, Scope
from storage.reports.table import Chart, Column, Period, Table

TITLE = "销售"
METRICS = ("orders_paid", "gmv_paid", "seller_discount", "platform_discount", "refunds_done", "net_sales")
DIMENSIONS = (
    DAY,
    Dimension("店铺", 14, column("shop"), "shop"),
)
COLUMNS = (
    *(Column(dimension.title, "", dimension.width) for dimension in DIMENSIONS),
    *(metric_column(name) for name in METRICS),
)


def build(connection: Connection, period: Period, scope: Scope = EVERYTHING) -> Table:
    """One row per business day (of payment, of refund) and shop, newest first."""
    table = Table("sales", TITLE, period, COLUMNS)
    tabulate(connection, table, Cut(METRICS, DIMENSIONS, period, scope), lambda key, _: (_newest_first(key[0]), key[1]))
    table.notes = ["按付款日计销售，按完成日计退款；净销售 = 付款 GMV − 退款完成。"]
    table.chart = Chart("bar", 0, (7,))
    return table


def _newest_first(day: str) -> int:
    return -int(day.replace("-", ""))
