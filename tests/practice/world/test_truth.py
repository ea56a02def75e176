from collections import Counter

from bots.practice.world import World, truth
from bots.practice.world.changes import delist, enrol, ship


def test_sales_per_shop_and_day(small: World) -> None:
    """Paid orders and their money, counted order by order, are what the answer says; unpaid ones do not count."""
    expected: dict[tuple[str, str], tuple[int, int]] = {}
    for order in small.rows("SELECT * FROM orders"):
        if order["paid_at"]:
            key = (order["shop_id"], order["created_at"][:10])
            count, paid = expected.get(key, (0, 0))
            expected[key] = (count + 1, paid + order["paid_fen"])
    assert truth.orders_by_shop_day(small) == expected


def test_wallet_totals_lead_to_the_last_balance(small: World) -> None:
    """Opening balance plus all lines less fees is the last balance, once lines printed twice are taken off."""
    totals = truth.wallet_by_shop_kind(small)
    for shop in ("shop_a", "shop_b", "shop_c"):
        lines = small.rows("SELECT * FROM wallet_line WHERE shop_id = ? ORDER BY id", shop)
        opening = lines[0]["balance_fen"] - lines[0]["amount_fen"] + lines[0]["fee_fen"]
        moved = sum(amount - fee for (owner, _), (_, amount, fee) in totals.items() if owner == shop)
        twice = [line for line, count in Counter(line["flow_no"] for line in lines).items() if count > 1]
        extra = sum(
            row["amount_fen"] - row["fee_fen"]
            for number in twice
            for row in small.rows("SELECT * FROM wallet_line WHERE flow_no = ? LIMIT 1", number)
        )
        assert opening + moved - extra == lines[-1]["balance_fen"]


def test_effects_are_counted_per_key(own: World) -> None:
    """What bots did is counted per product, enrolment and sub-order; history's shipments are not."""
    assert not truth.shipments(own)
    (product_id, *_) = truth.to_delist(own)
    line = truth.sub_orders_to_ship(own)[0]
    listed = own.row("SELECT * FROM product WHERE on_shelf AND product_id <> ?", product_id)
    assert listed is not None
    delist(own, product_id)
    enrol(own, "ACT2026NB", listed["product_id"], listed["floor_price_fen"], 200)
    ship(own, line["sub_no"], "申通快递", "ST1", "form", shop_id=line["shop_id"])
    assert truth.shelf_events(own) == {(product_id, "delist"): 1}
    assert truth.enrolments(own) == {("ACT2026NB", listed["product_id"]): 1}
    assert truth.shipments(own) == {(line["order_no"], line["sub_no"]): 1}
    assert line["sub_no"] not in {row["sub_no"] for row in truth.sub_orders_to_ship(own)}
