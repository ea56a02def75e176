"""What orders earned: every source row once, and the same sum by order, by product and by channel."""

import pytest

from storage.erp.reconciliation.outcomes import COMPONENTS as FEES
from storage.erp.settlement.components import COMPONENTS, Place, place_of
from storage.erp.settlement.facts import ESTIMATE, TRUE_UP, Span, total
from storage.erp.settlement.profit import bundle_weights, by_channel, by_order, by_product, waterfall
from tests.storage.erp.settlement.conftest import UNTAXED

ORDER = ("practice", "A", "1")


def test_every_fee_class_has_a_place() -> None:
    """No class of the statements is forgotten: all but `unclassified` have a place, and every component a name."""
    lost = [fee for fee in FEES if place_of(fee)[0] is Place.UNCLASSIFIED]
    assert lost == ["unclassified"]
    assert {place_of(fee)[1] for fee in FEES} - {""} <= set(COMPONENTS)


def full(shop):
    """One order with everything: two sub-orders, a discount, a refund, fees, ads, a parcel, its bill."""
    shop.received("X", 300)
    shop.order("1", ("X", 2, 5000), ("Y", 1, 2000), discount=1000, platform_discount_fen=500, freight_fen=800)
    shop.order("2", ("X", 1, 5000), finished="")
    shop.bill("payment", 11300, "1")
    shop.bill("subsidy", 500, "1")
    shop.bill("commission", -600, "1")
    shop.bill("refund_commission", 100, "1")
    shop.bill("payment_fee", -68, "1")
    shop.bill("freight_insurance", -50, "1")
    shop.bill("annual_fee", -3000)
    shop.bill("withdrawal", -9000)
    shop.bill("what is this", -7)
    shop.refund("R1", "1", 2000, sub_no="1-2")
    shop.ad("PX", 1001)
    shop.ad("PZ", 77)
    shop.parcel("1", "Z1", ("1-1", "X", 2), ("1-2", "Y", 1), unit=310)
    shop.express("Z1", 450)
    shop.express("Z9", 800)
    return shop.gather()


@pytest.mark.function("FMS-15")
def test_every_statement_line_is_gathered_once(shop) -> None:
    """Income, fees and refunds of the statements go to one place each, and what nobody classed is listed."""
    books = full(shop)
    (statement,) = shop.rows("SELECT sum(amount_fen) FROM bill_line")[0]
    gathered = [fact for fact in books.facts if "流水" in fact.ref]
    apart = {place: sum(by_class.values()) for place, by_class in books.apart.items()}
    assert total(gathered) + sum(apart.values()) == statement == books.statement_fen
    assert apart == {Place.RECEIVABLE: 11800, Place.OWN_MONEY: -9000, Place.UNCLASSIFIED: -7}
    assert dict(books.apart[Place.UNCLASSIFIED]) == {("A", "what is this"): -7}


def test_an_order_shows_its_whole_waterfall(shop) -> None:
    """List price, discounts, refund, subsidy kept apart, fees, ads, goods, freight: each to the fen."""
    own = waterfall(by_order(full(shop).facts)[ORDER])
    assert own == {
        "goods": 12000, "seller_discount": -1000, "platform_discount": -500, "buyer_freight": 800, "refund": -2000,
        "subsidy": 500, "commission": -500, "payment_fee": -68, "insurance": -50, "goods_cost": -930, "freight": -450,
        "marketing": -651,
    }  # fmt: skip


@pytest.mark.function("FMS-43")
def test_ad_spend_is_shared_out_to_the_fen(shop) -> None:
    """The orders' shares and what no order bought sum to the ad report."""
    books = full(shop)
    spend = {key: total(facts, "marketing") for key, facts in by_order(books.facts).items()}
    assert spend == {("", "", ""): 0, ("practice", "A", ""): -77, ORDER: -651, ("practice", "A", "2"): -350}
    assert total(books.facts, "marketing") == -1078


