"""利润表: income and expense of the days, from the ledger's vouchers; every cell is walked back to its vouchers."""

from sqlalchemy import Connection

from storage.reports.statement import written
from storage.reports.table import Period, Table

TITLE = "利润表"


def build(connection: Connection, period: Period) -> Table:
    """One line per row of the statement, the months of closing left out; 净利润 is worked out from the rows above."""
    return written(connection, period, "income", "profit_and_loss", TITLE)
