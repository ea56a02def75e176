"""Vouchers without hands: what the books know by a day becomes vouchers, each document once."""

from typing import NamedTuple

from sqlalchemy import Connection, func, select

from storage.database.collector import collector_at_rest
from storage.database.tables.ledger import jv
from storage.erp.finance.expected_returns import book_expected_returns
from storage.erp.finance.goods import Waiting, book_moves
from storage.erp.finance.money import book_money
from storage.erp.finance.policies import policy_of
from storage.erp.finance.policy import Policy
from storage.erp.finance.sales import book_sales
from storage.erp.finance.vouchers import BY_HAND


class Summary(NamedTuple):
    """What a run wrote, and which documents wait for others."""

    goods: int
    sales: int
    money: int
    waiting: tuple[Waiting, ...]
    estimates: int = 0

    @property
    def vouchers(self) -> int:
        """All that were written."""
        return self.goods + self.sales + self.money + self.estimates

    def words(self, lang: str = "zh") -> str:
        """One sentence."""
        if lang == "en":
            return f"{self.vouchers} vouchers written, {len(self.waiting)} documents wait"
        return f"自动生成凭证 {self.vouchers} 张，{len(self.waiting)} 张单据等待"


def post_events(connection: Connection, until: str, policy: Policy | None = None) -> Summary:
    """Derive the vouchers of everything in the books up to the day `until`, in the caller's transaction.

    Stock moves by their cost layers, then revenue, refunds and cost of sales, then statements, bank and advertising,
    then what months that are over expect to come back.
    `policy`: by default what the company decided. Running again changes nothing; a day in a closed month goes to the
    next open month, tagged.
    """
    policy = policy or policy_of(connection)
    with collector_at_rest():
        booked = book_moves(connection, until, policy)
        sales = book_sales(connection, until, policy)
        money = book_money(connection, until)
        return Summary(booked.vouchers, sales, money, booked.waiting, book_expected_returns(connection, until))


class Automation(NamedTuple):
    """How many vouchers were made without hands, and by whom the others were."""

    automatic: int
    by_hand: int
    unsigned: tuple[str, ...]  # by hand without an author or a reason: there must be none

    @property
    def automatic_bp(self) -> int:
        """Hundredths of a percent of all vouchers."""
        total = self.automatic + self.by_hand
        return 10_000 * self.automatic // total if total else 0


def automation(connection: Connection, first_day: str = "", last_day: str = "9999-12-31") -> Automation:
    """Of the vouchers of these days: how many a person made."""
    c = jv.c
    dated = c.day.between(first_day, last_day)
    total = connection.execute(select(func.count()).select_from(jv).where(dated)).scalar_one()
    hand = connection.execute(select(c.no, c.author, c.reason).where(dated, c.kind.in_(BY_HAND))).all()
    unsigned = tuple(row.no for row in hand if not (row.author.strip() and row.reason.strip()))
    return Automation(total - len(hand), len(hand), unsigned)
