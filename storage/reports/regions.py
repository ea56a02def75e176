"""Sales by province and city; orders whose address could not be read keep a row of their own."""

from sqlalchemy import Connection

from storage.reports.cube import Cut, Dimension, tabulate
from storage.reports.scope import EVERYTHING, Scope
from storage.reports.table import Chart, Period, Table

TITLE = "地区销售"
UNPARSED = "（地址未识别）"
METRICS = ("orders_paid", "gmv_paid", "aov")
DIMENSIONS = (
    Dimension("省份", 16, lambda _: f"CASE WHEN province = '' THEN '{UNPARSED}' ELSE province END"),
    Dimension("城市", 16, lambda _: "CASE WHEN province = '' THEN '' ELSE city END"),
)


def build(connection: Connection, period: Period, scope: Scope = EVERYTHING) -> Table:
    """One row per city, the most money first; what has no address is last and never left out."""
    table = Table("regions", TITLE, period, ())
    cut = Cut(METRICS, DIMENSIONS, period, scope)
    tabulate(connection, table, cut, lambda key, told: (key[0] == UNPARSED, -told["gmv_paid"], key))
    table.chart = Chart("across", 1, (3,))
    return table
