"""Each outcome of job wallet, by hand."""

from storage.erp.reconciliation.rows import StatementLine, days_between
from tests.storage.erp.recon.cases import COVERAGE, JUNE, bank, credit, line, said, withdrawal

TENPAY = "财付通支付科技有限公司"


def test_one_withdrawal_one_credit() -> None:
    """The same amount within two days is the same money."""
    found = bank([withdrawal("w", 500000, "2026-06-10")], [credit(500000, "2026-06-11", key="k")])
    assert said(found["w"]) == said(found["k"]) == (1, "")


def test_payer_separates_wallets() -> None:
    """A credit from the other wallet's payer does not answer a withdrawal."""
    found = bank([withdrawal("w", 500000, "2026-06-10")], [credit(500000, "2026-06-11", key="k", name=TENPAY)])
    assert said(found["w"]) == (9, "withdrawal_missing")
    assert said(found["k"]) == (13, "bank_unexplained")


def test_batch_of_a_day_in_one_credit() -> None:
    """Two shops' withdrawals of a day that arrive as one credit are matched as a batch."""
    lines = [withdrawal("w", 500000, "2026-06-10"), withdrawal("v", 123456, "2026-06-10", shop="B")]
    found = bank(lines, [credit(623456, "2026-06-10", key="k")])
    assert said(found["w"]) == said(found["v"]) == said(found["k"]) == (1, "")
    assert found["w"].group_id == found["v"].group_id == found["k"].group_id


def test_withdrawal_in_two_credits() -> None:
    """One withdrawal that arrives in two pieces is matched with both."""
    pieces = [credit(300000, "2026-06-11", key="k"), credit(200000, "2026-06-11", key="l")]
    found = bank([withdrawal("w", 500000, "2026-06-10")], pieces)
    assert {said(decision) for decision in found.values()} == {(1, "")}


def test_unique_subset_is_matched() -> None:
    """Two of three withdrawals on different days that alone make up the credit are it."""
    lines = [withdrawal(flow, fen, day) for flow, fen, day in
             (("a", 111100, "2026-06-10"), ("b", 222200, "2026-06-11"), ("c", 500500, "2026-06-11"))]  # fmt: skip
    found = bank(lines, [credit(333300, "2026-06-12", key="k")])
    assert said(found["a"]) == said(found["b"]) == said(found["k"]) == (1, "")
    assert said(found["c"]) == (9, "withdrawal_missing")


def test_two_subsets_are_no_match() -> None:
    """A credit that two sets of withdrawals make up confirms neither."""
    lines = [withdrawal(flow, fen, "2026-06-10") for flow, fen in
             (("a", 100), ("b", 400), ("c", 200), ("d", 300), ("e", 9000))]  # fmt: skip
    found = bank(lines, [credit(500, "2026-06-11", key="k")])
    assert found["k"].outcome != 1


def test_bank_short_is_partial() -> None:
    """Less at the bank than withdrawn is partial, with the residual in words."""
    found = bank([withdrawal("w", 500000, "2026-06-10")], [credit(498000, "2026-06-11", key="k")])
    assert said(found["w"]) == said(found["k"]) == (4, "bank_short")
    assert found["k"].reason == "银行到账少 ¥20.00：应 ¥5,000.00，实 ¥4,980.00"


def test_bank_over_is_an_amount_difference() -> None:
    """More at the bank than withdrawn is an amount difference."""
    found = bank([withdrawal("w", 500000, "2026-06-10")], [credit(502000, "2026-06-11", key="k")])
    assert said(found["w"]) == (10, "bank_over")


def test_not_arrived_is_missing_after_the_lag() -> None:
    """A withdrawal that never arrives is missing once the bank's days are over, pending before."""
    found = bank([withdrawal("w", 500000, "2026-06-10"), withdrawal("v", 700000, "2026-06-29")], [])
    assert said(found["w"]) == (9, "withdrawal_missing")
    assert said(found["v"]) == (5, "pending")


def test_equal_candidates_are_ambiguous() -> None:
    """Two withdrawals of one amount and one credit: nobody can tell which, so nothing is confirmed."""
    lines = [withdrawal("w", 500000, "2026-06-10"), withdrawal("v", 500000, "2026-06-10", shop="B")]
    found = bank(lines, [credit(500000, "2026-06-11", key="k")])
    assert {said(decision) for decision in found.values()} == {(12, "ambiguous")}


def test_the_same_amount_every_day_is_matched_in_order() -> None:
    """A shop that withdraws the same amount each day is not ambiguous when each arrives."""
    lines = [withdrawal(f"w{day}", 500000, f"2026-06-{day}") for day in range(10, 15)]
    credits = [credit(500000, f"2026-06-{day + 1}", key=f"k{day}") for day in range(10, 15)]
    assert {said(decision) for decision in bank(lines, credits).values()} == {(1, "")}


def test_credit_of_another_payer_is_unexplained() -> None:
    """A credit that no wallet explains is unclassified; what we pay out is none of this job's business."""
    found = bank([], [credit(88800, "2026-06-11", key="k", name="某某公司"), credit(-1000, "2026-06-11", key="o")])
    assert said(found["k"]) == (13, "bank_unexplained")
    assert said(found["o"]) == (14, "")


