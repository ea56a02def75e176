"""What is settled with shops, carriers and payees, and what people add to the figures."""

import pytest

from storage.erp.reconciliation.contracts import Contracts
from storage.erp.settlement import adjustments, payees, sheets
from storage.erp.settlement.adjustments import Adjustment
from storage.erp.settlement.commissions import channel_rates, commissions, deviations
from storage.erp.settlement.errors import AdjustmentConflict, ReasonNeeded, SharesWrong, SheetChanged, SheetMissing
from storage.erp.settlement.facts import Span, total
from storage.erp.settlement.payees import PayeeRule
from storage.erp.settlement.profit import by_order
from storage.erp.settlement.sheets import Party

MONTH = Span("2026-11-01", "2026-11-30")
SHOP = Party("shop", "practice/A")


@pytest.mark.function("FMS-51")
def test_a_confirmed_sheet_is_frozen(shop) -> None:
    """Drafts are drawn up anew; confirmed is for good; what comes later is the next version, and says what is new."""
    shop.bill("payment", 1000, "1")
    first = shop.write(lambda c: sheets.draw_up(c, SHOP, "2026-11"))
    assert (first.version, first.state, first.total_fen) == (1, "draft", 1000)
    shop.bill("commission", -50, "1")
    with pytest.raises(SheetChanged):
        shop.write(
            lambda c: [sheets.draw_up(c, SHOP, "2026-11"), sheets.confirm(c, SHOP, "2026-11", first.content_hash, "王")]
        )
    draft = shop.write(lambda c: sheets.draw_up(c, SHOP, "2026-11"))
    assert (draft.version, draft.total_fen) == (1, 950)
    frozen = shop.write(lambda c: sheets.confirm(c, SHOP, "2026-11", draft.content_hash, "王会计"))
    shop.bill("penalty", -8, "1")
    later = shop.write(lambda c: sheets.draw_up(c, SHOP, "2026-11"))
    assert (later.version, later.state, later.total_fen) == (2, "draft", 942)
    assert [(sign, line.component, line.amount_fen) for sign, line in sheets.difference(frozen, later)] == [
        ("+", "penalty", -8)
    ]
    assert shop.read(lambda c: sheets.read_sheet(c, SHOP, "2026-11", 1)) == frozen


def test_an_unchanged_sheet_makes_no_version(shop) -> None:
    """Drawn up or confirmed again without news it stays the version it is."""
    shop.bill("payment", 1000, "1")
    draft = shop.write(lambda c: sheets.draw_up(c, SHOP, "2026-11"))
    for _ in range(2):
        shop.write(lambda c: sheets.confirm(c, SHOP, "2026-11", draft.content_hash, "王会计"))
        assert shop.write(lambda c: sheets.draw_up(c, SHOP, "2026-11")).version == 1
    assert shop.rows("SELECT count(*) FROM settlement_sheet") == [(1,)]
    with pytest.raises(SheetMissing):
        shop.write(lambda c: sheets.confirm(c, SHOP, "2026-10", "", "王会计"))


def test_carriers_and_payees_have_sheets_too(shop) -> None:
    """A carrier's sheet is its bill with what the books make of it, a payee's what he got and gave back."""
    shop.order("1", ("X", 1, 5000))
    shop.parcel("1", "Z1", ("1-1", "X", 1))
    shop.express("Z1", 450)
    shop.express("Z9", 800)
    carrier = shop.write(lambda c: sheets.draw_up(c, Party("carrier", "中通快递"), "2026-11"))
    assert [(line.component, line.amount_fen) for line in carrier.lines] == [("matched", -450), ("unmatched", -800)]
    rule(shop, "R", {"达人甲": 10_000})
    shop.bill("affiliate", -300, "1")
    shop.write(payees.share_out)
    payee = shop.write(lambda c: sheets.draw_up(c, Party("payee", "达人甲"), "2026-11"))
    assert payee.total_fen == -300


def rule(shop, name: str, shares: dict[str, int], **scope: str) -> None:
    """A rule on affiliates' commission of all of November unless said otherwise."""
    said = {"fee_type": "affiliate", "platform": "", "shop": "", "product_id": "", "from_day": "2026-11-01",
            "to_day": "", **scope}  # fmt: skip
    shop.write(lambda c: payees.add_rule(c, PayeeRule(name, **said, shares_bp=shares, author="运营小赵")))


@pytest.mark.function("FMS-54")
def test_commission_is_shared_out_by_rule_and_taken_back_on_refund(shop) -> None:
    """The most specific rule decides, shares sum to the commission to the fen, a refund reverses them in proportion."""
    shop.order("1", ("X", 1, 5000))
    rule(shop, "全部", {"机构": 10_000})
    rule(shop, "爆款", {"达人甲": 6667, "招商乙": 3333}, product_id="PX")
    shop.bill("affiliate", -1001, "1")
    shop.bill("affiliate", -500, "2")
    shop.bill("refund_affiliate", 301, "1", day="2026-11-20")
    shop.write(payees.share_out)
    shares = shop.rows("SELECT payee, order_no, amount_fen FROM payee_share ORDER BY day, order_no, payee")
    assert shares == [("招商乙", "1", -334), ("达人甲", "1", -667), ("机构", "2", -500), ("招商乙", "1", 100),
                      ("达人甲", "1", 201)]  # fmt: skip
    (bill,) = shop.rows("SELECT sum(amount_fen) FROM bill_line")[0]
    assert sum(fen for *_, fen in shares) == bill
    assert shop.write(payees.share_out).created == 0


