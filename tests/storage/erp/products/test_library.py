"""Attributes, categories, measures and gifts of the library."""

import pytest

from storage.erp.finance.post_events import post_events
from storage.erp.products import attributes, categories, gifts, measures
from storage.erp.products.categories import NONE
from storage.erp.products.errors import CategoryCircular, GiftWrong, ValueWrong
from storage.erp.products.measures import Parcel, parcel_of
from storage.erp.products.variants import add_spu, add_variant
from storage.erp.stock.errors import NotEnoughStock


def cups(shop) -> None:
    """An SPU of the family 杯 with two variants, and what 抖音 requires of it."""

    def make(c):
        add_spu(c, "CUP", "杯", {"颜色": ["红", "蓝"]}, who="anna", family="杯", category="mug")
        for code, colour in (("CUP-R", "红"), ("CUP-B", "蓝")):
            add_variant(c, "CUP", {"颜色": colour}, code, f"杯 {colour}", who="anna")
        attributes.define(c, "材质", "choice", who="anna", options=["陶瓷", "玻璃"])
        attributes.define(c, "容量", "decimal", who="anna", unit="ml")
        attributes.define(c, "上市", "date", who="anna")
        for name in ("材质", "容量", "上市"):
            attributes.belongs(c, "杯", name, who="anna")
            attributes.demand(c, "douyin", "杯", name, who="anna")
        attributes.demand(c, "jd", "杯", "材质", who="anna")

    shop.write(make)


@pytest.mark.function("PIM-05")
def test_completeness_counts_what_each_channel_requires(shop) -> None:
    """Percent filled of what the platform requires, what is missing by name; another platform requires other things."""
    cups(shop)
    for name, value in (("材质", "陶瓷"), ("容量", " 350.0 ")):
        shop.write(lambda c, name=name, value=value: attributes.set_value(c, "CUP-R", name, value, who="anna"))
    douyin = {row.code: row for row in shop.read(lambda c: attributes.completeness(c, "douyin"))}
    assert (douyin["CUP-R"].percent, douyin["CUP-R"].missing) == (66, ("上市",))
    assert (douyin["CUP-B"].percent, douyin["CUP-B"].filled) == (0, 0)
    assert [row.percent for row in shop.read(lambda c: attributes.completeness(c, "jd"))] == [0, 100]
    shop.write(lambda c: attributes.set_value(c, "CUP-R", "上市", "2026-11-01", who="anna"))
    assert shop.read(lambda c: attributes.completeness(c, "douyin", ["CUP-R"]))[0].percent == 100
    shop.write(lambda c: attributes.set_value(c, "CUP-R", "容量", "", who="anna"))
    assert shop.read(lambda c: attributes.completeness(c, "douyin", ["CUP-R"]))[0].missing == ("容量",)


@pytest.mark.parametrize(
    ("type_", "value", "spelt"),
    [("whole", " 07 ", "7"), ("decimal", "1.50", "1.5"), ("decimal", "100", "100"), ("yes_no", "YES", "是"),
     ("date", "2026-11-01", "2026-11-01"), ("text", " x ", "x"), ("choice", "红", "红"), ("whole", "", "")],
)  # fmt: skip
def test_values_have_one_spelling(type_: str, value: str, spelt: str) -> None:
    """The same value is written the same, so that it is no difference at a platform."""
    assert attributes.typed("a", value, type_, ["红"]) == spelt


@pytest.mark.parametrize(
    ("type_", "value"),
    [("whole", "1.5"), ("whole", "x"), ("decimal", "NaN"), ("decimal", "1,5"),
     ("yes_no", "也许"), ("date", "2026-02-30"),
     ("choice", "绿")],
)  # fmt: skip
def test_values_of_another_type_are_refused(type_: str, value: str) -> None:
    """What is not of the attribute's type is not kept."""
    with pytest.raises(ValueWrong):
        attributes.typed("a", value, type_, ["红"])


def tree(shop) -> None:
    """家居 › 厨房 › mug, and 礼品."""

    def make(c):
        for name, parent in (("home", ""), ("kitchen", "home"), ("mug", "kitchen"), ("gifts", "")):
            categories.add_category(c, name, name, parent, "2026-01-01", who="anna")

    shop.write(make)


@pytest.mark.function("PIM-20")
def test_a_move_keeps_the_reports(shop) -> None:
    """A report of an earlier day is the same after the move, a later one follows it; no amount is lost or doubled."""
    tree(shop)
    cups(shop)
    shop.sku("LOOSE")
    sold = {"CUP-R": 300, "CUP-B": 200, "LOOSE": 50}
    before = shop.read(lambda c: categories.rolled_up(c, sold, "2026-10-31"))
    assert before == {"mug": 500, "kitchen": 500, "home": 500, NONE: 50}
    shop.write(lambda c: categories.move(c, "mug", "gifts", "2026-11-01", who="anna", why="礼品季"))
    assert shop.read(lambda c: categories.rolled_up(c, sold, "2026-10-31")) == before
    after = shop.read(lambda c: categories.rolled_up(c, sold, "2026-11-01"))
    assert after == {"mug": 500, "gifts": 500, NONE: 50}
    for day, sums in (("2026-10-31", before), ("2026-11-01", after)):
        tops = [*shop.read(lambda c, day=day: categories.top(c, day)), NONE]
        assert sum(sums.get(name, 0) for name in tops) == sum(sold.values())