@pytest.mark.function("FMS-41")
def test_freight_is_an_estimate_until_the_bill_comes(shop) -> None:
    """Both are visible: what was reckoned when the parcel left, and the difference that the bill makes, by parcel."""
    books = full(shop)
    freight = [fact for fact in books.facts if fact.component == "freight" and fact.order_no]
    assert sum(fact.amount_fen for fact in freight if fact.basis == ESTIMATE) == -400
    assert sum(fact.amount_fen for fact in freight if fact.basis == TRUE_UP) == -50
    assert {fact.day for fact in freight if fact.basis == TRUE_UP} == {"2026-11-28"}
    before = shop.gather(span=Span("2026-11-01", "2026-11-27"))
    assert total(by_order(before.facts)[ORDER], "freight") == -400


@pytest.mark.function("FMS-45", "FMS-46")
def test_products_and_channels_sum_to_the_orders(shop) -> None:
    """By component, products, channels and orders sum to the same, bundles taken apart or not."""
    shop.set_of("SET", X=2, W=1)
    shop.order("3", ("SET", 3, 3333), ("X", 1, 1000), discount=7)
    shop.bill("commission", -101, "3")
    shop.bill("commission", -11, "3-1")
    books = full(shop)
    whole = waterfall(books.facts)
    channels = [waterfall(facts) for facts in by_channel(books.facts).values()]
    assert {name: sum(one.get(name, 0) for one in channels) for name in whole} == whole
    for weights in (None, shop.read(bundle_weights)):
        parts = list(by_product(books, weights))
        summed = {name: sum(part.amount_fen for part in parts if part.fact.component == name) for name in whole}
        assert summed == whole
    taken_apart = {part.code for part in parts}
    assert "SET" not in taken_apart
    assert {"X", "Y", "W", ""} <= taken_apart


def test_a_bundle_is_shared_out_by_cost_and_by_pieces_without(shop) -> None:
    """Its parts take their share by what they cost; a part of unknown cost makes pieces decide."""
    shop.set_of("SET", X=2, W=1)
    shop.order("3", ("SET", 1, 900))
    shop.received("X", 100)

    def goods() -> dict[str, int]:
        weights = shop.read(bundle_weights)
        return {part.code: part.amount_fen for part in by_product(shop.gather(), weights) if part.amount_fen > 0}

    assert goods() == {"X": 600, "W": 300}
    shop.received("W", 600)
    assert goods() == {"X": 225, "W": 675}


def test_goods_cost_waits_for_the_income(shop) -> None:
    """Goods that left for an order which has not finished are no cost yet; they are when it finishes."""
    shop.order("1", ("X", 2, 5000), finished="2026-12-02")
    shop.parcel("1", "Z1", ("1-1", "X", 2), unit=310)
    assert total(shop.gather().facts, "goods_cost") == 0
    assert total(shop.gather(span=Span("2026-12-01", "2026-12-31")).facts, "goods_cost") == -620


def test_cost_layers_can_be_plugged_in(shop) -> None:
    """What the layers say a move is worth counts before the move's own unit cost."""
    shop.order("1", ("X", 2, 5000))
    shop.parcel("1", "Z1", ("1-1", "X", 2), unit=310)
    layers = {("issue", "FUZ1", "1-1", 1): 655}
    assert total(shop.gather(UNTAXED._replace(values=layers)).facts, "goods_cost") == -655


def test_a_cost_that_nobody_knows_is_no_zero(shop) -> None:
    """A finished order without moves is valued at the last receipt, as an estimate; without one it has no cost row."""
    shop.order("1", ("X", 2, 5000), ("Q", 1, 100))
    assert total(shop.gather().facts, "goods_cost") == 0
    shop.received("X", 300)
    (cost,) = [fact for fact in shop.gather().facts if fact.component == "goods_cost"]
    assert (cost.amount_fen, cost.basis, cost.sub_no) == (-600, ESTIMATE, "1-1")
    assert total(shop.gather(UNTAXED._replace(estimate_costs=False)).facts, "goods_cost") == 0


def test_an_order_nobody_knows_is_paid_by_its_statement(shop) -> None:
    """Money for an order that the pool does not have is income when the statement pays it, under its own number."""
    shop.bill("payment", 900, "404")
    shop.bill("refund", -200, "404")
    assert waterfall(by_order(shop.gather().facts)["practice", "A", "404"]) == {"goods": 900, "refund": -200}
