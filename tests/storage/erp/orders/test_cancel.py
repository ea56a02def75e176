"""Cancelling, pulling back, changing the address: whoever moves the parcel first has won, and nothing is half done."""

import multiprocessing
import threading

import pytest

from storage.database.connection import open_database
from storage.database.digest import digest
from storage.database.tables.review import order_detail
from storage.erp.allocation.model import OrderKey
from storage.erp.commands import worklists as commands
from storage.erp.orders import cancel as cancelling
from storage.erp.orders import holds
from storage.erp.orders.batch import run_batch
from storage.erp.orders.business_day import orders_per_day
from storage.erp.orders.dispatch import DispatchPolicy, automatic_share
from storage.erp.orders.errors import GoneAlready
from storage.erp.orders.instructions import hand_over, pack
from storage.erp.orders.manual import manual_orders
from storage.erp.orders.merging import MergeRules
from storage.erp.orders.payments import payment_gaps
from storage.erp.orders.pool import collect, day_counts, figures
from storage.erp.orders.recheck import recheck_released
from storage.erp.orders.replay import replay
from storage.erp.orders.review import passed_share, review
from storage.erp.orders.rules import RuleSet
from storage.erp.orders.rulesets import active_rules, save_rules
from storage.erp.orders.timeline import timeline
from storage.erp.orders.tracking import backfills, stuck
from storage.erp.orders.transition import Cause
from tests.storage.erp.orders.desk import NIGHT, NOW, run

LATER, LAST = "2026-11-21 12:00:00", "2026-11-21 13:00:00"
ONE = "practice-shop_a-1-1"
MINE = OrderKey("practice", "shop_a", "07")


def cause(words="客户要求", at=LATER, actor="李雷"):
    """A person who acts, and why."""
    return Cause(at, actor, "console", words)


@pytest.fixture
def shipped_out(desk):
    """A desk with one order of two pieces in the warehouse."""
    desk.stock(HZ={"A": 9})
    desk.order("1", ("A", 2))
    desk.review()
    run(desk)
    return desk


def order_of(desk):
    """The only order's key."""
    return OrderKey(*desk.rows("SELECT platform, shop, order_no FROM platform_order")[0])


def test_cancelling_gives_everything_back_once(shipped_out):
    """Reservation, tasks, parcel, number and holds end; the ship command is withdrawn; again changes nothing."""
    desk, key = shipped_out, order_of(shipped_out)
    desk.write(lambda c: commands.publish(c, NIGHT))
    assert desk.write(lambda c: cancelling.cancel(c, key, cause()))
    desk.write(lambda c: commands.publish(c, NIGHT))
    assert desk.rows("SELECT reserved FROM quant WHERE code = 'A' AND warehouse = 'HZ'") == [(0,)]
    assert desk.rows("SELECT state FROM pick_task") == [("void",)]
    assert desk.rows("SELECT state FROM fulfilment") == [("cancelled",)]
    assert desk.rows("SELECT state FROM command WHERE worklist LIKE 'to_ship%'") == [("withdrawn",)]
    assert desk.process(key) == "cancelled"
    before = desk.write(digest)
    assert not desk.write(lambda c: cancelling.cancel(c, key, cause()))
    assert desk.write(digest) == before


def test_after_the_handover_cancelling_is_refused_and_asks_for_interception(shipped_out):
    """Too late is said in words, nothing changes, and the interception is an event of the order."""
    desk, key = shipped_out, order_of(shipped_out)
    assert desk.write(lambda c: hand_over(c, ONE, cause("交接", NOW)))
    assert not desk.write(lambda c: hand_over(c, ONE, cause("交接", LATER)))
    before = desk.write(digest)
    with pytest.raises(GoneAlready) as caught:
        desk.write(lambda c: cancelling.cancel(c, key, cause()))
    assert "已交给快递" in caught.value.message("zh")
    assert desk.write(digest) == before
    assert desk.write(lambda c: cancelling.ask_interception(c, key, cause())) == 1
    assert desk.process(key) == "released"


def race(url, start, way, parcels, answers):
    """One thread that cancels from one end, or hands over from the other, with a connection of its own."""
    database = open_database(url)
    start.wait(60)
    won = {}
    for key, parcel in parcels if way == "cancel" else reversed(parcels):
        try:
            with database.write() as connection:
                if way == "cancel":
                    won[parcel] = cancelling.cancel(connection, key, cause())
                else:
                    won[parcel] = hand_over(connection, parcel, cause())
        except GoneAlready:
            won[parcel] = False
    answers[way] = won
    database.close()


