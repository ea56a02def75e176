"""From approved to instructed: in one transaction, explained, split, merged, labelled, and again without a change."""

import json
import os
from pathlib import Path

import pytest
from sqlalchemy import event

from storage.database.connection import open_database
from storage.database.digest import digest
from storage.database.tables.products import variant
from storage.database.tables.review import carrier_rate
from storage.erp.allocation.model import OpenLine
from storage.erp.catalog.sets import Member, StockSet, write_sets
from storage.erp.commands import worklists as commands
from storage.erp.orders import holds
from storage.erp.orders.address_link import keep_addresses
from storage.erp.orders.addresses import Address
from storage.erp.orders.carriers import Gap, Prices, Rate, asked
from storage.erp.orders.dispatch import DispatchPolicy, automatic_share, dispatch
from storage.erp.orders.gifts import GiftRule
from storage.erp.orders.merging import MergeRules
from storage.erp.orders.shares import largest_remainder
from storage.erp.orders.split import Goods, SplitRules, split
from storage.erp.orders.transition import Cause
from storage.erp.privacy.sealing import Keys
from tests.storage.erp.orders.desk import NIGHT, NOW, run

LATER = "2026-11-21 12:00:00"


@pytest.mark.function("ERP-01")
def test_an_approved_order_is_told_to_the_warehouse_in_one_transaction(desk):
    """Approve one order: its pick task and its reservation exist, and the event names the batch that caused both.

    Killed between any two of its writes, the books hold both or neither.
    """
    desk.stock(HZ={"A": 9, "B": 9})
    order = desk.order("1", ("A", 2), ("B", 1))
    desk.review()
    path = str(desk.database.engine.url.database)
    for statement in (3, 17, 26, 29):
        _killed(path, statement)
        tasks = desk.rows("SELECT code, qty FROM pick_task ORDER BY code")
        held = desk.rows("SELECT code, qty FROM reservation ORDER BY code")
        assert tasks == held
        assert desk.sound()
        if tasks:
            break
    run(desk)
    assert desk.rows("SELECT code, qty, warehouse FROM pick_task ORDER BY code") == [("A", 2, "HZ"), ("B", 1, "HZ")]
    assert desk.rows("SELECT code, qty, state FROM reservation ORDER BY code") == [("A", 2, "held"), ("B", 1, "held")]
    assert desk.rows("SELECT type, cause FROM order_event WHERE cause LIKE 'allocation%' ORDER BY type") == [
        ("allocated", f"allocation:{NIGHT}"), ("process.released", f"allocation:{NIGHT}"),
    ]  # fmt: skip
    assert desk.process(order) == "released"


def _killed(path, statement):
    """Dispatch in a process that dies at that statement, without a word."""
    child = os.fork()
    if child == 0:
        database = open_database(path)
        count = 0

        def die(*_):
            nonlocal count
            count += 1
            if count == statement:
                os._exit(9)

        with database.write() as connection:
            event.listen(connection, "before_cursor_execute", die)
            dispatch(connection, NIGHT, NOW)
            os._exit(9)
    os.waitpid(child, 0)


