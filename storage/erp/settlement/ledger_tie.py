"""The profit of orders beside the ledger's profit and loss: account by account, and every difference by name.

What is linked must agree to the fen (FMS-44, AS-22). What management counts and the ledger does not (a cost reckoned at
the last receipt, an adjustment, an order that nobody knows), and what the ledger counts and no order has (rent, losses
found at a count), stand on lines of their own (FMS-60).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, select

from storage.database.tables.ledger import jv, jv_line
from storage.database.tables.purchasing import rma
from storage.erp.finance.chart import CHART, accounts
from storage.erp.finance.vouchers import CLOSING
from storage.erp.settlement.components import ACCOUNTS
from storage.erp.settlement.costs import OWN_ORDERS
from storage.erp.settlement.facts import BY_HAND, ESTIMATE, UNKNOWN, Fact, Span

Channel = tuple[str, str]
"""platform, shop."""


class LedgerProfit(NamedTuple):
    """An account of profit and loss by channel; amounts + raise the profit."""

    account: str
    name: str
    channel: Channel
    amount_fen: int


class TieRow(NamedTuple):
    """One account: what the orders' facts say and what the ledger says, both + raising the profit."""

    account: str
    name: str
    facts_fen: int
    ledger_fen: int

    @property
    def gap_fen(self) -> int:
        """Must be 0."""
        return self.ledger_fen - self.facts_fen


class Bridge(NamedTuple):
    """From the ledger's profit to the profit of orders: ledger − `only_ledger` + `only_facts` == orders.

    `rows`: the linked accounts. `only_facts`, `only_ledger`: name -> fen.
    """

    rows: Sequence[TieRow]
    only_facts: dict[str, int]
    only_ledger: dict[str, int]
    ledger_fen: int
    facts_fen: int

    @property
    def closed(self) -> bool:
        """Whether every linked account agrees and the bridge leaves nothing unexplained."""
        rest = self.ledger_fen - sum(self.only_ledger.values()) + sum(self.only_facts.values()) - self.facts_fen
        return rest == 0 and all(row.gap_fen == 0 for row in self.rows)


RESENT = and_(
    jv_line.c.platform == OWN_ORDERS,
    rma.c.kind == "resend",
    rma.c.shop == jv_line.c.shop,
    rma.c.replacement_no == jv_line.c.item,
    rma.c.replacement_no != "",
)
VOUCHER_LINES = jv_line.join(jv, jv.c.no == jv_line.c.no).outerjoin(rma, RESENT)
"""Voucher lines with their vouchers, and the after-sale that goods were sent again for."""


def platform_of_line() -> ColumnElement[str]:
    """The platform that a voucher line counts for: goods sent again are a cost of the platform that sold the first."""
    return func.coalesce(rma.c.platform, jv_line.c.platform)


def ledger_profit(connection: Connection, span: Span) -> list[LedgerProfit]:
    """Profit and loss by account, platform and shop, of documents dated in the span; closing vouchers left out.

    The channels sum to the company (FMS-21). A document that came late counts here on its own day, in the statements
    on the day of its voucher.
    """
    n = jv_line.c
    platform = platform_of_line()
    query = (
        select(n.account, platform, n.shop, func.sum(n.cr_fen - n.dr_fen))
        .select_from(VOUCHER_LINES)
        .where(jv.c.document_day.between(*span), jv.c.kind != CLOSING, n.account.in_(accounts("income", "expense")))
        .group_by(n.account, platform, n.shop)
    )
    return [
        LedgerProfit(account, CHART[account].name, (platform, shop), int(fen))
        for account, platform, shop, fen in sorted(tuple(row) for row in connection.execute(query))
    ]


class LedgerLine(NamedTuple):
    """A voucher's line behind a cell, with the row of the file that its document stands in."""

    no: str
    n: int
    amount_fen: int
    words: str
    source: str
    file_sha: str
    row_no: int


def ledger_lines(connection: Connection, span: Span, account: str, channel: Channel | None = None) -> list[LedgerLine]:
    """The voucher lines that a figure of `ledger_profit` is the sum of (FMS-10)."""
    n = jv_line.c
    where = [] if channel is None else [platform_of_line() == channel[0], n.shop == channel[1]]
    return read_lines(connection, span, account, where)


def read_lines(
    connection: Connection, span: Span, account: str, where: Iterable[ColumnElement[bool]]
) -> list[LedgerLine]:
    """The lines of an account in vouchers of documents of those days, as profit and loss counts them."""
    n = jv_line.c
    query = (
        select(n.no, n.n, n.cr_fen - n.dr_fen, jv.c.words, jv.c.source_type, jv.c.source_id, jv.c.file_sha, jv.c.row_no)
        .select_from(VOUCHER_LINES)
        .where(jv.c.document_day.between(*span), jv.c.kind != CLOSING, n.account == account, *where)
        .order_by(n.no, n.n)
    )
    return [
        LedgerLine(row[0], row[1], int(row[2]), row[3], f"{row[4]}/{row[5]}", row[6], row[7])
        for row in connection.execute(query)
    ]


def unlinked(fact: Fact) -> str:
    """Why the ledger does not have this fact in profit and loss, in words; "" when it has."""
    if fact.basis == UNKNOWN:
        return "订单库没有的订单收款"
    if fact.basis == BY_HAND:
        return "人工调整"
    if fact.component == "goods_cost" and fact.basis == ESTIMATE:
        return "按最近进价估计的成本"
    return "" if fact.component in ACCOUNTS else "其他"


def bridge(facts: Iterable[Fact], ledger: Iterable[LedgerProfit]) -> Bridge:
    """Both sides account by account."""
    linked: dict[str, int] = defaultdict(int)
    only_facts: dict[str, int] = defaultdict(int)
    booked: dict[str, int] = defaultdict(int)
    total = 0
    for fact in facts:
        total += fact.amount_fen
        reason = unlinked(fact)
        if reason:
            only_facts[reason] += fact.amount_fen
        else:
            linked[ACCOUNTS[fact.component]] += fact.amount_fen
    for row in ledger:
        booked[row.account] += row.amount_fen
    known = set(ACCOUNTS.values())
    names = sorted(known & (set(linked) | set(booked)))
    rows = [TieRow(name, CHART[name].name, linked[name], booked[name]) for name in names]
    only_ledger = {CHART[name].name: fen for name, fen in booked.items() if name not in known and fen}
    return Bridge(rows, dict(only_facts), only_ledger, sum(booked.values()), total)
