"""Lines of wallets and bank accounts into the books, and the refusal of money that is told a second time."""

import re
from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import Connection, delete, select

from storage.database.bulk import Counts, looked_up, merge
from storage.database.tables import bank_line, bill_line, raw_file
from storage.documents.rows import BankRow, BillRow
from storage.documents.statements import UNCLASSIFIED
from storage.erp.privacy.raw_rows import masked_text
from storage.erp.reconciliation.kept import kept_keys
from storage.errors import AccountTwice, StatementTwice
from storage.posting_source import Source


def post_bills(connection: Connection, source: Source, rows: list[BillRow]) -> Counts:
    """Lines of wallets; equal ones of overlapping exports are one, also where one of them knew the class of fee and the
    other did not. Raises StatementTwice.
    """
    if not source.released:
        _refuse_second_statement(connection, source, rows)
    rows = _classed_once(connection, source, rows)
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
            span = _span(line.at[:10] for line in told)
            raise StatementTwice(shop, wallet, span, sorted({line.kind for line in told}))


def _span(days: Iterable[str]) -> str:
    shared = sorted(set(days))
    return shared[0] if len(shared) == 1 else f"{shared[0]} … {shared[-1]}"


def _refuse_second_kind(connection: Connection, source: Source, rows: list[BankRow]) -> None:
    """One kind of file per bank account and day: a download and an MT940 tell of one line in words of their own.
    Raises AccountTwice. An account that goes by its shop's name, because no file named it, may be several.
    """
    f, k = raw_file.c, bank_line.c
    mine = connection.execute(select(f.kind, f.accepted_by).where(f.file_sha == source.file_sha)).first()
    if mine is None or mine.accepted_by:
        return
    accounts: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if _NUMBER.search(row.account):
            accounts[row.account].add(row.day)
    for account, days in sorted(accounts.items()):
        query = (
            select(k.day, k.line_key, f.kind)
            .select_from(bank_line.join(raw_file, f.file_sha == k.file_sha))
            .where(k.account == account, k.day.between(min(days), max(days)), f.kind != mine.kind)
        )
        told = [line for line in connection.execute(query) if line.day in days]
        if told and not {row.line_key for row in rows if row.account == account} & {line.line_key for line in told}:
            raise AccountTwice(account, _span(line.day for line in told), sorted({line.kind for line in told}))


_NUMBER = re.compile(r"\d[\d*]{7}")


def _classed_once(connection: Connection, source: Source, rows: list[BillRow]) -> list[BillRow]:
    """The rows without those that another file tells of under a better class; lines of a worse one leave the books.

    The class is a part of a line's key, since one number may be a payment and its fee. Rules learn: what a daily bill
    brought as unclassified comes with the monthly one as what it is, and is the same money.
    """
    by_owner: dict[tuple[str, str, str], dict[str, list[BillRow]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        by_owner[row.platform, row.shop, row.wallet][row.flow_no].append(row)
    worse: set[tuple[object, ...]] = set()
    for (platform, shop, wallet), flows in by_owner.items():
        fixed = {"platform": platform, "shop": shop, "wallet": wallet}
        known: dict[str, _Classed] = defaultdict(dict)
        for flow_no, fee, n, fen, sha in looked_up(connection, bill_line, fixed, "flow_no", list(flows), _TOLD):
            if sha != source.file_sha:
                known[flow_no][fee, n] = fen
        for flow_no, old in known.items():
            new = {(row.fee_type, row.n): row.amount_fen for row in flows[flow_no]}
            here, there = _apart(new, old), _apart(old, new)
            if not here or not there or sum(here.values()) != sum(there.values()):
                continue
            refs = {f"{shop}|{wallet}|{flow_no}|{fee}|{n}" for fee, n in there}
            if _rank(here) > _rank(there) and not _is_decided(connection, refs):
                _take_out(connection, fixed | {"flow_no": flow_no}, there)
            else:
                worse |= {(platform, shop, wallet, flow_no, *key) for key in here}
    if not worse:
        return rows
    return [r for r in rows if (r.platform, r.shop, r.wallet, r.flow_no, r.fee_type, r.n) not in worse]


_TOLD = ("fee_type", "n", "amount_fen", "file_sha")
_Classed = dict[tuple[str, int], int]
"""(class of fee, how-manieth of it) -> fen, of the lines of one number."""


def _apart(one: _Classed, other: _Classed) -> _Classed:
    return {key: fen for key, fen in one.items() if key not in other}


def _rank(told: _Classed) -> tuple[bool, list[tuple[str, int]]]:
    """Known classes before unknown ones; of two that are known the same one, whichever file came first."""
    return all(fee != UNCLASSIFIED for fee, _ in told), sorted(told)


def _is_decided(connection: Connection, refs: set[str]) -> bool:
    """Whether a person decided one of these lines, or a month is closed over it: then it stays what it was."""
    return any(ref in refs for _, _, ref in kept_keys(connection, ("statement",)))


def _take_out(connection: Connection, owner: dict[str, str], lines: _Classed) -> None:
    here = [bill_line.c[name] == value for name, value in owner.items()]
    for fee, n in lines:
        connection.execute(delete(bill_line).where(*here, bill_line.c.fee_type == fee, bill_line.c.n == n))


def post_bank(connection: Connection, source: Source, rows: list[BankRow]) -> Counts:
    """Lines of bank accounts. Raises AccountTwice."""
    if not source.released:
        _refuse_second_kind(connection, source, rows)
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
