"""Goods that come back move an order's ship state; a state that its events do not tell is found."""

import pytest

from storage.erp.aftersales.receiving import receive_return
from storage.erp.aftersales.requests import Request, approve, request
from storage.erp.invariants.verify import verify
from storage.erp.orders.transition import states_of
from storage.erp.purchasing.inbound import Receipt, ReceivedLine
from tests.storage.erp.orders.test_pool import answered, warehouse


def ship_state(desk, key):
    """Where the order stands on the ship axis."""
    return desk.write(lambda c: states_of(c, [key]))[key].ship


def test_an_order_is_returned_when_all_that_left_is_back(desk):
    """Asked for is nothing yet; a part back is part_returned, the rest makes it returned; looked at again it stays."""
    (key,) = warehouse(desk, ("1", ("A", 2), ("B", 1)))
    for number, sub_no in enumerate(("1-1", "1-2")):
        answered(desk, sub_no, f"R{number}")
    desk.review("2026-11-21 21:00:00")
    asked = Request("T1", key, "return", lines={"1-1": 2, "1-2": 1}, reason="不喜欢", responsible="买家",
                    requested_at="2026-11-22 09:00:00")  # fmt: skip
    desk.write(lambda c: request(c, asked))
    desk.write(lambda c: approve(c, "T1", "王", "2026-11-22 10:00:00"))
    desk.review("2026-11-22 10:01:00")
    assert ship_state(desk, key) == "shipped"
    for number, (lines, stands) in enumerate((
        ([("1-1", "good", 1)], "part_returned"),
        ([("1-1", "bad", 1)], "part_returned"),
        ([("1-2", "good", 1)], "returned"),
    )):  # fmt: skip
        at = f"2026-11-2{3 + number} 10:00:00"
        came = Receipt(f"RK{number}", "T1", at, tuple(ReceivedLine(*line) for line in lines), "sha", number)
        assert desk.write(lambda c, came=came: receive_return(c, came))
        for _ in range(2):
            desk.review(at)
            assert ship_state(desk, key) == stands
    told = desk.rows("SELECT type FROM order_event WHERE type LIKE 'ship.%' ORDER BY at")
    assert [kind for (kind,) in told] == ["ship.shipped", "ship.part_returned", "ship.returned"]


@pytest.mark.parametrize("wrong", ["UPDATE order_state SET pay = 'unpaid'", "DELETE FROM order_state"])
def test_a_state_that_no_event_tells_is_found(desk, wrong):
    """Written past the one function, or lost: verify names the order, the axis and both states."""
    desk.order("1", ("A", 1))
    desk.review()
    (kept,) = desk.rows("SELECT platform, shop, order_no, process, pay, ship, version FROM order_state")
    desk.write(lambda c: c.exec_driver_sql(wrong))
    found = [one for one in desk.write(verify) if one.where.startswith("O-1")]
    assert [one.where for one in found] == ["O-1 practice/shop_a/1"]
    assert "付款记的是未付款，事件说的是已付款" in found[0].message
    desk.write(lambda c: c.exec_driver_sql("DELETE FROM order_state"))
    desk.write(lambda c: c.exec_driver_sql("INSERT INTO order_state VALUES (?, ?, ?, ?, ?, ?, ?)", kept))
