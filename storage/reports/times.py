"""Sales by hour, day, week or month, cut by the clock of the shop's own time zone."""

from sqlalchemy import Connection

from storage.reports.cube import Cut, Dimension, Values, block_of, cells, columns_of, definitions, sums
from storage.reports.facts.copy import facts_of
from storage.reports.scope import EVERYTHING, Scope
from storage.reports.table import Chart, Period, Table
from storage.reports.zones import QUARTER_S, bucket, moment_of

TITLE = "时间销售"
METRICS = ("orders_paid", "gmv_paid", "refunds_done", "net_sales", "aov")
HOUR_QUARTERS, DAY_QUARTERS = 4, 96


def build(connection: Connection, period: Period, scope: Scope = EVERYTHING) -> Table:
    """One row per hour, day, week or month in which anything happened, the oldest first."""
    table = Table("times", TITLE, period, (), scope=scope.words)
    facts = facts_of(connection)
    step = 1 if scope.zone else HOUR_QUARTERS if scope.by == "hour" else DAY_QUARTERS
    cut = Cut(METRICS, (_quarters(step),), period, scope)
    table.columns = columns_of(cut)
    whole = cut._replace(dimensions=())
    for name, (first, last, told) in _buckets(sums(facts, cut), scope).items():
        part = whole._replace(span=(moment_of(first), moment_of(last + step)))
        table.rows.append([name, *cells(table, block_of(table, facts, part, None, name), METRICS, told)])
    told = sums(facts, whole)[()]
    table.total = ["合计", *cells(table, block_of(table, facts, whole, None), METRICS, told)]
    table.notes = [f"时区：{scope.zone or 'Asia/Shanghai'}。", *definitions(METRICS)]
    table.chart = Chart("line", 0, (2, 4))
    return table


def _quarters(step: int) -> Dimension:
    """The quarter of an hour with which a stretch of so many begins; one by one only where a zone asks for it."""
    size = step * QUARTER_S * 1000
    return Dimension("时间", 18, lambda metric: f"(epoch_ms({metric.at}) // {size} * {step})")


def _buckets(found: dict[tuple[str, ...], Values], scope: Scope) -> dict[str, tuple[int, int, Values]]:
    """Name -> first and last quarter of an hour, and the sums; in the order of time."""
    merged: dict[str, tuple[int, int, Values]] = {}
    for quarter in sorted(int(key[0]) for key in found):
        name = bucket(quarter, scope.zone, scope.by)
        first, _, told = merged.get(name, (quarter, quarter, {}))
        for metric, value in found[str(quarter),].items():
            told[metric] = told.get(metric, 0) + value
        merged[name] = (first, quarter, told)
    return merged
