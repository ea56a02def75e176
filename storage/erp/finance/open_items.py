"""Who owes whom what for which order, receipt or invoice, on any day, and how old it is.

Open items are the lines of the control accounts by party and item: whatever day is asked for, they sum to the account.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from storage.database.tables.ledger import jv, jv_line, supplier_invoice
from storage.erp.finance.chart import ACCRUED, CHART, PAYABLE, RECEIVABLE, control_accounts

RECEIVABLES: tuple[str, ...] = (RECEIVABLE,)
PAYABLES: tuple[str, ...] = (PAYABLE, ACCRUED)
BUCKETS: tuple[tuple[str, int], ...] = (
    ("未到期", 0),
    ("1-30 天", 30),
    ("31-60 天", 60),
    ("61-90 天", 90),
    ("90 天以上", 10**6),
)
"""(title, overdue by at most so many days)."""


class OpenItem(NamedTuple):
    """What is open of one item: signed, + is owed to us. `since`: the day of its first voucher; `due_day`: when due."""

    account: str
    platform: str
    shop: str
    party: str
    item: str
    amount_fen: int
    since: str
    due_day: str


def open_items(connection: Connection, accounts: Sequence[str], as_of: str = "9999-12-31") -> list[OpenItem]:
    """The items of these accounts that are not settled on the day `as_of`, by account, party, item.

    An invoice is due when it says; anything else on the day of its first voucher.
    """
    line = jv_line.c
    dimensions = (line.account, line.platform, line.shop, line.party, line.item)
    open_fen = func.sum(line.dr_fen - line.cr_fen)
    query = (
        select(*dimensions, open_fen, func.min(jv.c.day))
        .join_from(jv_line, jv, jv.c.no == line.no)
        .where(line.account.in_(accounts), jv.c.day <= as_of)
        .group_by(*dimensions)
        .having(open_fen != 0)
        .order_by(*dimensions)
    )
    i = supplier_invoice.c
    due = {(row[0], row[1]): row[2] for row in connection.execute(select(i.supplier, i.invoice_no, i.due_day))}
    found = []
    for account, platform, shop, party, item, fen, since in connection.execute(query):
        due_day = due.get((party, item), since) if account == PAYABLE else since
        found.append(OpenItem(account, platform, shop, party, item, int(fen), since, due_day))
    return found


class Aged(NamedTuple):
    """What one party owes (or is owed) by how long it is overdue, in the order of BUCKETS; signed fen."""

    account: str
    party: str
    buckets: tuple[int, ...]

    @property
    def total_fen(self) -> int:
        """All of it."""
        return sum(self.buckets)


def ageing(connection: Connection, accounts: Sequence[str], as_of: str) -> list[Aged]:
    """The open items of a day by account and party, in buckets of how long they are overdue; the buckets sum to the
    balance of the account on that day."""
    found: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * len(BUCKETS))
    for item in open_items(connection, accounts, as_of):
        found[item.account, item.party][bucket_of(item.due_day, as_of)] += item.amount_fen
    return [Aged(account, party, tuple(fen)) for (account, party), fen in sorted(found.items())]


def bucket_of(due_day: str, as_of: str) -> int:
    """The position in BUCKETS of something due on a day. Pure."""
    overdue = (date.fromisoformat(as_of) - date.fromisoformat(due_day)).days
    return next(position for position, (_, days) in enumerate(BUCKETS) if overdue <= days)


class PartyBalance(NamedTuple):
    """What stands between us and a party on one account, signed, + owed to us."""

    party: str
    account: str
    title: str
    amount_fen: int


def party_ledger(connection: Connection, as_of: str = "9999-12-31") -> list[PartyBalance]:
    """往来账: every party's receivables, payables, prepayments and deposits; they sum to the control accounts."""
    line = jv_line.c
    fen = func.sum(line.dr_fen - line.cr_fen)
    query = (
        select(line.party, line.account, fen)
        .join_from(jv_line, jv, jv.c.no == line.no)
        .where(line.account.in_(sorted(control_accounts())), jv.c.day <= as_of)
        .group_by(line.party, line.account)
        .having(fen != 0)
        .order_by(line.party, line.account)
    )
    return [PartyBalance(row[0], row[1], CHART[row[1]].name, int(row[2])) for row in connection.execute(query)]
