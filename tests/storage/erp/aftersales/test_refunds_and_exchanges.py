"""Money without goods, other goods for goods, the same goods again; and what comes from outside about an order."""

import pytest

from storage.database.tables import order_line, refund
from storage.erp.aftersales import intake, refunds, replacements, requests
from storage.erp.aftersales.errors import PiecesUnknown, RefundTooLarge, ReturnTooLarge, ShippedMeanwhile, WholeOnly
from storage.erp.aftersales.intake import Asked
from storage.erp.aftersales.receiving import receive_return
from storage.erp.aftersales.requests import Wanted
from storage.erp.aftersales.rules import share_fen
from storage.erp.catalog.sets import Member, StockSet, write_sets
from storage.erp.orders.returns import came_back
from storage.erp.privacy import address_book
from storage.erp.privacy.sealing import Keys
from storage.erp.purchasing.inbound import Receipt, ReceivedLine
from tests.storage.erp.aftersales.conftest import NIGHT, Shop, asked, key

LATER = "2026-11-25"


def agree(shop: Shop, one: requests.Request) -> None:
    """Ask and agree."""
    shop.write(lambda c: requests.request(c, one))
    shop.write(lambda c: requests.approve(c, one.rma_id, "李", f"{NIGHT} 10:00:00"))


def back(shop: Shop, rma_id: str, line_no: str, qty: int) -> None:
    """Sound goods came back."""
    told = Receipt(f"R-{rma_id}", rma_id, f"{LATER} 10:00:00", (ReceivedLine(line_no, "good", qty),), "sha", 3)
    shop.write(lambda c: receive_return(c, told))


@pytest.mark.function("AS-04")
def test_a_refund_before_shipping_gives_the_goods_back(shop: Shop) -> None:
    """What is held for it is void at once, allocation does not take it again, and the rest of the parcel ships."""
    shop.order("1", ("A", 2, 1000), ("B", 1, 500))
    shop.allocate()
    with pytest.raises(WholeOnly):
        shop.write(lambda c: requests.request(c, asked("T0", "1", "refund_only")))
    agree(shop, asked("T1", "1", "refund_only", lines={"1-1": 2}))
    assert shop.rows("SELECT code, state FROM reservation ORDER BY code") == [("A", "void"), ("B", "held")]
    assert shop.refunds() == {"T1": ("published", 1000)}
    shop.ship("2026-11-22")
    assert shop.rows("SELECT code, qty FROM move WHERE doc_type = 'issue'") == [("B", 1)]
    assert shop.on_hand()["A"] == 20


def test_what_left_meanwhile_is_not_refunded_as_unshipped(shop: Shop) -> None:
    """A request from before shipping that is agreed after it is refused: the goods are on their way."""
    shop.order("1", ("A", 1, 1000))
    shop.write(lambda c: requests.request(c, asked("T1", "1", "refund_only")))
    shop.ship()
    with pytest.raises(ShippedMeanwhile):
        shop.write(lambda c: requests.approve(c, "T1", "李", f"{NIGHT} 10:00:00"))
    assert shop.refunds() == {}


def test_a_refund_after_shipping_is_never_more_than_was_paid(shop: Shop) -> None:
    """A compensation leaves goods and reservation alone; together with others it stays within the paid share."""
    shop.order("1", ("A", 1, 1000))
    shop.ship()
    agree(shop, asked("T1", "1", "refund_only", amounts={"1-1": 300}))
    assert shop.refunds() == {"T1": ("published", 300)}
    with pytest.raises(RefundTooLarge) as caught:
        shop.write(lambda c: requests.request(c, asked("T2", "1", "refund_only", amounts={"1-1": 701})))
    assert "还可退 700 分" in caught.value.message()
    shop.write(lambda c: requests.request(c, asked("T3", "1")))
    assert shop.rows("SELECT refund_fen FROM rma_line WHERE rma_id = 'T3'") == [(700,)]