def test_platform_categories_are_mapped(shop) -> None:
    """Each platform's category means one of ours; ours has one name there."""
    tree(shop)
    shop.write(lambda c: categories.map_platform(c, "taobao", "50012", "mug", who="anna"))
    shop.write(lambda c: categories.map_platform(c, "taobao", "50099", "mug", who="anna"))
    assert shop.read(lambda c: categories.platform_names(c, "taobao")) == {"mug": "50012"}
    assert shop.read(lambda c: categories.platform_names(c, "jd")) == {}
    with pytest.raises(CategoryCircular):
        shop.write(lambda c: categories.map_platform(c, "taobao", "1", "nothing", who="anna"))


def test_the_tree_stays_a_tree(shop) -> None:
    """No category under itself, also not by a move that takes effect before one that was planned for later."""
    tree(shop)
    for name, parent in (("home", "mug"), ("mug", "mug"), ("mug", "nothing")):
        with pytest.raises(CategoryCircular):
            shop.write(lambda c, name=name, parent=parent: categories.move(c, name, parent, "2026-11-01", who="anna"))
    shop.write(lambda c: categories.move(c, "gifts", "mug", "2026-12-01", who="anna"))
    with pytest.raises(CategoryCircular):
        shop.write(lambda c: categories.move(c, "kitchen", "gifts", "2026-11-01", who="anna"))


@pytest.mark.function("PIM-30")
def test_what_was_not_measured_is_listed_and_the_rest_is_used(shop) -> None:
    """The missing list names SKU and measure; freight goes by weight or volume, the greater; cartons are counted."""
    for code in ("A", "B", "SET"):
        shop.sku(code)
    shop.bundle("SET", A=2, B=1)
    every = ("重量", "长", "宽", "高", "箱规")
    assert shop.read(measures.missing) == [("A", every), ("B", every)]
    sizes = {"weight_g": 500, "length_mm": 100, "width_mm": 100, "height_mm": 60, "per_carton": 4}
    shop.write(lambda c: measures.measure(c, "A", sizes, who="anna"))
    shop.write(lambda c: measures.measure(c, "B", {"weight_g": 10}, who="anna"))
    assert shop.read(measures.missing) == [("B", every[1:])]
    assert shop.read(lambda c: measures.parcel(c, {"A": 5})) == Parcel(2500, 3_000_000, 2500, 2, ())
    found = shop.read(lambda c: measures.parcel(c, {"SET": 2}))
    assert (found.weight_g, found.missing) == (4 * 500 + 2 * 10, ("B",))
    with pytest.raises(ValueWrong):
        shop.write(lambda c: measures.measure(c, "A", {"weight_g": -1}, who="anna"))


def test_a_light_big_parcel_is_billed_by_its_size() -> None:
    """Volume in cubic centimetres / 6000 is the kilograms billed, begun grams counted."""
    known = {"PILLOW": {"weight_g": 800, "length_mm": 600, "width_mm": 400, "height_mm": 150}}
    assert parcel_of({"PILLOW": 1}, {}, known).billed_g == 6000


@pytest.mark.function("PIM-13")
def test_a_gift_has_its_own_stock_no_price_and_costs_the_campaign(shop) -> None:
    """Given once per order: its own stock falls, the order's money stays, the cost is the campaign's and a move's."""
    shop.sku("TOY", kind="gift", cost_fen=350, stock=3)
    shop.sku("A", cost_fen=1000, stock=3)
    for order_no in ("1", "2", "3"):
        shop.parcel(order_no)
    for order_no, qty in (("1", 1), ("2", 2), ("1", 1)):
        give = lambda c, o=order_no, q=qty: gifts.give(c, "双11", f"F{o}", "TOY", q, "2026-11-21 10:00:00", who="anna")  # noqa: E731
        given = shop.write(give)
    assert not given
    assert shop.read(gifts.campaign_costs) == [("双11", 2, 3, 1050)]
    moved = "SELECT sum(qty * unit_cost_fen) FROM move WHERE doc_type = 'issue' AND doc_line = 'gift:双11'"
    assert shop.read(lambda c: c.exec_driver_sql(moved).scalar()) == 1050
    assert shop.read(lambda c: c.exec_driver_sql("SELECT on_hand FROM quant WHERE code = 'TOY'").scalar()) == 0
    assert shop.read(lambda c: c.exec_driver_sql("SELECT count(*) FROM order_line").scalar()) == 0
    with pytest.raises(NotEnoughStock):
        shop.write(lambda c: gifts.give(c, "双11", "F3", "TOY", 1, "2026-11-21 10:00:00", who="anna"))
    for code, parcel in (("A", "F3"), ("TOY", "F9")):
        with pytest.raises(GiftWrong):
            shop.write(lambda c, k=code, p=parcel: gifts.give(c, "双11", p, k, 1, "2026-11-21 10:00:00", who="anna"))
    posted = shop.write(lambda c: post_events(c, "2026-11-30"))
    assert posted.waiting == ()
    told = "SELECT sum(cr_fen) FROM jv_line JOIN jv USING (no) WHERE sku = 'TOY' AND account LIKE '1405%'"
    assert shop.read(lambda c: c.exec_driver_sql(told).scalar()) == 1050
    assert shop.sound()
