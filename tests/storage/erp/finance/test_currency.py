"""Foreign money: both ledgers balance, whatever the rates, and the exchange gain is what the rates made."""

from decimal import Decimal

import pytest
from beancount import loader

from storage.erp.allocation.model import OrderKey
from storage.erp.finance import currency, ledger
from storage.erp.finance.currency import Conversion, ForeignBill
from storage.erp.finance.errors import VoucherConflict
from storage.erp.finance.plain_text import beancount
from storage.erp.orders.special import mark
from storage.erp.orders.transition import Cause


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


def test_what_is_no_sale_is_no_revenue_in_dollars_either(books):
    """A brushing order of a foreign settlement is owed and is no revenue, marked before or after it was booked; both
    ledgers balance, and taking the mark back gives the revenue back."""
    books.order("1", ("A", 1, 6_000))
    books.order("2", ("A", 1, 4_001))
    told = bill()._replace(platform="practice", shop="shop_a", sold=(("1", 6_000), ("2", 4_001)))

    def balances():
        assert sum(books.write(lambda c: currency.foreign_balances(c, "USD")).values()) == 0
        fen = {row.account: row.balance_fen for row in books.write(ledger.trial_balance)}
        assert sum(fen.values()) == 0
        return fen.get("1122"), fen.get("6001", 0), fen.get("122102", 0)

    def say(kind):
        cause = Cause("2026-06-20 09:00:00", "李", "orders.mark", "达人补单")
        books.write(lambda c: mark(c, OrderKey("practice", "shop_a", "2"), kind, cause))
        return books.write(lambda c: currency.mend_earned(c, told, "2026-06-30", "李", "补单"))

    first = books.write(lambda c: currency.earn(c, told))
    assert balances() == (71_241, -71_241, 0)
    with pytest.raises(VoucherConflict):
        books.write(lambda c: (mark(c, OrderKey("practice", "shop_a", "2"), "test", Cause("2026-06-20 09:00:00", "李",
                               "orders.mark", "试单")), currency.earn(c, told)))  # fmt: skip
    assert say("brushing") == say("brushing") != first
    assert balances() == (71_241, -42_740, -28_501)
    assert books.write(lambda c: currency.foreign_balances(c, "USD"))["122102"] == -4_001
    say("normal")
    assert balances() == (71_241, -71_241, 0)


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