@pytest.mark.function("OMS-07", "OMS-44")
def test_every_warehouse_was_looked_at_and_the_choice_is_explained(desk):
    """The record lists the candidates and why each other warehouse was not taken; the automatic share is told."""
    desk.stock(HZ={"A": 1, "B": 5, "C": 3}, GZ={"A": 9, "C": 3})
    desk.order("1", ("A", 2))
    desk.order("4", ("C", 1))
    desk.order("2", ("B", 1), province="广东", city="广州市")
    third = desk.order("3", ("A", 1), detail={"buyer_memo": "要蓝色"})
    desk.review()
    run(desk)
    first, second = (desk.data(f"SELECT explanation FROM fulfilment WHERE order_no = '{number}'") for number in (1, 2))
    assert first["chosen"]["warehouses"] == ["GZ"]
    assert first["rejected"] == [{"warehouse": "HZ", "because": "A 要 2 件，可用 1 件"}]
    either = desk.data("SELECT explanation FROM fulfilment WHERE order_no = '4'")
    assert [one["warehouses"] for one in either["candidates"]] == [["HZ"], ["GZ"]]
    assert either["candidates"][0]["cost_fen"] < either["candidates"][1]["cost_fen"], "dearer is why it was not taken"
    for told in (first, second, either):
        named = {one["warehouse"] for one in told["rejected"]} | {
            w for c in told["candidates"] for w in c["warehouses"]
        }
        assert named == {"HZ", "GZ"}
    assert second["rejected"] == [{"warehouse": "GZ", "because": "B 要 1 件，可用 0 件"}]
    assert second["words"]
    third = ("practice", "shop_a", "3")
    desk.write(
        lambda c: holds.release(c, holds.OrderKey(*third), "BUYER_MEMO", Cause(LATER, "李雷", "console", "可以"))
    )
    run(desk, LATER)
    assert desk.write(automatic_share) == (3, 4, 0)


@pytest.mark.function("OMS-16")
def test_a_suspicious_order_is_neither_allocated_nor_picked_until_a_named_person_releases_it(desk):
    """Six orders of one buyer within an hour at a tenth of the price are held for 风控 with a deadline."""
    desk.stock(HZ={"A": 99})
    desk.price("S", "A", 20_000)
    orders = [
        desk.order(str(n), ("A", 1), detail={"buyer": "b"}, created_at=f"2026-11-21 08:0{n}:00") for n in range(6)
    ]
    desk.review()
    run(desk)
    assert desk.codes("5") == ["FRAUD"]
    waiting = desk.write(lambda c: holds.queue(c, NOW, "风控"))
    assert {one.key for one in waiting} == set(orders)
    assert all(one.due_at == "2026-11-21 14:00:00" for one in waiting)
    assert desk.rows("SELECT COUNT(*) FROM reservation") == desk.rows("SELECT COUNT(*) FROM pick_task") == [(0,)]
    desk.write(lambda c: holds.release(c, orders[5], "FRAUD", Cause(LATER, "韩梅梅", "console", "老客户团购")))
    desk.review(LATER)
    run(desk, LATER)
    assert desk.rows("SELECT DISTINCT order_no FROM fulfilment") == [("5",)]


@pytest.mark.function("OMS-12")
def test_what_is_short_waits_and_goes_when_goods_arrive(desk):
    """A short order is held as 缺货 with the figures and goes by itself when the goods are there."""
    desk.stock(HZ={"A": 1})
    order = desk.order("1", ("B", 2))
    desk.review()
    assert desk.codes("1") == ["OUT_OF_STOCK"]
    assert "B 要 2 件" in str(desk.rows("SELECT words FROM order_hold")[0][0])
    desk.arrive(LATER, HZ={"B": 2})
    assert desk.write(lambda c: holds.release_arrived(c, LATER)) == [order]
    run(desk, LATER)
    assert desk.process(order) == "released"
    assert desk.rows("SELECT released_by FROM order_hold") == [("core:arrival",)]


@pytest.mark.function("OMS-12", "OMS-57", "OMS-59")
def test_scarce_goods_go_by_priority_then_by_who_paid_first(desk):
    """Two pieces for four orders: the VIP first although he paid last, then who paid first; the others wait on."""
    for number, (paid_at, priority) in enumerate([("08:03", 0), ("08:01", 0), ("08:09", 5), ("08:02", 0)]):
        desk.order(str(number), ("A", 1), priority=priority, paid_at=f"2026-11-21 {paid_at}:00")
    desk.stock(HZ={"B": 1})
    desk.review()
    desk.arrive(LATER, HZ={"A": 2})
    go = desk.write(lambda c: holds.release_arrived(c, LATER))
    assert [key.order_no for key in go] == ["2", "1"]
    desk.review(LATER)
    run(desk, LATER)
    assert desk.rows("SELECT order_no FROM fulfilment ORDER BY order_no") == [("1",), ("2",)]
    assert desk.codes("0") == desk.codes("3") == ["OUT_OF_STOCK"]


