"""Sales by province and city; orders whose address could not be read keep a row of their own."""

from sqlalchemy import Connection

from storage.reports.cube import Cut, Dimension, column, tabulate
from storage.reports.scope import EVERYTHING, Scope
from storage.reports.table import Chart, Period, Table

TITLE = "地区销售"
UNPARSED = "（地址未识别）"
METRICS = ("orders_paid", "gmv_paid", "aov")
DIMENSIONS = (
    Dimension("省份", 16, column("province")),
    Dimension("城市", 16, column("city")),
)


def build(connection: Connection, period: Period, scope: Scope = EVERYTHING) -> Table:
    """One row per city, the most money first; what has no address is last and never left out."""
    table = Table("regions", TITLE, period, ())
    cut = Cut(METRICS, DIMENSIONS, period, scope)
    tabulate(connection, table, cut, lambda key, told: (key[0] == "", -told["gmv_paid"], key))
    for row in table.rows:
        row[0] = row[0] or UNPARSED
    table.chart = Chart("across", 1, (3,))
    return table