@pytest.mark.function("AS-03")
def test_an_exchange_nets_goods_and_money(shop: Shop) -> None:
    """A comes back before C goes out; the books then hold one A more and two C less, and the difference is refunded."""
    shop.order("1", ("A", 1, 1000))
    shop.ship()
    agree(shop, asked("T1", "1", "exchange", wanted=(Wanted("C", 2, 350),)))
    assert shop.rows("SELECT difference_fen, replacement_no FROM rma") == [(-300, "")]
    back(shop, "T1", "1-1", 1)
    assert shop.refunds() == {"T1": ("published", 300)}
    assert shop.rows("SELECT order_no, pay_state, paid_fen FROM platform_order WHERE platform = 'aftersale'") == [
        ("HH-T1", "paid", 0)
    ]
    shop.ship(LATER)
    assert shop.rows("SELECT DISTINCT worklist FROM command WHERE data LIKE '%HH-T1%'") == [("to_ship_own",)]
    assert shop.on_hand() == {"A": 20, "B": 20, "C": 18}
    assert shop.write(lambda c: replacements.write_replacements(c, LATER)) == 0


def test_dearer_goods_ship_when_the_difference_is_paid(shop: Shop) -> None:
    """The exchange's order waits unpaid; nothing is refunded; the payment lets it ship, once."""
    shop.order("1", ("A", 1, 1000))
    shop.ship()
    agree(shop, asked("T1", "1", "exchange", wanted=(Wanted("B", 1, 1800),)))
    back(shop, "T1", "1-1", 1)
    shop.ship(LATER)
    assert (shop.refunds(), shop.on_hand()["B"]) == ({}, 20)
    assert shop.rows("SELECT sum(paid_share_fen) FROM order_line WHERE order_no = 'HH-T1'") == [(800,)]
    assert shop.write(lambda c: replacements.record_difference_paid(c, "T1", f"{LATER} 12:00:00"))
    assert not shop.write(lambda c: replacements.record_difference_paid(c, "T1", f"{LATER} 12:00:00"))
    shop.ship("2026-11-26")
    assert shop.on_hand()["B"] == 19


@pytest.mark.function("AS-08")
def test_a_resend_is_free_and_its_goods_are_a_cost_of_after_sales(shop: Shop) -> None:
    """An order of ours at price 0 with its reason; what its goods cost is told by who is responsible."""
    shop.order("1", ("B", 1, 1000))
    shop.ship()
    agree(shop, asked("T1", "1", "resend", reason="少发一件", responsible="漏发"))
    assert shop.rows("SELECT paid_fen, platform_status FROM platform_order WHERE platform = 'aftersale'") == [
        (0, "补发：少发一件")
    ]
    assert shop.write(replacements.resend_costs) == []
    shop.ship(LATER)
    assert shop.write(replacements.resend_costs) == [("T1", "漏发", 2000)]
    assert (shop.refunds(), shop.on_hand()["B"]) == ({}, 18)
    assert (shop.write(replacements.finish_shipped), shop.write(replacements.finish_shipped)) == (1, 0)
    assert shop.rows("SELECT finished_at FROM platform_order WHERE order_no = 'BF-T1'") == [(f"{LATER} 23:00:00",)]


def test_bundles_come_back_in_parts(shop: Shop) -> None:
    """A bundle's components are expected and received one by one; it is refunded as far as whole sets came."""
    shop.write(
        lambda c: c.exec_driver_sql("INSERT INTO bundle (code, component, qty) VALUES ('SET','A',1),('SET','C',2)")
    )
    shop.order("1", ("SET", 2, 1000))
    shop.ship()
    agree(shop, asked("T1", "1", lines={"1-1": 2}))
    lines = (ReceivedLine("1-1|A", "good", 2), ReceivedLine("1-1|C", "good", 3), ReceivedLine("1-1|C", "bad", 1))
    shop.write(lambda c: receive_return(c, Receipt("R1", "T1", f"{LATER} 10:00:00", lines, "sha", 3)))
    owed = shop.write(refunds.owed)[0]
    assert (owed.amount_fen, "好货 1、坏货 1" in owed.words) == (1000, True)
    assert shop.on_hand() == {"A": 20, "B": 20, "C": 19}


