"""Refunds, price differences and invoices never take more than was paid."""

import pytest

from storage.database.bulk import merge
from storage.database.tables import bot_result, refund
from storage.database.tables.purchasing import rma, rma_line
from storage.erp.invariants.books import refunds_within_paid
from storage.erp.settlement import invoices, price_refunds
from storage.erp.settlement.errors import (
    InvoiceState,
    InvoiceTaken,
    InvoiceTooMuch,
    ReasonNeeded,
    RefundTooMuch,
    RequestConflict,
)
from storage.erp.settlement.invoices import Buyer, left_to_invoice
from storage.erp.settlement.pool import read_pool
from storage.erp.settlement.price_refunds import PriceRefund
from storage.erp.settlement.refund_lines import exceptions, refund_lines
from storage.erp.settlement.taken import capped

ORDER = ("practice", "A", "1")
WHERE = ("practice", "A")
NIGHT = "2026-11-21"


def ask(number: str, fen: int, reason: str = "双十一保价") -> PriceRefund:
    """A price difference of order 1."""
    return PriceRefund(number, ORDER, fen, reason, "客服小李", NIGHT)


def answer(shop, command_id: str, outcome: str, at: str = "2026-11-21 03:00:00") -> None:
    """A bot's result row."""
    shop.put(bot_result, run_id=f"r{at}", command_id=command_id, worklist="w", shop="A", outcome=outcome, at=at)


def two_lines(shop) -> None:
    """Order 1: 100.01 yuan, 66.67 and 33.34."""
    shop.order("1", ("X", 1, 6667), ("Y", 1, 3334))


@pytest.mark.function("AS-20")
def test_a_price_difference_goes_back_pro_rata_by_what_was_paid(shop) -> None:
    """The parts follow the paid shares, sum to the refund, and are money only: no goods move."""
    two_lines(shop)
    parts = shop.write(lambda c: price_refunds.request(c, ask("T1", 1000)))
    assert parts == {"1-1": 667, "1-2": 333}
    (command,) = shop.rows("SELECT worklist, state, reason FROM command")
    assert command[:2] == ("to_refund", "published")
    assert "退差价 ¥10.00：双十一保价" in command[2]
    assert shop.rows("SELECT * FROM move") == []


@pytest.mark.function("FMS-53")
def test_no_more_goes_back_than_was_paid(shop) -> None:
    """Refunds done, requests open and the new one together stay within the payment, per order and per sub-order."""
    two_lines(shop)
    shop.refund("R1", "1", 3000, sub_no="1-2")
    shop.write(lambda c: price_refunds.request(c, ask("T1", 5000)))
    with pytest.raises(RefundTooMuch) as caught:
        shop.write(lambda c: price_refunds.request(c, ask("T2", 2002)))
    assert "实付 ¥100.01，已退和待退 ¥80.00，不能再退 ¥20.02" in caught.value.message()
    shop.write(lambda c: price_refunds.request(c, ask("T2", 2001)))
    taken = dict(shop.rows("SELECT sub_no, sum(amount_fen) FROM price_refund GROUP BY sub_no"))
    assert taken == {"1-1": 6667, "1-2": 334}
    assert shop.read(refunds_within_paid) == []


@pytest.mark.function("FMS-53")
def test_a_refunds_number_is_one_refund(shop) -> None:
    """The same refund told by two exports is one row; another partial refund has a number of its own."""
    two_lines(shop)
    shop.refund("R1", "1", 3000)
    row = {"platform": "practice", "shop": "A", "refund_no": "R1", "order_no": "1", "sub_no": "", "amount_fen": 3000,
           "created_at": "", "done_at": "2026-11-12 09:00:00", "status": "退款成功", "after_settlement": 0,
           "exported_at": "2026-11-13", "file_sha": "sha", "row_no": 99}  # fmt: skip
    shop.write(lambda c: merge(c, refund, [row], version=["done_at", "exported_at"]))
    shop.refund("R2", "1", 100)
    assert shop.rows("SELECT refund_no, amount_fen FROM refund ORDER BY 1") == [("R1", 3000), ("R2", 100)]


