"""The pool: every platform's file, counted, converging, dated by its shop's midnight; what left and what is told."""

import json

import pytest

from storage.archive import Archive
from storage.database.digest import digest
from storage.database.tables import bot_result
from storage.database.tables.review import shop_zone
from storage.erp.commands import worklists as commands
from storage.erp.finance.post_events import post_events
from storage.erp.orders.business_day import business_day, orders_per_day, to_books
from storage.erp.orders.instructions import hand_over, issue_missing, pack
from storage.erp.orders.mappers import MAPPERS, OWN_MALLS
from storage.erp.orders.pool import collect, day_counts
from storage.erp.orders.timeline import timeline
from storage.erp.orders.tracking import Track, backfills, record_tracks, stuck, track_of
from storage.erp.orders.transition import Cause, states_of
from storage.quarantine import export_rows, fix_rows, waiting_rows
from tests.storage.erp.orders.desk import NIGHT, NOW, run
from tests.storage.erp.orders.files import CSV, practice, take

# kind -> (order no, pay, ship, refund, paid, freight, province/city) and (sub no, code, qty, paid share, refund)
GOLDEN = {
    "douyin_order": (
        ("6912345678901234567", "paid", "none", "open", 7500, 0, "浙江省杭州市"),
        [("6912345678901234501", "A", 2, 5500, "无售后"), ("6912345678901234502", "B", 1, 2000, "退款中")],
    ),
    "jd_order_old": (
        ("310000000001", "paid", "none", "none", 8000, 0, ""),
        [("310000000001-100012", "A", 2, 6000, "无售后"), ("310000000001-100013", "B", 1, 2000, "无售后")],
    ),
    "kuaishou_order": (
        ("2533300000000001", "paid", "shipped", "none", 3990, 0, "广东广州市"),
        [("2533300000000001-7700001", "A", 1, 3990, "无售后")],
    ),
    "pdd_order_2026": (
        ("261120-123456789012345", "refunded", "none", "full", 3000, 0, ""),
        [("261120-123456789012345", "A", 1, 3000, "退款成功")],
    ),
    "taobao_order_items_2022": (
        ("3344550000000000010", "paid", "none", "none", 9900, 0, ""),
        [("3344550000000000011", "A", 3, 8100, "无售后"), ("3344550000000000012", "B", 1, 1800, "无售后")],
    ),
    "youzan_order": (("E20261120140000000000001", "paid", "none", "none", 5100, 600, "浙江省宁波市"), []),
}  # fmt: skip
HEAD = "order_no, pay_state, ship_state, refund_state, paid_fen, freight_fen, province || city"
LINE = "sub_no, code, qty, paid_share_fen, refund_status"


@pytest.fixture
def archive(tmp_path):
    """An archive beside the desk."""
    return Archive(tmp_path / "archive")


@pytest.mark.function("OMS-02")
@pytest.mark.parametrize("kind", sorted(set(GOLDEN) - OWN_MALLS))
def test_each_platforms_file_becomes_orders_and_lines(desk, archive, kind):
    """天猫, 京东, 抖音, 快手 and 拼多多: what their own file says stands in the pool, and again changes nothing."""
    assert_golden(desk, archive, kind)


@pytest.mark.function("OMS-05")
@pytest.mark.parametrize("kind", sorted(OWN_MALLS))
def test_an_own_malls_file_becomes_orders(desk, archive, kind):
    """The own mall's and its mini-programme's orders stand in the pool as its export says."""
    assert_golden(desk, archive, kind)


def assert_golden(desk, archive, kind):
    """One file against what was written down by hand."""
    take(desk.database, archive, kind, CSV[kind], name=f"{kind}-20261121093000.csv")
    assert desk.write(lambda c: collect(c)).created == 1
    head, lines = GOLDEN[kind]
    assert desk.rows(f"SELECT {HEAD} FROM platform_order") == [head]
    assert desk.rows(f"SELECT {LINE} FROM order_line ORDER BY sub_no") == lines
    assert "13812345678" not in str(desk.rows("SELECT buyer_memo FROM order_detail"))
    before = desk.write(digest)
    assert desk.write(lambda c: collect(c, [kind])).same == 1
    assert desk.write(digest) == before


