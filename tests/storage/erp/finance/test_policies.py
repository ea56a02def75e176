"""The company's policy: decided once, before the first voucher, and used by posting and by profit alike."""

import pytest

from storage.erp.finance.errors import AuthorMissing, PolicyFixed, PolicyUnknown
from storage.erp.finance.ledger import balances
from storage.erp.finance.policies import decide, policy_of
from storage.erp.finance.policy import Policy
from storage.erp.finance.post_events import post_events
from storage.erp.settlement.facts import Span
from storage.erp.settlement.profit import gather, waterfall
from tests.storage.erp.finance.small_books import Accounts

EXEMPT = Policy(recognise="window", window_days=3, vat_bp=0)


def test_the_policy_in_the_books_is_the_one_that_counts(books: Accounts) -> None:
    """A voucher, the day of the income and the tax follow what was decided; deciding the same again changes nothing."""
    books.order("1", ("S", 1, 1130))
    assert books.write(policy_of) == Policy()
    assert [books.write(lambda c: decide(c, EXEMPT, "财务 王", "小规模免税")) for _ in range(2)] == [True, False]
    books.write(lambda c: post_events(c, "2026-06-30"))
    booked = {row.account: row.balance_fen for row in books.write(balances)}
    assert booked["6001"] == -1130
    assert not any(account.startswith("2221") for account in booked)
    facts = books.write(lambda c: gather(c, Span("2026-06-01", "2026-06-30"))).facts
    assert sum(waterfall(facts).values()) == 1130
    assert "output_tax" not in waterfall(facts)
    assert {fact.day for fact in facts if fact.component == "goods"} == {
        row[0] for row in books.rows("SELECT document_day FROM jv WHERE kind = 'revenue'")
    }


def test_a_policy_is_decided_before_the_first_voucher(books: Accounts) -> None:
    """Nobody's, impossible and late decisions are refused, and the books stay as they were."""
    for wrong in (Policy(vat_bp=-1), Policy(window_days=-1), Policy(costing="lifo"), Policy(recognise="never")):  # type: ignore[arg-type]
        with pytest.raises(PolicyUnknown):
            books.write(lambda c, wrong=wrong: decide(c, wrong, "王", "试"))
    with pytest.raises(AuthorMissing):
        books.write(lambda c: decide(c, EXEMPT, "王", " "))
    books.order("1", ("S", 1, 1130))
    books.write(lambda c: post_events(c, "2026-06-30"))
    with pytest.raises(PolicyFixed):
        books.write(lambda c: decide(c, EXEMPT, "王", "改税率"))
    assert books.write(policy_of) == Policy()
