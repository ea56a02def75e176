"""What reconciliation reads from the books: lines, orders, refunds, bank lines, and which days the statements cover."""

from collections import Counter, defaultdict
from datetime import date, timedelta

from sqlalchemy import Connection, func, select

from storage.database.tables import bank_line, bill_line, order_line, platform_order, raw_file, refund
from storage.erp.recon_rows import BankLine, BookOrder, BookRefund, Coverage, StatementLine, days_between

WALLET_OF_KIND = {"alipay_fund_bill_csv": "alipay", "wxpay_trade_bill_all": "wxpay"}
BANK_KINDS = frozenset({"icbc_personal_debit"})
BANK = ("bank", "bank")


def statement_lines(connection: Connection) -> list[StatementLine]:
    """Every line of every wallet, with the period of the file it came from."""
    b = bill_line.c
    periods = _periods(connection)
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


def bank_lines(connection: Connection) -> list[BankLine]:
    """Every bank line; `occurrence` counts lines that are equal even in their balance, from 1."""
    b = bank_line.c
    query = select(b.account, b.line_key, b.day, b.summary, b.counterparty, b.amount_fen)
    return [BankLine(*row, _occurrence(row[1])) for row in connection.execute(query)]


def _occurrence(line_key: str) -> int:
    last = line_key.rsplit("|", 1)[-1]
    return int(last) if last.isdigit() and "|" in line_key else 1


def coverage(connection: Connection, as_of: date) -> Coverage:
    """Which days the statements at hand speak about: by their stated period, else by their first and last line."""
    days: dict[tuple[str, str], set[str]] = defaultdict(set)
    f, b = raw_file.c, bill_line.c
    seen = connection.execute(select(b.shop, b.wallet, b.file_sha).distinct())
    periods = _periods(connection)
    owner_of = {(sha, wallet): shop for shop, wallet, sha in seen}
    for sha, kind, shop in connection.execute(select(f.file_sha, f.kind, f.shop).where(f.state == "read")):
        wallet = WALLET_OF_KIND.get(kind, "")
        owner = BANK if kind in BANK_KINDS else (shop or owner_of.get((sha, wallet), ""), wallet)
        period = periods.get(sha) if owner[1] else None
        if period is not None and owner[0]:
            days[owner].update(days_between(*period))
    _by_lines(connection, days)
    return Coverage({owner: frozenset(found) for owner, found in days.items()}, as_of.isoformat())


def _by_lines(connection: Connection, days: dict[tuple[str, str], set[str]]) -> None:
    """Statements without a stated period cover from their first to their last line."""
    b, k = bill_line.c, bank_line.c
    ranges = connection.execute(
        select(b.shop, b.wallet, func.min(b.at), func.max(b.at)).where(b.at != "").group_by(b.shop, b.wallet)
    )
    for shop, wallet, first, last in ranges:
        if (shop, wallet) not in days:
            days[shop, wallet].update(days_between(first[:10], last[:10]))
    first, last = connection.execute(select(func.min(k.day), func.max(k.day)).where(k.day != "")).one()
    if first and BANK not in days:
        days[BANK].update(days_between(first, last))


def _periods(connection: Connection) -> dict[str, tuple[str, str]]:
    """File -> (first day, last day) that it speaks about; an end at midnight belongs to the day before."""
    f = raw_file.c
    query = select(f.file_sha, f.period_from, f.period_to).where(f.period_from != "", f.period_to != "")
    return {sha: (first[:10], _last_day(first, last)) for sha, first, last in connection.execute(query)}


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
