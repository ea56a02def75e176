"""Each outcome of job orders, by hand."""

from storage.erp.reconciliation.expectations import Stage, stage_of
from tests.storage.erp.recon.cases import CONTRACTS, line, order, refund, said, settle

CLOSED = "交易关闭"


def test_clean_order_matches_exactly() -> None:
    """Payment, subsidy and commission as agreed are matched exactly, and nothing is expected beyond them."""
    found = settle(
        [line("p", "payment", 10000, "1"), line("s", "subsidy", 500, "1"), line("c", "commission", -525, "1")],
        [order("1", 10000, discount=500)],
    )
    assert {name: said(decision) for name, decision in found.items()} == {"p": (1, ""), "s": (1, ""), "c": (1, "")}


def test_fees_without_contract_are_taken_as_charged() -> None:
    """Affiliate commission and freight insurance are explained fees."""
    found = settle(
        [line("p", "payment", 10000, "1"), line("c", "commission", -500, "1"), line("t", "affiliate", -311, "1"),
         line("i", "freight_insurance", -60, "1")],
        [order("1", 10000)],
    )  # fmt: skip
    assert said(found["t"]) == said(found["i"]) == (2, "")


def test_one_fen_is_tolerance() -> None:
    """A commission one fen off by rounding is matched within tolerance, the amount shown."""
    found = settle([line("p", "payment", 10010, "1"), line("c", "commission", -500, "1")], [order("1", 10010)])
    assert said(found["c"]) == (3, "rounding")
    assert found["c"].expected_fen == -501


def test_two_fen_is_no_tolerance() -> None:
    """Two fen too little is a difference."""
    found = settle([line("p", "payment", 9998, "1"), line("c", "commission", -500, "1")], [order("1", 10000)])
    assert said(found["p"]) == (10, "payment_short")


def test_payment_in_parts_is_partial() -> None:
    """Two payments that together fall short leave a residual open."""
    found = settle(
        [line("p", "payment", 4000, "1"), line("q", "payment", 3000, "1"), line("c", "commission", -500, "1")],
        [order("1", 10000)],
    )
    assert said(found["p"]) == said(found["q"]) == (4, "payment_parts_short")
    assert found["p"].expected_fen + found["q"].expected_fen == 10000


def test_payment_in_parts_that_tie_is_matched() -> None:
    """Two payments that make the amount are both matched."""
    found = settle(
        [line("p", "payment", 4000, "1"), line("q", "payment", 6000, "1"), line("c", "commission", -500, "1")],
        [order("1", 10000)],
    )
    assert said(found["p"]) == said(found["q"]) == (1, "")


def test_not_due_yet_is_timing() -> None:
    """An order that finished within the payout's days has its expectations pending, not missing."""
    others = [line("z", "payment", 100, "2"), line("y", "commission", -5, "2")]
    found = settle(others, [order("2", 100), order("1", 10000, finished="2026-06-29")])
    assert said(found["order:A:1:payment"]) == (5, "pending")
    assert said(found["order:A:1:commission"]) == (5, "pending")


def test_paid_before_the_books_know_it_finished_is_timing() -> None:
    """A payment that fits an order still on its way is early, not wrong."""
    found = settle([line("p", "payment", 10000, "1")], [order("1", 10000, finished="", status="已发货")])
    assert said(found["p"]) == (5, "order_unfinished")


def test_refund_before_settlement_nets_out() -> None:
    """A payment and its full refund before the order finished offset each other."""
    found = settle(
        [line("p", "payment", 10000, "1"), line("r", "refund", -10000, "1", refund_no="R1")],
        [order("1", 10000, status=CLOSED, finished="")],
        [refund("R1", "1", 10000, after=False)],
    )
    assert said(found["p"]) == said(found["r"]) == (6, "")


def test_refund_before_settlement_without_lines_needs_none() -> None:
    """A full refund before settlement may leave no trace in the statement."""
    found = settle(
        [line("z", "payment", 100, "2"), line("y", "commission", -5, "2")],
        [order("2", 100), order("1", 10000, status=CLOSED, finished="")],
        [refund("R1", "1", 10000, after=False)],
    )
    assert set(found) == {"z", "y"}


def test_partial_refund_before_settlement_lowers_payment_and_commission() -> None:
    """What was refunded before settlement is neither paid out nor charged for."""
    found = settle(
        [line("p", "payment", 7000, "1"), line("c", "commission", -350, "1")],
        [order("1", 10000)],
        [refund("R1", "1", 3000, after=False)],
    )
    assert said(found["p"]) == said(found["c"]) == (1, "")