def assert_one_wins(url, desk):
    """Race both ways over the same parcels and see that exactly one has won each, whole."""
    issued = desk.rows(
        "SELECT f.platform, f.shop, f.order_no, f.fulfilment_id FROM fulfilment f JOIN ship_instruction i"
        " ON i.fulfilment_id = f.fulfilment_id WHERE i.state = 'issued' ORDER BY f.fulfilment_id"
    )
    parcels = [(OrderKey(*row[:3]), row[3]) for row in issued]
    start, answers = threading.Barrier(2), {}
    racers = [threading.Thread(target=race, args=(url, start, way, parcels, answers)) for way in ("cancel", "ship")]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(120)
    states = dict(desk.rows("SELECT fulfilment_id, state FROM ship_instruction"))
    held = {owner.split("|")[0]: state for owner, state in desk.rows("SELECT owner, state FROM reservation")}
    for _, parcel in parcels:
        cancelled, shipped = answers["cancel"][parcel], answers["ship"][parcel]
        assert cancelled != shipped
        assert states[parcel] == ("cancelled" if cancelled else "handed_over")
        assert held[parcel] == ("void" if cancelled else "held")
    assert len(parcels) > 5


@pytest.mark.function("OMS-20")
def test_cancelling_and_shipping_race_and_exactly_one_wins(desk):
    """Two connections cancel and hand over the same dozen parcels from both ends: each parcel goes one way, whole."""
    desk.stock(HZ={"A": 99})
    for number in range(12):
        desk.order(f"{number:02}", ("A", 1))
    desk.review()
    run(desk)
    assert_one_wins(str(desk.database.engine.url), desk)


@pytest.mark.postgres
def test_the_same_race_and_the_same_books_on_postgresql(desk, postgres_url):
    """Review and dispatch end the same on PostgreSQL, and two connections race there with the same result."""
    other = type(desk)(open_database(postgres_url))
    other.lay_out()
    for one in (desk, other):
        one.stock(HZ={"A": 99, "B": 1})
        for number in range(8):
            one.order(f"{number:02}", ("A", 1), detail={"buyer": "b", "address_key": f"k{number // 2}"})
        one.order("90", ("B", 2))
        one.order("91", ("没有", 1))
        one.review()
        run(one, policy=DispatchPolicy(merge=MergeRules(30)))
    assert desk.write(digest) == other.write(digest)
    looks = [
        lambda c: holds.queue(c, LATER), holds.held_count, passed_share, automatic_share, payment_gaps, manual_orders,
        day_counts, orders_per_day, lambda c: figures(c, "2026-11-21"), lambda c: backfills(c, LATER),
        lambda c: stuck(c, "2026-12-21 00:00:00"), lambda c: timeline(c, MINE), cancelling.open_pull_backs,
        lambda c: replay(c, "2026-11-21", RuleSet(), RuleSet().changed(1, stock={"whole": 1})), collect,
        lambda c: recheck_released(c, LATER), lambda c: holds.release_due(c, LATER),
        lambda c: holds.release_arrived(c, LATER), lambda c: review(c, LATER),
        lambda c: save_rules(c, RuleSet().changed(1), "李雷", "", NOW), lambda c: active_rules(c, LATER),
        lambda c: run_batch(c, "B", "pull back", [MINE], lambda d, k: bool(cancelling.pull_back(d, k, cause()))),
    ]  # fmt: skip
    for look in looks:
        assert desk.write(look) == other.write(look)
    run(desk, LATER)
    run(other, LATER)
    assert desk.write(digest) == other.write(digest)
    assert_one_wins(postgres_url, other)
    other.database.close()


@pytest.mark.function("OMS-21")
def test_a_packed_parcel_comes_back_only_with_the_warehouses_answer(shipped_out):
    """What nobody has packed comes back at once; packed goods wait for the answer; a late answer changes nothing."""
    desk, key = shipped_out, order_of(shipped_out)
    desk.write(lambda c: pack(c, ONE, cause("打包", NOW, "仓库")))
    assert desk.write(lambda c: cancelling.pull_back(c, key, cause("换规格"))) == 1
    assert (desk.process(key), desk.write(cancelling.open_pull_backs)) == ("pulling_back", [ONE])
    assert desk.rows("SELECT state FROM reservation") == [("held",)]
    assert not desk.write(lambda c: hand_over(c, ONE, cause("交接")))
    desk.review(LATER)
    run(desk, LATER)
    assert desk.rows("SELECT COUNT(*) FROM fulfilment") == [(1,)]
    assert desk.write(lambda c: cancelling.answer(c, ONE, cause("已取回", LAST, "仓库"), given_back=True))
    assert (desk.process(key), desk.rows("SELECT state FROM reservation")) == ("new", [("void",)])
    assert not desk.write(lambda c: cancelling.answer(c, ONE, cause("已发走", LAST, "仓库"), given_back=False))
    assert desk.rows("SELECT type FROM order_event WHERE type LIKE 'late_answer%'") == [(f"late_answer:{ONE}",)]
    desk.review(LAST)
    run(desk, LAST)
    assert desk.rows("SELECT fulfilment_id, state FROM fulfilment ORDER BY 1") == [
        (ONE, "cancelled"), ("practice-shop_a-1-2", "labelled"),
    ]  # fmt: skip
    assert desk.write(lambda c: cancelling.pull_back(c, key, cause())) == 1
    assert desk.process(key) == "new"


