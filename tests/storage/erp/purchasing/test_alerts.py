"""Reorder alerts, one per code and warehouse, that close themselves."""

import pytest

from storage.database.digest import digest
from storage.erp.purchasing import orders
from storage.erp.purchasing.alerts import alerts, close_alerts, open_alerts
from storage.erp.purchasing.inbound import Receipt, ReceivedLine
from storage.erp.purchasing.plan import make_plan
from tests.storage.erp.purchasing.conftest import TODAY, Shop, day


@pytest.mark.function("PUR-15", "SCM-09")
def test_one_alert_from_below_the_reorder_point_until_the_goods_are_there(shop: Shop) -> None:
    """Below the reorder point one alert opens with a suggestion, stays one, survives the order, and ends on receipt."""
    shop.stock(A=30, B=900)
    for code in "AB":
        shop.sell(code, *(10,) * 40)
        shop.rule(code)
    plan = shop.write(lambda c: make_plan(c, TODAY))
    assert shop.write(lambda c: open_alerts(c, plan.plan_id)) == 1
    found = shop.write(alerts)[0]
    assert (found.code, found.warehouse, found.opened_on, found.position_qty) == ("A", "H", TODAY, 30)
    assert found.position_qty < found.reorder_qty
    assert found.suggested_qty > 0
    before = shop.write(digest)
    assert (shop.write(lambda c: open_alerts(c, plan.plan_id)), shop.write(lambda c: close_alerts(c, TODAY))) == (0, 0)
    assert shop.write(digest) == before
    shop.write(lambda c: orders.write_order(c, "P1", "S1", "H", TODAY, day(-5), {"A": (200, 500)}))
    shop.write(lambda c: orders.approve(c, "P1", "王"))
    shop.write(lambda c: orders.record_sent(c, "P1", TODAY, "王"))
    shop.write(lambda c: orders.notify(c, "ASN1", "P1", day(-5), {"A": 200}))
    assert shop.write(lambda c: close_alerts(c, day(-1))) == 0
    came = Receipt("R1", "ASN1", f"{day(-4)} 10:00:00", (ReceivedLine("A", "good", 200),), "sha")
    shop.write(lambda c: orders.receive(c, came))
    assert shop.write(alerts) == []
    assert shop.rows("SELECT state, closed_on FROM reorder_alert") == [("closed", day(-4))]


def test_an_alert_that_closed_may_open_again(shop: Shop) -> None:
    """A later plan that finds the code below again opens another alert; the old one stays closed."""
    shop.stock(A=10)
    shop.sell("A", *(10,) * 40)
    shop.rule("A")
    first = shop.write(lambda c: make_plan(c, TODAY))
    shop.write(lambda c: open_alerts(c, first.plan_id))
    shop.write(lambda c: c.exec_driver_sql("UPDATE reorder_alert SET state = 'closed'"))
    later = shop.write(lambda c: make_plan(c, day(-1)))
    assert shop.write(lambda c: open_alerts(c, later.plan_id)) == 1
    assert shop.rows("SELECT opened_on, state FROM reorder_alert ORDER BY opened_on") == [
        (TODAY, "closed"), (day(-1), "open")
    ]  # fmt: skip