def test_partial_refund_before_settlement_as_its_own_line() -> None:
    """The whole payment with the refund as a line of its own is right too."""
    found = settle(
        [line("p", "payment", 10000, "1"), line("r", "refund", -3000, "1", refund_no="R1"),
         line("c", "commission", -350, "1")],
        [order("1", 10000)],
        [refund("R1", "1", 3000, after=False)],
    )  # fmt: skip
    assert {said(decision) for decision in found.values()} == {(1, "")}


def test_line_repeated_by_the_source_is_duplicate() -> None:
    """The same flow number again in one file is a duplicate; the first stays matched."""
    found = settle(
        [line("p", "payment", 10000, "1"), line("p", "payment", 10000, "1", n=2), line("c", "commission", -500, "1")],
        [order("1", 10000)],
    )
    assert said(found["p"]) == (1, "")
    assert said(found["p#2"]) == (7, "line_repeated")


def test_order_paid_twice_is_duplicate() -> None:
    """A second payment of the same amount under another flow number is a duplicate."""
    found = settle(
        [line("p", "payment", 10000, "1"), line("q", "payment", 10000, "1", day="2026-06-11"),
         line("c", "commission", -500, "1")],
        [order("1", 10000)],
    )  # fmt: skip
    assert said(found["p"]) == (1, "")
    assert said(found["q"]) == (7, "payment_twice")


def test_refund_paid_twice_is_duplicate() -> None:
    """The same refund number in two lines is paid twice."""
    found = settle(
        [line("p", "payment", 10000, "1"), line("c", "commission", -500, "1"),
         line("r", "refund", -3000, "1", refund_no="R1"), line("s", "refund", -3000, "1", refund_no="R1"),
         line("b", "refund_commission", 150, "1")],
        [order("1", 10000)],
        [refund("R1", "1", 3000)],
    )  # fmt: skip
    assert said(found["s"]) == (7, "refund_twice")
    assert said(found["b"]) == (1, "")


def test_order_nobody_has_is_missing_in_books() -> None:
    """A line of an unknown order is in the platform and not in the books."""
    found = settle([line("p", "payment", 10000, "404")], [])
    assert said(found["p"]) == (8, "order_unknown")


def test_refund_nobody_has_is_missing_in_books() -> None:
    """A refund line without a refund in the books is named."""
    found = settle(
        [line("p", "payment", 10000, "1"), line("c", "commission", -500, "1"),
         line("r", "refund", -3000, "1", refund_no="R9")],
        [order("1", 10000)],
    )  # fmt: skip
    assert said(found["r"]) == (8, "refund_unknown")


def test_missing_payment_is_named_with_its_amount() -> None:
    """A finished order without a payment line is missing in the statement, with the amount expected."""
    found = settle([line("c", "commission", -500, "1")], [order("1", 10000)])
    missing = found["order:A:1:payment"]
    assert said(missing) == (9, "payment_missing")
    assert missing.expected_fen == 10000
    assert "¥100.00" in missing.reason


def test_missing_refund_and_commission_back_are_named() -> None:
    """A refund after settlement needs its line, and the commission back."""
    found = settle(
        [line("p", "payment", 10000, "1"), line("c", "commission", -500, "1")],
        [order("1", 10000)],
        [refund("R1", "1", 3000)],
    )
    assert said(found["refund:A:R1"]) == (9, "refund_missing")
    assert said(found["refund:A:R1:commission"]) == (9, "refund_commission_missing")
    assert found["refund:A:R1:commission"].expected_fen == 150


def test_refunded_amount_differs() -> None:
    """A refund line of another amount than its refund is an amount difference with the figures in words."""
    found = settle(
        [line("p", "payment", 10000, "1"), line("c", "commission", -500, "1"),
         line("r", "refund", -3500, "1", refund_no="R1"), line("b", "refund_commission", 150, "1")],
        [order("1", 10000)],
        [refund("R1", "1", 3000)],
    )  # fmt: skip
    assert said(found["r"]) == (10, "refund_amount")
    assert "应 ¥30.00，实 ¥35.00" in found["r"].reason


def test_overpaid() -> None:
    """More than the order is an amount difference."""
    found = settle([line("p", "payment", 10300, "1"), line("c", "commission", -500, "1")], [order("1", 10000)])
    assert said(found["p"]) == (10, "payment_over")
    assert found["p"].reason == "货款多 ¥3.00：应 ¥100.00，实 ¥103.00"


