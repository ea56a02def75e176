"""A document that a platform revises is found, reversed and booked anew; nothing is overwritten."""

import pytest

from storage.erp.finance import ledger
from storage.erp.finance.amended import amended, mend
from storage.erp.finance.errors import AuthorMissing
from storage.erp.finance.policy import Policy
from storage.erp.finance.post_events import post_events
from storage.erp.invariants.ledger import CHECKS

POLICY = Policy()
CHANGES = {
    "revenue": "UPDATE platform_order SET paid_fen = 11400 WHERE order_no = '1'",
    "refund": "UPDATE refund SET amount_fen = 1130 WHERE refund_no = 'R1'",
    "statement": "UPDATE bill_line SET amount_fen = 11400 WHERE flow_no = 'F1'",
}


@pytest.fixture
def sale(books):
    """A sale with an early refund in its revenue, a later refund and a payment, all booked."""
    books.receive("A", 2, 3_000)
    books.order("1", ("A", 1, 11_300))
    books.ship("1", ("A", 1))
    books.refund("R0", "1", 300, done_at="2026-06-05 00:00:00")
    books.refund("R1", "1", 2_260)
    books.bill("F1", "payment", 11_300, "1")
    books.write(lambda c: post_events(c, "2026-06-30"))
    return books


def test_what_did_not_change_is_not_found(sale):
    """Sound books have no amended documents; the refund inside the revenue is none either."""
    assert sale.write(lambda c: amended(c, POLICY)) == []


@pytest.mark.parametrize("kind", sorted(CHANGES))
def test_a_revised_document_is_reversed_and_booked_anew(sale, kind):
    """The old voucher stays, a red one takes it back, a new one says what the document says now; once, by a person."""
    before = sale.rows("SELECT * FROM jv ORDER BY no")
    sale.write(lambda c: c.exec_driver_sql(CHANGES[kind]))
    (found,) = sale.write(lambda c: amended(c, POLICY))
    with pytest.raises(AuthorMissing):
        sale.write(lambda c: mend(c, "2026-06-30", "", "平台更正", POLICY))
    assert sale.write(lambda c: mend(c, "2026-06-30", "李", "平台更正", POLICY)) == 1
    assert sale.write(lambda c: mend(c, "2026-06-30", "李", "平台更正", POLICY)) == 0
    assert sale.rows("SELECT * FROM jv ORDER BY no")[: len(before)] == before
    assert sale.rows("SELECT reverses, author FROM jv WHERE kind = 'reversal'") == [(found.no, "李")]
    assert sale.rows("SELECT max(version) FROM jv WHERE kind = :k", k=kind) == [(2,)]
    assert sale.write(lambda c: post_events(c, "2026-06-30")).vouchers == 0
    owed = {
        "revenue": 11_400 - 300 - 2_260 - 11_300,
        "refund": 11_000 - 1_130 - 11_300,
        "statement": 11_000 - 2_260 - 11_400,
    }
    (account,) = sale.write(lambda c: ledger.balances(c, accounts=["1122"]))
    assert account.balance_fen == owed[kind]
    assert sale.write(lambda c: [one for check in CHECKS.values() for one in check(c)]) == []
