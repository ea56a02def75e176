"""Vouchers: balanced, numbered without a gap, chained, posted once, reversed and never changed."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from storage.erp.finance import ledger, periods
from storage.erp.finance.errors import (
    AccountUnknown,
    AuthorMissing,
    PartyMissing,
    PeriodClosed,
    PeriodNotClosable,
    ReversedAlready,
    Unbalanced,
    VoucherConflict,
    VoucherUnknown,
)
from storage.erp.finance.vouchers import Draft, Line, credit, debit
from tests.storage.erp.finance.small_books import note


def test_the_same_document_is_one_voucher(books):
    """Posting again says the number that it has; nothing is written a second time."""
    first = books.write(lambda c: ledger.post(c, note("A")))
    assert books.write(lambda c: ledger.post(c, note("A"))) == first == "2026-06-0000001"
    assert books.write(lambda c: ledger.post_many(c, [note("A"), note("B"), note("B")])) == ledger.Counts(1, 2)
    assert books.rows("SELECT count(*) FROM jv") == [(2,)]


def test_other_content_is_refused(books):
    """A document that says something else than its voucher is a conflict that names the voucher, in one call too."""
    no = books.write(lambda c: ledger.post(c, note("A")))
    with pytest.raises(VoucherConflict) as caught:
        books.write(lambda c: ledger.post(c, note("A", amount_fen=1)))
    assert no in caught.value.message()
    with pytest.raises(VoucherConflict):
        books.write(lambda c: ledger.post_many(c, [note("B"), note("B", amount_fen=1)]))
    assert books.rows("SELECT no FROM jv") == [(no,)]


@pytest.mark.function("FMS-02")
@pytest.mark.parametrize(
    ("lines", "error"),
    [
        ((debit("1002", 100), credit("4001", 99)), Unbalanced),
        ((debit("1002", 100),), Unbalanced),
        ((), Unbalanced),
        ((Line("1002", 5, 5), Line("4001", 0, 0)), Unbalanced),
        ((Line("1002", -5, 0), Line("4001", 0, -5)), Unbalanced),
        ((debit("9999", 100), credit("4001", 100)), AccountUnknown),
        ((debit("1122", 100, party="p"), credit("6001", 100)), PartyMissing),
        ((debit("1122", 100, item="1"), credit("6001", 100)), PartyMissing),
    ],
)
def test_only_balanced_vouchers_get_in(books, lines, error):
    """Σ debit == Σ credit exactly, known accounts, one side per line, and somebody named on control accounts."""
    with pytest.raises(error):
        books.write(lambda c: ledger.post(c, note("A", lines=lines)))
    assert books.rows("SELECT count(*) FROM jv") == [(0,)]
    books.write(lambda c: ledger.post(c, note("B")))
    assert books.rows("SELECT sum(dr_fen), sum(cr_fen) FROM jv_line") == [(10_000, 10_000)]


def test_the_database_refuses_both_sides(books):
    """Whoever writes: a line with debit and credit does not get into the table."""
    with pytest.raises(Exception, match="one_side"):
        books.write(
            lambda c: c.exec_driver_sql(
                "INSERT INTO jv_line (no, n, account, dr_fen, cr_fen) VALUES ('x',1,'1002',1,1)"
            )
        )


def test_numbers_have_no_gap_per_month(books):
    """Each month counts from 1; a transaction that fails gives its numbers back."""
    books.write(lambda c: ledger.post_many(c, [note("A"), note("B", "2026-07-01"), note("C")]))
    with pytest.raises(Unbalanced):
        books.write(lambda c: [ledger.post(c, note("D")), ledger.post(c, note("E", lines=(debit("1002", 1),)))])
    books.write(lambda c: ledger.post(c, note("F")))
    assert books.rows("SELECT no, source_id FROM jv ORDER BY no") == [
        ("2026-06-0000001", "A"), ("2026-06-0000002", "C"), ("2026-06-0000003", "F"), ("2026-07-0000001", "B"),
    ]  # fmt: skip


def test_two_writers_do_not_share_a_number(books):
    """Posting from several threads at once: every number once, none left out."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: books.write(lambda c: ledger.post(c, note(f"T{n}"))), range(12)))
    assert [n for (n,) in books.rows("SELECT n FROM jv ORDER BY n")] == list(range(1, 13))


@pytest.mark.function("FMS-65")
def test_a_correction_is_a_red_voucher(books):
    """A reversal stands beside the original, which stays byte for byte; then the document may be booked anew."""
    no = books.write(lambda c: ledger.post(c, note("A")))
    before = books.rows("SELECT * FROM jv WHERE no = :no", no=no), books.rows("SELECT * FROM jv_line")
    red = books.write(lambda c: ledger.reverse(c, no, "2026-06-11", "李", "金额录错"))
    assert books.write(lambda c: ledger.reverse(c, no, "2026-06-11", "李", "金额录错")) == red
    assert (
        books.rows("SELECT * FROM jv WHERE no = :no", no=no),
        books.rows("SELECT * FROM jv_line WHERE no = :no", no=no),
    ) == before
    assert books.golden("reversal") == [["贷 1002 100.00", "借 4001 100.00"]]
    assert books.write(lambda c: ledger.post(c, note("A", amount_fen=12_000))) == "2026-06-0000003"
    assert books.write(lambda c: ledger.post(c, note("A"))) == no
    with pytest.raises(ReversedAlready):
        books.write(lambda c: ledger.reverse(c, no, "2026-06-12", "王", "再来"))
    with pytest.raises(ReversedAlready):
        books.write(lambda c: ledger.reverse(c, red, "2026-06-12", "王", "反悔"))
    with pytest.raises(VoucherUnknown):
        books.write(lambda c: ledger.reverse(c, "2026-06-0000009", "2026-06-12", "王", "没有"))