def test_commission_rate_is_said_in_words() -> None:
    """Commission at another rate says how much, the rate agreed and the rate taken."""
    found = settle([line("p", "payment", 40000, "1"), line("c", "commission", -2320, "1")], [order("1", 40000)])
    assert said(found["c"]) == (11, "commission_rate")
    assert found["c"].reason.startswith("佣金多扣 ¥3.20：应 5.00 %，实 5.80 %")


def test_commission_on_the_wrong_base() -> None:
    """The right rate on the amount before refund is a wrong base, not a wrong rate."""
    found = settle(
        [line("p", "payment", 7000, "1"), line("c", "commission", -500, "1")],
        [order("1", 10000)],
        [refund("R1", "1", 3000, after=False)],
    )
    assert said(found["c"]) == (10, "commission_base")


def test_payment_without_number_and_two_candidates_is_never_confirmed() -> None:
    """Two orders of the same amount and day: the line is ambiguous."""
    orders = [order("1", 10000), order("2", 10000)]
    commissions = [line("c", "commission", -500, "1"), line("d", "commission", -500, "2")]
    found = settle([*commissions, line("p", "payment", 10000)], orders)
    assert said(found["p"]) == (12, "ambiguous")


def test_payment_without_number_and_one_candidate_is_matched() -> None:
    """One order alone of that amount and day is it."""
    orders = [order("1", 10000), order("2", 20000)]
    lines = [line("c", "commission", -500, "1"), line("d", "commission", -1000, "2"), line("p", "payment", 10000)]
    found = settle([*lines, line("q", "payment", 20000, "2")], orders)
    assert said(found["p"]) == (1, "")
    assert found["p"].order_no == "1"


def test_unknown_line_is_unclassified() -> None:
    """A line that no rule knows is shown as such."""
    assert said(settle([line("u", "unclassified", -8800)], [])["u"]) == (13, "unclassified")


def test_own_transfers_are_ignored_by_rule() -> None:
    """Freezing the deposit is our own money moved."""
    assert said(settle([line("d", "deposit", -100000)], [])["d"]) == (14, "")


def test_wrong_shop_is_one_exception() -> None:
    """Money for another shop's order is in the wrong shop, and that order's payment is not missing on top."""
    found = settle(
        [line("p", "payment", 10000, "1", shop="B"), line("c", "commission", -500, "1")], [order("1", 10000)]
    )
    assert {name: said(decision) for name, decision in found.items()} == {"p": (15, "wrong_shop"), "c": (1, "")}


def test_wrong_period() -> None:
    """A line dated outside its statement's period is in the wrong period."""
    found = settle([line("p", "payment", 10000, "1", day="2026-07-02")], [order("1", 10000)])
    assert said(found["p"]) == (15, "wrong_period")


def test_trade_wallet_keeps_its_fee_and_gives_it_back() -> None:
    """0.60 % of a payment, and back with the refund."""
    found = settle(
        [line("p", "payment", 9990, "1", shop="W"), line("p", "payment_fee", -60, "1", shop="W"),
         line("r", "refund", -5000, "1", shop="W", refund_no="R1"), line("r", "payment_fee", 30, "1", shop="W")],
        [order("1", 9990, shop="W")],
        [refund("R1", "1", 5000, shop="W")],
    )  # fmt: skip
    assert {said(decision) for decision in found.values()} == {(1, "")}


def test_trade_wallet_fee_at_another_rate() -> None:
    """1.00 % instead of 0.60 % is a rate difference."""
    found = settle(
        [line("p", "payment", 10000, "1", shop="W"), line("f", "payment_fee", -100, "1", shop="W")],
        [order("1", 10000, shop="W")],
    )
    assert said(found["f"]) == (11, "payment_fee_rate")
    assert found["f"].reason.startswith("手续费多扣 ¥0.40：应 0.60 %，实 1.00 %")


def test_orders_of_shops_without_a_wallet_expect_nothing() -> None:
    """A shop that has no statements at all is no business of reconciliation."""
    assert settle([], [order("1", 10000, shop="oscar")]) == {}


def test_stage_of_an_order() -> None:
    """An escrow wallet pays when the order finishes, a trade wallet when the buyer pays."""
    on_its_way = order("1", 100, finished="", status="已发货")
    assert stage_of(on_its_way, "alipay", CONTRACTS) is Stage.OPEN
    assert stage_of(on_its_way, "wxpay", CONTRACTS) is Stage.SETTLED
    assert stage_of(order("1", 100, status=CLOSED), "alipay", CONTRACTS) is Stage.CLOSED
