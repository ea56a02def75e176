"""Reports, one file each: build(connection, period) -> Table, in which every figure knows its sources."""

from collections.abc import Callable

from sqlalchemy import Connection

from storage.reports import ads, bots, differences, missing, restock, sales, settlement, unclassified
from storage.reports.table import Period, Table

REPORTS: dict[str, Callable[[Connection, Period], Table]] = {
    "ads": ads.build,
    "bots": bots.build,
    "differences": differences.build,
    "missing": missing.build,
    "restock": restock.build,
    "sales": sales.build,
    "settlement": settlement.build,
    "unclassified": unclassified.build,
}

__all__ = ["REPORTS", "Period", "Table"]
