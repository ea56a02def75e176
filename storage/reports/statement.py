"""A statement of the ledger as a report: its rows, each the sum of the voucher lines behind it."""

from collections.abc import Iterator
from functools import partial

from sqlalchemy import Connection

from storage.erp.finance.drill import register
from storage.erp.finance.statements import ROWS, Span
from storage.reports.facts.copy import facts_of
from storage.reports.facts.ledger import LEDGER, Copied
from storage.reports.table import Column, Period, SourceRow, Table

COLUMNS = (Column("项目", "", 30), Column("金额", "fen", 18))
NOT_POSTED = "账里还没有凭证：夜班的 post 一步会生成。"


def written(connection: Connection, period: Period, name: str, statement: str, title: str) -> Table:
    """The statement of that name for the period; a row's sources are voucher lines, by number, with their file rows."""
    table = Table(name, title, period, COLUMNS)
    span = Span(period.first_day, period.last_day)
    facts = facts_of(connection, LEDGER)
    for row in ROWS[statement](Copied(facts), span):
        block = table.block(row.key, row.title, [("金额", "fen")])
        block.load = partial(_lines, connection, statement, row.key, span)
        table.rows.append([row.title, table.stated(block, 0, row.amount_fen)])
    if not facts.rows("SELECT count(*) FROM fed")[0][0]:
        table.notes.append(NOT_POSTED)
    return table


def _lines(connection: Connection, statement: str, key: str, span: Span) -> Iterator[SourceRow]:
    for entry in register(connection, statement, key, span):
        yield SourceRow(
            entry.file_sha, entry.row_no, f"{entry.no}/{entry.n} {entry.words}".strip(), (entry.amount_fen,)
        )
