"""What to buy, with every part of the sum, and why it differs from the plan before."""

import pytest

from storage.database.digest import digest
from storage.erp.purchasing.plan import make_plan
from tests.storage.erp.purchasing.conftest import TODAY, Shop

WEEK = (9, 11, 10, 8, 12, 14, 6)


def suggestions(shop: Shop, plan_id: str) -> dict[str, tuple[int, ...]]:
    """code -> (demand, safety, available, incoming, net, qty)"""
    rows = shop.rows(
        "SELECT code, demand_qty, safety_qty, available_qty, incoming_qty, net_qty, qty FROM purchase_suggestion "
        f"WHERE plan_id = '{plan_id}'"
    )
    return {str(code): tuple(int(str(value)) for value in values) for code, *values in rows}


@pytest.mark.function("PUR-01")
def test_a_suggestion_is_its_arithmetic(shop: Shop) -> None:
    """Demand + safety - available - incoming is the net, rounded up to minimum and pack; nothing when covered."""
    shop.stock(A=40, B=5000)
    for code in "AB":
        shop.sell(code, *WEEK * 5)
        shop.rule(code, moq=50, pack=24)
    plan = shop.write(lambda c: make_plan(c, TODAY))
    found = suggestions(shop, plan.plan_id)
    demand, safety, free, coming, net, qty = found["A"]
    assert net == demand + safety - free - coming
    assert (free, coming) == (40, 0)
    assert abs(demand - 120) <= 2
    assert qty == -(-max(net, 50) // 24) * 24
    assert found["B"][-1] == 0
    words = shop.rows("SELECT words FROM purchase_suggestion WHERE code = 'A'")[0][0]
    assert f"预测 {demand} + 安全 {safety} − 可用 40 − 在途 0 = {net} → {qty}" in str(words)


def test_the_same_books_make_the_same_plan(shop: Shop) -> None:
    """A second run on the same day writes nothing."""
    shop.sell("A", *WEEK * 5)
    shop.rule("A")
    first = shop.write(lambda c: make_plan(c, TODAY))
    before = shop.write(digest)
    again = shop.write(lambda c: make_plan(c, TODAY))
    assert (first.created, again.created, again.plan_id) == (True, False, first.plan_id)
    assert shop.write(digest) == before


@pytest.mark.function("ERP-05")
def test_doubling_a_week_of_one_code_changes_its_suggestion_only(shop: Shop) -> None:
    """Twice the sales of seven days: that code's suggestion grows and says by what; no other suggestion changes."""
    for code in "ABC":
        shop.sell(code, *WEEK * 5)
        shop.rule(code)
    first = shop.write(lambda c: make_plan(c, TODAY))
    shop.sell("B", *WEEK)
    second = shop.write(lambda c: make_plan(c, TODAY))
    before, after = suggestions(shop, first.plan_id), suggestions(shop, second.plan_id)
    assert {code for code in "ABC" if before[code] != after[code]} == {"B"}
    assert after["B"][-1] > before["B"][-1]
    reason = str(
        shop.rows(f"SELECT reason FROM purchase_suggestion WHERE plan_id='{second.plan_id}' AND code='B'")[0][0]
    )
    assert f"预测需求 {before['B'][0]} → {after['B'][0]}" in reason
    assert f"上次建议 {before['B'][-1]}，这次 {after['B'][-1]}" in reason
