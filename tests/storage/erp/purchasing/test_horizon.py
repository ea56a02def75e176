"""Beyond today: orders over the horizon and their cash, promotions, overstock, what a service level costs."""

from itertools import pairwise
from random import Random

import pytest
from sqlalchemy import select

from storage.database.tables.purchasing import promotion, promotion_code, purchase_order
from storage.erp.purchasing.calendar import calendar, cash_curve, planned_amount
from storage.erp.purchasing.orders import draft_orders, write_order
from storage.erp.purchasing.overstock import overstock
from storage.erp.purchasing.plan import make_plan
from storage.erp.purchasing.policies import play, service_curve
from storage.erp.purchasing.promotions import SCENARIOS, plan_promotion, scenario_uplifts
from storage.erp.purchasing.rules import Lead, Need, Rounding, need, rounded, split_by_share
from tests.storage.erp.purchasing.conftest import TODAY, Shop, day

WEEK = (9, 11, 10, 8, 12, 14, 6)


@pytest.mark.function("PUR-16")
def test_the_plans_orders_are_its_drafts_and_its_cash(shop: Shop) -> None:
    """What the plan orders over the horizon is what its drafts say, by day of ordering and of paying, to the fen."""
    for code in "ABC":
        shop.sell(code, *WEEK * 5)
        shop.rule(code, price_fen=1234 + ord(code), moq=30)
    shop.rule("A", "G", price_fen=999)
    plan = shop.write(lambda c: make_plan(c, TODAY))
    shop.write(lambda c: draft_orders(c, plan.plan_id))
    drafts = shop.rows("SELECT sum(l.qty * l.price_fen) FROM purchase_line l JOIN purchase_order o USING (po_id)")
    planned = shop.write(lambda c: planned_amount(c, plan.plan_id))
    days, cash = shop.write(lambda c: calendar(c, plan.plan_id)), shop.write(lambda c: cash_curve(c, plan.plan_id))
    assert drafts == [(planned,)]
    assert planned == sum(one.amount_fen for one in days) == sum(one.amount_fen for one in cash) == cash[-1].running_fen
    assert [one.order_on for one in days] == sorted(one.order_on for one in days)
    assert len({one.order_on for one in days}) > 1
    now = shop.rows(f"SELECT sum(qty) FROM planned_order WHERE order_on = '{TODAY}'")
    assert now == shop.rows("SELECT sum(qty) FROM purchase_suggestion")


def test_the_newest_plan_replaces_the_drafts_and_nothing_else(shop: Shop) -> None:
    """Drafts of an older plan are cancelled; an approved one and one by hand stay; drafting twice drafts once."""
    shop.sell("A", *WEEK * 5)
    shop.rule("A")
    first = shop.write(lambda c: make_plan(c, TODAY))
    shop.write(lambda c: draft_orders(c, first.plan_id))
    assert shop.write(lambda c: draft_orders(c, first.plan_id)).created == 0
    kept = shop.write(lambda c: c.execute(select(purchase_order.c.po_id)).scalars().first())
    shop.write(
        lambda c: c.execute(purchase_order.update().where(purchase_order.c.po_id == kept).values(state="approved"))
    )
    shop.write(lambda c: write_order(c, "PO-手工", "S", "H", TODAY, day(-7), {"A": (5, 100)}))
    later = shop.write(lambda c: make_plan(c, day(-1)))
    shop.write(lambda c: draft_orders(c, later.plan_id))
    assert shop.rows("SELECT state FROM purchase_order WHERE po_id = 'PO-手工'") == [("draft",)]
    states = dict(shop.rows(f"SELECT state, count(*) FROM purchase_order WHERE plan_id = '{first.plan_id}' GROUP BY 1"))
    assert states.pop("approved") == 1
    assert set(states) <= {"cancelled"}


@pytest.mark.function("PUR-07")
def test_a_promotion_is_planned_in_three_scenarios(shop: Shop) -> None:
    """Past uplifts give low, base and high; each line is its arithmetic; sums and cash are those of the lines."""
    normal, sale = (10,) * 25, (30, 30, 30)
    shop.sell("A", *normal, *sale, *normal, *(50, 50, 50), *normal, *(20, 20, 20), *normal)
    shop.sell("B", *(4,) * 100)
    for number, first in enumerate((84, 56, 28)):
        shop.put(
            promotion, {"promotion_id": f"P{number}", "name": "", "first_day": day(first), "last_day": day(first - 2)}
        )
        shop.put(promotion_code, {"promotion_id": f"P{number}", "code": "A"})
    shop.put(promotion, {"promotion_id": "618", "name": "大促", "first_day": day(-20), "last_day": day(-22)})
    shop.put(promotion_code, *({"promotion_id": "618", "code": code} for code in "AB"))
    for code in "AB":
        shop.rule(code)
    found = shop.write(lambda c: plan_promotion(c, "618", TODAY))
    ups = {line.scenario: line.uplift_milli for line in found.lines if line.code == "A"}
    assert ups == {"low": 2500, "base": 3000, "high": 4000}
    for line in found.lines:
        net = line.ordinary_qty + line.extra_qty + line.safety_qty - line.available_qty - line.incoming_qty
        assert line.qty == max(net, 0)
    extra = {line.scenario: line.extra_qty for line in found.lines if line.code == "A"}
    assert [round(extra[name], -1) for name in SCENARIOS] == [40, 60, 90]
    assert found.cash_fen == {n: sum(x.amount_fen for x in found.lines if x.scenario == n) for n in SCENARIOS}
    assert found.cash_fen["low"] < found.cash_fen["base"] < found.cash_fen["high"]
    assert found.qty["base"] * 500 == found.cash_fen["base"]