def test_orders_that_lose_the_last_piece_are_held_by_the_allocation(desk):
    """Both pass the review, one gets the piece, the other is held with the figures; a second run changes nothing."""
    desk.stock(HZ={"A": 1})
    desk.order("1", ("A", 1))
    desk.order("2", ("A", 1), priority=3)
    desk.review()
    run(desk)
    assert desk.codes("1") == ["OUT_OF_STOCK"]
    desk.review()
    before = desk.write(digest)
    desk.review()
    run(desk)
    assert desk.write(digest) == before


def test_nothing_unreviewed_is_allocated(desk):
    """An order that the review never saw gets nothing: deny by default."""
    desk.stock(HZ={"A": 9})
    desk.order("1", ("A", 1))
    run(desk)
    assert desk.rows("SELECT COUNT(*) FROM fulfilment") == [(0,)]


def test_orders_that_are_named_are_served_and_the_night_sees_to_the_rest(desk):
    """At a peak only the orders told of are looked at; again gives nothing new, and the rest is there for the night."""
    desk.stock(HZ={"A": 9})
    first, other = desk.order("1", ("A", 1)), desk.order("2", ("A", 2))
    desk.review()
    served = [desk.write(lambda c: dispatch(c, NIGHT, NOW, keys=[first])).parcels for _ in range(2)]
    assert (served, desk.process(first), desk.process(other)) == ([1, 0], "released", "approved")
    run(desk)
    assert desk.rows("SELECT order_no, SUM(qty) FROM fulfilment JOIN fulfilment_line USING (fulfilment_id) "
                     "GROUP BY order_no ORDER BY order_no") == [("1", 1), ("2", 2)]  # fmt: skip


@pytest.mark.function("OMS-08")
def test_parts_of_a_split_order_sum_back_to_it(desk):
    """An order split by weight, category and goods that ship alone: money to the fen and pieces sum back."""
    desk.stock(HZ=dict.fromkeys("ABCD", 9))
    desk.write(lambda c: c.execute(variant.insert(), [
        {"code": code, "spu": code, "kind": "normal", "weight_g": grams, "state": "active"}
        for code, grams in (("A", 900), ("B", 700), ("C", 300), ("D", 50))
    ]))  # fmt: skip
    order = desk.order("1", ("A", 1), ("B", 1), ("C", 1), ("D", 2), freight_fen=1001)
    rules = SplitRules(max_weight_g=1000, alone=frozenset("D"))
    desk.review()
    run(desk, policy=DispatchPolicy(split=rules))
    assert desk.rows("SELECT GROUP_CONCAT(code, '') FROM fulfilment_line GROUP BY fulfilment_id ORDER BY 1") == [
        ("A",), ("BC",), ("D",),
    ]  # fmt: skip
    assert desk.rows("SELECT SUM(paid_fen), SUM(freight_fen), COUNT(*) FROM fulfilment_share") == [(5000, 1001, 3)]
    assert desk.rows("SELECT SUM(qty) FROM fulfilment_line") == [(5,)]
    total = desk.rows("SELECT SUM(f.cost_fen), MAX(b.cost_fen) FROM fulfilment f, allocation_batch b")
    assert total[0][0] == total[0][1]
    assert desk.rows("SELECT split_because FROM fulfilment_share WHERE split_because LIKE 'D%'") == [("D 单独成包",)]
    assert desk.process(order) == "released"


