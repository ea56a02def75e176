"""Goods that come back, and the money that follows them."""

import pytest

from storage.database.digest import digest
from storage.database.tables.lots import place_rule
from storage.erp.aftersales import refunds, requests
from storage.erp.aftersales.errors import DecisionMade, ReturnTooLarge, RmaConflict, SubOrderUnknown
from storage.erp.aftersales.receiving import close_return, receive_return
from storage.erp.purchasing.errors import ReceiptTooLarge
from storage.erp.purchasing.inbound import Receipt, ReceivedLine
from tests.storage.erp.aftersales.conftest import NIGHT, Shop, asked

LATER = "2026-11-25"


def agree(shop: Shop, *wanted: requests.Request) -> None:
    """Ask and agree."""
    for one in wanted:
        shop.write(lambda c, one=one: requests.request(c, one))
        shop.write(lambda c, one=one: requests.approve(c, one.rma_id, "李", f"{NIGHT} 10:00:00"))


def come(shop: Shop, rma_id: str, *lines: tuple[str, str, int], number: str = "R1") -> bool:
    """What the warehouse says has come."""
    told = Receipt(number, rma_id, f"{LATER} 10:00:00", tuple(ReceivedLine(*line) for line in lines), "sha", 3)
    return shop.write(lambda c: receive_return(c, told))


def stage(shop: Shop, rma_id: str) -> str:
    """Where it stands."""
    return shop.write(refunds.stages)[rma_id].stage


@pytest.mark.function("AS-02")
def test_no_more_comes_back_than_went_out(shop: Shop) -> None:
    """Of three pieces shipped two are coming back: one more may, two more may not; a refused one is free again."""
    shop.order("1", ("A", 3, 1000))
    with pytest.raises(ReturnTooLarge):
        shop.write(lambda c: requests.request(c, asked("T0", "1")))
    shop.ship()
    shop.write(lambda c: requests.request(c, asked("T1", "1", lines={"1-1": 2})))
    with pytest.raises(ReturnTooLarge) as caught:
        shop.write(lambda c: requests.request(c, asked("T2", "1", lines={"1-1": 2})))
    assert "发出 3 件，已申请退回 2 件，不能再退 2 件" in caught.value.message()
    shop.write(lambda c: requests.request(c, asked("T3", "1", lines={"1-1": 1})))
    shop.write(lambda c: requests.refuse(c, "T1", "李", "超过七天"))
    assert shop.write(lambda c: requests.request(c, asked("T4", "1", lines={"1-1": 2})))
    assert shop.rows("SELECT sum(refund_fen) FROM rma_line WHERE rma_id IN ('T3', 'T4')") == [(1000,)]


@pytest.mark.function("AS-07")
def test_an_agreed_return_is_expected_once_under_its_number(shop: Shop) -> None:
    """One expected inbound with the number of the after-sale, received in parts, never beyond."""
    shop.order("1", ("A", 3, 1000))
    shop.ship()
    agree(shop, asked("T1", "1", lines={"1-1": 3}))
    shop.write(lambda c: requests.approve(c, "T1", "李", f"{NIGHT} 11:00:00"))
    assert shop.rows("SELECT inbound_id, kind, source_id, warehouse, state FROM inbound") == [
        ("T1", "return", "T1", "H", "open")
    ]
    assert shop.on_hand()["A"] == 17
    come(shop, "T1", ("1-1", "good", 2))
    assert (shop.on_hand()["A"], stage(shop, "T1")) == (19, "part_received")
    with pytest.raises(ReceiptTooLarge):
        come(shop, "T1", ("1-1", "good", 2), number="R2")
    come(shop, "T1", ("1-1", "good", 1), number="R2")
    assert shop.rows("SELECT qty, unit_cost_fen, leg FROM move WHERE doc_type = 'return' ORDER BY leg") == [
        (2, 1250, 1), (1, 1250, 2)
    ]  # fmt: skip
    assert shop.rows("SELECT state FROM inbound") == [("received",)]


@pytest.mark.function("AS-11")
def test_the_refund_follows_the_goods(shop: Shop) -> None:
    """No receipt, no refund; the receipt asks the bots for it; it is refunded only when a bot says so."""
    shop.order("1", ("A", 3, 1000), ("B", 1, 500))
    shop.ship()
    agree(shop, asked("T1", "1", lines={"1-1": 2}))
    shop.write(lambda c: refunds.publish_refunds(c, NIGHT))
    assert (shop.refunds(), stage(shop, "T1")) == ({}, "awaiting_goods")
    come(shop, "T1", ("1-1", "good", 2))
    assert (shop.refunds(), stage(shop, "T1")) == ({"T1": ("published", 666)}, "refunding")
    assert shop.write(refunds.record_refunds) == 0
    shop.answer("done", night=LATER)
    assert (stage(shop, "T1"), shop.write(refunds.record_refunds), shop.write(refunds.record_refunds)) == (
        "refunded", 1, 0
    )  # fmt: skip
    assert shop.write(lambda c: refunds.publish_refunds(c, "2026-12-01")) == 0