@pytest.mark.parametrize("kind", ["douyin_order", "jd_order_old", "taobao_order_items_2022"])
def test_a_row_that_is_corrected_later_makes_its_order_whole(desk, archive, tmp_path, kind):
    """What an order was told to be without one of its rows is no rival of what it is with it."""
    rows = [dict(row) for row in CSV[kind]]
    bad = next(column for column in MAPPERS[kind].qty.split("|") if column in rows[1])
    good, rows[1][bad] = rows[1][bad], "两件"
    done = take(desk.database, archive, kind, rows, name=f"{kind}-20261121093000.csv")
    assert done.quarantined == 1
    desk.write(lambda c: collect(c))
    sheet = tmp_path / "改.xlsx"
    waiting = waiting_rows(desk.database)
    export_rows([row._replace(payload={**row.payload, bad: good}) for row in waiting], sheet)
    fix_rows(desk.database, archive, sheet, "王芳")
    desk.write(lambda c: collect(c))
    head, lines = GOLDEN[kind]
    assert desk.rows(f"SELECT {HEAD} FROM platform_order") == [head]
    assert desk.rows(f"SELECT {LINE} FROM order_line ORDER BY sub_no") == lines
    assert desk.write(lambda c: collect(c)).same == 1


@pytest.mark.parametrize("kind", ["douyin_order", "taobao_order_items_2022"])
def test_an_older_file_brings_the_rows_that_a_newer_one_left_out(desk, archive, kind):
    """An export of some sub-orders first, an older one of all of them later: the pool ends as if they came in turn."""
    take(desk.database, archive, kind, CSV[kind][:1], name=f"{kind}-20261121093000.csv")
    desk.write(lambda c: collect(c))
    take(desk.database, archive, kind, CSV[kind], name=f"{kind}-20261121083000.csv")
    desk.write(lambda c: collect(c))
    head, lines = GOLDEN[kind]
    assert desk.rows("SELECT order_no, paid_fen FROM platform_order") == [(head[0], head[4])]
    assert desk.rows(f"SELECT {LINE} FROM order_line ORDER BY sub_no") == lines
    assert desk.write(lambda c: collect(c)).same == 1


def test_two_colours_of_one_product_are_two_lines(desk, archive):
    """微信小店 tells them apart by their attributes alone where the seller gave them no code: neither is lost."""
    said = {"订单号": "3700000000000000001", "订单下单时间": "2026-11-20 09:00:00", "支付时间": "2026-11-20 09:01:00",
            "订单状态": "待发货", "订单实际支付金额": "60.00", "订单运费": "0.00", "商品编码(平台)": "10000001",
            "商品编码(自定义)": "A", "商品名称": "杯子", "商品价格(单件)": "20.00"}  # fmt: skip
    rows = [{**said, "商品属性": name, "商品数量": n, "商品实际价格(总共)": fen} for name, n, fen in
            (("红色", "1", "20.00"), ("蓝色", "2", "40.00"))]  # fmt: skip
    take(desk.database, archive, "wxstore_order", rows)
    desk.write(lambda c: collect(c))
    lines = desk.rows("SELECT qty, paid_share_fen FROM order_line ORDER BY qty")
    assert lines == [(1, 2000), (2, 4000)]
    assert desk.rows("SELECT paid_fen, goods_fen FROM platform_order") == [(6000, 6000)]
    told = "SELECT sub_no, qty, paid_share_fen FROM order_line ORDER BY sub_no"
    before = desk.rows(told)
    take(desk.database, archive, "wxstore_order", rows[::-1], name="again.csv")
    desk.write(lambda c: collect(c))
    assert desk.rows(told) == before


@pytest.mark.function("OMS-01")
def test_the_pool_holds_what_the_platforms_tell_of_day_by_day(desk, archive):
    """Six platforms, three days: for every shop and day the pool's count is the file's, and no other order is there."""
    told = {}
    for kind, rows in CSV.items():
        many = []
        for day, orders in (("18", 1), ("19", 3), ("20", 2)):
            for number in range(orders):
                for row in rows:
                    moved = {name: value.replace("2026-11-20", f"2026-11-{day}") for name, value in row.items()}
                    for column in (MAPPERS[kind].order, *MAPPERS[kind].sub):
                        moved[column] = f"{row[column]}{day}{number}"
                    many.append(moved)
            told[MAPPERS[kind].kind.split("_")[0], f"2026-11-{day}"] = orders
        take(desk.database, archive, kind, many)
    desk.write(lambda c: collect(c))
    counts = desk.write(day_counts)
    assert {(one.platform, one.day): one.pooled for one in counts} == told
    assert all(one.told == one.pooled for one in counts)
    assert set(GOLDEN) <= set(MAPPERS)


