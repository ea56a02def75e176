"""Lines of wallets and bank accounts into the books, and the refusal of money that is told a second time."""

from sqlalchemy import Connection, select

from storage.database.bulk import Counts, merge
from storage.database.tables import bank_line, bill_line, raw_file
from storage.documents.rows import BankRow, BillRow
from storage.erp.privacy.raw_rows import masked_text
from storage.errors import StatementTwice
from storage.posting_source import Source


def post_bills(connection: Connection, source: Source, rows: list[BillRow]) -> Counts:
    """Lines of wallets; equal ones of overlapping exports are one. Raises StatementTwice."""
    if not source.released:
        _refuse_second_statement(connection, source, rows)
    lines = (
        {
            **row._asdict(),
            "remark": masked_text(row.remark),
            "counterparty": masked_text(row.counterparty),
            "file_sha": source.file_sha,
        }
        for row in rows
    )
    return merge(connection, bill_line, lines)


def _refuse_second_statement(connection: Connection, source: Source, rows: list[BillRow]) -> None:
    """One kind of statement per wallet and day, unless they share numbers: then a line is one line. Raises
    StatementTwice. A wallet's fund bill and its trade bill tell of the same money under different numbers; a list of
    withdrawals beside a trade bill, which is no statement, does not.
    """
    f = raw_file.c
    mine = connection.execute(select(f.kind, f.wallet, f.accepted_by).where(f.file_sha == source.file_sha)).first()
    if mine is None or mine.accepted_by:
        return
    wallets: dict[tuple[str, str, str], list[BillRow]] = {}
    for row in rows:
        if row.wallet == mine.wallet and row.at:
            wallets.setdefault((row.platform, row.shop, row.wallet), []).append(row)
    b = bill_line.c
    for (platform, shop, wallet), lines in wallets.items():
        days = {row.at[:10] for row in lines}
        query = (
            select(b.flow_no, b.at, f.kind)
            .select_from(bill_line.join(raw_file, f.file_sha == b.file_sha))
            .where(b.platform == platform, b.shop == shop, b.wallet == wallet)
            .where(b.at.between(min(days), f"{max(days)} 24"), f.wallet == wallet, f.kind != mine.kind)
        )
        told = [line for line in connection.execute(query) if line.at[:10] in days]
        if told and not {row.flow_no for row in lines} & {line.flow_no for line in told}:
            shared = sorted({line.at[:10] for line in told})
            span = shared[0] if len(shared) == 1 else f"{shared[0]} … {shared[-1]}"
            raise StatementTwice(shop, wallet, span, sorted({line.kind for line in told}))


def post_bank(connection: Connection, source: Source, rows: list[BankRow]) -> Counts:
    """Lines of bank accounts."""
    lines = (
        {
            **row._asdict(),
            "summary": masked_text(row.summary),
            "counterparty": masked_text(row.counterparty),
            "file_sha": source.file_sha,
        }
        for row in rows
    )
    return merge(connection, bank_line, lines)
