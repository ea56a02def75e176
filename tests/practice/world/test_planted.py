from pathlib import Path

import pytest

from bots.practice.world import World, truth
from bots.practice.world.planted import LINE_PLANTS

_README = Path(__file__).parents[3] / "bots" / "practice" / "world" / "README.md"
_WITHDRAWALS = ("withdrawal_ambiguous", "withdrawal_not_arrived", "withdrawal_short")


def test_enough_is_planted(full: World, tiny: World) -> None:
    """Full has at least thirty differences of at least twelve kinds, tiny at least six."""
    found = truth.planted(full)
    assert len(found) >= 30
    assert {row["kind"] for row in found} == {*LINE_PLANTS, *_WITHDRAWALS}
    assert len(truth.planted(tiny)) >= 6


def test_each_difference_stands_alone(world: World) -> None:
    """No order and no withdrawal carries two differences; each says in Chinese what it is and what is at stake."""
    found = truth.planted(world)
    orders = [row["order_no"] for row in found if row["order_no"]]
    flows = [row["flow_no"] for row in found if row["flow_no"]]
    assert len(orders) == len(set(orders))
    assert len(flows) == len(set(flows))
    for row in found:
        assert row["amount_fen"] != 0
        assert any("一" <= letter <= "鿿" for letter in row["note"])


@pytest.mark.parametrize("kind", sorted({*LINE_PLANTS, *_WITHDRAWALS}))
def test_every_kind_is_described(kind: str) -> None:
    """The README beside the world says what each kind of planted difference is."""
    assert f"`{kind}`" in _README.read_text("utf-8")


def test_planted_lines_are_in_the_statement(world: World) -> None:
    """A difference with a flow number is a line of that shop's statement, and a missing one has none."""
    for row in truth.planted(world):
        if row["flow_no"] is None:
            assert row["kind"].endswith("_missing")
        else:
            lines = world.rows("SELECT shop_id, order_no FROM wallet_line WHERE flow_no = ?", row["flow_no"])
            assert {(line["shop_id"], line["order_no"]) for line in lines} == {(row["shop_id"], row["order_no"])}


def test_a_wrong_shop_line_is_of_another_shops_order(full: World) -> None:
    """The order belongs to shop_b, the line stands in shop_a's statement and not in shop_b's."""
    for row in truth.planted(full):
        if row["kind"] == "wrong_shop":
            owner = full.row("SELECT shop_id FROM orders WHERE order_no = ?", row["order_no"])
            assert (row["shop_id"], owner) == ("shop_a", {"shop_id": "shop_b"})


def test_unknown_orders_and_refunds_are_unknown(full: World) -> None:
    """order_unknown names no order of any shop, refund_unknown an order without after-sales."""
    for row in truth.planted(full):
        known = full.number("SELECT COUNT(*) FROM orders WHERE order_no = ?", row["order_no"])
        if row["kind"] == "order_unknown":
            assert known == 0
        if row["kind"] == "refund_unknown":
            assert known == 1
            assert full.number("SELECT COUNT(*) FROM refund WHERE order_no = ?", row["order_no"]) == 0