@pytest.mark.function("OMS-29")
@pytest.mark.parametrize("turn", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_files_out_of_order_converge(desk, archive, turn):
    """Whichever export arrives first, the newest word of the platform stands, and nothing goes back."""
    exports = [
        practice("等待卖家发货", "2026-11-20 09:05:00"),
        practice("等待卖家发货", "2026-11-20 15:00:00", 售后状态="退款中"),
        practice(
            "卖家已发货", "2026-11-20 18:00:00", 发货时间="2026-11-20 17:59:00", 快递公司="中通快递", 快递单号="ZT1"
        ),
    ]
    for number in turn:
        take(desk.database, archive, "practice_orders", [exports[number]], name=f"{number}.csv")
        desk.review(NOW)
    assert desk.rows("SELECT pay_state, ship_state, refund_state, platform_modified_at FROM platform_order") == [
        ("paid", "shipped", "none", "2026-11-20 18:00:00")
    ]
    if turn[0] == 2:
        assert desk.rows("SELECT COUNT(*) FROM order_state") == [(0,)]
    else:
        assert desk.rows("SELECT process, pay, ship FROM order_state") == [("finished", "paid", "shipped")]


@pytest.mark.function("ERP-14")
def test_an_order_belongs_to_the_day_of_its_shops_midnight(desk):
    """23:59:59 and 00:00:01 are two days in the shop's own zone only; for a shop at home they are one."""
    late, early = (to_books(at, "Asia/Manila") for at in ("2026-11-20 23:59:59", "2026-11-21 00:00:01"))
    assert (late, early) == ("2026-11-20 23:59:59", "2026-11-21 00:00:01")
    los_angeles = [to_books(at, "America/Los_Angeles") for at in ("2026-11-20 23:59:59", "2026-11-21 00:00:01")]
    assert los_angeles == ["2026-11-21 15:59:59", "2026-11-21 16:00:01"]
    desk.write(lambda c: c.execute(shop_zone.insert(), [
        {"platform": "practice", "shop": "us", "zone": "America/Los_Angeles"}
    ]))  # fmt: skip
    for shop in ("us", "cn"):
        for number, at in enumerate(los_angeles):
            desk.order(f"{shop}{number}", ("A", 1), shop=shop, created_at=at)
    assert desk.write(orders_per_day) == {
        ("practice", "cn", "2026-11-21"): 2, ("practice", "us", "2026-11-20"): 1, ("practice", "us", "2026-11-21"): 1,
    }  # fmt: skip
    assert business_day("") == ""
    assert business_day("2026-07-01 11:30:00", "America/New_York") == "2026-06-30"


def warehouse(desk, *orders, **facts):
    """Orders that the warehouse knows, with their ship commands published."""
    desk.stock(HZ={"A": 99, "B": 99, "C": 99})
    keys = [desk.order(number, *lines, **facts) for number, *lines in orders]
    desk.review()
    run(desk)
    desk.write(lambda c: commands.publish(c, NIGHT))
    return keys


def answered(desk, sub_no, run_id="R1", outcome="done", at="2026-11-21 20:00:00"):
    """A bot's answer to the ship command of a sub-order, applied twice."""
    (row,) = desk.rows(f"SELECT command_id, worklist FROM command WHERE subject = '{sub_no}'")
    result = {"run_id": run_id, "command_id": row[0], "worklist": row[1], "shop": "shop_a", "outcome": outcome,
              "at": at, "file_sha": "sha", "reason": "" if outcome == "done" else "页面打不开"}  # fmt: skip
    desk.write(lambda c: c.execute(bot_result.insert(), [result]))
    desk.write(lambda c: commands.apply_results(c, run_id))
    desk.write(lambda c: commands.apply_results(c, run_id))


@pytest.mark.function("OMS-33")
def test_what_is_left_of_a_partly_shipped_order_stays_open(desk):
    """Two of three sub-orders: shipped in part; complete only when everything ordered and not cancelled has left."""
    (key,) = warehouse(desk, ("1", ("A", 1), ("B", 2), ("C", 1)))
    answered(desk, "1-1")
    desk.review("2026-11-21 20:01:00")
    state = desk.write(lambda c: states_of(c, [key]))[key]
    assert (state.process, state.ship) == ("released", "part")
    desk.set_line("1-3", refund_status="退款成功", refunded_fen=1000)
    run(desk, "2026-11-21 20:02:00")
    answered(desk, "1-2", "R2", at="2026-11-21 21:00:00")
    desk.review("2026-11-21 21:01:00")
    state = desk.write(lambda c: states_of(c, [key]))[key]
    assert (state.process, state.ship) == ("finished", "shipped")
    assert desk.rows("SELECT code, qty FROM move WHERE doc_type = 'issue' ORDER BY code") == [("A", 1), ("B", 2)]


@pytest.mark.function("OMS-27")
def test_the_ship_instruction_is_given_once_however_often_it_is_asked_for(desk):
    """On release the warehouse is told; asking again tells nothing, and what it was never told is told then."""
    desk.stock(HZ={"A": 9})
    desk.order("1", ("A", 2))
    desk.review()
    run(desk)
    before = desk.write(digest)
    run(desk)
    assert desk.write(lambda c: issue_missing(c, Cause(NOW, "core", "again"))) == 0
    assert desk.write(digest) == before
    desk.write(lambda c: c.exec_driver_sql("DELETE FROM pick_task"))
    desk.write(lambda c: c.exec_driver_sql("DELETE FROM ship_instruction"))
    assert desk.write(lambda c: issue_missing(c, Cause(NOW, "core", "again"))) == 1
    assert desk.rows("SELECT code, qty, state FROM pick_task") == [("A", 2, "open")]


@pytest.mark.function("OMS-28")
def test_numbers_that_the_platform_does_not_have_are_listed_by_urgency(desk):
    """Late, failed, near its deadline, waiting; one that a bot has filled in is off the list, each order for itself."""
    for number, due in enumerate(["2026-11-21 09:00:00", "2026-11-21 14:00:00", "2026-11-23 00:00:00",
                                  "2026-11-22 00:00:00", "2026-11-22 00:00:00"]):  # fmt: skip
        desk.order(str(number), ("A", 1), latest_ship_at=due)
    warehouse(desk)
    answered(desk, "3-1", outcome="failed")
    answered(desk, "4-1", "R2")
    found = desk.write(lambda c: backfills(c, NOW))
    assert [(one.key.order_no, one.state) for one in found] == [
        ("0", "late"), ("3", "failed"), ("1", "near"), ("2", "waiting"),
    ]  # fmt: skip
    assert all(one.words and one.waybill_no for one in found)


@pytest.mark.function("OMS-30")
def test_a_parcel_that_is_silent_for_two_days_is_reported(desk):
    """Its track is shown in order, twice told is once; silent for more than 48 hours alerts, delivered never does."""
    keys = warehouse(desk, ("1", ("A", 1)), ("2", ("A", 1)), ("3", ("A", 1)))
    numbers = dict(desk.rows("SELECT order_no, waybill_no FROM fulfilment"))
    carriers = dict(desk.rows("SELECT order_no, carrier FROM fulfilment"))
    for key in keys:
        desk.write(lambda c, one=key: hand_over(c, "-".join((*one, "1")), Cause(NOW, "仓库", "scan", "交接")))
    events = [
        Track(carriers["1"], numbers["1"], "2026-11-21 18:00:00", "已揽收", "杭州"),
        Track(carriers["1"], numbers["1"], "2026-11-22 06:00:00", "到达分拨中心", "嘉兴"),
        Track(carriers["2"], numbers["2"], "2026-11-21 18:00:00", "已签收", "杭州", "delivered"),
    ]
    assert desk.write(lambda c: record_tracks(c, events)).created == 3
    assert desk.write(lambda c: record_tracks(c, events)).created == 0
    assert [one.words for one in desk.write(lambda c: track_of(c, keys[0]))] == ["已揽收", "到达分拨中心"]
    assert any("嘉兴 到达分拨中心" in moment.words for moment in desk.write(lambda c: timeline(c, keys[0])))
    assert desk.write(lambda c: stuck(c, "2026-11-23 10:00:00")) == []
    found = desk.write(lambda c: stuck(c, "2026-11-24 06:00:01"))
    assert [(one.key.order_no, one.hours, one.words) for one in found] == [
        ("1", 48, "到达分拨中心"), ("3", 68, "交给快递后没有任何物流"),
    ]  # fmt: skip


@pytest.mark.function("OMS-40")
def test_shipping_twice_is_one_move_one_command_and_one_voucher(desk):
    """Packed, handed over, asked, answered, applied and posted twice: the goods leave and are booked once."""
    (key,) = warehouse(desk, ("1", ("A", 2)))
    parcel = "-".join((*key, "1"))
    for step in (pack, pack, hand_over, hand_over):
        desk.write(lambda c, one=step: one(c, parcel, Cause(NOW, "仓库", "scan", "扫描")))
    desk.write(lambda c: commands.publish(c, NIGHT))
    answered(desk, "1-1")
    answered(desk, "1-1", "R2")
    run(desk, "2026-11-21 21:00:00")
    assert desk.rows("SELECT COUNT(*), SUM(qty) FROM move WHERE doc_type = 'issue'") == [(1, 2)]
    assert desk.rows("SELECT COUNT(*) FROM command WHERE worklist LIKE 'to_ship%'") == [(1,)]
    assert desk.rows("SELECT state FROM ship_instruction") == [("handed_over",)]
    for _ in range(2):
        desk.write(lambda c: post_events(c, "2026-11-30"))
    moved = "SELECT COUNT(DISTINCT jv.no) FROM jv JOIN jv_line ON jv_line.no = jv.no WHERE jv_line.account = '1406'"
    assert desk.rows(moved) == [(1,)]
    assert json.loads(str(desk.rows("SELECT data FROM order_event WHERE type = 'shipped_by_bot'")[0][0]))
