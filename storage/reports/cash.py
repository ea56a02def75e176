"""现金流量表 by the direct method: what money came for and went for, and what there was before and after."""

from sqlalchemy import Connection

from storage.reports.statement import written
from storage.reports.table import Period, Table

TITLE = "现金流量表"


def build(connection: Connection, period: Period) -> Table:
    """One line per kind of flow; start + net change = end."""
    return written(connection, period, "cash", "cash_flow", TITLE)
