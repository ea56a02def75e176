"""What must hold of any books, however wrong: one outcome per line, sums that tie, and order that does not matter."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from storage.erp.reconciliation.matching import match_orders
from storage.erp.reconciliation.outcomes import DIFFERENCES, is_exception
from storage.erp.reconciliation.rows import BankLine, BookOrder, BookRefund, Decision, Matched, StatementLine
from storage.erp.reconciliation.wallet import match_wallet
from tests.storage.erp.recon.cases import CONTRACTS, COVERAGE, credit, line, order, refund

DAYS = [f"2026-06-{day:02d}" for day in (1, 2, 9, 10, 11, 12, 28, 30)]
SHOPS = ["A", "B", "W"]
NUMBERS = ["", "1", "2", "3", "4", "404"]
FEES = ["payment", "refund", "subsidy", "commission", "refund_commission", "affiliate", "payment_fee", "deposit",
        "unclassified", "withdrawal"]  # fmt: skip
FEN = st.sampled_from([1, 2, 50, 99, 100, 500, 999, 1000, 5000, 9990, 10000])

orders = st.lists(
    st.builds(
        order, st.sampled_from(NUMBERS[1:5]), FEN, shop=st.sampled_from(SHOPS), discount=st.sampled_from([0, 300]),
        status=st.sampled_from(["交易成功", "交易关闭", "已发货"]), finished=st.sampled_from(["", *DAYS]),
        lines=st.integers(1, 2),
    ),
    max_size=6, unique_by=lambda o: (o.shop, o.order_no),
)  # fmt: skip
refunds = st.lists(
    st.builds(
        refund, st.sampled_from(["R1", "R2", "R3"]), st.sampled_from(NUMBERS[1:5]), FEN, shop=st.sampled_from(SHOPS),
        after=st.booleans(), done=st.sampled_from(["", *DAYS]), status=st.sampled_from(["退款成功", "退款关闭"]),
    ),
    max_size=4, unique_by=lambda r: (r.shop, r.refund_no),
)  # fmt: skip
lines = st.lists(
    st.builds(
        line, st.sampled_from(["a", "b", "c", "d", "e", "f"]), st.sampled_from(FEES),
        st.one_of(FEN, FEN.map(lambda fen: -fen)), st.sampled_from(NUMBERS), shop=st.sampled_from(SHOPS),
        day=st.sampled_from(DAYS), n=st.integers(1, 3), refund_no=st.sampled_from(["", "R1", "R2", "R9"]),
    ),
    max_size=14, unique_by=lambda x: x.ref,
)  # fmt: skip
credits = st.lists(
    st.builds(
        credit, st.one_of(FEN, FEN.map(lambda fen: -fen)), st.sampled_from(DAYS),
        name=st.sampled_from(["支付宝（中国）网络技术有限公司", "财付通支付科技有限公司", "某公司"]),
        key=st.sampled_from([f"k{i}" for i in range(8)]), occurrence=st.integers(1, 2),
    ),
    max_size=8, unique_by=lambda c: c.line_key,
)  # fmt: skip

Books = tuple[list[StatementLine], list[BookOrder], list[BookRefund], list[BankLine]]
books = st.tuples(lines, orders, refunds, credits)


def decide(found: Books) -> tuple[Matched, Matched]:
    """Both jobs."""
    statement, known, back, bank = found
    matched = match_orders(statement, known, back, CONTRACTS, COVERAGE)
    return matched, match_wallet(statement, bank, CONTRACTS, COVERAGE)


def all_decisions(found: Books) -> list[Decision]:
    """The decisions of both jobs."""
    first, second = decide(found)
    return [*first.decisions, *second.decisions]


@settings(max_examples=400, deadline=None)
@given(books)
def test_every_line_has_exactly_one_outcome_and_sums_tie(found: Books) -> None:
    """Each statement and bank line is decided once, with its own amount; expectations are decided at most once; every
    exception carries a named difference and a sentence; a match is never more than the tolerance away."""
    decisions = all_decisions(found)
    statement = Counter({(x.ref, x.amount_fen): 1 for x in found[0]})
    bank = Counter({(x.ref, x.amount_fen): 1 for x in found[3]})
    assert Counter((d.ref, d.amount_fen) for d in decisions if d.side == "statement") == statement
    assert Counter((d.ref, d.amount_fen) for d in decisions if d.side == "bank") == bank
    books_refs = [d.ref for d in decisions if d.side == "books"]
    assert len(books_refs) == len(set(books_refs))
    for decision in decisions:
        _explained(decision)


def _explained(decision: Decision) -> None:
    assert decision.reason
    if is_exception(decision.outcome):
        assert decision.difference in DIFFERENCES
    if decision.outcome in (1, 2, 6):
        assert decision.amount_fen == decision.expected_fen
    if decision.outcome == 3 and decision.group_id.startswith("wallet"):
        assert abs(abs(decision.amount_fen) - abs(decision.expected_fen)) <= CONTRACTS.tolerance_fen


@settings(max_examples=200, deadline=None)
@given(books, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(found: Books, random: object) -> None:
    """The same rows in another order give the same decisions and groups."""
    shuffled = tuple(random.sample(rows, len(rows)) for rows in found)  # type: ignore[attr-defined]
    for one, other in zip(decide(found), decide(shuffled), strict=True):
        assert sorted(one.decisions) == sorted(other.decisions)
        assert sorted(one.groups) == sorted(other.groups)


@settings(max_examples=200, deadline=None)
@given(books)
def test_nobody_is_accused_while_exports_are_lacking(found: Books) -> None:
    """Without any export of orders and refunds every line still has its one outcome, and none is an unknown order's."""
    bare = COVERAGE._replace(orders={}, refunds={}, withdrawals={})
    statement, known, back, bank = found
    matched = match_orders(statement, known, back, CONTRACTS, bare)
    assert Counter(d.ref for d in matched.decisions if d.side == "statement") == Counter(
        x.ref for x in statement if x.fee_type != "withdrawal"
    )
    assert all(d.outcome != 8 for d in matched.decisions)
    wallet = match_wallet(statement, bank, CONTRACTS, bare).decisions
    unexplained = [d.reason for d in wallet if d.difference == "bank_unexplained"]
    assert [reason for reason in unexplained if not reason.startswith("某公司")] == []
