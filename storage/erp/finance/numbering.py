"""Numbers without gaps and a chain of hashes: the one place that writes vouchers.

The row of the month counts its vouchers and keeps the last hash; it is locked before a number is taken, so two writers
stand in a queue. The chain runs over the months' numbers: `hash = sha256(hash before, everything in the row)`.
"""

from calendar import monthrange
from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import chain
from typing import NamedTuple

from sqlalchemy import Connection, Table, select, text

from storage.database.bulk import LOOKED_UP_AT_ONCE, add
from storage.database.tables.ledger import jv, jv_line, period
from storage.erp.finance.errors import PeriodClosed
from storage.erp.finance.vouchers import BY_HAND, CHAIN_START, Draft, chain_hash

OPEN, CLOSED = "open", "closed"
_STATEMENTS_AT_ONCE = 100
_ENSURE = text("INSERT INTO period (period, state, hash_last) VALUES (:p, 'open', :h) ON CONFLICT (period) DO NOTHING")
_LOCK = text("UPDATE period SET vouchers = vouchers WHERE period = :p")
_ADVANCE = text("UPDATE period SET vouchers = :n, hash_last = :h WHERE period = :p")
LINE_COLUMNS = tuple(column.name for column in jv_line.c)
VOUCHER_COLUMNS = tuple(column.name for column in jv.c)
CHAINED = tuple(name for name in VOUCHER_COLUMNS if name not in ("hash", "hash_prev", "recorded_at"))
"""What the chain hash of a voucher is over, in this order."""
Numbered = tuple[Draft, int, str]
"""A draft, its version, its content hash."""


class Posted(NamedTuple):
    """The number of a voucher, and whether it was written now."""

    no: str
    created: bool


class _Month:
    """One month's counter while vouchers are being written."""

    def __init__(self, connection: Connection, name: str) -> None:
        connection.execute(_ENSURE, {"p": name, "h": CHAIN_START})
        connection.execute(_LOCK, {"p": name})
        row = connection.execute(select(period).where(period.c.period == name)).one()
        self.name, self.closed = name, row.state == CLOSED
        self.number, self.hash_last = row.vouchers, row.hash_last


def write(connection: Connection, drafts: Sequence[Numbered]) -> list[Posted]:
    """Number, chain and write checked drafts in the order given.

    Raises PeriodClosed for a manual voucher or reversal of a closed month.
    """
    months: dict[str, _Month] = {}
    recorded_at = datetime.now(UTC).isoformat()
    rows, lines, done = [], [], []
    for draft, version, content in drafts:
        month, day, tag = _place(connection, months, draft)
        month.number += 1
        no = f"{month.name}-{month.number:07d}"
        reverses = draft.source_id if draft.kind == "reversal" else ""
        parts = (
            no, month.name, month.number, day, draft.day, draft.kind, draft.source_type, draft.source_id, version,
            reverses, tag, draft.words, draft.author, draft.reason, content, draft.file_sha, draft.row_no,
        )  # fmt: skip
        before, month.hash_last = month.hash_last, chain_hash(month.hash_last, parts)
        rows.append((*parts[:15], before, month.hash_last, *parts[15:], recorded_at))
        lines.append([(no, n, *line) for n, line in enumerate(draft.lines, start=1)])
        done.append(Posted(no, created=True))
    insert_rows(connection, jv, VOUCHER_COLUMNS, rows)
    insert_rows(connection, jv_line, LINE_COLUMNS, list(chain.from_iterable(lines)))
    for month in months.values():
        connection.execute(_ADVANCE, {"p": month.name, "n": month.number, "h": month.hash_last})
    return done


def _place(connection: Connection, months: dict[str, _Month], draft: Draft) -> tuple[_Month, str, str]:
    """(month, voucher day, tag): the document's own month, or the next open one where that is closed."""
    name = draft.day[:7]
    month = months.get(name) or months.setdefault(name, _Month(connection, name))
    if not month.closed:
        return month, draft.day, ""
    if draft.kind in BY_HAND:
        raise PeriodClosed(name, draft.source)
    while month.closed:
        following = next_month(month.name)
        month = months.get(following) or months.setdefault(following, _Month(connection, following))
    return month, f"{month.name}-01", f"late:{name}"


def state_of(connection: Connection, month: str) -> str:
    """open | closed; a month that nobody posted into is open."""
    found = connection.execute(select(period.c.state).where(period.c.period == month)).scalar()
    return found or "open"


def last_day_of(month: str) -> str:
    """`2026-02` to `2026-02-28`."""
    year, number = int(month[:4]), int(month[5:])
    return f"{month}-{monthrange(year, number)[1]:02d}"


def next_month(name: str) -> str:
    """`2026-12` to `2027-01`."""
    first = date.fromisoformat(f"{name}-01")
    return f"{first.year + first.month // 12:04d}-{first.month % 12 + 1:02d}"


def insert_rows(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[object, ...]]
) -> None:
    """Plain INSERT through the driver: to PostgreSQL by COPY, to SQLite as many rows to a statement as it takes values,
    which is a third off what row by row takes."""
    if connection.dialect.name == "postgresql":
        add(connection, table, columns, rows)
        return
    together = LOOKED_UP_AT_ONCE // len(columns)
    whole = len(rows) - len(rows) % together
    for size, some in ((together, rows[:whole]), (1, rows[whole:])):
        marks = ", ".join([f"({', '.join('?' for _ in columns)})"] * size)
        statement = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES {marks}"
        for begin in range(0, len(some), together * _STATEMENTS_AT_ONCE):
            piece = some[begin : begin + together * _STATEMENTS_AT_ONCE]
            told = [tuple(chain.from_iterable(piece[at : at + size])) for at in range(0, len(piece), size)]
            connection.exec_driver_sql(statement, told)


def look_again(connection: Connection, *tables: Table) -> None:
    """Let PostgreSQL's planner know how large the tables have become in this transaction: its own look comes after it,
    and until then it goes through a hundred thousand vouchers one by one for each line that was sent."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ANALYZE {', '.join(table.name for table in tables)}")