def test_a_person_says_who_and_why(books):
    """A manual voucher or a reversal without an author or a reason is refused."""
    for author, reason in (("", "x"), ("李", " ")):
        with pytest.raises(AuthorMissing):
            books.write(lambda c, a=author, r=reason: ledger.post(c, note("A", kind="manual", author=a, reason=r)))
    no = books.write(lambda c: ledger.post(c, note("A", kind="manual", author="李", reason="增资")))
    with pytest.raises(AuthorMissing):
        books.write(lambda c: ledger.reverse(c, no, "2026-06-11", "李", ""))


@pytest.mark.function("FMS-64")
def test_a_closed_month_takes_nothing(books):
    """Manual vouchers and reversals into it are refused; a late document goes to the next open month with a tag."""
    no = books.write(lambda c: ledger.post(c, note("A")))
    for month in ("2026-06", "2026-07"):
        books.write(lambda c, m=month: periods.close(c, m, "李", "月结"))
    for attempt in (
        lambda c: ledger.post(c, note("M", kind="manual", author="李", reason="补")),
        lambda c: ledger.reverse(c, no, "2026-06-20", "李", "改"),
    ):
        with pytest.raises(PeriodClosed):
            books.write(attempt)
    late = books.write(lambda c: ledger.post(c, note("B")))
    assert books.rows("SELECT no, day, document_day, tag FROM jv WHERE no = :no", no=late) == [
        ("2026-08-0000001", "2026-08-01", "2026-06-10", "late:2026-06")
    ]
    assert books.write(lambda c: ledger.post(c, note("B"))) == late
    assert books.write(lambda c: ledger.reverse(c, no, "2026-08-02", "李", "改")) == "2026-08-0000002"


def test_months_close_in_order_and_once(books):
    """An earlier month with vouchers has to be closed first; closing again changes nothing; somebody signs."""
    books.write(lambda c: ledger.post_many(c, [note("A"), note("B", "2026-07-01")]))
    with pytest.raises(PeriodNotClosable, match="2026-06"):
        books.write(lambda c: periods.close(c, "2026-07", "李", "月结"))
    with pytest.raises(AuthorMissing):
        books.write(lambda c: periods.close(c, "2026-06", "", "月结"))
    books.write(lambda c: periods.close(c, "2026-06", "李", "月结"))
    before = books.rows("SELECT * FROM period")
    books.write(lambda c: periods.close(c, "2026-06", "王", "再结"))
    assert books.rows("SELECT * FROM period") == before


def test_closing_carries_the_profit(books):
    """Income and expense of the month end on 本年利润, shop by shop; the month's trial balance stays zero."""
    sale = (
        debit("1122", 11_300, party="practice", item="1", shop="a"),
        credit("6001", 10_000, shop="a"),
        credit("222102", 1_300),
    )
    fee = (debit("660101", 500, shop="b"), credit("101201", 500, shop="b"))
    books.write(lambda c: ledger.post_many(c, [note("S", lines=sale), note("F", lines=fee)]))
    no = books.write(lambda c: periods.close(c, "2026-06", "李", "月结"))
    assert books.write(lambda c: periods.close(c, "2026-06", "李", "月结")) == no
    profit = books.write(lambda c: ledger.balances(c, ("shop",), accounts=["4103"]))
    assert [(row.by, row.balance_fen) for row in profit] == [(("a",), -10_000), (("b",), 500)]
    left = books.write(lambda c: ledger.balances(c, accounts=["6001", "660101"]))
    assert [row.balance_fen for row in left] == [0, 0]
    assert sum(row.balance_fen for row in books.write(ledger.trial_balance)) == 0


def test_balances_ask_for_dimensions(books):
    """Days, dimensions and values narrow what is added up."""
    lines = (debit("1002", 700, party="工行", shop="a"), debit("1002", 300, party="招行"), credit("4001", 1_000))
    books.write(lambda c: ledger.post_many(c, [note("A", lines=lines), note("B", "2026-07-02")]))
    ask = books.write(lambda c: ledger.balances(c, ("party",), last_day="2026-06-30", accounts=["1002"]))
    assert [(row.by, row.balance_fen) for row in ask] == [(("工行",), 700), (("招行",), 300)]
    shop = books.write(lambda c: ledger.balances(c, shop="a"))
    assert [(row.account, row.dr_fen) for row in shop] == [("1002", 700)]


def test_draft_names_its_source():
    """Messages name kind, document type and document."""
    assert Draft("ship", "issue", "P-1", "2026-06-01", "", ()).source == "ship/issue/P-1"
