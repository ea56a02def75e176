"""The review: every reason is kept, clean orders pass alone, a person's release is audited, nothing is asked twice."""

import pytest

from storage.database.digest import digest
from storage.erp.allocation.model import OrderKey
from storage.erp.orders import holds
from storage.erp.orders.errors import IllegalTransition, OrderUnknown, ReleaseRefused, RuleSetWrong
from storage.erp.orders.rules import RULES, Chosen, RuleSet
from storage.erp.orders.rulesets import active_rules, save_rules
from storage.erp.orders.states import LEGAL, WORDS, chart
from storage.erp.orders.transition import Cause, transition
from tests.storage.erp.orders.desk import run

NOW, LATER = "2026-11-21 10:00:00", "2026-11-21 12:00:00"


def person(words="看过了", at=LATER):
    """A named person who acts, and why."""
    return Cause(at, "李雷", "console", words)


@pytest.mark.function("OMS-10")
def test_all_reasons_are_kept_and_clean_orders_pass(desk):
    """An order with three faults shows all three; a clean one beside it passes without anybody."""
    desk.stock(HZ={"A": 9})
    bad = desk.order("1", ("没有的编码", 1), pay_state="unpaid", province="火星省")
    good = desk.order("2", ("A", 1))
    found = desk.review()
    assert desk.codes("1") == ["ADDRESS", "NOT_PAID", "UNMAPPED"]
    told = desk.data("SELECT reasons FROM order_review WHERE order_no = '1'")
    assert [one["code"] for one in told] == ["NOT_PAID", "UNMAPPED", "ADDRESS"]
    assert all(one["words"] for one in told)
    assert (desk.process(bad), desk.process(good)) == ("held", "approved")
    assert (found.orders, found.passed, found.held) == (2, 1, 1)


def test_a_second_run_writes_nothing(desk):
    """The same facts judged again leave no trace."""
    desk.stock(HZ={"A": 9})
    desk.order("1", ("A", 1), ("没有", 1))
    desk.order("2", ("A", 1))
    desk.review()
    before = desk.write(digest)
    desk.review(LATER)
    assert desk.write(digest) == before


def test_a_hold_goes_when_its_fact_is_gone(desk):
    """Paid meanwhile: the hold is closed by the review itself, and the order passes."""
    desk.stock(HZ={"A": 9})
    order = desk.order("1", ("A", 1), pay_state="unpaid")
    desk.review()
    desk.set_order(order, pay_state="paid")
    desk.review(LATER)
    assert desk.process(order) == "approved"
    assert desk.rows("SELECT state, released_by, released_why FROM order_hold") == [
        ("released", "core", "复审时已不成立")
    ]


@pytest.mark.function("OMS-54")
def test_an_unmapped_product_blocks_only_its_order(desk):
    """An unknown code holds that order alone; once the platform's SKU is mapped the order passes."""
    desk.stock(HZ={"A": 9})
    lost = desk.order("1", ("", 1), line_facts={"platform_sku": "S9"})
    fine = desk.order("2", ("A", 1))
    desk.review()
    assert (desk.codes("1"), desk.process(fine)) == (["UNMAPPED"], "approved")
    desk.price("S9", "A")
    desk.review(LATER)
    assert desk.process(lost) == "approved"
    assert desk.rows("SELECT code FROM order_line WHERE sub_no = '1-1'") == [("A",)]


@pytest.mark.function("OMS-55")
def test_a_memo_that_changes_after_review_holds_again(desk):
    """Courtesies pass; a wish holds; once a person has read it that wish is settled; another wish holds again."""
    desk.stock(HZ={"A": 9})
    order = desk.order("1", ("A", 1), detail={"buyer_memo": "谢谢老板！发顺丰"})
    desk.review()
    assert desk.process(order) == "approved"
    desk.set_detail(order, buyer_memo="换成蓝色")
    desk.review()
    assert desk.codes("1") == ["BUYER_MEMO"]
    assert desk.write(lambda c: holds.release(c, order, "BUYER_MEMO", person()))
    desk.review(LATER)
    assert desk.process(order) == "approved"
    desk.set_detail(order, buyer_memo="换成红色", flag="红旗")
    desk.review(LATER)
    assert desk.codes("1") == ["BUYER_MEMO", "FLAG"]


