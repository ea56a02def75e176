"""The bank's balance against the books', day by day, with every item that makes the difference (余额调节表).

The books know a withdrawal on the day it left the wallet and a payment on the day it is due; the bank knows both when
it moved the money. What is matched differs by time only; what is not stands alone on its side. Fees of the bank, money
that came back and debits that are none of reconciliation's business are booked from the statement itself.
"""

from collections import defaultdict
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.database.tables import recon_item
from storage.erp.reconciliation.outcomes import Outcome
from storage.erp.reconciliation.words import yuan

FROM_STATEMENT = frozenset({Outcome.FEES_EXPLAINED, Outcome.REFUND_OFFSET, Outcome.IGNORED})


class TimingItem(NamedTuple):
    """One story in which bank and books differ on a day: `gap_fen` is the bank's part less the books'."""

    group: str
    gap_fen: int
    reason: str


class Balance(NamedTuple):
    """A day's end: `book_fen` + the gaps of `items` = `statement_fen`; both count from the first day of the books."""

    day: str
    book_fen: int
    statement_fen: int
    items: tuple[TimingItem, ...]


class _Entry(NamedTuple):
    day: str
    group: str
    bank: bool
    fen: int
    reason: str


def balances(connection: Connection) -> list[Balance]:
    """One balance for each day on which bank or books moved, over all accounts together."""
    entries = _entries(connection)
    by_day: dict[str, list[_Entry]] = defaultdict(list)
    for entry in entries:
        by_day[entry.day].append(entry)
    gaps: dict[str, int] = defaultdict(int)
    reasons: dict[str, str] = {}
    book = statement = 0
    found = []
    for day in sorted(by_day):
        for entry in by_day[day]:
            book += 0 if entry.bank else entry.fen
            statement += entry.fen if entry.bank else 0
            gaps[entry.group] += entry.fen if entry.bank else -entry.fen
            reasons[entry.group] = entry.reason
        items = tuple(TimingItem(name, gap, _words(gap, reasons[name])) for name, gap in sorted(gaps.items()) if gap)
        found.append(Balance(day, book, statement, items))
    return found


def _words(gap_fen: int, reason: str) -> str:
    side = "银行已入账、账上还没有" if gap_fen > 0 else "账上已记、银行还没有"
    return f"{side} {yuan(abs(gap_fen))}：{reason}"


def _entries(connection: Connection) -> list[_Entry]:
    i = recon_item.c
    columns = (i.job, i.side, i.ref, i.component, i.outcome, i.amount_fen, i.group_id, i.at, i.reason)
    entries = []
    for job, side, ref, component, outcome, fen, group_id, at, reason in connection.execute(
        select(*columns).where((i.side == "bank") | (i.component == "withdrawal") | (i.job == "payables"))
    ):
        group = group_id or f"{job}|{side}|{ref}"
        if side == "bank":
            entries.append(_Entry(at[:10], group, True, fen, reason))
            if outcome in FROM_STATEMENT:
                entries.append(_Entry(at[:10], group, False, fen, reason))
        elif component == "withdrawal" and outcome != Outcome.DUPLICATE:
            entries.append(_Entry(at[:10], group, False, -fen, reason))
        elif side == "books":
            entries.append(_Entry(at[:10], group, False, fen, reason))
    return entries