def test_a_pull_back_that_comes_too_late_lets_the_order_ship(shipped_out):
    """The warehouse answers that the carrier has it: the order is with the warehouse again, and the event says so."""
    desk, key = shipped_out, order_of(shipped_out)
    desk.write(lambda c: pack(c, ONE, cause("打包", NOW, "仓库")))
    desk.write(lambda c: cancelling.pull_back(c, key, cause()))
    assert desk.write(lambda c: cancelling.answer(c, ONE, cause("已交快递", LAST, "仓库"), given_back=False))
    assert desk.process(key) == "released"
    with pytest.raises(GoneAlready):
        desk.write(lambda c: cancelling.pull_back(c, key, cause()))
    words = [moment.words for moment in desk.write(lambda c: timeline(c, key))]
    assert any("已交快递" in one for one in words)


@pytest.mark.function("OMS-55")
def test_a_memo_that_changes_while_the_warehouse_has_it_calls_it_back(shipped_out):
    """The shop writes 先别发 after the parcel was released: it comes back and is held; what a person read ships."""
    desk, key = shipped_out, order_of(shipped_out)
    assert desk.write(lambda c: recheck_released(c, LATER)) == []
    desk.write(lambda c: c.execute(order_detail.insert(), [{**key._asdict(), "seller_memo": "先别发"}]))
    assert desk.write(lambda c: recheck_released(c, LATER)) == [key]
    desk.review(LATER)
    assert desk.codes("1") == ["SELLER_MEMO"]
    assert desk.rows("SELECT state FROM reservation") == [("void",)]
    desk.write(lambda c: holds.release(c, key, "SELLER_MEMO", cause("问过了，可以发")))
    run(desk, LAST)
    assert desk.write(lambda c: recheck_released(c, LAST)) == []
    desk.write(lambda c: hand_over(c, "practice-shop_a-1-2", cause("交接")))
    desk.set_detail(key, seller_memo="拦截")
    assert desk.write(lambda c: recheck_released(c, "2026-11-21 14:00:00")) == []
    assert desk.rows("SELECT type FROM order_event WHERE type = 'recheck_too_late'") == [("recheck_too_late",)]
    assert desk.process(key) == "released"


@pytest.mark.function("OMS-56")
def test_a_new_address_after_paying_voids_the_printed_number_and_is_reviewed(desk):
    """The parcel leaves its box, its printed number is void, the new address is judged, and it ships under another."""
    desk.stock(HZ={"A": 9})
    keys = [desk.order(n, ("A", 1), detail={"address_key": "k1", "address_state": "complete"}) for n in ("1", "2")]
    desk.review()
    policy = DispatchPolicy(merge=MergeRules(30))
    run(desk, policy=policy)
    (number,) = desk.rows("SELECT DISTINCT waybill_no FROM fulfilment")

    def move(connection, state="complete"):
        return cancelling.change_address(
            connection, keys[0], address_key="k2", address_state=state, province="广东", city="广州市",
            district="天河区", cause=cause("买家改地址"),
        )  # fmt: skip

    assert desk.write(lambda c: move(c, "DETAIL"))
    assert desk.rows("SELECT state, waybill_no FROM fulfilment WHERE order_no = '2'") == [("labelled", number[0])]
    assert desk.rows("SELECT state FROM parcel") == [("undone",)]
    desk.review(LATER)
    assert desk.codes("1") == ["ADDRESS"]
    assert desk.write(move)
    assert not desk.write(move)
    desk.review(LAST)
    run(desk, LAST, policy=policy)
    assert desk.rows("SELECT fulfilment_id, state FROM fulfilment WHERE order_no = '1' ORDER BY 1") == [
        ("practice-shop_a-1-1", "cancelled"), ("practice-shop_a-1-2", "labelled"),
    ]  # fmt: skip
    assert desk.rows("SELECT COUNT(DISTINCT waybill_no) FROM fulfilment WHERE state = 'labelled'") == [(2,)]


@pytest.mark.function("OMS-56")
def test_a_number_printed_for_one_order_alone_is_kept_as_void(shipped_out):
    """Alone in its parcel: the number is in the list of void ones with its reason, and never used again."""
    desk, key = shipped_out, order_of(shipped_out)
    (number,) = desk.rows("SELECT waybill_no FROM fulfilment")
    desk.write(lambda c: cancelling.change_address(
        c, key, address_key="k2", address_state="complete", province="浙江", city="宁波市", district="鄞州区",
        cause=cause("买家改地址"),
    ))  # fmt: skip
    assert desk.rows("SELECT waybill_no, because FROM waybill_void") == [(number[0], "买家改地址")]
    desk.review(LATER)
    run(desk, LATER)
    (again,) = desk.rows("SELECT waybill_no FROM fulfilment WHERE state = 'labelled'")
    assert again != number


def test_forks_are_not_needed_to_race():
    """The race runs on threads with connections of their own, so that it costs no interpreter."""
    assert multiprocessing.active_children() == []
