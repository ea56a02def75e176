"""What a month's end expects to come back: by the history, at the age of each sale, taken back the next day."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.erp.finance.errors import AuthorMissing, EstimateBooked, PolicyUnknown
from storage.erp.finance.expected_returns import ReturnsPolicy, decide_returns
from storage.erp.finance.periods import close
from storage.erp.finance.post_events import post_events
from storage.erp.finance.return_rates import Horizon, Return, Sale, expected
from storage.erp.finance.statements import Span, balance_sheet, profit_and_loss
from storage.erp.invariants.ledger import CHECKS
from storage.erp.settlement.facts import Span as Days
from storage.erp.settlement.ledger_tie import bridge, ledger_profit
from storage.erp.settlement.profit import gather

A, B = ("practice", "shop_a", "A"), ("practice", "shop_a", "B")
JUNE = Horizon("2026-06-30", 10, 90, 2)
POLICY = ReturnsPolicy("2026-06-01", "on", 10, 90, 2)


def history(group=A, returned_on="2026-06-05"):
    """Two old orders of 100.00 each; of one of them half came back four days after the sale."""
    sales = [Sale(group, "1", "2026-06-01", 10_000), Sale(group, "2", "2026-06-01", 10_000)]
    return sales, [Return(group, "1", returned_on, 5_000)]


def test_the_rate_is_what_came_back_later_than_the_age() -> None:
    """A sale of two days is expected to bring back a quarter, one of five days nothing any more."""
    sales, returns = history()
    sales += [Sale(A, "3", "2026-06-28", 8_000), Sale(A, "4", "2026-06-25", 8_000)]
    (found,) = expected(sales, returns, JUNE)
    assert (found.exposed_fen, found.expected_fen, found.basis, found.orders) == (16_000, 2_000, "product", 2)
    assert found.words == (
        "还在退货期的 ¥160.00；本商品历史 2 单 ¥200.00，退回 ¥50.00；按各单已过天数，预计还会退 ¥20.00"
    )


def test_a_product_without_history_takes_its_shops_and_else_nothing() -> None:
    """A new product is expected to come back like the shop's others; with too few orders anywhere nothing is."""
    sales, returns = history()
    new = Sale(B, "9", "2026-06-30", 4_000)
    (found,) = expected([*sales, new], returns, JUNE)
    assert (found.group, found.expected_fen, found.basis) == (B, 1_000, "shop")
    other = Sale(("tmall", "shop_b", "B"), "9", "2026-06-30", 4_000)
    assert expected([*sales, other], returns, JUNE)[0].basis == "company"
    (none,) = expected([*sales, new], returns, JUNE._replace(least_orders=3))
    assert (none.expected_fen, none.basis) == (0, "none")
    assert "不够估计" in none.words


def test_no_more_is_expected_than_is_left() -> None:
    """Of an order that was sent back whole nothing more comes."""
    sales, returns = history(returned_on="2026-06-08")
    sales.append(Sale(A, "3", "2026-06-30", 8_000))
    assert expected(sales, [*returns, Return(A, "3", "2026-06-30", 7_999)], JUNE)[0].expected_fen == 1


_DAYS = st.integers(1, 30).map(lambda day: f"2026-06-{day:02d}")
_ROWS = st.lists(st.tuples(st.sampled_from((A, B)), st.integers(1, 9).map(str), _DAYS, st.integers(0, 10**6)))


@settings(max_examples=40)
@given(_ROWS, _ROWS)
def test_what_is_expected_lies_between_nothing_and_what_is_left(sold, back) -> None:
    """Whatever the history says, per product 0 <= expected <= exposed."""
    for one in expected([Sale(*row) for row in sold], [Return(*row) for row in back], JUNE._replace(least_orders=1)):
        assert 0 <= one.expected_fen <= one.exposed_fen


@pytest.fixture
def year(books):
    """Two old orders of which one came back, one of the last days of June; each 100.00 and 30.00 of cost."""
    books.receive("A", 9, 3_000)
    for number, day in (("1", "2026-06-01"), ("2", "2026-06-01"), ("3", "2026-06-28")):
        books.order(number, ("A", 1, 11_300), finished_at=f"{day} 12:00:00")
        books.ship(number, ("A", 1), at="2026-06-01 09:00:00")
    books.write(lambda c: post_events(c, "2026-06-03"))
    books.refund("R1", "1", 11_300, done_at="2026-06-05 10:00:00")
    books.come_back("1", 1, "A", 1, at="2026-06-06 09:00:00")
    return books