@pytest.mark.function("AS-11")
def test_where_it_was_agreed_the_refund_does_not_wait(shop: Shop) -> None:
    """极速退: asked of the bots when it is agreed, once, and not again when the goods come."""
    shop.order("1", ("A", 1, 1000))
    shop.ship()
    agree(shop, asked("T1", "1", policy="at_once"))
    assert shop.refunds() == {"T1": ("published", 1000)}
    come(shop, "T1", ("1-1", "good", 1))
    assert shop.rows("SELECT count(*) FROM command WHERE worklist = 'to_refund'") == [(1,)]


@pytest.mark.function("AS-11")
@pytest.mark.parametrize(("responsible", "fen"), [("质量", 1000), ("买家", 333)])
def test_bad_goods_go_to_the_defect_place(shop: Shop, responsible: str, fen: int) -> None:
    """Bad pieces are no stock to sell; they are refunded unless the buyer is responsible."""
    shop.write(lambda c: c.execute(place_rule.insert(), [
        {"warehouse": "H", "kind": "own", "defects_go_to": "HD"},
        {"warehouse": "HD", "kind": "defect", "defects_go_to": ""},
    ]))  # fmt: skip
    shop.order("1", ("A", 3, 1000))
    shop.ship()
    agree(shop, asked("T1", "1", lines={"1-1": 3}, responsible=responsible))
    come(shop, "T1", ("1-1", "good", 1), ("1-1", "bad", 2))
    assert (shop.on_hand()["A"], shop.on_hand("HD")["A"]) == (18, 2)
    assert shop.refunds() == {"T1": ("published", fen)}


def test_a_return_that_stays_incomplete_is_closed(shop: Shop) -> None:
    """A person ends the waiting: what came is refunded, what did not is not."""
    shop.order("1", ("A", 2, 1001))
    shop.ship()
    agree(shop, asked("T1", "1", lines={"1-1": 2}))
    come(shop, "T1", ("1-1", "good", 1))
    assert shop.refunds() == {}
    assert shop.write(lambda c: close_return(c, "T1", LATER))
    assert shop.refunds() == {"T1": ("published", 500)}
    come(shop, "T1", ("1-1", "good", 1), number="R2")
    assert shop.rows("SELECT state FROM inbound") == [("received",)]
    assert shop.rows("SELECT count(*) FROM command WHERE worklist = 'to_refund'") == [(2,)]
    shop.answer("done", night=LATER)
    assert shop.write(refunds.record_refunds) == 2
    assert shop.rows("SELECT sum(json_extract(data, '$.amount_fen')) FROM order_event WHERE type LIKE 'refunded%'") == [
        (1001,)
    ]


def test_a_failed_refund_is_asked_for_another_night_a_refused_one_is_not(shop: Shop) -> None:
    """What the platform refused waits for a person; a bot's own failure is tried again; withdrawn ones come back."""
    shop.order("1", ("A", 1, 1000))
    shop.ship()
    agree(shop, asked("T1", "1", policy="at_once"))
    shop.answer("failed")
    assert shop.write(lambda c: refunds.publish_refunds(c, NIGHT)) == 0
    assert shop.write(lambda c: refunds.publish_refunds(c, LATER)) == 1
    shop.answer("rejected", night=LATER)
    assert shop.write(lambda c: refunds.publish_refunds(c, "2026-12-01")) == 0
    assert stage(shop, "T1") == "person"


def test_saying_the_same_again_changes_nothing(shop: Shop) -> None:
    """Request, approval and receipt twice are once; the same number for something else is refused."""
    shop.order("1", ("A", 2, 1000))
    shop.ship()
    agree(shop, asked("T1", "1"))
    come(shop, "T1", ("1-1", "good", 1))
    before = shop.write(digest)
    agree(shop, asked("T1", "1"))
    come(shop, "T1", ("1-1", "good", 1))
    shop.write(lambda c: refunds.publish_refunds(c, LATER))
    assert shop.write(digest) == before
    with pytest.raises(RmaConflict):
        shop.write(lambda c: requests.request(c, asked("T1", "1", lines={"1-1": 2})))
    with pytest.raises(DecisionMade):
        shop.write(lambda c: requests.refuse(c, "T1", "李", "后悔"))
    with pytest.raises(SubOrderUnknown):
        shop.write(lambda c: requests.request(c, asked("T2", "1", lines={"9-9": 1})))