@pytest.mark.parametrize("seed", range(40))
def test_splitting_loses_nothing(seed):
    """Whatever the rules, every sub-order is in exactly one part, and no part of several is over the limits."""
    chance = __import__("random").Random(seed)
    codes = "ABCDEF"
    goods = {c: Goods(chance.randint(0, 900), chance.randint(0, 900), chance.choice(["", "食品", "化妆品"]),
                      chance.random() < 0.1) for c in codes}  # fmt: skip
    lines = [OpenLine(str(n), code, chance.randint(1, 3), ((code, 1),)) for n, code in enumerate(codes)]
    rules = SplitRules(frozenset(chance.sample(codes, 1)), frozenset({"食品"}), frozenset(chance.sample(codes, 1)),
                       chance.choice([0, 1000]), chance.choice([0, 1200]))  # fmt: skip
    parts = split(lines, goods, rules)
    assert sorted(line for part in parts for line in part.lines) == sorted(lines)
    for part in parts:
        if len(part.lines) > 1 and rules.max_weight_g:
            assert sum(goods[line.code].weight_g * line.qty for line in part.lines) <= rules.max_weight_g
        assert (
            len({goods[line.code].category == "食品" for line in part.lines}) == 1 or goods[part.lines[0].code].virtual
        )
    weights = [chance.randint(0, 99) for _ in range(chance.randint(1, 7))]
    total = chance.randint(-10_000, 10_000)
    assert sum(largest_remainder(total, weights)) == total


BUYER = {"address_key": "k1"}


@pytest.mark.function("OMS-09")
def test_orders_to_one_address_share_a_parcel_until_one_is_refunded(desk):
    """Three orders of one buyer become one parcel with one number, each is back-filled with it; refund un-merges.

    Another address, another shop, a presale, an open refund and a memo against it stay out, as does an order that was
    paid after the window.
    """
    desk.stock(HZ={"A": 99})
    same = [desk.order(str(n), ("A", 1), detail=BUYER, paid_at=f"2026-11-21 08:1{n}:00") for n in range(3)]
    desk.order("4", ("A", 1), detail={"address_key": "k2"})
    desk.order("5", ("A", 1), detail=BUYER, shop="shop_b")
    desk.order("6", ("A", 1), detail={**BUYER, "order_type": "presale", "balance_state": "balance_paid"})
    desk.order("7", ("A", 1), detail={**BUYER, "seller_memo": "分开发"})
    desk.order("8", ("A", 1), detail=BUYER, paid_at="2026-11-21 09:30:00")
    policy = DispatchPolicy(merge=MergeRules(30))
    desk.review()
    run(desk, policy=policy)
    (merged,) = desk.rows("SELECT parcel_id FROM parcel")
    assert len(desk.rows("SELECT DISTINCT waybill_no FROM fulfilment WHERE order_no IN ('0', '1', '2')")) == 1
    assert desk.rows("SELECT COUNT(DISTINCT waybill_no) FROM fulfilment") == [(6,)]
    desk.write(lambda c: commands.publish(c, NIGHT))
    sent = [json.loads(data) for (data,) in desk.rows("SELECT data FROM command WHERE worklist LIKE 'to_ship%'")]
    shared = {row["运单号"] for row in sent if row["主订单编号"] in "012"}
    assert len([row for row in sent if row["主订单编号"] in "012"]) == 3
    assert len(shared) == 1
    desk.set_line("0-1", refund_status="退款成功", refunded_fen=1000)
    desk.set_order(same[0], pay_state="refunded", refund_state="full", refunded_fen=1000)
    desk.review(LATER)
    run(desk, LATER, policy=policy)
    assert desk.rows("SELECT state FROM fulfilment WHERE order_no = '0'") == [("cancelled",)]
    assert desk.rows("SELECT fulfilment_id FROM parcel_fulfilment WHERE state = 'in' ORDER BY 1") == [
        ("practice-shop_a-1-1",), ("practice-shop_a-2-1",),
    ]  # fmt: skip
    assert desk.rows("SELECT state, waybill_no FROM fulfilment WHERE order_no = '1'") == [("labelled", shared.pop())]
    desk.review("2026-11-21 13:00:00")
    assert (desk.process(same[0]), desk.process(same[1])) == ("cancelled", "released")
    assert desk.rows("SELECT type FROM order_event WHERE order_no = '0' AND type LIKE 'unmerged%'") == [
        (f"unmerged:{merged[0]}",)
    ]


