"""What the facts ask of all orders is what they ask of each: those that are left out would have asked for nothing."""

import random
from itertools import product

from storage.database.tables import platform_order
from storage.database.tables.review import order_payment, order_state
from storage.erp.orders.observe import _facts, observe
from storage.erp.orders.review import review
from tests.storage.erp.orders.conftest import NOW, key

PROCESS = (None, "new", "released", "finished", "cancelled")
PAID = ("unpaid", "paid", "part_refunded", "refunded", "closed")
MOST = 600


def worlds():
    """Orders in states and with facts of all kinds, also such as contradict each other: (state, facts, payments)."""
    states = product(PROCESS, (*PAID, "part_paid", "refund_open"), ("none", "part", "shipped", "part_returned"))
    facts = product(PAID, ("none", "open", ""), ("none", "part", "shipped", ""))
    every = list(product(states, facts, (None, None, 0, 500, 1000)))
    return random.Random(7).sample(every, MOST)


def fill(connection):
    """Those orders; returns their keys."""
    rows, states, payments = [], [], []
    for number, ((process, pay, ship), (said_pay, refund, said_ship), received) in enumerate(worlds()):
        mine = {"platform": "practice", "shop": "shop_a", "order_no": str(number)}
        rows.append({**mine, "pay_state": said_pay, "refund_state": refund, "ship_state": said_ship, "paid_fen": 1000})
        if process is not None:
            states.append({**mine, "process": process, "pay": pay, "ship": ship, "version": 0})
        if received is not None:
            payments.append({**mine, "payment_no": f"P{number}", "amount_fen": received, "paid_at": NOW})
    for table, found in ((platform_order, rows), (order_state, states), (order_payment, payments)):
        connection.execute(table.insert(), found)
    return [key(row["order_no"]) for row in rows]


def asked_for(connection, keys):
    """The steps and the events of one look."""
    point = connection.begin_nested()
    steps = observe(connection, NOW, platforms=["practice"], keys=keys)
    events = connection.exec_driver_sql("SELECT order_no, type, data FROM order_event ORDER BY 1, 2, 3").all()
    point.rollback()
    return steps, [tuple(one) for one in events]


def test_orders_that_are_left_out_ask_for_nothing(desk):
    """One look at all of them is the look at each by its number."""

    def look(connection):
        point = connection.begin_nested()
        keys = fill(connection)
        assert len({str(row[2]) for row in _facts(connection, ["practice"], None)}) < MOST  # some are left out
        every, each = asked_for(connection, None), asked_for(connection, keys)
        assert sorted(every[0], key=str) == sorted(each[0], key=str)
        assert every[1] == each[1]
        assert len(every[0]) > MOST / 4
        assert len(every[1]) > MOST / 4
        point.rollback()  # no events have led to these states

    desk.write(look)


def test_goods_come_back_of_an_order_that_is_over(desk, monkeypatch):
    """It is looked at for that reason alone."""
    one = desk.order("1", ("A", 1))
    desk.write(lambda c: review(c, NOW))
    desk.write(lambda c: c.execute(platform_order.update().values(ship_state="shipped")))
    desk.write(lambda c: review(c, NOW))
    assert desk.write(lambda c: observe(c, NOW, platforms=["practice"])) == []
    monkeypatch.setattr("storage.erp.orders.observe.came_back", lambda _: {one: "returned"})
    [step] = desk.write(lambda c: observe(c, NOW, platforms=["practice"]))
    assert (step.key, step.axis, step.to) == (one, "ship", "returned")


def test_a_review_knows_the_past_of_the_buyers_that_it_meets(desk):
    """Of others' orders, and of others at other addresses, nothing counts."""
    mine, other = {"buyer": "B1", "oaid": "HOME"}, {"buyer": "B2", "oaid": "ELSEWHERE"}
    desk.order("1", ("A", 1), detail=mine, created_at="2026-11-21 07:00:00", ship_state="shipped")
    desk.order("2", ("A", 1), detail={"buyer": "B3", "oaid": "", "address_key": "HOME"}, ship_state="shipped")
    desk.order("3", ("A", 1), detail=other, created_at="2026-11-21 07:30:00", ship_state="shipped")
    desk.order("4", ("A", 1), detail=mine)

    def seen(connection):
        review(connection, NOW)
        from storage.erp.orders.cases import read_cases

        [case] = read_cases(connection, NOW, ["practice"], process=("new", "held", "approved"))
        return case.history

    history = desk.write(seen)
    assert (history.orders, history.orders_day, history.buyers_at_address) == (1, 1, 2)