@pytest.mark.function("FMS-19")
def test_refunds_of_statements_stay_within_what_was_left(shop) -> None:
    """Each refund line is at most paid less what went back before it; one that is more is listed with by how much."""
    two_lines(shop)
    shop.bill("refund", -6000, "1", day="2026-11-11")
    shop.bill("refund", -3334, "1-2", day="2026-11-12")
    shop.bill("refund", 1000, "1", day="2026-11-13")
    shop.bill("refund", -1667, "1", day="2026-11-14")
    shop.bill("refund", -1, "1", day="2026-11-15")
    shop.bill("refund", -5, "404", day="2026-11-16")
    found = shop.read(lambda c: refund_lines(c, read_pool(c)))
    assert [(line.amount_fen, line.left_fen, line.over_fen) for line in found] == [
        (6000, 10001, 0), (3334, 4001, 0), (-1000, 667, 0), (1667, 1667, 0), (1, 0, 1), (5, 0, 0),
    ]  # fmt: skip
    assert [line.words for line in exceptions(found)] == [
        "订单 1 还剩 ¥0.00 可退，账单退了 ¥0.01，多退 ¥0.01", "订单 404 不在订单库中，退款 ¥0.05 无从核对",
    ]  # fmt: skip


def test_a_request_is_done_by_a_bots_result_only(shop) -> None:
    """Published is not refunded; the result makes it so, and the platform's own refund then tells of it once."""
    two_lines(shop)
    shop.write(lambda c: price_refunds.request(c, ask("T1", 9000)))
    assert shop.write(price_refunds.follow) == 0
    answer(shop, "to_refund|A|T1", "done")
    assert (shop.write(price_refunds.follow), shop.write(price_refunds.follow)) == (1, 0)
    assert {state for (state,) in shop.rows("SELECT state FROM price_refund")} == {"done"}
    with pytest.raises(RefundTooMuch):
        shop.write(lambda c: price_refunds.request(c, ask("T2", 1002)))
    shop.refund("R9", "1", 9000)
    assert sum(shop.write(lambda c: price_refunds.request(c, ask("T2", 1001))).values()) == 1001


def test_a_request_has_one_number_and_a_reason(shop) -> None:
    """Asked again it is the same request; with another amount it is refused, as without a reason."""
    two_lines(shop)
    for _ in range(2):
        shop.write(lambda c: price_refunds.request(c, ask("T1", 1000)))
    assert shop.rows("SELECT count(*) FROM command") == [(1,)]
    with pytest.raises(RequestConflict):
        shop.write(lambda c: price_refunds.request(c, ask("T1", 999)))
    with pytest.raises(ReasonNeeded):
        shop.write(lambda c: price_refunds.request(c, ask("T3", 1, reason=" ")))


def test_agreed_after_sales_are_money_that_is_asked_back_too(shop) -> None:
    """What an agreed return will give back cannot be given back again; told of by the platform it counts once."""
    two_lines(shop)
    shop.put(rma, rma_id="M1", platform="practice", shop="A", order_no="1", kind="return", decision="approved")
    shop.put(rma_line, rma_id="M1", sub_no="1-1", code="X", qty=1, refund_fen=6667)
    with pytest.raises(RefundTooMuch):
        shop.write(lambda c: price_refunds.request(c, ask("T1", 3335)))
    shop.refund("R1", "1", 6667, sub_no="1-1")
    assert shop.write(lambda c: price_refunds.request(c, ask("T1", 3334))) == {"1-2": 3334}


def test_a_cap_gives_the_rest_to_the_others() -> None:
    """No part exceeds its cap and the parts still sum to the whole; more than all caps is refused."""
    assert capped(100, [1, 1, 8], [50, 50, 10]) == [45, 45, 10]
    with pytest.raises(ValueError, match="do not fit"):
        capped(11, [1], [10])


def blue(shop, number: str = "I1", orders: tuple[str, ...] = ("1",), amounts=None):
    """A blue draft of 13 %."""
    return shop.write(
        lambda c: invoices.draft_blue(c, number, WHERE, orders, Buyer("某公司", "91330"), 1300, "财务小王", amounts)
    )


def issue(shop, number: str) -> None:
    """Asked for and issued by the bot."""
    command_id = shop.write(lambda c: invoices.ask_for(c, number, NIGHT))
    answer(shop, command_id, "done")
    assert shop.write(invoices.follow) == 1