@pytest.mark.function("OMS-09")
def test_sealed_addresses_of_one_person_are_merged(desk):
    """Two orders to one person, written differently, meet in one parcel, and the books hold no plain address."""
    desk.stock(HZ={"A": 9})
    keys = Keys.new()
    places = [
        Address("浙江省", "杭州市", "西湖区", "文三路 90 号 1 幢", "李雷", "13800138000"),
        Address("浙江省", "杭州市", "西湖区", "文三路90号1幢", "李雷", "+86 138 0013 8000"),
        Address("浙江省", "杭州市", "西湖区", "文三路90号1幢", "韩梅梅", "13800138001"),
        Address("浙江省", "杭州市", "西湖区", "****", "李*", "138****8000", "oaid-token-1"),
    ]
    orders = {desk.order(str(number), ("A", 1)): place for number, place in enumerate(places)}
    desk.write(lambda c: keep_addresses(c, keys, orders, who="core"))
    before = desk.write(digest)
    desk.write(lambda c: keep_addresses(c, keys, orders, who="core"))
    assert desk.write(digest) == before
    desk.review()
    run(desk, policy=DispatchPolicy(merge=MergeRules(30)))
    assert desk.rows("SELECT fulfilment_id FROM parcel_fulfilment ORDER BY 1") == [
        ("practice-shop_a-0-1",), ("practice-shop_a-1-1",),
    ]  # fmt: skip
    assert desk.rows("SELECT DISTINCT address_state FROM order_detail ORDER BY 1") == [("complete",), ("masked",)]
    raw = b"".join(path.read_bytes() for path in Path(str(desk.database.engine.url.database)).parent.glob("books.db*"))
    assert "文三路".encode() not in raw
    assert b"13800138000" not in raw


RATES = [
    Rate("中通快递", "浙江省", "浙江省", 1000, 500, 1000, 200), Rate("圆通速递", "浙江", "浙江", 1000, 450, 1000, 300),
    Rate("顺丰速运", "浙江", "浙江", 1000, 1300, 1000, 200), Rate("圆通速递", "浙江", "西藏", 1000, 1500, 1000, 1200),
]  # fmt: skip


@pytest.mark.function("OMS-18")
def test_the_cheapest_carrier_that_goes_there_unless_the_note_says_otherwise(desk):
    """The chosen carrier costs no more than any other that reaches; 发顺丰 wins, 不要顺丰 does not; gaps are minded."""
    prices = Prices(RATES, [Gap("圆通速递", "浙江", "舟山市")])
    hangzhou, zhoushan = ("浙江省", "杭州市", "西湖区"), ("浙江", "舟山市", "普陀区")
    light = prices.choose("浙江", hangzhou, 900)
    assert (light.carrier, light.cost_fen) == ("圆通速递", 450)
    assert all(light.cost_fen <= offer.cost_fen for offer in light.offers)
    assert prices.choose("浙江", hangzhou, 2001).carrier == "中通快递"
    assert prices.choose("浙江", zhoushan, 900).carrier == "中通快递"
    assert ("圆通速递", "到不了浙江舟山市") in prices.choose("浙江", zhoushan, 900).rejected
    assert prices.choose("浙江", hangzhou, 900, ["麻烦发顺丰"]).carrier == "顺丰速运"
    assert prices.choose("浙江", hangzhou, 900, ["不要发圆通"]).carrier == "中通快递"
    assert prices.choose("浙江", ("新疆", "", ""), 900) == (
        "",
        0,
        (),
        prices.choose("浙江", ("新疆", "", ""), 900)[3],
        "没有快递能到新疆",
    )
    assert asked(["不要圆通，发中通"]) == ("中通快递", {"圆通速递"})
    desk.stock(HZ={"A": 9})
    desk.write(lambda c: c.execute(carrier_rate.insert(), [rate._asdict() for rate in RATES]))
    desk.order("1", ("A", 1))
    desk.order("2", ("A", 1), detail={"buyer_memo": "发顺丰"})
    desk.review()
    run(desk)
    assert desk.rows("SELECT order_no, carrier FROM fulfilment ORDER BY order_no") == [
        ("1", "圆通速递"), ("2", "顺丰速运"),
    ]  # fmt: skip
    told = desk.data("SELECT explanation FROM fulfilment WHERE order_no = '2'")["carrier"]
    assert told["words"] == "顺丰速运 13.00 元：备注要求"


