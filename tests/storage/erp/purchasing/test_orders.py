"""Purchase orders, shipping notices and receipts in parts."""

import pytest

from storage.database.digest import digest
from storage.erp.purchasing import orders
from storage.erp.purchasing.errors import NoticeTooLarge, OrderState, PurchaseError, ReceiptConflict, ReceiptTooLarge
from storage.erp.purchasing.inbound import Receipt, ReceivedLine
from storage.erp.purchasing.plan import make_plan
from storage.erp.purchasing.position import Incoming, available, due, incoming, lead_times
from tests.storage.erp.purchasing.conftest import TODAY, Shop, day


def sent(shop: Shop, po_id: str = "P1", sent_on: str = day(10), **qty: int) -> None:
    """An order for 500 fen a piece that the supplier has."""
    lines = {code: (pieces, 500) for code, pieces in qty.items()}
    shop.write(lambda c: orders.write_order(c, po_id, "S1", "H", sent_on, day(5), lines))
    shop.write(lambda c: orders.approve(c, po_id, "王"))
    shop.write(lambda c: orders.record_sent(c, po_id, sent_on, "王"))


def come(shop: Shop, number: str, asn: str, at: str, *lines: tuple[str, str, int]) -> bool:
    """A receipt; the books must be sound after it."""
    told = Receipt(number, asn, f"{at} 10:00:00", tuple(ReceivedLine(*line) for line in lines), "sha", 7)
    changed = shop.write(lambda c: orders.receive(c, told))
    assert shop.sound()
    return changed


def test_an_order_is_received_in_parts(shop: Shop) -> None:
    """Each part becomes stock at the order's price; refused pieces stay owed; the order ends when all has come."""
    sent(shop, A=10)
    shop.write(lambda c: orders.notify(c, "ASN1", "P1", day(4), {"A": 10}))
    assert come(shop, "R1", "ASN1", day(4), ("A", "good", 4), ("A", "bad", 3))
    assert shop.rows("SELECT state FROM purchase_order UNION ALL SELECT state FROM inbound") == [("part",), ("part",)]
    assert come(shop, "R2", "ASN1", day(2), ("A", "good", 6))
    assert shop.rows("SELECT state FROM purchase_order UNION ALL SELECT state FROM inbound") == [("received",)] * 2
    assert shop.rows("SELECT qty, unit_cost_fen, from_place, to_place, file_sha FROM move ORDER BY doc_id") == [
        (4, 500, "supplier", "H", "sha"), (6, 500, "supplier", "H", "sha")
    ]  # fmt: skip
    assert shop.rows("SELECT on_hand FROM quant WHERE code = 'A'") == [(10,)]


def test_a_receipt_counts_once(shop: Shop) -> None:
    """The same receipt again changes nothing, and one that says something else is refused."""
    sent(shop, A=10)
    shop.write(lambda c: orders.notify(c, "ASN1", "P1", day(4), {"A": 10}))
    come(shop, "R1", "ASN1", day(4), ("A", "good", 4))
    before = shop.write(digest)
    assert not come(shop, "R1", "ASN1", day(4), ("A", "good", 4))
    assert shop.write(digest) == before
    with pytest.raises(ReceiptConflict):
        come(shop, "R1", "ASN1", day(4), ("A", "good", 5))


def test_more_than_expected_is_refused(shop: Shop) -> None:
    """Neither a notice beyond the order nor a receipt beyond the notice gets in, and nothing of them stays."""
    sent(shop, A=10)
    with pytest.raises(NoticeTooLarge):
        shop.write(lambda c: orders.notify(c, "ASN1", "P1", day(4), {"A": 11}))
    shop.write(lambda c: orders.notify(c, "ASN1", "P1", day(4), {"A": 6}))
    with pytest.raises(NoticeTooLarge):
        shop.write(lambda c: orders.notify(c, "ASN2", "P1", day(4), {"A": 5}))
    with pytest.raises(ReceiptTooLarge) as caught:
        come(shop, "R1", "ASN1", day(4), ("A", "good", 7))
    assert "还差 6 件" in caught.value.message()
    assert shop.rows("SELECT count(*) FROM receipt") == [(0,)]


