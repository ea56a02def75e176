"""What reconciliation reads from the books: lines, orders, refunds, bank lines, and which days the statements cover."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, func, select

from storage.database.tables import (
    bank_line,
    bill_line,
    order_line,
    payable,
    platform_order,
    raw_file,
    raw_receipt,
    refund,
)
from storage.erp.reconciliation.payee import Payable
from storage.erp.reconciliation.rows import BankLine, BookOrder, BookRefund, Coverage, StatementLine, days_between

BANK = ("bank", "bank")
CARD = "card"  # credit cards: no wallet pays out to one
ORDER_KINDS = frozenset({"django_oscar_orders", "practice_orders"})
REFUND_KINDS = frozenset({"practice_refunds"})
LISTED_APART = frozenset({"wxpay"})  # its trade bill has no withdrawals; the statements of others have
NO_WALLETS = frozenset({"bank", "personal"})
WITHDRAWAL_KINDS = {"practice_withdrawals": "wxpay"}

Days = Mapping[tuple[str, str], frozenset[str]]


def statement_lines(connection: Connection) -> list[StatementLine]:
    """Every line of every wallet, with the period of the file it came from."""
    b = bill_line.c
    periods = file_periods(connection)
    query = select(
        b.platform,
        b.shop,
        b.wallet,
        b.flow_no,
        b.fee_type,
        b.n,
        b.order_no,
        b.refund_no,
        b.amount_fen,
        b.at,
        b.file_sha,
    )
    return [StatementLine(*row[:10], *periods.get(row[10], ("", ""))) for row in connection.execute(query)]


def book_orders(connection: Connection) -> list[BookOrder]:
    """Every order with the number of its sub-orders."""
    o, n = platform_order.c, order_line.c
    keys = (n.platform, n.shop, n.order_no)
    counted = connection.execute(select(*keys, func.count()).group_by(*keys))
    lines = {(platform, shop, order_no): count for platform, shop, order_no, count in counted}
    query = select(
        o.platform, o.shop, o.order_no, o.paid_fen, o.platform_discount_fen, o.platform_status, o.paid_at, o.finished_at
    )
    return [BookOrder(*row, lines.get((row[0], row[1], row[2]), 1)) for row in connection.execute(query)]


def sub_orders(connection: Connection) -> dict[str, str]:
    """Sub-order number -> order number, where the two differ."""
    n = order_line.c
    query = select(n.sub_no, n.order_no).where(n.sub_no != n.order_no, n.sub_no != "")
    return dict(connection.execute(query).all())


def book_refunds(connection: Connection) -> list[BookRefund]:
    """Every refund."""
    r = refund.c
    query = select(r.platform, r.shop, r.refund_no, r.order_no, r.amount_fen, r.done_at, r.status, r.after_settlement)
    return [BookRefund(*row[:7], bool(row[7])) for row in connection.execute(query)]


def payables(connection: Connection) -> list[Payable]:
    """Every payment that somebody authorised."""
    p = payable.c
    query = select(p.payable_no, p.kind, p.payee, p.reference, p.amount_fen, p.due_day, p.authorised_on)
    return [Payable(*row) for row in connection.execute(query)]


def bank_lines(connection: Connection) -> list[BankLine]:
    """Every bank line; `occurrence` counts lines that are equal even in their balance, from 1."""
    b = bank_line.c
    query = select(b.account, b.line_key, b.day, b.summary, b.counterparty, b.amount_fen)
    return [BankLine(*row, _occurrence(row[1])) for row in connection.execute(query)]


def _occurrence(line_key: str) -> int:
    last = line_key.rsplit("|", 1)[-1]
    return int(last) if last.isdigit() and "|" in line_key else 1


class Arrival(NamedTuple):
    """One occasion on which a file that was read came: whose days it speaks about.

    `wallet`: what it is a statement of, "bank" for an account, "" for an export.
    """

    file_sha: str
    kind: str
    wallet: str
    platform: str
    owner: str
    days: frozenset[str]


def coverage(connection: Connection, as_of: date) -> Coverage:
    """Which days the files at hand speak about: by the period each receipt states, else by their first and last row.

    Receipts, not files: two days without a trade can be statements of equal bytes.
    """
    came = arrivals(connection)
    statements = _statement_days(connection, came)
    apart = LISTED_APART | NO_WALLETS
    withdrawals = {owner: days for owner, days in statements.items() if owner[1] not in apart}
    for arrival in came:
        if arrival.kind in WITHDRAWAL_KINDS:
            owner = (arrival.owner, WITHDRAWAL_KINDS[arrival.kind])
            withdrawals[owner] = withdrawals.get(owner, frozenset()) | arrival.days
    orders = _export_days(connection, came, ORDER_KINDS, platform_order)
    refunds = _export_days(connection, came, REFUND_KINDS, refund)
    unbilled = _paid_shops(connection) - {shop for shop, _ in statements}
    accounts = _account_days(connection, came)
    return Coverage(statements, as_of.isoformat(), orders, refunds, withdrawals, unbilled, accounts)


def arrivals(connection: Connection) -> list[Arrival]:
    """Every occasion on which a file came that is in the books and says which days it is about."""
    f, r = raw_file.c, raw_receipt.c
    query = (
        select(r.file_sha, f.kind, f.wallet, f.platform, r.owner, r.period_from, r.period_to)
        .select_from(raw_receipt.join(raw_file, f.file_sha == r.file_sha))
        .where(f.state == "read", r.period_from != "", r.period_to != "")
    )
    return [
        Arrival(*row[:5], frozenset(days_between(row[5][:10], _last_day(row[5], row[6]))))
        for row in connection.execute(query)
    ]


def _statement_days(connection: Connection, came: Iterable[Arrival]) -> Days:
    days: dict[tuple[str, str], set[str]] = defaultdict(set)
    owner_of = _owners(connection) if any(not arrival.owner and arrival.wallet for arrival in came) else {}
    for arrival in came:
        wallet = arrival.wallet
        owner = (arrival.owner or owner_of.get((arrival.file_sha, wallet), ""), wallet)
        if wallet == BANK[0]:
            owner = BANK
        if all(owner) and wallet != CARD:
            days[owner].update(arrival.days)
    _by_lines(connection, days)
    return {owner: frozenset(found) for owner, found in days.items()}


def _account_days(connection: Connection, came: Iterable[Arrival]) -> dict[str, frozenset[str]]:
    """Days by bank account: of a file those that its lines are of, else the one that it names, else the only one."""
    k, f = bank_line.c, raw_file.c
    spans = select(k.account, k.file_sha, func.min(k.day), func.max(k.day))
    spans = spans.where(k.day != "", k.file_sha.not_in(select(f.file_sha).where(f.wallet == CARD)))
    days: dict[str, set[str]] = defaultdict(set)
    accounts_of: dict[str, set[str]] = defaultdict(set)
    for account, sha, first, last in connection.execute(spans.group_by(k.account, k.file_sha)):
        days[account].update(days_between(first, last))
        accounts_of[sha].add(account)
    for arrival in came:
        if arrival.wallet == BANK[0]:
            named = accounts_of[arrival.file_sha] | ({arrival.owner} & days.keys())
            for account in named or (set(days) if len(days) == 1 else set()):
                days[account].update(arrival.days)
    return {account: frozenset(found) for account, found in days.items()}


def _owners(connection: Connection) -> dict[tuple[str, str], str]:
    """(file, wallet) -> shop of its lines: whose a statement is that nobody said it of."""
    b = bill_line.c
    seen = connection.execute(select(b.file_sha, b.wallet, b.shop).distinct())
    return {(sha, wallet): shop for sha, wallet, shop in seen}


def _export_days(connection: Connection, came: Iterable[Arrival], kinds: frozenset[str], table: Table) -> Days:
    """Days of the exports of those kinds by (platform, shop); a file that nobody said whose it is speaks for the shops
    of its rows.
    """
    days: dict[tuple[str, str], set[str]] = defaultdict(set)
    mine = [arrival for arrival in came if arrival.kind in kinds]
    shops = _shops_of_files(connection, table) if any(not arrival.owner for arrival in mine) else {}
    for arrival in mine:
        for shop in {arrival.owner} if arrival.owner else shops.get(arrival.file_sha, set()):
            days[arrival.platform, shop].update(arrival.days)
    c = table.c
    for platform, shop in distinct(connection, c.platform, c.shop):
        if (platform, shop) not in days:
            here = (c.platform == platform, c.shop == shop, c.created_at != "")
            first, last = connection.execute(select(func.min(c.created_at), func.max(c.created_at)).where(*here)).one()
            if first:
                days[platform, shop].update(days_between(first[:10], last[:10]))
    return {owner: frozenset(found) for owner, found in days.items()}


def _shops_of_files(connection: Connection, table: Table) -> dict[str, set[str]]:
    shops: dict[str, set[str]] = defaultdict(set)
    for sha, shop in connection.execute(select(table.c.file_sha, table.c.shop).distinct()):
        shops[sha].add(shop)
    return shops


def distinct(connection: Connection, *columns: ColumnElement[str]) -> list[tuple[str, ...]]:
    """Every combination of columns that lead a key, one look each: a table of millions has a handful of shops."""
    found: list[tuple[str, ...]] = [()]
    for place, column in enumerate(columns):
        found = [
            (*known, value)
            for known in found
            for value in _values(connection, column, list(zip(columns[:place], known, strict=True)))
        ]
    return found


def _values(
    connection: Connection, column: ColumnElement[str], known: list[tuple[ColumnElement[str], str]]
) -> Iterator[str]:
    query = select(column).where(*(one == value for one, value in known)).order_by(column).limit(1)
    value = connection.execute(query).scalar()
    while value is not None:
        yield value
        value = connection.execute(query.where(column > value)).scalar()


def _paid_shops(connection: Connection) -> frozenset[str]:
    """Shops whose orders say when they were paid: their money shows in a statement."""
    o = platform_order.c
    paid = set()
    for platform, shop in distinct(connection, o.platform, o.shop):
        here = select(o.order_no).where(o.platform == platform, o.shop == shop, o.paid_at != "").limit(1)
        if connection.execute(here).first():
            paid.add(shop)
    return frozenset(paid)


def _by_lines(connection: Connection, days: dict[tuple[str, str], set[str]]) -> None:
    """Statements without a stated period cover from their first to their last line."""
    b, k = bill_line.c, bank_line.c
    for shop, wallet in sorted({owner[1:] for owner in distinct(connection, b.platform, b.shop, b.wallet)}):
        if (shop, wallet) not in days:
            mine = (b.shop == shop, b.wallet == wallet, b.at != "")
            first, last = connection.execute(select(func.min(b.at), func.max(b.at)).where(*mine)).one()
            if first:
                days[shop, wallet].update(days_between(first[:10], last[:10]))
    cards = select(raw_file.c.file_sha).where(raw_file.c.wallet == CARD)
    lines = select(func.min(k.day), func.max(k.day)).where(k.day != "", k.file_sha.not_in(cards))
    first, last = connection.execute(lines).one()
    if first and BANK not in days:
        days[BANK].update(days_between(first, last))


def file_periods(connection: Connection) -> dict[str, tuple[str, str]]:
    """File -> (first day, last day) that it speaks about on any occasion; an end at midnight is the day before's."""
    r = raw_receipt.c
    query = select(r.file_sha, r.period_from, r.period_to).where(r.period_from != "", r.period_to != "")
    periods: dict[str, tuple[str, str]] = {}
    for sha, first, last in connection.execute(query):
        here = (first[:10], _last_day(first, last))
        known = periods.get(sha, here)
        periods[sha] = (min(known[0], here[0]), max(known[1], here[1]))
    return periods


def _last_day(first: str, last: str) -> str:
    if last[11:] == "00:00:00" and last[:10] > first[:10]:
        return (date.fromisoformat(last[:10]) - timedelta(days=1)).isoformat()
    return last[:10]


def statement_totals(connection: Connection) -> Counter[tuple[str, str]]:
    """(shop, wallet) -> sum of all its lines in fen; the bank is ("bank", account)."""
    b, k = bill_line.c, bank_line.c
    totals: Counter[tuple[str, str]] = Counter()
    for shop, wallet, fen in connection.execute(
        select(b.shop, b.wallet, func.sum(b.amount_fen)).group_by(b.shop, b.wallet)
    ):
        totals[shop, wallet] = int(fen)
    for account, fen in connection.execute(select(k.account, func.sum(k.amount_fen)).group_by(k.account)):
        totals["bank", account] = int(fen)
    return totals