def test_a_set_comes_back_as_what_was_drawn(shop: Shop) -> None:
    """The members that a set was drawn from are expected, and it is refunded as often as they make it up again."""
    either = StockSet("PICK", "pick_one", ((Member("A", 1), Member("B", 15)),))
    shop.write(lambda c: write_sets(c, [either]))
    shop.order("1", ("PICK", 21, 2100))
    shop.ship()
    assert shop.on_hand() == {"A": 0, "B": 5, "C": 20}
    agree(shop, asked("T1", "1", lines={"1-1": 21}))
    assert shop.rows("SELECT line_no, qty FROM inbound_line ORDER BY line_no") == [("1-1|A", 20), ("1-1|B", 15)]
    lines = (ReceivedLine("1-1|A", "good", 20), ReceivedLine("1-1|B", "good", 14), ReceivedLine("1-1|B", "bad", 1))
    shop.write(lambda c: receive_return(c, Receipt("R1", "T1", f"{LATER} 10:00:00", lines, "sha", 3)))
    owed = shop.write(refunds.owed)[0]
    assert (owed.amount_fen, "好货 20、坏货 1" in owed.words) == (2100, True)
    assert shop.write(came_back) == {key("1"): "returned"}


def test_shares_by_pieces_sum_to_the_whole() -> None:
    """However a paid share is given back, piece by piece or in lots, together it is the share."""
    for whole, parts in ((1000, (1, 1, 1)), (1001, (2, 5)), (7, (1, 1, 1, 4)), (0, (3,))):
        before, total = 0, 0
        for qty in parts:
            total += share_fen(whole, sum(parts), before, qty)
            before += qty
        assert total == whole


@pytest.mark.function("OMS-41")
def test_an_orders_page_and_the_after_sale_queue_share_one_limit(shop: Shop) -> None:
    """A return opened from the order and one from a request count together; what has not left is not offered."""
    shop.order("1", ("A", 2, 1000), ("B", 1, 500))
    shop.ship()
    shop.order("2", ("A", 1, 1000))
    offered = shop.write(lambda c: requests.returnable(c, key("1")))
    assert offered == {"1-1": 2, "1-2": 1}
    assert shop.write(lambda c: requests.returnable(c, key("2"))) == {}
    shop.write(lambda c: intake.take_in(c, Asked("practice", "shop_a", "AF9", "1-1", "return", "破损", 1, 0, NIGHT)))
    shop.write(lambda c: requests.request_tied(c, "practice", "shop_a", "AF9", responsible="质量"))
    assert shop.write(lambda c: requests.returnable(c, key("1"))) == {"1-1": 1, "1-2": 1}
    with pytest.raises(ReturnTooLarge):
        shop.write(lambda c: requests.request(c, asked("T1", "1", lines={"1-1": 2})))
    shop.write(lambda c: intake.take_in(c, Asked("practice", "shop_a", "AF10", "1-1", "return", "破损", 2, 0, NIGHT)))
    with pytest.raises(ReturnTooLarge):
        shop.write(lambda c: requests.request_tied(c, "practice", "shop_a", "AF10", responsible="质量"))


