"""Brushing and test orders in the books: their money is reconciled, but it is no revenue, has no tax, earns nothing."""

from datetime import date

import pytest

from storage.erp.allocation.model import OrderKey
from storage.erp.finance import ledger
from storage.erp.finance.amended import mend
from storage.erp.finance.policy import Policy
from storage.erp.finance.post_events import post_events
from storage.erp.finance.statements import Span, balance_sheet, profit_and_loss
from storage.erp.forecast.series import demand_series
from storage.erp.invariants.ledger import CHECKS
from storage.erp.orders.errors import TypeUnknown
from storage.erp.orders.special import mark
from storage.erp.orders.transition import Cause
from storage.erp.reconciliation.contracts import Contracts
from storage.erp.reconciliation.reconcile import reconcile
from storage.erp.settlement.facts import Span as Days
from storage.erp.settlement.facts import total
from storage.erp.settlement.ledger_tie import bridge, ledger_profit
from storage.erp.settlement.profit import gather
from storage.reports.check import compare
from storage.reports.table import Period

END = "2026-06-30"
JUNE = Span("2026-06-01", END)
POLICY = Policy()


def say(books, order_no, order_type="brushing"):
    """A person says what an order is."""
    cause = Cause("2026-06-20 09:00:00", "李", "orders.mark", "达人补单")
    return books.write(lambda c: mark(c, OrderKey("practice", "shop_a", order_no), order_type, cause))


def two_orders(books):
    """One sale and one brushing order, both paid and sent; of the second a part is given back later."""
    books.receive("A", 2, 3_000)
    for number in ("1", "2"):
        books.order(number, ("A", 1, 11_300))
        books.ship(number, ("A", 1))
        books.bill(f"F{number}", "payment", 11_300, number)


def post(books):
    """Post June; nothing contradicts itself afterwards."""
    books.write(lambda c: post_events(c, END))
    assert books.write(lambda c: [one for check in CHECKS.values() for one in check(c)]) == []


def balance(books, account):
    """What stands on an account."""
    return sum(row.balance_fen for row in books.write(lambda c: ledger.balances(c, accounts=[account])))


@pytest.mark.function("OMS-58")
def test_a_brushing_order_is_no_revenue_and_still_reconciled_to_cash(books):
    """It stands in the pool, its cash settles what the platform owes, and no revenue or tax is booked of it."""
    two_orders(books)
    assert say(books, "2") and not say(books, "2")
    books.refund("R2", "2", 1_300)
    books.bill("F3", "refund", -1_300, "2", at="2026-06-15 10:00:00")
    post(books)
    assert books.golden("revenue") == [
        ["借 1122 113.00", "贷 6001 100.00", "贷 222102 13.00"], ["借 1122 113.00", "贷 122102 113.00"],
    ]  # fmt: skip
    assert books.golden("refund") == [["贷 1122 13.00", "借 122102 13.00"]]
    assert (balance(books, "1122"), balance(books, "122102"), balance(books, "6001")) == (0, -10_000, -10_000)
    words = books.rows("SELECT words FROM jv WHERE source_id LIKE '%|2' AND kind = 'revenue'")
    assert words == [("订单 2 是补单（刷单），不确认收入和销项税，货款记往来",)]
    books.write(lambda c: reconcile(c, Contracts(), date(2026, 6, 30)))
    settled = "SELECT component, outcome FROM recon_item WHERE side = 'statement' AND ref LIKE :p"
    assert books.rows(settled, p="%F2%") == books.rows(settled, p="%F1%") == [("payment", 1)]


@pytest.mark.function("OMS-58")
def test_a_brushing_order_counts_for_no_figure_of_the_reports(books):
    """Sales, pieces and refunds of the boards are those of the sale alone, as the books' own tables say too."""
    two_orders(books)
    books.refund("R1", "1", 300)
    books.refund("R2", "2", 1_300)
    wanted = ("gmv_paid", "orders_paid", "lines_qty", "refunds_done")
    june = Period("2026-06-01", END)

    def told():
        return books.write(lambda c: {one.metric: one for one in compare(c, june)})

    before = told()
    assert [before[name].shown for name in wanted] == [22_600, 2, 2, 1_600]
    say(books, "2")
    after = told()
    assert [after[name].shown for name in wanted] == [11_300, 1, 1, 300]
    assert all(one.shown == one.books for one in after.values())
    assert sum(books.write(lambda c: demand_series(c, END, ["A"]))["A"].actual) == 1


def test_profit_and_ledger_say_the_same_of_a_brushing_order(books):
    """The facts of settlement have no income of it, the goods that left stay a cost, and both sides agree."""
    two_orders(books)
    say(books, "2", "test")
    post(books)
    days = Days("2026-06-01", END)
    found = books.write(lambda c: gather(c, days))
    mine = [fact for fact in found.facts if fact.order_no == "2"]
    assert {fact.component for fact in mine} == {"goods_cost"} and total(mine) == -3_000
    told = bridge(found.facts, books.write(lambda c: ledger_profit(c, days)))
    assert told.closed and told.facts_fen == 10_000 - 6_000
    rows = {row.key: row.amount_fen for row in books.write(lambda c: profit_and_loss(c, JUNE))}
    assert (rows["revenue"], rows["cost_of_sales"], rows["net_profit"]) == (10_000, 6_000, 4_000)
    sheet = {row.key: row.amount_fen for row in books.write(lambda c: balance_sheet(c, JUNE))}
    assert sheet["assets"] == sheet["liabilities_and_equity"]


def test_an_order_that_is_marked_late_is_mended_by_a_person(books):
    """The voucher of the revenue is reversed and written anew without it; taking the mark back restores it."""
    two_orders(books)
    post(books)
    say(books, "2")
    assert books.write(lambda c: mend(c, END, "李", "补单", POLICY)) == 1
    assert (balance(books, "6001"), balance(books, "122102"), balance(books, "222102")) == (-10_000, -11_300, -1_300)
    say(books, "2", "normal")
    assert books.write(lambda c: mend(c, END, "李", "不是补单", POLICY)) == 1
    assert (balance(books, "6001"), balance(books, "122102"), balance(books, "222102")) == (-20_000, 0, -2_600)
    post(books)


def test_only_a_sale_can_be_said_to_be_none(books):
    """A presale stays one, and a word that is no type is refused."""
    books.order("1", ("A", 1, 100))
    with pytest.raises(TypeUnknown):
        say(books, "1", "presale")
    with pytest.raises(TypeUnknown):
        say(books, "1", "刷单")