@pytest.mark.parametrize("window_minutes", [0, 30])
def test_a_drawn_set_weighs_what_was_drawn(desk, window_minutes):
    """The carrier is paid for the members in the box: in a box of its own at once, or after merging, alike."""
    desk.stock(HZ={"A": 9})
    lucky = StockSet("PICK", "pick_one", ((Member("A"), Member("B")),))
    heavy = [{"code": code, "spu": code, "kind": "normal", "weight_g": 2500, "state": "active"} for code in "AB"]
    desk.write(lambda c: (write_sets(c, [lucky]), c.execute(variant.insert(), heavy)))
    desk.write(lambda c: c.execute(carrier_rate.insert(), [rate._asdict() for rate in RATES]))
    desk.order("1", ("PICK", 1))
    desk.review()
    run(desk, policy=DispatchPolicy(merge=MergeRules(window_minutes)))
    told = desk.data("SELECT explanation FROM fulfilment")["carrier"]
    assert {one["carrier"]: one["cost_fen"] for one in told["offers"]} == {
        "中通快递": 900, "圆通速递": 1050, "顺丰速运": 1700,
    }  # fmt: skip


def test_numbers_run_out_and_the_next_carrier_takes_over(desk):
    """When the cheapest has no numbers the next one's is used and the record says so; without any the parcel waits."""
    desk.stock(HZ={"A": 99})
    desk.write(lambda c: c.execute(carrier_rate.insert(), [rate._asdict() for rate in RATES]))
    for number in range(26):
        desk.order(f"{number:02}", ("A", 1))
    desk.review()
    summary = run(desk)
    counts = dict(desk.rows("SELECT carrier, COUNT(*) FROM fulfilment GROUP BY carrier"))
    assert counts == {"圆通速递": 8, "中通快递": 12, "顺丰速运": 4, "": 2}
    assert (summary.labelled, summary.without_waybill) == (24, 2)
    told = desk.data("SELECT explanation FROM fulfilment WHERE waybill_no = 'ZT10'")["carrier"]
    assert told["words"].endswith("圆通速递 的单号用完了，改用 中通快递")


@pytest.mark.function("OMS-53")
def test_a_gift_has_a_line_and_a_reservation_of_its_own(desk):
    """The gift is a line beside the order's, held on its own; what happens when there is none is the rule's to say."""
    desk.stock(HZ={"A": 9, "B": 9, "G": 1, "H": 9})
    rules = (
        GiftRule("满10送G", "G", min_paid_fen=1000, bought=frozenset("A"), out_of_stock="other", other_code="H"),
        GiftRule("买B送I", "I", bought=frozenset("B"), out_of_stock="wait"),
        GiftRule("送J", "J", bought=frozenset("A")),
    )
    desk.order("1", ("A", 1))
    desk.order("2", ("A", 1))
    waits = desk.order("3", ("B", 1))
    desk.review()
    policy = DispatchPolicy(gift_rules=rules)
    run(desk, policy=policy)
    assert desk.rows("SELECT order_no, code, qty, state FROM gift_line ORDER BY order_no, line_no") == [
        ("1", "G", 1, "held"), ("1", "J", 1, "left_out"), ("2", "H", 1, "held"), ("2", "J", 1, "left_out"),
    ]  # fmt: skip
    assert desk.rows("SELECT code, qty FROM reservation WHERE owner LIKE '%GIFT%' ORDER BY code") == [
        ("G", 1),
        ("H", 1),
    ]
    assert desk.codes("3") == ["GIFT_SHORT"]
    desk.arrive(LATER, HZ={"I": 1})
    assert desk.write(lambda c: holds.release_arrived(c, LATER)) == [waits]
    run(desk, LATER, policy=policy)
    assert desk.rows("SELECT code, state FROM gift_line WHERE order_no = '3'") == [("I", "held")]
    assert desk.rows("SELECT COUNT(*) FROM gift_line") == [(5,)]
