import sqlite3
import threading
from datetime import datetime

import pytest

from bots.practice.world import World, truth
from bots.practice.world.books import SHANGHAI
from bots.practice.world.changes import Refusal, ShipRow, delist, enrol, list_product, ship, upload_batch

_NOW = "2026-11-21 02:15:00"


def _waiting(world: World, lines: int) -> list[str]:
    """Sub-orders of a waiting order with this many lines, none of them refunded."""
    row = world.row(
        """SELECT order_no FROM orders JOIN order_line USING (order_no) WHERE status = '等待卖家发货'
           GROUP BY order_no HAVING COUNT(*) = ? AND SUM(refund_status = '退款成功') = 0 ORDER BY order_no LIMIT 1""",
        lines,
    )
    assert row is not None
    found = world.rows("SELECT sub_no FROM order_line WHERE order_no = ? ORDER BY sub_no", row["order_no"])
    return [line["sub_no"] for line in found]


def _order(world: World, sub_no: str) -> dict[str, object]:
    row = world.row("SELECT o.* FROM orders o JOIN order_line USING (order_no) WHERE sub_no = ?", sub_no)
    assert row is not None
    return row


def test_an_order_is_shipped_when_its_last_sub_order_is(own: World) -> None:
    """The first parcel leaves the order waiting, the last one ships it, at the mall's time."""
    first, second = _waiting(own, 2)
    ship(own, first, "中通快递", "ZT1", "form")
    assert (_order(own, first)["status"], _order(own, first)["shipped_at"]) == ("等待卖家发货", None)
    ship(own, second, "中通快递", "ZT1", "form")
    order = _order(own, first)
    assert (order["status"], order["shipped_at"], order["modified_at"]) == ("卖家已发货", _NOW, _NOW)


def test_a_refunded_sub_order_does_not_hold_up_its_order(own: World) -> None:
    """An order with a refunded line is shipped when the open lines are; the refunded one is refused."""
    row = own.row(
        """SELECT order_no FROM orders JOIN order_line USING (order_no) WHERE status = '等待卖家发货'
           GROUP BY order_no HAVING SUM(refund_status = '退款成功') = 1 AND COUNT(*) > 1"""
    )
    assert row is not None
    lines = own.rows("SELECT sub_no, refund_status FROM order_line WHERE order_no = ?", row["order_no"])
    for line in lines:
        if line["refund_status"] == "退款成功":
            with pytest.raises(Refusal, match="子订单退款成功，不能发货"):
                ship(own, line["sub_no"], "中通快递", "ZT2", "form")
        else:
            ship(own, line["sub_no"], "中通快递", "ZT2", "form")
    assert _order(own, lines[0]["sub_no"])["status"] == "卖家已发货"


def test_shipping_twice_is_seen(own: World) -> None:
    """A repeated submit is accepted and gives a second row, so that a test can tell."""
    (sub_no,) = _waiting(own, 1)
    ship(own, sub_no, "韵达快递", "YD1", "form")
    ship(own, sub_no, "韵达快递", "YD1", "batch")
    assert [count for (_, no), count in truth.shipments(own).items() if no == sub_no] == [2]


def test_shipping_again_does_not_move_the_shipping_time(own: World) -> None:
    """The order keeps the time of its first shipping and says that it was changed again."""
    (sub_no,) = _waiting(own, 1)
    ship(own, sub_no, "韵达快递", "YD1", "form")
    later = World.open(own.path, clock=lambda: datetime(2026, 11, 21, 3, 0, tzinfo=SHANGHAI))
    ship(later, sub_no, "韵达快递", "YD1", "form")
    order = _order(own, sub_no)
    assert (order["shipped_at"], order["modified_at"]) == (_NOW, "2026-11-21 03:00:00")


@pytest.mark.parametrize(
    ("carrier", "waybill_no", "reason"),
    [("蜗牛快递", "X1", "快递公司“蜗牛快递”不在平台名单中"), ("中通快递", "  ", "运单号不能为空")],
)
def test_a_bad_parcel_is_refused(own: World, carrier: str, waybill_no: str, reason: str) -> None:
    """An unknown carrier or an empty number is refused in words, and nothing is written."""
    (sub_no,) = _waiting(own, 1)
    with pytest.raises(Refusal) as refused:
        ship(own, sub_no, carrier, waybill_no, "form")
    assert refused.value.reason == reason
    assert not truth.shipments(own)


@pytest.mark.parametrize("status", ["等待买家付款", "交易关闭", "交易成功"])
def test_an_order_in_a_wrong_state_is_refused(own: World, status: str) -> None:
    """Unpaid, closed and finished orders are not shipped."""
    row = own.row("SELECT sub_no FROM order_line JOIN orders USING (order_no) WHERE status = ?", status)
    assert row is not None
    with pytest.raises(Refusal, match=f"订单状态为{status}，不能发货"):
        ship(own, row["sub_no"], "中通快递", "ZT3", "form")


def test_a_shop_cannot_ship_anothers_order(own: World) -> None:
    """Another shop's sub-order and an unknown one are refused alike."""
    (sub_no,) = _waiting(own, 1)
    other = next(s for s in ("shop_a", "shop_b") if s != _order(own, sub_no)["shop_id"])
    for wrong, shop_id in ((sub_no, other), ("999", None)):
        with pytest.raises(Refusal, match=f"子订单 {wrong} 不存在"):
            ship(own, wrong, "中通快递", "ZT4", "form", shop_id=shop_id)


