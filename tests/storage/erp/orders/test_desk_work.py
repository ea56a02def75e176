"""What people at the order desk do: enter, pay, look, work in batches, try rules on yesterday."""

from pathlib import Path

import pytest

from storage.database.digest import digest
from storage.database.tables.review import presale_quota
from storage.erp.allocation.model import OrderKey
from storage.erp.orders import cancel as cancelling
from storage.erp.orders import holds
from storage.erp.orders.addresses import Address
from storage.erp.orders.batch import results, run_batch, totals
from storage.erp.orders.errors import ManualRefused
from storage.erp.orders.manual import Draft, ManualLine, enter, manual_orders
from storage.erp.orders.payments import Payment, payment_gaps, record_payments
from storage.erp.orders.replay import replay
from storage.erp.orders.rules import RuleSet
from storage.erp.orders.timeline import timeline
from storage.erp.orders.transition import Cause
from tests.storage.erp.orders.desk import NOW, run

LATER = "2026-11-21 12:00:00"
HOME = Address("浙江省", "杭州市", "西湖区", "文三路90号东部软件园1号楼", "李雷", "13800138000")


def cause(words="客户来电下单", at=NOW):
    """A person who acts, and why."""
    return Cause(at, "韩梅梅", "console", words)


@pytest.mark.function("OMS-06")
def test_an_order_by_hand_is_checked_like_any_other_and_flagged(desk):
    """Everything wrong is said at once; a good one is flagged with who and why, reviewed and shipped; twice is once."""
    desk.stock(HZ={"A": 9})
    bad = Draft("shop_a", "T1", [ManualLine("没有", 0, 100)], HOME._replace(city="火星市", phone="123"))
    with pytest.raises(ManualRefused) as caught:
        desk.write(lambda c: enter(c, bad, cause(" ")))
    assert len(caught.value.facts["reasons"]) == 5
    good = Draft("shop_a", "T1", [ManualLine("A", 2, 990)], HOME, "k1")
    key = desk.write(lambda c: enter(c, good, cause()))
    before = desk.write(digest)
    assert desk.write(lambda c: enter(c, good, cause(at=LATER))) == key
    assert desk.write(digest) == before
    with pytest.raises(ManualRefused):
        desk.write(lambda c: enter(c, Draft("shop_a", "T1", [ManualLine("A", 3, 990)], HOME), cause()))
    assert desk.write(manual_orders) == [(key, "韩梅梅", "客户来电下单")]
    desk.review()
    run(desk)
    assert desk.process(key) == "released"
    raw = Path(str(desk.database.engine.url.database)).read_bytes()
    assert "文三路".encode() not in raw
    assert b"13800138000" not in raw


@pytest.mark.function("OMS-47")
def test_payments_add_up_to_the_orders_state(desk):
    """Two methods make one order whole; until then it is held with what is missing; a disagreement is listed."""
    desk.stock(HZ={"A": 9})
    order = desk.order("1", ("A", 2))
    other = desk.order("2", ("A", 1), pay_state="unpaid")
    desk.write(lambda c: record_payments(c, [Payment(order, "p1", "支付宝", 1200, NOW)]))
    desk.write(lambda c: record_payments(c, [Payment(other, "p2", "微信支付", 1000, NOW)]))
    desk.review()
    assert desk.rows("SELECT pay FROM order_state ORDER BY order_no") == [("part_paid",), ("paid",)]
    assert desk.rows("SELECT words FROM order_hold WHERE order_no = '1'") == [("应付 20.00 元，还差 8.00 元",)]
    gaps = desk.write(payment_gaps)
    assert [(gap.key, gap.due_fen, gap.received_fen) for gap in gaps] == [(order, 2000, 1200), (other, 1000, 1000)]
    again = [Payment(order, "p1", "支付宝", 1200, NOW), Payment(order, "p3", "积分", 800, LATER)]
    assert desk.write(lambda c: record_payments(c, again)).created == 1
    desk.set_order(other, pay_state="paid")
    desk.review(LATER)
    assert desk.write(payment_gaps) == []
    assert desk.process(order) == "approved"


@pytest.mark.function("OMS-51")
def test_a_presale_ships_only_when_its_balance_is_paid_and_within_the_quota(desk):
    """Deposit paid: never allocated. Balance paid: the first two pieces go, the third is over the quota."""
    desk.stock(HZ={"A": 9})
    desk.write(lambda c: c.execute(presale_quota.insert(), [
        {"platform": "practice", "shop": "shop_a", "code": "A", "qty": 2}
    ]))  # fmt: skip
    detail = {"order_type": "presale", "balance_state": "deposit_paid"}
    keys = [desk.order(str(n), ("A", 1), detail=detail, created_at=f"2026-11-21 08:0{n}:00") for n in range(3)]
    desk.review()
    run(desk)
    assert desk.rows("SELECT COUNT(*) FROM reservation") == [(0,)]
    assert desk.codes("0") == ["PRESALE_BALANCE"]
    for key in keys:
        desk.set_detail(key, balance_state="balance_paid")
    desk.review(LATER)
    run(desk, LATER)
    assert desk.rows("SELECT order_no FROM fulfilment ORDER BY 1") == [("0",), ("1",)]
    assert desk.codes("2") == ["PRESALE_QUOTA"]