@pytest.mark.function("FMS-52")
def test_invoices_never_exceed_what_was_paid_and_kept(shop) -> None:
    """Two orders in one blue invoice; a refund makes a red one of exactly that; Σ invoiced == paid − refunded."""
    two_lines(shop)
    shop.order("2", ("X", 1, 5000))
    shop.refund("R0", "2", 1000)
    made = blue(shop, orders=("1", "2"))
    assert (made.amount_fen, made.tax_fen) == (14001, 1611)
    assert sum(part.tax_fen for part in made.parts) == made.tax_fen
    with pytest.raises(InvoiceTooMuch):
        blue(shop, "I2")
    issue(shop, "I1")
    shop.refund("R1", "1", 3000, sub_no="1-2")
    (red,) = shop.write(invoices.draft_reds)
    assert (red.color, red.reverses, red.amount_fen, red.parts[0].sub_no) == ("red", "I1", -3000, "1-2")
    assert shop.write(invoices.draft_reds) == []
    issue(shop, red.invoice_id)
    assert shop.rows("SELECT sum(amount_fen) FROM invoice WHERE state = 'issued'") == [(15001 - 4000,)]
    left = [shop.read(lambda c, no=no: left_to_invoice(c, *WHERE, no)) for no in ("1", "2")]
    assert left == [{"1-1": 0, "1-2": 0}, {"2-1": 0}]


def test_a_number_is_one_invoice(shop) -> None:
    """Drafted again it is the same one; under another title, or once it was dropped, it is not said to be drafted."""
    two_lines(shop)
    first = blue(shop)
    assert blue(shop) == first
    with pytest.raises(InvoiceTaken) as caught:
        shop.write(lambda c: invoices.draft_blue(c, "I1", WHERE, ("1",), Buyer("别家"), 1300, "王"))
    assert "草稿，抬头 某公司，¥100.01" in caught.value.message()
    shop.write(lambda c: invoices.void(c, "I1"))
    with pytest.raises(InvoiceTaken):
        blue(shop)
    assert shop.read(lambda c: invoices.free_id(c, "1")) == "FP-1"
    blue(shop, "FP-1")
    assert shop.read(lambda c: invoices.free_id(c, "1")) == "FP-1"
    shop.write(lambda c: invoices.ask_for(c, "FP-1", NIGHT))
    assert shop.read(lambda c: invoices.free_id(c, "1")) == "FP-1-2"


def test_a_draft_of_money_that_went_back_is_not_asked_for(shop) -> None:
    """A refund between the draft and its issue: no more is asked for than was kept."""
    two_lines(shop)
    blue(shop)
    shop.refund("R1", "1", 3000, sub_no="1-2")
    with pytest.raises(InvoiceTooMuch) as caught:
        shop.write(lambda c: invoices.ask_for(c, "I1", NIGHT))
    assert "1-2 还能开 ¥3.34，要开 ¥33.34" in caught.value.message()
    assert shop.rows("SELECT state FROM invoice") == [("draft",)]
    shop.write(lambda c: invoices.void(c, "I1"))
    assert blue(shop, "I2").amount_fen == 7001


def test_an_invoice_is_issued_by_a_bots_result_only(shop) -> None:
    """Asked for it is requested, refused it can be dropped and frees the money, issued it can only be taken back."""
    two_lines(shop)
    blue(shop, amounts={("1", "1-1"): 6667})
    command_id = shop.write(lambda c: invoices.ask_for(c, "I1", NIGHT))
    assert shop.write(invoices.follow) == 0
    assert shop.rows("SELECT state FROM invoice") == [("requested",)]
    with pytest.raises(InvoiceState):
        shop.write(lambda c: invoices.void(c, "I1"))
    answer(shop, command_id, "rejected")
    shop.write(invoices.follow)
    assert shop.write(lambda c: invoices.void(c, "I1"))
    blue(shop, "I2")
    issue(shop, "I2")
    with pytest.raises(InvoiceState) as caught:
        shop.write(lambda c: invoices.void(c, "I2"))
    assert "开红字" in caught.value.message()


def test_more_than_is_left_of_a_sub_order_is_refused(shop) -> None:
    """The message names the sub-order, what is left and what was asked for."""
    two_lines(shop)
    with pytest.raises(InvoiceTooMuch) as caught:
        blue(shop, amounts={("1", "1-2"): 3335})
    assert "1-2 还能开 ¥33.34，要开 ¥33.35" in caught.value.message()