def test_scenarios_without_a_past_promise_nothing() -> None:
    """No promotion seen: no uplift; one seen: that one."""
    assert set(scenario_uplifts([]).values()) == {1000}
    assert set(scenario_uplifts([2500]).values()) == {2500}


@pytest.mark.function("SCM-11")
def test_overstock_is_what_the_books_say(shop: Shop) -> None:
    """The list over the limit is what plain SQL finds, and its value is the excess at cost."""
    shop.stock(A=2000, B=100, C=50)
    shop.sell("A", *(10,) * 40)
    shop.sell("B", *(10,) * 40)
    shop.rule("A", cover_limit_days=60)
    shop.rule("B")
    found = shop.write(lambda c: overstock(c, TODAY))
    sql = """SELECT q.code, q.on_hand - q.reserved,
               (q.on_hand - q.reserved) - CAST(coalesce(d.daily, 0) * coalesce(r.cover_limit_days, 90) AS INTEGER)
             FROM quant q
             LEFT JOIN (SELECT code, sum(qty) / 40.0 AS daily FROM order_line GROUP BY code) d ON d.code = q.code
             LEFT JOIN supply_rule r ON r.code = q.code
             WHERE q.on_hand - q.reserved > coalesce(d.daily, 0) * coalesce(r.cover_limit_days, 90)
             ORDER BY 3 DESC"""
    assert [(one.code, one.available_qty, one.excess_qty) for one in found] == shop.rows(sql)
    assert [(one.code, one.cover_days, one.value_fen) for one in found] == [
        ("A", 200, 1_400_000),
        ("C", 99_999, 50_000),
    ]
    assert "不动销" in found[1].words


@pytest.mark.function("PUR-18")
def test_more_service_costs_more_stock(shop: Shop) -> None:
    """Along the curve the level, the stock and what is served rise, each point with its cost; again it is the same."""
    drawn = Random(5)
    shop.sell("A", *(drawn.choice((0, 0, 0, 0, 5, 40)) for _ in range(140)))
    shop.rule("A", price_fen=2000)
    curve = shop.write(lambda c: service_curve(c, "A", "H", TODAY))
    assert [one.service_bp for one in curve] == [8000, 9000, 9500, 9800, 9900]
    for lower, upper in pairwise(curve):
        assert lower.level_qty < upper.level_qty
        assert lower.stock_mean_milli < upper.stock_mean_milli
        assert lower.served_bp <= upper.served_bp
        assert lower.holding_fen < upper.holding_fen
    assert curve[0].served_bp < curve[-1].served_bp >= 9900
    assert all(one.cost_fen == one.holding_fen + one.ordering_fen + one.lost_fen for one in curve)
    assert shop.write(lambda c: service_curve(c, "A", "H", TODAY)) == curve


def test_a_played_week_is_what_a_hand_finds() -> None:
    """Level 10, five a day, goods two days after the order, a look every third day: checked on paper."""
    played = play([5] * 6, 10, 2, 3, Rounding(1, 1))
    # day 0: 10 -> 5, order 5 for day 2; 1: 5 -> 0; 2: +5 -> 0; 3: short, order 10 for day 5; 4: short; 5: 10 -> 5
    assert played == (30, 20, 2, 1666, 2)


@pytest.mark.parametrize(
    ("net", "moq", "pack", "qty"), [(0, 50, 10, 0), (-5, 50, 10, 0), (3, 50, 12, 60), (51, 50, 10, 60), (60, 1, 10, 60)]
)
def test_rounding_goes_up_to_minimum_and_pack(net: int, moq: int, pack: int, qty: int) -> None:
    """Never below what is needed, never a broken pack, nothing for nothing."""
    assert rounded(net, Rounding(moq, pack)) == qty


def test_late_suppliers_need_more_safety() -> None:
    """The spread of the lead time adds to the spread of demand, as the root of both squares."""
    from storage.erp.purchasing.rules import Demand

    exact = need(Demand(120_000, 150_000), Lead(5000, 0), 12, 9500, 0, 0, Rounding(1, 1))
    late = need(Demand(120_000, 150_000), Lead(5000, 2000), 12, 9500, 0, 0, Rounding(1, 1))
    assert exact == Need(120, 30, 0, 0, 150, 150)
    assert late.safety_qty == 45  # root of 30² + (1.645 * 10 * 2)²


def test_splits_lose_nothing() -> None:
    """Parts by share sum to the whole, the largest remainder first, then the earlier one."""
    assert split_by_share(10, [1, 1, 1]) == [4, 3, 3]
    assert split_by_share(7, [0, 0]) == [4, 3]
    assert split_by_share(100, [2, 1, 1]) == [50, 25, 25]
    assert split_by_share(5, []) == []
