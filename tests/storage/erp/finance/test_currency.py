"""Foreign money: both ledgers balance, whatever the rates, and the exchange gain is what the rates made."""

from decimal import Decimal

import pytest
from beancount import loader

from storage.erp.finance import currency, ledger
from storage.erp.finance.currency import Conversion, ForeignBill
from storage.erp.finance.plain_text import beancount


def bill(number="S1", day="2026-06-10", rate="7.1234", parts=(("payment", 10_001), ("commission", -1_500))):
    """A settlement in dollars."""
    return ForeignBill(number, day, "amazon", "us", "payoneer", "USD", Decimal(rate), parts, "sha", 3)


@pytest.mark.function("FMS-55")
@pytest.mark.parametrize(("paid_at", "got_fen", "gain"), [("7.0000", 59_000, -1_741), ("7.3333", 63_333, 3_092)])
def test_both_ledgers_balance(books, paid_at, got_fen, gain):
    """Earned at 7.1234, settled at another rate, exchanged at a third: dollars and yuan each sum to zero, nothing is
    left in dollars, the gain is what came in less what was earned, and beancount agrees."""
    work = (
        lambda c: currency.earn(c, bill()),
        lambda c: currency.settle(c, bill(day="2026-06-20", rate=paid_at)),
        lambda c: currency.convert(
            c, Conversion("T1", "2026-06-25", "amazon", "us", "payoneer", "USD", 8_501, got_fen, "sha", 4)
        ),
    )
    for step in work:
        no = books.write(step)
        assert books.write(step) == no
        assert sum(books.write(lambda c: currency.foreign_balances(c, "USD")).values()) == 0
        assert sum(row.balance_fen for row in books.write(ledger.trial_balance)) == 0
    dollars = books.write(lambda c: currency.foreign_balances(c, "USD"))
    assert dollars == {"101201": 0, "1122": 0, "6001": -10_001, "660101": 1_500, "660302": 8_501}
    yuan = {row.account: row.balance_fen for row in books.write(ledger.trial_balance)}
    assert (yuan["101201"], yuan["1122"], yuan["101299"]) == (0, 0, got_fen)
    assert yuan["6001"] == -71_241
    assert -yuan["660302"] == gain
    assert loader.load_string("".join(books.write(lambda c: list(beancount(c)))))[1] == []


def test_money_stands_at_the_rate_of_the_day(books):
    """At the month's end receivables in dollars are worth what the day's rate says, once."""
    books.write(lambda c: currency.earn(c, bill()))
    for _ in range(2):
        books.write(lambda c: currency.revalue_at(c, "USD", Decimal("7.2"), "2026-06-30", "李", "期末调汇"))
    (owed,) = books.write(lambda c: ledger.balances(c, accounts=["1122"]))
    assert owed.balance_fen == 72_007
    books.write(lambda c: currency.revalue_at(c, "USD", Decimal("7.0"), "2026-07-31", "李", "期末调汇"))
    (owed,) = books.write(lambda c: ledger.balances(c, accounts=["1122"]))
    assert owed.balance_fen == 70_007
    assert currency.base_fen(-5, Decimal("0.5")) == -3
