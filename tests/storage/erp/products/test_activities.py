"""Nothing below the floor is offered, every row has its answer, and no quota is used twice."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from storage.database.tables import command
from storage.database.tables.products import activity_offer
from storage.erp.invariants.products import CHECKS
from storage.erp.products import activities
from storage.erp.products.activities import Floor, SheetRow, check
from storage.erp.products.codes import ChannelId
from storage.erp.products.errors import QuotaGone

NIGHT, NEXT = "2026-11-21", "2026-11-22"
FLOOR = Floor(margin_bp=1000, fee_bp=500, other_fen=300)


def shelf(shop) -> None:
    """A and B in stock at cost, a bundle of both, and their places at the platform."""
    shop.sku("A", cost_fen=5000, stock=50)
    shop.sku("B", cost_fen=1000, stock=50)
    shop.sku("SET")
    shop.bundle("SET", A=1, B=2)
    for number, code in enumerate(("A", "B", "SET", "NEW", ""), start=1):
        shop.listed(str(number), code)


def row(platform_sku: str, price_fen: int, stock: int = 10, **more: int) -> SheetRow:
    """One row of the campaign's sheet."""
    return SheetRow("practice", "shop_a", platform_sku, price_fen, stock, **more)


def take(shop, *rows: SheetRow, floor: Floor = FLOOR):
    """Check a sheet for the campaign HD."""
    return shop.write(lambda c: activities.take_sheet(c, "HD", rows, floor, who="anna"))


def states(shop) -> dict[str, tuple[str, str]]:
    """Platform SKU → state and reason."""
    rows = shop.read(lambda c: c.execute(select(activity_offer).order_by(activity_offer.c.platform_sku)).all())
    return {one.platform_sku: (one.state, one.reason) for one in rows}


@pytest.mark.function("RPA-07")
def test_rows_below_the_floor_never_become_commands(shop) -> None:
    """Checked row by row against cost, fees and margin; the others are sent, and each keeps its own answer."""
    shelf(shop)
    found = take(shop, row("1", 6300), row("2", 1500), row("3", 9000), row("4", 5000), row("5", 5000), row("9", 5000))
    assert [one.state for one in found] == ["ready", "blocked", "ready", "blocked", "blocked", "blocked"]
    assert "毛利 1.25 元（售价 15.00 − 成本 10.00 − 费用 3.75），低于底线 1.50 元" in found[1].reason
    take(shop, row("1", 6300), row("2", 1400), row("3", 9000))
    assert "低于底线" in states(shop)["2"][1]
    sent = shop.write(lambda c: activities.enrol(c, "HD", NIGHT))
    assert sent == [f"to_enrol|shop_a|HD|P{number}|{number}|{NIGHT}" for number in (1, 3)]
    assert shop.write(lambda c: activities.enrol(c, "HD", NIGHT)) == []
    told = shop.read(lambda c: c.execute(select(command.c.data).where(command.c.command_id == sent[0])).scalar_one())
    assert json.loads(told) == {"店铺": "shop_a", "活动ID": "HD", "商品ID": "P1", "SKU ID": "1", "活动价": "63.00",
                                "活动库存": "10"}  # fmt: skip
    assert states(shop)["1"][0] == "sent"
    shop.answer(sent[0], "done")
    shop.answer(sent[1], "rejected", run_id="R2", reason="价格高于 30 天最低价")
    assert {name: state for name, (state, _) in states(shop).items()} == {
        "1": "done", "2": "blocked", "3": "rejected", "4": "blocked", "5": "blocked", "9": "blocked"}  # fmt: skip
    assert states(shop)["3"][1] == "价格高于 30 天最低价"
    take(shop, row("1", 100), row("3", 9000))
    assert states(shop)["1"][0] == "done"  # what was answered is not checked away
    assert shop.write(lambda c: activities.enrol(c, "HD", NEXT)) == []
    asked = {name.split("|")[4] for name in shop.commands()}
    assert asked == {"1", "3"}
    assert shop.sound()