def test_repeated_lines_are_duplicates() -> None:
    """A withdrawal or bank line that its source repeats is a duplicate."""
    lines = [withdrawal("w", 500000, "2026-06-10"), withdrawal("w", 500000, "2026-06-10", n=2)]
    credits = [credit(500000, "2026-06-11", key="k"), credit(500000, "2026-06-11", key="l", occurrence=2)]
    found = bank(lines, credits)
    assert said(found["w"]) == said(found["k"]) == (1, "")
    assert said(found["w#2"]) == (7, "line_repeated")
    assert said(found["l"]) == (7, "bank_twice")


def came_back(flow: str, fen: int, day: str, *, shop: str = "A", n: int = 1) -> StatementLine:
    """The wallet took a withdrawal of that many fen back."""
    return line(flow, "withdrawal", fen, shop=shop, day=day, n=n)


def test_withdrawal_that_came_back_is_not_looked_for_at_the_bank() -> None:
    """提现退票: the sum is in the wallet again, so nothing is missing, nor was anything withdrawn twice."""
    found = bank([withdrawal("w", 500000, "2026-06-10"), came_back("r", 500000, "2026-06-12")], [])
    assert said(found["w"]) == said(found["r"]) == (6, "")
    assert found["w"].group_id == found["r"].group_id
    assert found["r"].reason == "2026-06-12 提现退回钱包 ¥5,000.00，这笔提现没有到账"


def test_return_under_the_number_of_its_withdrawal_is_no_repetition() -> None:
    """A source may give the return the withdrawal's own number: of two equal sums it is that one."""
    lines = [withdrawal("w", 500000, "2026-06-10"), withdrawal("v", 500000, "2026-06-10")]
    found = bank([*lines, came_back("w", 500000, "2026-06-12", n=2)], [credit(500000, "2026-06-11", key="k")])
    assert said(found["w"]) == said(found["w#2"]) == (6, "")
    assert said(found["v"]) == said(found["k"]) == (1, "")


def test_return_leaves_the_withdrawal_that_arrived() -> None:
    """Of two equal withdrawals the one that a credit needs stays with it, whichever is the later."""
    lines = [withdrawal("w", 500000, "2026-06-05"), withdrawal("v", 500000, "2026-06-10")]
    found = bank([*lines, came_back("r", 500000, "2026-06-12")], [credit(500000, "2026-06-11", key="k")])
    assert said(found["w"]) == said(found["r"]) == (6, "")
    assert said(found["v"]) == said(found["k"]) == (1, "")


def test_return_without_its_withdrawal() -> None:
    """One that no open withdrawal explains is for a person, and waits while the days before it are not all told."""
    arrived = [withdrawal("w", 500000, "2026-06-18"), withdrawal("x", 700000, "2026-06-18", shop="B")]
    credits = [credit(500000, "2026-06-19", key="k"), credit(700000, "2026-06-19", key="l")]
    late, early = came_back("r", 500000, "2026-06-20"), came_back("e", 300000, "2026-06-03")
    found = bank([*arrived, late, early], credits)
    assert said(found["w"]) == said(found["k"]) == (1, "")
    assert said(found["r"]) == (13, "withdrawal_back")
    assert said(found["e"]) == (5, "pending")


def test_what_another_account_does_not_have_is_not_missing() -> None:
    """A firm with two accounts: nothing is called missing by the statement of the account to which it never went."""
    early = frozenset(days_between("2026-06-01", "2026-06-15"))
    covered = COVERAGE._replace(accounts={"9876": JUNE, "1111": early})
    other = credit(300000, "2026-06-06", key="j")._replace(account="1111")
    lines = [withdrawal("w", 500000, "2026-06-20"), withdrawal("o", 300000, "2026-06-05")]
    lines += [withdrawal("v", 700000, "2026-06-20", shop="B"), withdrawal("p", 800000, "2026-06-05", shop="B")]
    found = bank(lines, [other, credit(800000, "2026-06-06", key="k")], covered)
    assert said(found["o"]) == said(found["p"]) == (1, "")
    assert said(found["w"]) == (5, "pending")
    assert found["w"].reason.endswith("；银行账号 1111 这几天的流水还没有取到")
    assert said(found["v"]) == (9, "withdrawal_missing")


def test_account_that_a_shop_left_is_not_waited_for() -> None:
    """The account of the nearest withdrawal counts: the old one need not tell of later days."""
    early = frozenset(days_between("2026-06-01", "2026-06-10"))
    covered = COVERAGE._replace(accounts={"9876": JUNE, "1111": early})
    old = credit(300000, "2026-06-06", key="j")._replace(account="1111")
    lines = [withdrawal("o", 300000, "2026-06-05"), withdrawal("n", 400000, "2026-06-18")]
    found = bank([*lines, withdrawal("w", 500000, "2026-06-20")], [old, credit(400000, "2026-06-19", key="k")], covered)
    assert said(found["w"]) == (9, "withdrawal_missing")