def test_commission_of_nobody_is_visible_until_a_rule_comes(shop) -> None:
    """Without a rule the whole line stands under nobody; the rule that comes later shares it out."""
    shop.bill("affiliate", -500, "2")
    assert shop.write(payees.share_out).created == 1
    unowned = shop.rows("SELECT payee, amount_fen, words FROM payee_share")
    assert unowned == [("", -500, "淘宝客佣金 没有适用的分账规则")]
    assert shop.write(payees.share_out).created == 0
    rule(shop, "全部", {"机构": 10_000})
    assert shop.write(payees.share_out).created == 1
    assert shop.rows("SELECT payee, amount_fen FROM payee_share") == [("机构", -500)]


@pytest.mark.parametrize("shares", [{"甲": 9_999}, {"甲": 10_001}, {}, {"甲": 10_000, "乙": 0}])
def test_shares_must_make_the_whole(shop, shares) -> None:
    """A rule whose parts are not 100 %, or give somebody nothing, is refused."""
    with pytest.raises(SharesWrong):
        rule(shop, "R", shares)


def test_two_rules_for_the_same_are_refused(shop) -> None:
    """Equal scope on a common day is a conflict; one after the other is not."""
    rule(shop, "R1", {"甲": 10_000}, to_day="2026-11-10")
    with pytest.raises(SharesWrong, match="重叠"):
        rule(shop, "R2", {"乙": 10_000}, from_day="2026-11-10")
    rule(shop, "R2", {"乙": 10_000}, from_day="2026-11-11")


def fix(number: str, fen: int, note: str = "平台口头承诺的补偿") -> Adjustment:
    """An adjustment of order 1."""
    return Adjustment(number, "practice", "A", "1", "", "compensation", fen, "2026-11-15", note, "王会计")


@pytest.mark.function("FMS-67")
def test_an_adjustment_lies_over_the_sources(shop) -> None:
    """It counts in the order's profit with its note and author; the raw rows stay as they are; it is taken back by
    another row."""
    shop.order("1", ("X", 1, 5000))
    shop.bill("compensation", -300, "1")
    raw = shop.rows("SELECT * FROM bill_line"), shop.rows("SELECT * FROM order_line")
    before = total(shop.gather().facts)
    assert shop.write(lambda c: adjustments.adjust(c, fix("A1", 120)))
    assert not shop.write(lambda c: adjustments.adjust(c, fix("A1", 120)))
    facts = by_order(shop.gather().facts)["practice", "A", "1"]
    assert total(facts) == before + 120
    assert [fact.ref for fact in facts if "调整" in fact.ref] == ["调整 A1 王会计：平台口头承诺的补偿"]
    assert (shop.rows("SELECT * FROM bill_line"), shop.rows("SELECT * FROM order_line")) == raw
    assert shop.write(lambda c: adjustments.take_back(c, "A1", "2026-11-16", "没有兑现", "王会计"))
    assert not shop.write(lambda c: adjustments.take_back(c, "A1", "2026-11-17", "没有兑现", "王会计"))
    assert total(shop.gather().facts) == before
    assert shop.rows("SELECT count(*) FROM profit_adjustment") == [(2,)]


def test_an_adjustment_needs_a_note_and_never_changes(shop) -> None:
    """Without a note it is refused; the same number with another amount is refused."""
    with pytest.raises(ReasonNeeded):
        shop.write(lambda c: adjustments.adjust(c, fix("A1", 1, note="")))
    shop.write(lambda c: adjustments.adjust(c, fix("A1", 120)))
    with pytest.raises(AdjustmentConflict):
        shop.write(lambda c: adjustments.adjust(c, fix("A1", 121)))


@pytest.mark.function("FMS-16", "FMS-42")
def test_commission_is_compared_with_the_contract(shop) -> None:
    """Σ order commission is the bill's; what was taken at another rate is listed with both rates."""
    for number in ("1", "2", "3"):
        shop.order(number, ("X", 1, 40_000))
    shop.bill("commission", -2000, "1")
    shop.bill("commission", -2320, "2")
    shop.bill("commission", -2001, "3")
    found = shop.read(lambda c: commissions(c, Contracts(commission_bp={"A": 500}), MONTH))
    (bill,) = shop.rows("SELECT sum(amount_fen) FROM bill_line WHERE fee_type = 'commission'")[0]
    assert -sum(one.actual_fen for one in found) == bill == total(shop.gather().facts, "commission")
    (wrong,) = deviations(found)
    assert wrong.words == "佣金多扣 ¥3.20：应 5.00 %，实 5.80 %（基数 ¥400.00）"
    (rate,) = channel_rates(found)
    assert (rate.base_fen, rate.actual_fen, rate.actual_bp, rate.contract_bp) == (120_000, 6321, 527, 500)
