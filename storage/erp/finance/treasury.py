"""Where the money is: bank accounts, wallets, deposits, prepaid accounts; books against statements, by day."""

from collections import defaultdict
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from storage.database.tables import ad_day, bank_line, bill_line
from storage.database.tables.ledger import jv, jv_line
from storage.erp.finance.chart import BANK, CLEARING, DEPOSIT, PREPAID, WALLET
from storage.erp.finance.ledger import balances

TITLES = {"bank": "银行账户", "wallet": "平台钱包", "deposit": "保证金", "ads": "推广账户"}
TOPPED_UP = ("ad_top_up", "ad_spend")


class Holding(NamedTuple):
    """One account on the evening of a day: what the vouchers say and what the statements' lines say, signed fen."""

    kind: str
    shop: str
    name: str
    book_fen: int
    statement_fen: int

    @property
    def difference_fen(self) -> int:
        """Statement less books: what no voucher tells of yet."""
        return self.statement_fen - self.book_fen


def holdings(connection: Connection, day: str) -> list[Holding]:
    """Every account of money, and what was deposited or prepaid with platforms, at the end of a day."""
    books, told = _books(connection, day), _statements(connection, day)
    return [Holding(*key, books.get(key, 0), told.get(key, 0)) for key in sorted(books.keys() | told.keys())]


Key = tuple[str, str, str]


def _books(connection: Connection, day: str) -> dict[Key, int]:
    found: dict[Key, int] = defaultdict(int)
    for row in balances(connection, ("shop", "party", "item"), last_day=day, accounts=[BANK, WALLET, DEPOSIT, PREPAID]):
        shop, party, item = row.by
        if row.account == BANK:
            found["bank", "", party] += row.balance_fen
        elif row.account == WALLET:
            found["wallet", shop, party] += row.balance_fen
        elif item == f"deposit|{shop}":
            found["deposit", shop, party] += row.balance_fen
        elif item == f"ads|{shop}":
            found["ads", shop, party] += row.balance_fen
    return dict(found)


def _statements(connection: Connection, day: str) -> dict[Key, int]:
    b, k, a = bill_line.c, bank_line.c, ad_day.c
    found: dict[Key, int] = defaultdict(int)
    until = func.substr(b.at, 1, 10) <= day
    wallets = select(b.shop, b.wallet, func.sum(b.amount_fen)).where(until).group_by(b.shop, b.wallet)
    for shop, wallet, fen in connection.execute(wallets):
        found["wallet", shop, wallet] += int(fen)
    for kind, fees in (("deposit", ("deposit",)), ("ads", TOPPED_UP)):
        put = select(b.shop, b.platform, func.sum(b.amount_fen)).where(until, b.fee_type.in_(fees))
        for shop, platform, fen in connection.execute(put.group_by(b.shop, b.platform)):
            found[kind, shop, platform] -= int(fen)
    for account, fen in connection.execute(
        select(k.account, func.sum(k.amount_fen)).where(k.day <= day).group_by(k.account)
    ):
        found["bank", "", account] += int(fen)
    used = select(a.shop, a.platform, func.sum(a.spend_fen)).where(a.day <= day).group_by(a.shop, a.platform)
    for shop, platform, fen in connection.execute(used):
        found["ads", shop, platform] -= int(fen)
    return dict(found)


class InTransit(NamedTuple):
    """A voucher line on 在途资金: money that left one account, or arrived, + on its way to us."""

    no: str
    day: str
    words: str
    party: str
    item: str
    amount_fen: int


def in_transit(connection: Connection, day: str) -> list[InTransit]:
    """What is on its way on the evening of a day: the lines of 在途资金 that no equal line of the other side answers,
    oldest first; they sum to the account, to the fen."""
    line, c = jv_line.c, jv.c
    query = (
        select(c.no, c.day, c.words, line.party, line.item, line.dr_fen - line.cr_fen)
        .join_from(jv_line, jv, c.no == line.no)
        .where(line.account == CLEARING, c.day <= day)
        .order_by(c.day, c.no, line.n)
    )
    waiting: dict[int, list[InTransit]] = defaultdict(list)
    for row in connection.execute(query):
        found = InTransit(*row)
        if waiting[-found.amount_fen]:
            waiting[-found.amount_fen].pop(0)
        else:
            waiting[found.amount_fen].append(found)
    return sorted((one for found in waiting.values() for one in found), key=lambda one: (one.day, one.no))