def test_a_batch_ships_what_it_can(own: World) -> None:
    """Good rows are shipped, bad ones listed with their reasons, and the upload is written down."""
    (sub_no,) = _waiting(own, 1)
    shop_id = str(_order(own, sub_no)["shop_id"])
    rows = [ShipRow(sub_no, "顺丰速运", "SF1"), ShipRow("404", "顺丰速运", "SF2")]
    result = upload_batch(own, shop_id, "发货.xlsx", rows)
    assert (result.ok, result.failed) == (1, 1)
    assert [(row.result, row.reason) for row in result.rows] == [("成功", ""), ("失败", "子订单 404 不存在")]
    (batch,) = own.rows("SELECT * FROM batch_upload")
    assert (batch["batch_id"], batch["ok"], batch["failed"], batch["at"]) == (result.batch_id, 1, 1, _NOW)
    assert own.rows("SELECT via FROM shipment WHERE sub_no = ?", sub_no) == [{"via": "batch"}]


def test_shelf_changes_state_and_leaves_an_event(own: World) -> None:
    """Delisting and listing change the shelf and write one event each, repeated ones too."""
    (product_id, *_) = truth.to_delist(own)
    delist(own, product_id)
    delist(own, product_id, "batch")
    list_product(own, product_id)
    assert own.number("SELECT on_shelf FROM product WHERE product_id = ?", product_id) == 1
    assert truth.shelf_events(own) == {(product_id, "delist"): 2, (product_id, "list"): 1}


def test_an_unknown_product_is_refused(own: World) -> None:
    """A product of nobody, or of another shop, cannot be changed."""
    with pytest.raises(Refusal, match="商品 1 不存在"):
        delist(own, "1")
    (product_id, *_) = truth.to_delist(own)
    owner = own.row("SELECT shop_id FROM product WHERE product_id = ?", product_id)
    other = "shop_b" if owner == {"shop_id": "shop_a"} else "shop_a"
    with pytest.raises(Refusal, match=f"商品 {product_id} 不存在"):
        delist(own, product_id, shop_id=other)
    assert not truth.shelf_events(own)


def test_enrolment_within_limits_is_accepted(own: World) -> None:
    """Price at the floor and stock at both limits are accepted, each submit one row."""
    product = own.row("SELECT * FROM product WHERE on_shelf ORDER BY product_id")
    activity = own.row("SELECT * FROM activity")
    assert product is not None
    assert activity is not None
    key = (activity["activity_id"], product["product_id"])
    enrol(own, *key, product["floor_price_fen"], activity["min_stock"])
    enrol(own, *key, product["floor_price_fen"] - 1, activity["max_stock"])
    assert truth.enrolments(own) == {key: 2}


@pytest.mark.parametrize(
    ("over_floor", "stock", "reason"),
    [(1, 300, "活动价不得高于 ¥"), (0, 199, "活动库存不得少于 200 件"), (0, 2_001, "活动库存不得多于 2000 件")],
)
def test_enrolment_outside_limits_is_refused(own: World, over_floor: int, stock: int, reason: str) -> None:
    """A price above the floor or a stock outside the limits is refused in words."""
    product = own.row("SELECT * FROM product WHERE on_shelf ORDER BY product_id")
    assert product is not None
    with pytest.raises(Refusal, match=reason):
        enrol(own, "ACT2026NB", product["product_id"], product["floor_price_fen"] + over_floor, stock)
    assert not truth.enrolments(own)


def test_an_off_shelf_product_cannot_be_enrolled(own: World) -> None:
    """Off the shelf, no activity; an unknown activity takes nothing."""
    (product_id, *_) = truth.to_list(own)
    with pytest.raises(Refusal, match="商品已下架"):
        enrol(own, "ACT2026NB", product_id, 100, 300)
    with pytest.raises(Refusal, match="活动 ACT0 不存在"):
        enrol(own, "ACT0", product_id, 100, 300)


def test_a_change_holds_the_world_from_its_first_read(own: World) -> None:
    """A change takes the writer's place before it looks, so that nothing it saw can have changed when it writes."""
    other = sqlite3.connect(own.path, timeout=0, isolation_level=None)
    try:
        with own.writing(), pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.execute("BEGIN IMMEDIATE")
    finally:
        other.close()


def test_an_error_undoes_the_whole_change(own: World) -> None:
    """What was written before the error is not in the world."""
    with pytest.raises(ZeroDivisionError), own.writing() as connection:
        connection.execute("UPDATE product SET on_shelf = 0")
        raise ZeroDivisionError
    assert own.number("SELECT SUM(on_shelf) FROM product") > 0


def test_threads_do_not_lose_changes(own: World) -> None:
    """Eight threads that change the world at once all get their change in."""
    products = [row["product_id"] for row in own.rows("SELECT product_id FROM product ORDER BY 1 LIMIT 8")]
    threads = [threading.Thread(target=lambda p=p: [delist(own, p) for _ in range(10)]) for p in products]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert truth.shelf_events(own) == {(product, "delist"): 10 for product in products}
