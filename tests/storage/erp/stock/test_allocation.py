"""Allocation in the books: reserved, written, labelled, once."""

import pytest

from storage.database.digest import digest
from storage.database.tables import order_line, platform_order, waybill
from storage.erp.allocation.allocate import AllocationPolicy, allocate_open_orders
from storage.erp.stock import book as stock
from storage.erp.stock.book import MoveRow

NIGHT = "2026-11-21"


def allocate(books, night=NIGHT, **facts):
    """One run, after which the books must be sound."""
    summary = books.write(lambda c: allocate_open_orders(c, night, AllocationPolicy(**facts)))
    assert books.sound()
    return summary


def parcels(books):
    """[(parcel, warehouse, state, waybill)]"""
    return books.rows("SELECT fulfilment_id, warehouse, state, waybill_no FROM fulfilment ORDER BY fulfilment_id")


def refund(books, sub_no):
    """The platform's next export says that this sub-order is refunded."""
    books.write(
        lambda c: c.execute(order_line.update().where(order_line.c.sub_no == sub_no).values(refund_status="退款成功"))
    )


def test_a_parcel_is_reserved_written_and_labelled(books):
    """An order gets a parcel, what is in it is held, and the smallest free number of the first carrier is on it."""
    books.stock(HZ={"A": 5})
    books.order("1", ("A", 2))
    summary = allocate(books)
    assert parcels(books) == [("practice-shop_a-1-1", "HZ", "labelled", "ZT8")]
    assert books.rows("SELECT owner, warehouse, code, qty, state FROM reservation") == [
        ("practice-shop_a-1-1|practice|shop_a|1|1-1", "HZ", "A", 2, "held")
    ]
    assert books.rows("SELECT type, at, cause FROM order_event") == [("allocated", NIGHT, f"allocation:{NIGHT}")]
    assert (summary.parcels, summary.short_lines, summary.labelled) == (1, 0, 1)
    assert books.rows("SELECT cost_fen, bound_fen FROM allocation_batch") == [(360, 360)]
    assert books.data("SELECT explanation FROM fulfilment")["words"].startswith("从杭州仓发往浙江")


def test_numbers_go_by_length_then_text_and_by_the_zone_rule(books):
    """ZT8 comes before ZT10, and a zone's preferred carrier goes first."""
    books.stock(HZ={"A": 9})
    for number in range(8):
        books.order(str(number), ("A", 1))
    allocate(books, carriers={0: ("没有号的快递", "圆通速递", "中通快递")})
    assert [row[3] for row in parcels(books)] == ["YT0", "YT1", "YT2", "YT3", "YT4", "ZT8", "ZT9", "ZT10"]


def test_a_second_run_changes_nothing(books):
    """The same night again writes nothing, not even another batch."""
    books.stock(HZ={"A": 1})
    books.order("1", ("A", 1), ("B", 1))
    books.order("2", ("A", 1))
    allocate(books)
    before = books.write(digest)
    again = allocate(books)
    assert books.write(digest) == before
    assert (again.parcels, again.short_lines) == (0, 2)


def test_stock_that_arrives_later_fills_the_rest(books):
    """The sub-order that was short ships in a second parcel of the same order, in a batch of its own."""
    books.stock(HZ={"A": 1})
    books.order("1", ("A", 1), ("B", 1))
    assert allocate(books).short_lines == 1
    assert "B 要 1 件" in books.data("SELECT data FROM order_event WHERE type = 'short'")["words"]
    more = MoveRow("transfer", "T", "1", 1, "B", "supplier", "HZ", 1, 0, NIGHT, "sha", 1)
    books.write(lambda c: stock.record_moves(c, [more]))
    assert allocate(books).batch_id == f"{NIGHT}#2"
    assert [row[0] for row in parcels(books)] == ["practice-shop_a-1-1", "practice-shop_a-1-2"]


@pytest.mark.parametrize(
    "facts",
    [
        {"pay_state": "unpaid"},
        {"pay_state": "closed"},
        {"pay_state": "refunded"},
        {"ship_state": "shipped"},
        {"platform": "oscar"},
    ],
)
def test_only_paid_unshipped_orders_of_ours_are_open(books, facts):
    """An order that is not paid, is closed, is shipped or ships from elsewhere takes nothing."""
    books.stock(HZ={"A": 5})
    books.order("1", ("A", 1))
    books.write(lambda c: c.execute(platform_order.update().values(**facts)))
    books.write(lambda c: c.execute(order_line.update().values(platform=facts.get("platform", "practice"))))
    assert allocate(books).orders == 0


@pytest.mark.parametrize("status", ["退款中", "退款成功", "没见过的状态"])
def test_a_sub_order_with_a_refund_is_held_back(books, status):
    """Anything but a known 'no refund' holds the sub-order back; the others of the order ship."""
    books.stock(HZ={"A": 5, "B": 5})
    books.order("1", ("A", 1), ("B", 1))
    books.write(
        lambda c: c.execute(order_line.update().where(order_line.c.sub_no == "1-2").values(refund_status=status))
    )
    allocate(books)
    assert books.rows("SELECT sub_no FROM fulfilment_line") == [("1-1",)]


def test_a_refund_after_allocation_gives_the_goods_back(books):
    """The refunded sub-order is taken out; when nothing is left the parcel is cancelled and its number stays used."""
    books.stock(HZ={"A": 1, "B": 1})
    books.order("1", ("A", 1), ("B", 1))
    allocate(books)
    refund(books, "1-1")
    assert allocate(books).released == 1
    assert books.rows("SELECT sub_no FROM fulfilment_line") == [("1-2",)]
    books.order("2", ("A", 1))
    assert allocate(books).parcels == 1
    refund(books, "1-2")
    assert allocate(books).released == 1
    states = {row[0]: row[2:] for row in parcels(books)}
    assert states == {"practice-shop_a-1-1": ("cancelled", "ZT8"), "practice-shop_a-2-1": ("labelled", "ZT9")}
    assert books.rows("SELECT SUM(reserved) FROM quant") == [(1,)]


def test_without_numbers_a_parcel_waits(books):
    """When the pool is empty the parcel stays allocated, says so, and is labelled once numbers arrive."""
    books.stock(HZ={"A": 1})
    books.order("1", ("A", 1))
    books.write(lambda c: c.execute(waybill.delete()))
    assert "等面单号" in allocate(books).words()
    books.write(lambda c: c.execute(waybill.insert(), [{"carrier": "顺丰", "waybill_no": "SF1"}]))
    assert allocate(books).labelled == 1
    assert parcels(books) == [("practice-shop_a-1-1", "HZ", "labelled", "SF1")]


def test_a_bundle_is_held_by_its_components(books):
    """A parcel with a bundle and a single holds the components of both, jointly."""
    books.bundle("SET", A=2, B=1)
    books.stock(HZ={"A": 2, "B": 1}, GZ={"A": 3, "B": 1})
    books.order("1", ("SET", 1), ("A", 1))
    allocate(books)
    assert books.rows("SELECT warehouse, code, reserved FROM quant WHERE reserved > 0 ORDER BY code") == [
        ("GZ", "A", 3),
        ("GZ", "B", 1),
    ]
