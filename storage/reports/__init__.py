"""Reports, one file each: build(connection, period) -> Table, in which every figure knows its sources.

A report that can be limited takes a third argument, storage/reports/scope.py.
"""

import sys
from collections.abc import Callable

from sqlalchemy import Connection

from storage.reports import (
    ads,
    aftersale_cost,
    aftersale_rate,
    balance,
    board,
    bots,
    cash,
    channel_profit,
    channels,
    differences,
    forecast,
    fulfilment,
    gmv,
    health,
    hot,
    income,
    missing,
    movement,
    order_profit,
    product_profit,
    products,
    regions,
    replenishment,
    restock,
    sales,
    settlement,
    slow,
    stock_matrix,
    times,
    trend,
    turnover,
    unclassified,
)
from storage.reports.table import Period, Table

REPORTS: dict[str, Callable[[Connection, Period], Table]] = {
    "ads": ads.build,
    "aftersale_cost": aftersale_cost.build,
    "aftersale_rate": aftersale_rate.build,
    "balance": balance.build,
    "board": board.build,
    "bots": bots.build,
    "cash": cash.build,
    "channel_profit": channel_profit.build,
    "channels": channels.build,
    "differences": differences.build,
    "forecast": forecast.build,
    "fulfilment": fulfilment.build,
    "gmv": gmv.build,
    "health": health.build,
    "hot": hot.build,
    "income": income.build,
    "missing": missing.build,
    "movement": movement.build,
    "order_profit": order_profit.build,
    "product_profit": product_profit.build,
    "products": products.build,
    "regions": regions.build,
    "replenishment": replenishment.build,
    "restock": restock.build,
    "sales": sales.build,
    "settlement": settlement.build,
    "slow": slow.build,
    "stock_matrix": stock_matrix.build,
    "times": times.build,
    "trend": trend.build,
    "turnover": turnover.build,
    "unclassified": unclassified.build,
}


def _metrics(build: Callable[..., Table]) -> tuple[str, ...]:
    """Those that the report names, else those of its columns."""
    module = sys.modules[build.__module__]
    columns = (column.metric for column in getattr(module, "COLUMNS", ()))
    return tuple(getattr(module, "METRICS", ())) or tuple(metric for metric in columns if metric)


METRICS_OF: dict[str, tuple[str, ...]] = {name: _metrics(build) for name, build in REPORTS.items()}
"""Report -> the metrics of the dictionary that it shows."""

__all__ = ["METRICS_OF", "REPORTS", "Period", "Table"]