@pytest.mark.function("AS-05")
def test_requests_find_their_order_by_the_sub_order(shop: Shop) -> None:
    """A known sub-order brings order, goods and masked buyer; an unknown one waits until its order is there."""
    shop.order("1", ("A", 1, 1000))
    buyer = {address_book.OrderKey(*key("1")): address_book.Address("张三", "13800138000")}
    shop.write(lambda c: address_book.keep(c, Keys.new(), buyer, who="导入"))
    first = Asked("practice", "shop_a", "AF1", "1-1", "return", "破损", 1, 1000, NIGHT)
    shop.write(lambda c: intake.take_in(c, first, first._replace(request_no="AF2", sub_no="2-1")))
    tied = shop.write(intake.tied_requests)
    assert [(one.request_no, one.key, one.code, one.paid_fen) for one in tied] == [("AF1", key("1"), "A", 1000)]
    assert "138" in tied[0].customer
    assert "13800138000" not in tied[0].customer
    assert shop.write(intake.unlinked) == [("shop_a", "AF2", "0 个订单有子订单 2-1")]
    shop.order("2", ("B", 1, 500))
    assert (shop.write(intake.tie), shop.write(intake.unlinked)) == (1, [])
    assert shop.rows("SELECT count(*) FROM aftersale_request") == [(2,)]


def test_platforms_refund_exports_are_taken_in(shop: Shop) -> None:
    """A platform's after-sale document is a request: tied where it names a sub-order, else waiting with a reason."""
    shop.order("1", ("A", 1, 1000))
    plain = {"platform": "practice", "shop": "shop_a", "order_no": "1", "amount_fen": 1000, "created_at": NIGHT}
    rows = [{**plain, "refund_no": "RF1", "sub_no": "1-1"}, {**plain, "refund_no": "RF2", "sub_no": ""}]
    shop.write(lambda c: c.execute(refund.insert(), rows))
    assert (shop.write(intake.take_in_refunds), shop.write(intake.take_in_refunds)) == (2, 0)
    assert [one.request_no for one in shop.write(intake.tied_requests)] == ["RF1"]
    assert shop.write(intake.unlinked) == [("shop_a", "RF2", "没有写子订单号")]


def test_pieces_are_known_where_the_money_says_all_and_never_guessed(shop: Shop) -> None:
    """All that was paid is all pieces; a part of it may be anything, is listed as unknown, and waits for a person."""
    shop.order("1", ("A", 2, 1000), ("B", 3, 900))
    shop.ship()
    plain = {"platform": "practice", "shop": "shop_a", "order_no": "1", "created_at": NIGHT}
    rows = [
        {**plain, "refund_no": "RF1", "sub_no": "1-1", "amount_fen": 1000},
        {**plain, "refund_no": "RF2", "sub_no": "1-2", "amount_fen": 300},
    ]
    shop.write(lambda c: c.execute(refund.insert(), rows))
    shop.write(intake.take_in_refunds)
    ((_, number, why),) = shop.write(intake.unclear)
    assert (number, why) == ("RF2", "退 3.00 元，实付 9.00 元，是退差价还是退其中几件，文件没有写")
    assert shop.write(intake.size) == 0
    first = shop.write(lambda c: requests.request_tied(c, "practice", "shop_a", "RF1", responsible="买家"))
    assert shop.rows(f"SELECT qty, refund_fen FROM rma_line WHERE rma_id = '{first}'") == [(2, 1000)]
    with pytest.raises(PiecesUnknown):
        shop.write(lambda c: requests.request_tied(c, "practice", "shop_a", "RF2", responsible="买家"))
    shop.write(lambda c: requests.request_tied(c, "practice", "shop_a", "RF2", responsible="买家", qty=1))
    assert shop.write(intake.unclear) == []
    assert shop.write(lambda c: requests.returnable(c, key("1"))) == {"1-2": 2}


def test_the_platforms_word_replaces_ours(shop: Shop) -> None:
    """While we refund an unshipped sub-order it says 退款中; nothing else of the order changes."""
    shop.order("1", ("A", 1, 1000))
    shop.allocate()
    agree(shop, asked("T1", "1", "refund_only"))
    line = order_line.c
    assert (
        shop.write(lambda c: c.execute(order_line.select().with_only_columns(line.refund_status)).scalar()) == "退款中"
    )
    assert shop.rows("SELECT state FROM fulfilment") == [("cancelled",)]
