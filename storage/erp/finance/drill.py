"""From a cell of a statement to what it is made of: voucher lines, their documents, the rows of files behind them."""

from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.database.tables import raw_file, raw_row
from storage.database.tables.ledger import jv, jv_line
from storage.erp.finance.chart import CHART
from storage.erp.finance.open_items import open_items
from storage.erp.finance.statements import FLOWS, SPLIT_ROWS, STATEMENTS, Row, Span, cash_lines
from storage.erp.finance.vouchers import CLOSING
from storage.row_text import row_said


class Entry(NamedTuple):
    """One voucher line of a cell: its part in the cell, and the document and the row of a file behind it.

    `file_sha` is "" only where a person is the source (`author`).
    """

    no: str
    n: int
    day: str
    account: str
    amount_fen: int
    words: str
    source_type: str
    source_id: str
    author: str
    file_sha: str
    row_no: int


def cell(connection: Connection, statement: str, key: str, span: Span) -> Row:
    """One row of a statement."""
    return next(row for row in STATEMENTS[statement](connection, span) if row.key == key)


def register(connection: Connection, statement: str, key: str, span: Span) -> list[Entry]:
    """The voucher lines whose parts sum to the cell, by voucher number; those of a worked-out cell are those of the
    rows it is worked out from."""
    found = cell(connection, statement, key, span)
    if found.of:
        entries = []
        for part in found.of:
            sign = 1 if statement != "profit_and_loss" else -cell(connection, statement, part, span).sign
            entries += [one._replace(amount_fen=sign * one.amount_fen)
                        for one in register(connection, statement, part, span)]  # fmt: skip
        return sorted(entries)
    if statement == "cash_flow" and key in FLOWS:
        mine = [line for line in cash_lines(connection, span) if CHART[line.account].flow == key]
        return _told(connection, {(line.no, line.n): line.amount_fen for line in mine})
    return _of_accounts(connection, statement, found, span)


def _of_accounts(connection: Connection, statement: str, found: Row, span: Span) -> list[Entry]:
    line = jv_line.c
    whole = statement == "balance_sheet" or found.key == "cash_start"
    dated = jv.c.day < span.first_day if found.key == "cash_start" else jv.c.day <= span.last_day
    query = (
        select(
            line.no, line.n, line.dr_fen - line.cr_fen, line.account, line.platform, line.shop, line.party, line.item
        )
        .join_from(jv_line, jv, jv.c.no == line.no)
        .where(line.account.in_(found.accounts), dated, jv.c.kind != CLOSING,  # it moves within 未分配利润 only
               *(line[name] == value for name, value in span.where.items()))
    )  # fmt: skip
    if not whole:
        query = query.where(jv.c.day >= span.first_day)
    rows = connection.execute(query).all()
    sides = {row[1]: 1 for row in SPLIT_ROWS} | {row[3]: -1 for row in SPLIT_ROWS}
    if side := sides.get(found.key):
        items = {
            item[:5] for item in open_items(connection, found.accounts, span.last_day) if item.amount_fen * side > 0
        }
        rows = [row for row in rows if tuple(row[3:8]) in items]
    return _told(connection, {(row[0], row[1]): found.sign * row[2] for row in rows})


def _told(connection: Connection, parts: dict[tuple[str, int], int]) -> list[Entry]:
    line, c = jv_line.c, jv.c
    numbers = sorted({no for no, _ in parts})
    found = []
    for begin in range(0, len(numbers), 500):
        query = (
            select(line.no, line.n, c.day, line.account, c.words, c.source_type, c.source_id, c.author, c.file_sha,
                   c.row_no)
            .join_from(jv_line, jv, c.no == line.no)
            .where(line.no.in_(numbers[begin : begin + 500]))
            .order_by(line.no, line.n)
        )  # fmt: skip
        found += [
            Entry(row[0], row[1], row[2], row[3], parts[row[0], row[1]], row[4], row[5], row[6], row[7], row[8], row[9])
            for row in connection.execute(query)
            if (row[0], row[1]) in parts
        ]
    return found


class RawSource(NamedTuple):
    """The row of an archived file that an entry goes back to; `payload` as the file has it."""

    file_sha: str
    file_name: str
    row_no: int
    payload: dict[str, str]


def raw_of(connection: Connection, entry: Entry) -> RawSource | None:
    """The file (and its row where one is known) behind an entry; None where a person is the source."""
    f = raw_file.c
    file = connection.execute(select(f.name, f.titles).where(f.file_sha == entry.file_sha)).first()
    if file is None:
        return None
    row = select(raw_row.c.payload).where(raw_row.c.file_sha == entry.file_sha, raw_row.c.row_no == entry.row_no)
    told = connection.execute(row).scalar()
    return RawSource(entry.file_sha, file.name, entry.row_no, row_said(told, file.titles))
