"""资产负债表: what is owned and owed at the end of the last day, from the ledger's vouchers."""

from sqlalchemy import Connection

from storage.reports.statement import written
from storage.reports.table import Period, Table

TITLE = "资产负债表"


def build(connection: Connection, period: Period) -> Table:
    """One line per row of the statement; both totals are equal, or the books are wrong (I-11)."""
    return written(connection, period, "balance", "balance_sheet", TITLE)
