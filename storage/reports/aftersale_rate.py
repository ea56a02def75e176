"""How often buyers come back, and why: orders with an after-sales case against orders shipped, by reason."""

from collections.abc import Iterator
from functools import partial

from sqlalchemy import Connection

from storage.reports.cube import Cut, block_of, bounds, metric_column, sums
from storage.reports.facts.copy import Facts, facts_of
from storage.reports.scope import EVERYTHING, Scope
from storage.reports.table import Chart, Column, Period, SourceRow, Table, ratio

TITLE = "售后率"
UNSAID = "（没写原因）"
METRICS = ("orders_aftersale", "orders_shipped", "aftersale_rate")
COLUMNS = (
    Column("原因", "", 26),
    metric_column("orders_aftersale"),
    metric_column("orders_shipped"),
    metric_column("aftersale_rate"),
)
REASON = f"CASE WHEN reason = '' THEN '{UNSAID}' ELSE reason END"


def build(connection: Connection, period: Period, scope: Scope = EVERYTHING) -> Table:
    """One row per reason, the most orders first; an order with two reasons is in both rows and once in the total."""
    table = Table("aftersale_rate", TITLE, period, COLUMNS, scope=scope.words)
    facts = facts_of(connection)
    limited, values = scope.condition
    query = f"""SELECT {REASON} AS why, count(DISTINCT (platform, shop, order_no)) FROM refunds
        WHERE created_at >= ?::TIMESTAMP AND created_at < ?::TIMESTAMP{limited}
        GROUP BY GROUPING SETS ((why), ()) ORDER BY 2 DESC, 1"""
    found = facts.rows(query, [*bounds(period), *values])
    cut = Cut(("orders_shipped",), (), period, scope)
    shipped = sums(facts, cut)[()].get("orders_shipped", 0)
    for reason, orders in found:
        base = block_of(table, facts, cut, None, f"shipped|{reason or ''}")
        block = table.block(f"reason|{reason}" if reason else "total", reason or "合计", (("售后订单", "count"),))
        block.load = partial(_orders, facts, period, scope, reason)
        share = ratio(orders, shipped, 10_000)
        figures = [
            table.stated(block, 0, orders),
            table.stated(base, 0, shipped),
            table.derived(base if shipped else block, share, "percent", f"{orders} ÷ {shipped}", f"rate|{reason}"),
        ]
        if reason:
            table.rows.append([reason, *figures])
        elif orders:
            table.total = ["合计（不重复）", *figures]
    table.notes.append("售后率 = 当期提出售后的订单 ÷ 当期发货的订单；同一单几个原因各列一次，合计只算一次。")
    table.chart = Chart("across", 0, (1,))
    return table


def _orders(facts: Facts, period: Period, scope: Scope, reason: str | None) -> Iterator[SourceRow]:
    """One row per order: the row of its first case."""
    limited, values = scope.condition
    wanted = f" AND {REASON} = ?" if reason else ""
    query = f"""SELECT arg_min(file_sha, (refund_no, row_no)), arg_min(row_no, (refund_no, row_no)), order_no
        FROM refunds
        WHERE created_at >= ?::TIMESTAMP AND created_at < ?::TIMESTAMP{limited}{wanted}
        GROUP BY platform, shop, order_no ORDER BY 3"""
    for sha, row_no, order_no in facts.rows(query, [*bounds(period), *values, *([reason] if reason else [])]):
        yield SourceRow(sha, row_no, f"订单 {order_no}", (1,))