@pytest.mark.function("OMS-58")
def test_brushing_and_test_orders_stay_visible_and_count_for_nothing(desk):
    """They are in the pool and in the list of the excluded with their money, not in the figures, and never shipped."""
    from storage.erp.orders.pool import figures

    desk.stock(HZ={"A": 9})
    desk.order("1", ("A", 1))
    desk.order("2", ("A", 1), detail={"order_type": "brushing"})
    desk.order("3", ("A", 2), detail={"order_type": "test"})
    desk.review()
    run(desk)
    told = desk.write(lambda c: figures(c, "2026-11-21"))
    assert (told.orders, told.paid_fen) == (1, 1000)
    assert [(row.key.order_no, row.order_type, row.paid_fen) for row in told.excluded] == [
        ("2", "brushing", 1000), ("3", "test", 2000),
    ]  # fmt: skip
    assert desk.rows("SELECT COUNT(*) FROM platform_order") == [(3,)]
    assert desk.rows("SELECT order_no FROM fulfilment") == [("1",)]


@pytest.mark.function("OMS-39")
def test_a_batch_tells_what_became_of_each_row(desk):
    """One that fails does not stop the others and leaves nothing behind; again does only what failed."""
    desk.stock(HZ={"A": 9})
    keys = [desk.order(str(n), ("A", 1)) for n in range(3)]
    desk.review()
    run(desk)
    wanted = [*keys[:2], OrderKey("practice", "shop_a", "没有"), keys[0]]

    def batch(connection):
        return run_batch(
            connection, "B1", "cancel", wanted, lambda c, key: cancelling.cancel(c, key, cause("批量取消"))
        )

    found = desk.write(batch)
    assert [row.outcome for row in found] == ["done", "done", "refused", "unchanged"]
    assert "没有" in found[2].words
    assert totals(found) == "成功 2，没有变化 1，失败 1"
    assert desk.write(batch) == found == desk.write(lambda c: results(c, "B1"))
    assert [desk.process(key) for key in keys] == ["cancelled", "cancelled", "released"]


@pytest.mark.function("OMS-62")
def test_yesterdays_orders_under_tomorrows_rules(desk):
    """The report says which orders would be judged differently and why; nothing in the books changes."""
    desk.stock(HZ={"A": 99})
    day = {"created_at": "2026-11-20 09:00:00", "paid_at": "2026-11-20 09:00:00"}
    desk.order("1", ("A", 60), **day)
    desk.order("2", ("A", 1), detail={"buyer_memo": "尽快"}, **day)
    desk.order("3", ("A", 1), **day)
    desk.order("4", ("A", 1))
    desk.review()
    before = desk.write(digest)
    old, new = RuleSet(), RuleSet().changed(9, without=["remark"], fraud={"threshold": 30})
    found = desk.write(lambda c: replay(c, "2026-11-20", old, new))
    assert desk.write(digest) == before
    assert [(one.key.order_no, one.gone, one.new) for one in found.differences] == [
        ("1", (), ("FRAUD",)), ("2", ("BUYER_MEMO",), ()),
    ]  # fmt: skip
    assert "一个商品买了 60 件" in found.differences[0].words
    assert found.words() == "3 单：拦截从 1 变为 1，2 单判得不同（+FRAUD 1，-BUYER_MEMO 1）"


@pytest.mark.function("OMS-22")
def test_every_order_has_a_complete_timeline(desk):
    """Creation to cancellation, with every hold, release, parcel and who did it, in order; no order has none."""
    desk.stock(HZ={"A": 9})
    order = desk.order("1", ("A", 1), detail={"buyer_memo": "换包装"})
    desk.order("2", ("A", 1), pay_state="unpaid", paid_at="")
    desk.review()
    desk.write(lambda c: holds.release(c, order, "BUYER_MEMO", cause("换好了", LATER)))
    run(desk, "2026-11-21 12:01:00")
    desk.write(lambda c: cancelling.cancel(c, order, cause("不要了", "2026-11-21 12:02:00")))
    found = desk.write(lambda c: timeline(c, order))
    assert [moment.at for moment in found] == sorted(moment.at for moment in found)
    told = "\n".join(moment.words for moment in found)
    wanted = ["买家下单", "买家付款", "拦截「买家留言」", "放行「买家留言」：换好了", "配出 1 个包裹", "通知 HZ 备货",
              "面单", "已取消：不要了"]  # fmt: skip
    assert [words for words in wanted if words not in told] == []
    assert all(moment.actor and moment.source for moment in found)
    steps = desk.rows("SELECT COUNT(*) FROM order_event WHERE order_no = '1' AND type LIKE '%.%'")
    assert steps == desk.rows("SELECT version FROM order_state WHERE order_no = '1'")
    with desk.database.read() as connection:
        keys = [
            OrderKey(*row) for row in connection.exec_driver_sql("SELECT platform, shop, order_no FROM platform_order")
        ]
        assert all(timeline(connection, key) for key in keys)