def run(books, until):
    """Post twice: the second time nothing is written; the books hold together."""
    books.write(lambda c: post_events(c, until))
    assert books.write(lambda c: post_events(c, until)).vouchers == 0
    assert books.write(lambda c: [one for check in CHECKS.values() for one in check(c)]) == []


def test_a_month_that_is_closed_first_has_its_estimate(year):
    """Closed before any night of the next month, it has the vouchers that a night would have written, and no second."""
    year.write(lambda c: decide_returns(c, POLICY, "王", "执行企业会计准则"))
    run(year, "2026-06-30")
    year.write(lambda c: close(c, "2026-06", "李", "月结"))
    assert year.golden("expected_returns") == [["借 600190 50.00", "贷 2801 50.00", "借 1475 15.00", "贷 640190 15.00"]]
    run(year, "2026-07-02")
    assert len(year.golden("expected_returns")) == 1 == len(year.golden("expected_returns_over"))


def amounts(books, statement, first, last):
    """The statement's rows by key."""
    return {row.key: row.amount_fen for row in books.write(lambda c: statement(c, Span(first, last)))}


def test_a_month_ends_with_its_estimate_and_the_next_begins_without(year):
    """Revenue and cost go down by what is expected, debt and claim stand in June’s sheet, July takes it back."""
    assert year.write(lambda c: decide_returns(c, POLICY, "王", "执行企业会计准则"))
    run(year, "2026-06-30")
    assert year.golden("expected_returns") == []
    run(year, "2026-07-01")
    assert year.golden("expected_returns") == [["借 600190 50.00", "贷 2801 50.00", "借 1475 15.00", "贷 640190 15.00"]]
    june = amounts(year, profit_and_loss, "2026-06-01", "2026-06-30")
    assert (june["revenue"], june["cost_of_sales"]) == (30_000 - 10_000 - 5_000, 9_000 - 3_000 - 1_500)
    sheet = amounts(year, balance_sheet, "", "2026-06-30")
    assert (sheet["returns_owed"], sheet["return_costs"]) == (5_000, 1_500)
    assert sheet["assets"] == sheet["liabilities_and_equity"]
    after = amounts(year, balance_sheet, "", "2026-07-01")
    assert (after["returns_owed"], after["return_costs"]) == (0, 0)
    said = year.rows("SELECT side, basis, expected_fen, words FROM expected_return ORDER BY side")
    assert [row[:3] for row in said] == [("cost", "product", 1_500), ("revenue", "product", 5_000)]
    assert "预计还会退 ¥50.00" in said[1][3]


def test_the_profit_of_orders_still_adds_up_to_the_ledger(year):
    """The estimate is of no order: it stands on lines of its own between the two."""
    year.write(lambda c: decide_returns(c, POLICY, "王", "执行企业会计准则"))
    run(year, "2026-07-01")
    days = Days("2026-06-01", "2026-06-30")
    told = bridge(year.write(lambda c: gather(c, days)).facts, year.write(lambda c: ledger_profit(c, days)))
    assert told.closed
    assert told.only_ledger == {"主营业务收入-预计退货": -5_000, "主营业务成本-预计退货": 1_500}


def test_nobody_decided_nothing_is_estimated_and_a_closed_month_stays(year):
    """Off by default; a month that was closed before the decision has no estimate."""
    run(year, "2026-07-01")
    assert year.golden("expected_returns") == []
    year.write(lambda c: close(c, "2026-06", "王", "月结"))
    year.write(lambda c: decide_returns(c, POLICY, "王", "执行企业会计准则"))
    run(year, "2026-07-02")
    assert year.golden("expected_returns") == []


def test_a_decision_has_a_name_and_does_not_reach_back(year):
    """Nobody's and impossible ones are refused; what was booked stays, another way counts from the next month on."""
    for wrong in (POLICY._replace(state="maybe"), POLICY._replace(window_days=0), POLICY._replace(from_day="六月")):
        with pytest.raises(PolicyUnknown):
            year.write(lambda c, wrong=wrong: decide_returns(c, wrong, "王", "试"))
    with pytest.raises(AuthorMissing):
        year.write(lambda c: decide_returns(c, POLICY, "王", ""))
    year.write(lambda c: decide_returns(c, POLICY, "王", "执行企业会计准则"))
    assert not year.write(lambda c: decide_returns(c, POLICY, "王", "再说一次"))
    run(year, "2026-07-01")
    with pytest.raises(EstimateBooked):
        year.write(lambda c: decide_returns(c, POLICY._replace(state="off"), "王", "不要了"))
    assert year.write(lambda c: decide_returns(c, POLICY._replace(from_day="2026-07-01", state="off"), "王", "停"))