@pytest.mark.function("OMS-15")
def test_a_release_is_audited_and_takes_a_name(desk):
    """Held it is not picked; who released it, when and why is kept; no bot can, no nameless one, and only once."""
    desk.stock(HZ={"A": 9})
    order = desk.order("1", ("A", 1), detail={"seller_memo": "先别发"})
    desk.review()
    for wrong in (Cause(LATER, "", "x", "好"), Cause(LATER, "bot:1", "x", "好"), Cause(LATER, "李雷", "x", " ")):
        with pytest.raises(ReleaseRefused):
            desk.write(lambda c, cause=wrong: holds.release(c, order, "SELLER_MEMO", cause))
    with pytest.raises(ReleaseRefused):
        desk.write(lambda c: holds.release(c, order, "FRAUD", person()))
    assert desk.process(order) == "held"
    run(desk)
    assert desk.rows("SELECT COUNT(*) FROM pick_task") == [(0,)]
    assert desk.write(lambda c: holds.release(c, order, "SELLER_MEMO", person()))
    assert not desk.write(lambda c: holds.release(c, order, "SELLER_MEMO", person()))
    assert desk.rows("SELECT released_by, released_at, released_why FROM order_hold") == [("李雷", LATER, "看过了")]
    assert desk.rows("SELECT actor FROM order_event WHERE type LIKE 'hold_released%'") == [("李雷",)]


def test_a_hold_by_hand(desk):
    """A person holds an order for a reason of his own; only for orders that are there and not yet in the warehouse."""
    desk.stock(HZ={"A": 9})
    order = desk.order("1", ("A", 1))
    desk.review()
    assert desk.write(lambda c: holds.hold(c, order, "ASKED", person("客户来电"), owner="客服"))
    assert not desk.write(lambda c: holds.hold(c, order, "ASKED", person("客户来电")))
    desk.review(LATER)
    assert desk.codes("1") == ["ASKED"]
    with pytest.raises(OrderUnknown):
        desk.write(lambda c: holds.hold(c, OrderKey("practice", "shop_a", "9"), "ASKED", person()))


@pytest.mark.function("OMS-52")
def test_a_delay_window_releases_itself(desk):
    """With half an hour to cool, an order waits until then and goes by itself; nobody has to act on it."""
    desk.stock(HZ={"A": 9})
    rules = RuleSet().changed(1, cooling={"minutes": 150})
    order = desk.order("1", ("A", 1), paid_at="2026-11-21 08:01:00")
    desk.review(rules=rules)
    assert desk.codes("1") == ["COOLING"]
    assert desk.rows("SELECT until, owner FROM order_hold") == [("2026-11-21 10:31:00", "")]
    assert desk.write(lambda c: holds.release_due(c, "2026-11-21 10:30:59")) == 0
    assert desk.write(lambda c: holds.release_due(c, "2026-11-21 10:31:00")) == 1
    assert desk.process(order) == "approved"


@pytest.mark.function("OMS-17")
def test_the_queue_has_owners_and_deadlines_and_ends_settled(desk):
    """Every abnormal order is in somebody's queue with a deadline and actions, and leaves it released or cancelled."""
    desk.stock(HZ={"A": 9})
    first = desk.order("1", ("A", 1), detail={"buyer_memo": "能便宜吗"})
    second = desk.order("2", ("没有", 1))
    desk.review()
    waiting = desk.write(lambda c: holds.queue(c, "2026-11-21 15:00:00"))
    assert [(one.key, one.code, one.owner, one.late) for one in waiting] == [
        (second, "UNMAPPED", "商品", True), (first, "BUYER_MEMO", "客服", True),
    ]  # fmt: skip
    assert all(one.actions and one.due_at == "2026-11-21 14:00:00" for one in waiting)
    assert desk.write(lambda c: holds.queue(c, NOW, "商品"))[0].late is False
    desk.write(lambda c: holds.release(c, first, "BUYER_MEMO", person()))
    desk.set_order(second, pay_state="closed")
    desk.review(LATER)
    assert desk.write(lambda c: holds.queue(c, LATER)) == []
    assert desk.write(holds.unsettled) == 0
    assert (desk.process(first), desk.process(second)) == ("approved", "cancelled")