@pytest.mark.parametrize("step", ["sent", "notice", "cancel"])
def test_orders_go_their_way_only(shop: Shop, step: str) -> None:
    """An order is not sent before it is approved, not announced before it is sent, not cancelled after."""
    shop.write(lambda c: orders.write_order(c, "P1", "S1", "H", day(9), day(5), {"A": (10, 500)}))
    with pytest.raises(PurchaseError) as caught:
        if step == "sent":
            shop.write(lambda c: orders.record_sent(c, "P1", day(9), "王"))
        elif step == "notice":
            shop.write(lambda c: orders.notify(c, "ASN1", "P1", day(4), {"A": 1}))
        else:
            sent(shop, "P2", A=1)
            shop.write(lambda c: orders.cancel(c, "P2", "不要了"))
    assert isinstance(caught.value, OrderState)


@pytest.mark.function("PUR-05")
def test_incoming_counts_by_the_day_it_is_due(shop: Shop) -> None:
    """What is due in the window is subtracted, what is due later is shown and not counted; a notice moves its part."""
    shop.sell("A", *(10,) * 40)
    shop.rule("A")
    sent(shop, A=50)
    shop.write(lambda c: orders.notify(c, "ASN1", "P1", day(-60), {"A": 20}))
    assert shop.write(incoming) == {("A", "H"): [Incoming(day(5), 30, "P1"), Incoming(day(-60), 20, "ASN1")]}
    shop.write(lambda c: make_plan(c, TODAY))
    assert shop.rows("SELECT incoming_qty, late_qty FROM purchase_suggestion") == [(30, 20)]
    assert due([Incoming(day(-12), 5, ""), Incoming(day(-13), 7, "")], day(-12)) == (5, 7)


@pytest.mark.function("PUR-06")
def test_lead_times_are_what_receipts_say(shop: Shop) -> None:
    """Mean and spread of the days from order to receipt, by pieces; without receipts the supplier's word counts."""
    shop.sell("A", *(10,) * 40)
    shop.rule("A", lead_days=3)
    shop.write(lambda c: make_plan(c, TODAY))
    assert shop.rows("SELECT lead_mean_milli, lead_sd_milli, lead_receipts FROM purchase_suggestion") == [(3000, 0, 0)]
    sent(shop, A=10)
    shop.write(lambda c: orders.notify(c, "ASN1", "P1", day(4), {"A": 10}))
    come(shop, "R1", "ASN1", day(4), ("A", "good", 5))
    come(shop, "R2", "ASN1", day(2), ("A", "good", 5))
    assert shop.write(lambda c: lead_times(c, TODAY))["S1", "A"] == (7000, 1000, 2)
    plan = shop.write(lambda c: make_plan(c, TODAY))
    assert shop.rows(
        f"SELECT lead_mean_milli, lead_sd_milli, window_days FROM purchase_suggestion WHERE plan_id='{plan.plan_id}'"
    ) == [(7000, 1000, 14)]


@pytest.mark.function("PUR-04")
def test_reserved_goods_are_not_available(shop: Shop) -> None:
    """Available is on hand minus reserved: what is promised to a buyer cannot cover tomorrow's demand."""
    from storage.erp.stock.book import ReservationLine, reserve

    shop.stock(A=40)
    shop.sell("A", *(10,) * 40)
    shop.rule("A")
    shop.write(lambda c: reserve(c, "someone", [ReservationLine("H", "A", 15)]))
    assert shop.write(available) == {("A", "H"): 25}
    shop.write(lambda c: make_plan(c, TODAY))
    assert shop.rows("SELECT available_qty FROM purchase_suggestion") == [(25,)]