def test_a_failed_row_is_tried_again_and_a_doubled_one_is_not_sent(shop) -> None:
    """The page failed: another night; the same SKU twice in a sheet: nobody knows which price is meant."""
    shelf(shop)
    found = take(shop, row("1", 6300), row("2", 9000), row("2", 8000))
    assert [one.state for one in found] == ["ready", "blocked", "blocked"]
    first = shop.write(lambda c: activities.enrol(c, "HD", NIGHT))
    shop.answer(first[0], "failed")
    again = shop.write(lambda c: activities.enrol(c, "HD", NEXT))
    assert again == [f"to_enrol|shop_a|HD|P1|1|{NEXT}"]
    shop.answer(again[0], "found_done", run_id="R2", at="2026-11-22T02:00:00+08:00")
    assert states(shop)["1"][0] == "done"


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"price_fen": 0}, "大于 0"), ({"code": ""}, "没有对应的编码"), ({"cost_fen": 0}, "成本未知"),
        ({"ceiling_fen": 9999}, "高于活动最高价"), ({"listed_fen": 9999}, "高于现价"), ({"free": 9}, "可售 9 件"),
        ({"stock": 0}, "活动库存 0 件"), ({"cost_fen": 8201}, "低于底线"),
    ],
)  # fmt: skip
def test_every_reason_blocks_and_is_said(change, word) -> None:
    """Each of the faults alone blocks the row with its figures; without it the row is ready."""
    facts = {"code": "A", "listed_fen": 10000, "ceiling_fen": 10000, "cost_fen": 8200, "free": 10}
    offer = {"price_fen": 10000, "stock": 10}
    good = check(row("1", **offer), **facts, floor=FLOOR)
    assert (good.state, good.margin_fen) == ("ready", 1000)
    for name, value in change.items():
        (offer if name in offer else facts)[name] = value
    bad = check(row("1", **offer), **facts, floor=FLOOR)
    assert bad.state == "blocked"
    assert word in bad.reason


@given(st.integers(1, 10**7), st.integers(1, 10**7), st.integers(0, 5000), st.integers(0, 4000), st.integers(0, 10**5))
def test_a_ready_row_keeps_its_margin_to_the_fen(price, cost, margin_bp, fee_bp, other) -> None:
    """Whatever the figures: ready means that price − fees − other − cost is at least the share of the price."""
    found = check(row("1", price), "A", 0, 0, cost, 10, Floor(margin_bp, fee_bp, other))
    assert (found.state == "ready") == (found.margin_fen * 10_000 >= price * margin_bp)
    assert (
        found.margin_fen * 10_000 <= (price - cost - other) * 10_000 - price * fee_bp < (found.margin_fen + 1) * 10_000
    )


def granted(shop, quota: int, buyer_limit: int = 0) -> ChannelId:
    """An offer that the platform has granted."""
    shelf(shop)
    take(shop, row("1", 6300, quota, buyer_limit=buyer_limit))
    for command_id in shop.write(lambda c: activities.enrol(c, "HD", NIGHT)):
        shop.answer(command_id, "done")
    return ChannelId("practice", "shop_a", "1")


def test_the_last_piece_goes_to_one(shop) -> None:
    """Sixteen orders at a time ask for a quota of five: five get it, the books say so, an order asked twice is one."""
    channel = granted(shop, 5)

    def ask(number: int) -> bool:
        try:
            return shop.write(lambda c: activities.use(c, "HD", channel, f"o{number}", f"b{number}", 1))
        except QuotaGone:
            return False

    with ThreadPoolExecutor(4) as pool:
        got = list(pool.map(ask, [*range(16), *range(16)]))
    assert sum(got) == 5
    assert shop.read(lambda c: c.execute(select(activity_offer.c.used)).scalar_one()) == 5
    assert shop.sound()


def test_a_buyer_keeps_to_his_limit(shop) -> None:
    """The limit holds over several orders; a refusal gives the pieces back."""
    channel = granted(shop, 10, buyer_limit=2)
    assert shop.write(lambda c: activities.use(c, "HD", channel, "1", "x", 2))
    with shop.database.write() as connection:
        with pytest.raises(QuotaGone, match="每人限 2 件"):
            activities.use(connection, "HD", channel, "2", "x", 1)
        assert activities.use(connection, "HD", channel, "3", "y", 2)
        with pytest.raises(QuotaGone):
            activities.use(connection, "HD", channel, "4", "z", 0)
    assert shop.read(lambda c: c.execute(select(activity_offer.c.used)).scalar_one()) == 4
    assert shop.sound()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE activity_offer SET used = used + 1",
        "UPDATE activity_offer SET buyer_limit = 1",
        "UPDATE activity_use SET qty = 3",
        "DELETE FROM activity_use",
        "UPDATE activity_offer SET used = 99, issued = 10",
    ],
)
def test_broken_quotas_are_found(shop, statement: str) -> None:
    """I-24: used within issued within quota, as the orders say, nobody above his limit."""
    channel = granted(shop, 10, buyer_limit=2)
    shop.write(lambda c: activities.use(c, "HD", channel, "1", "x", 2))
    assert shop.read(CHECKS["I-24"]) == []
    with shop.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = 1")
        connection.execute(text(statement))
        assert CHECKS["I-24"](connection) != []
        connection.rollback()
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = 0")