@pytest.mark.function("OMS-13")
def test_more_than_the_campaign_allows_is_flagged(desk):
    """The third piece of a limit of two is held with the figures; another buyer and another campaign are not."""
    desk.stock(HZ={"A": 99})
    limits = {"双11": {"qty": 2, "begin": "2026-11-21 00:00:00", "end": "2026-11-22 00:00:00"}}
    for number, (buyer, campaign) in enumerate([("b1", "双11"), ("b1", "双11"), ("b2", "双11"), ("b1", "别的")]):
        qty = 1 if number else 2
        desk.order(str(number), ("A", qty), detail={"buyer": buyer, "campaign": campaign},
                   created_at=f"2026-11-21 08:0{number}:00")  # fmt: skip
    desk.order("9", ("A", 1), detail={"buyer": "b9", "campaign": "双11"}, created_at="2026-11-20 23:59:59")
    new = {"campaign": "新客价"}
    desk.order("7", ("A", 1), detail={**new, "buyer": "b2"}, created_at="2026-11-21 09:00:00")
    desk.order("8", ("A", 1), detail={**new, "buyer": "b8"}, created_at="2026-11-21 09:00:00")
    desk.review(rules=RuleSet().changed(1, campaign={"limits": {**limits, "新客价": {"new_buyers": 1}}}))
    held = desk.rows("SELECT order_no, code, words FROM order_hold ORDER BY order_no")
    assert [row[:2] for row in held] == [
        ("1", "CAMPAIGN_LIMIT"), ("7", "CAMPAIGN_GROUP"), ("9", "CAMPAIGN_TIME"),
    ]  # fmt: skip
    assert held[0][2] == "活动 双11 每人限购 2 件，连这单买了 3 件"


@pytest.mark.function("OMS-26")
def test_states_come_from_facts_and_go_only_where_the_map_leads(desk):
    """A state that the facts do not lead to is refused in words, whatever anybody writes; the chart shows every way."""
    desk.stock(HZ={"A": 9})
    order = desk.order("1", ("A", 1))
    desk.review()
    with pytest.raises(IllegalTransition) as caught:
        desk.write(lambda c: transition(c, order, "ship", "returned", person()))
    assert "未发货" in caught.value.message("zh")
    with pytest.raises(IllegalTransition):
        desk.write(lambda c: transition(c, order, "process", "发货了", person()))
    desk.set_order(order, refund_state="open")
    desk.review(LATER)
    desk.set_order(order, ship_state="shipped", refund_state="none")
    desk.review("2026-11-21 13:00:00")
    told = desk.rows("SELECT type FROM order_event WHERE type LIKE '%.%' ORDER BY at")
    assert [kind for (kind,) in told] == [
        "pay.paid", "process.approved", "pay.refund_open", "process.held", "pay.paid", "ship.shipped",
        "process.finished",
    ]  # fmt: skip
    assert all(WORDS[name] in chart() for ways in LEGAL.values() for name in ways)


def test_an_impossible_fact_is_told_and_breaks_nothing(desk):
    """Money that comes back to a refunded order changes no state, is told as an event, and others go on."""
    desk.stock(HZ={"A": 9})
    order = desk.order("1", ("A", 1))
    other = desk.order("2", ("A", 1))
    desk.review()
    desk.set_order(order, pay_state="refunded")
    desk.review(LATER)
    desk.set_order(order, pay_state="paid")
    desk.review("2026-11-21 13:00:00")
    assert desk.rows("SELECT type FROM order_event WHERE type = 'contradiction'") == [("contradiction",)]
    assert (desk.process(order), desk.process(other)) == ("cancelled", "approved")


def test_rule_sets_are_versions(desk):
    """A version is kept once with its author, counts from its moment on, and cannot be changed afterwards."""
    strict = RuleSet().changed(3, cooling={"minutes": 30})
    assert desk.write(lambda c: save_rules(c, strict, "李雷", "双11", LATER))
    assert not desk.write(lambda c: save_rules(c, strict, "李雷", "双11", LATER))
    with pytest.raises(RuleSetWrong):
        desk.write(lambda c: save_rules(c, RuleSet().changed(3), "李雷", "", LATER))
    with desk.database.read() as connection:
        assert active_rules(connection, NOW).version == 0
        assert active_rules(connection, LATER) == strict


@pytest.mark.parametrize(
    "rules",
    [(Chosen("没有的"),), (Chosen("cooling", {"minuts": 3}),), (Chosen("cooling", {"minutes": "3"}),)],
)
def test_a_wrong_set_is_refused(desk, rules):
    """An unknown rule, an unknown setting, and one of another type are refused before anything is written."""
    with pytest.raises(RuleSetWrong) as caught:
        desk.write(lambda c: save_rules(c, RuleSet(5, rules), "李雷", "", NOW))
    assert sorted(RULES)[0] in caught.value.hint("en")
