"""Months: open until they are closed, in order, once and for good.

Closing estimates what the month expects to come back where no night has done so, carries the month's income and
expense to 本年利润 by a voucher of its own (kind `closing`), then locks the month: its numbers and the hash of its last
voucher are final. What comes late is posted into the next open month.
"""

from collections import defaultdict
from datetime import UTC, datetime

from sqlalchemy import Connection, select

from storage.database.tables.ledger import jv, period
from storage.erp.finance.chart import YEAR_PROFIT, accounts
from storage.erp.finance.errors import AuthorMissing, PeriodNotClosable
from storage.erp.finance.expected_returns import book_expected_returns
from storage.erp.finance.ledger import balances, post
from storage.erp.finance.numbering import CLOSED, last_day_of, next_month, state_of
from storage.erp.finance.vouchers import CLOSING, Draft, Line, credit, debit


def close(connection: Connection, month: str, author: str, reason: str) -> str:
    """Close a month; returns the number of its closing voucher, "" where it had neither income nor expense.

    A closed month stays as it is: closing it again changes nothing. Raises AuthorMissing, and PeriodNotClosable while
    an earlier month is open or the trial balance of the month does not balance.
    """
    if not (author.strip() and reason.strip()):
        raise AuthorMissing
    if state_of(connection, month) == CLOSED:
        return _closing_number(connection, month)
    earlier = select(period.c.period).where(period.c.period < month, period.c.state != CLOSED, period.c.vouchers > 0)
    if still_open := connection.execute(earlier.order_by(period.c.period)).scalar():
        raise PeriodNotClosable(month, f"{still_open} 还没有关账")
    book_expected_returns(connection, f"{next_month(month)}-01")  # afterwards it is too late
    found = balances(connection, period=month)
    if sum(row.balance_fen for row in found):
        raise PeriodNotClosable(month, "试算不平")
    no = _carry_profit(connection, month)
    _lock(connection, month, author, reason)
    return no


def _carry_profit(connection: Connection, month: str) -> str:
    lines: list[Line] = []
    profit_fen: dict[tuple[str, str], int] = defaultdict(int)
    for row in balances(connection, ("platform", "shop"), period=month, accounts=accounts("income", "expense")):
        platform, shop = row.by
        if row.balance_fen:
            lines.append(credit(row.account, row.balance_fen, platform=platform, shop=shop))
            profit_fen[platform, shop] -= row.balance_fen
    lines += [_profit(platform, shop, fen) for (platform, shop), fen in sorted(profit_fen.items()) if fen]
    if not lines:
        return ""
    draft = Draft(CLOSING, "period", month, last_day_of(month), f"结转 {month} 损益", tuple(lines))
    return post(connection, draft)


def _profit(platform: str, shop: str, profit_fen: int) -> Line:
    return debit(YEAR_PROFIT, -profit_fen, platform=platform, shop=shop)


def _lock(connection: Connection, month: str, author: str, reason: str) -> None:
    decided_at = datetime.now(UTC).isoformat()
    told = {"state": CLOSED, "decided_by": author, "decided_at": decided_at, "reason": reason}
    changed = connection.execute(period.update().where(period.c.period == month).values(**told))
    if not changed.rowcount:
        connection.execute(period.insert().values(period=month, vouchers=0, hash_last="0" * 64, **told))


def _closing_number(connection: Connection, month: str) -> str:
    c = jv.c
    query = select(c.no).where(c.source_type == "period", c.source_id == month, c.kind == CLOSING)
    return connection.execute(query).scalar() or ""


__all__ = ["close", "last_day_of", "state_of"]
