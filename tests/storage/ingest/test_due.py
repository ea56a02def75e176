"""Which files are due, which are late, and when an alarm is over."""

from datetime import date, datetime, time
from pathlib import Path

import pytest
from sqlalchemy import insert

from schedules.feeds import load_feeds, written
from schedules.problems import SettingsBroken
from storage.archive import Archive, Facts
from storage.database.connection import Database
from storage.database.tables import raw_file, raw_receipt
from storage.feeds import SHANGHAI, Feed, alarms, arrivals, days_due, suggested
from storage.ingest import ingest

ORDERS = Feed("practice_orders", "a", time(6, 0))
REFUNDS = Feed("practice_refunds", "a", time(6, 30))
HEAD = (
    "店铺,主订单编号,子订单编号,订单状态,商品ID,SKU ID,商家编码,商品名称,数量,单价,订单商家优惠,订单平台优惠,订单运费,"
    "订单实付金额,子订单优惠分摊,子订单实付分摊,子订单退款金额,售后状态,下单时间,付款时间,发货时间,完成时间,更新时间\n"
)
REFUND_HEAD = "店铺,退款编号,主订单编号,子订单编号,退款金额,申请时间,完成时间,售后状态,结算后退款\n"


def bring(database: Database, archive: Archive, kind: str, day: str, received_at: str) -> None:
    """A file of the day, taken in as a command does."""
    orders = f"a,7{day[-2:]},7{day[-2:]}-1,待发货,1,1,A,杯,1,1.00,0.00,0.00,0.00,1.00,0.00,1.00,0.00,无售后,"
    rows = {
        "practice_orders": f"{HEAD}{orders}{day} 08:00:00,{day} 08:01:00,,,{day} 08:01:00\n",
        "practice_refunds": f"{REFUND_HEAD}a,9{day[-2:]},7{day[-2:]},7{day[-2:]}-1,1.00,{day} 09:00:00,,待处理,否\n",
    }
    shop = "a" if kind == "practice_orders" else ""
    facts = Facts(name=f"{kind}-{day}.csv", shop=shop, received_at=received_at)
    taken = ingest(database, archive, rows[kind].encode("utf-8"), facts=facts)
    assert (taken.kind, taken.state) == (kind, "read"), taken.message


def beijing(text: str) -> datetime:
    """A moment by Beijing's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.function("RPA-16")
def test_a_feed_that_stops_is_said_in_its_time_and_no_more_when_it_comes(database: Database, archive: Archive) -> None:
    """Two feeds come for days; one stops: nothing before its time, an alarm from that minute on, for that feed only.

    When the file comes at last the alarm is over, and the day stays known as late; the other feed was never meant.
    """
    for day in (1, 2, 3):
        bring(database, archive, "practice_orders", f"2026-11-0{day}", f"2026-11-0{day}T21:30:00+00:00")
        if day < 3:
            bring(database, archive, "practice_refunds", f"2026-11-0{day}", f"2026-11-0{day}T22:10:00+00:00")

    def told(at: str) -> list[tuple[str, str, str]]:
        with database.read() as connection:
            found = arrivals(connection, [ORDERS, REFUNDS], beijing(at), days=3)
        return [(one.feed.kind, one.day.isoformat(), one.words()) for one in alarms(found)]

    assert told("2026-11-04 06:29") == []
    missing = ("practice_refunds", "2026-11-03")
    assert told("2026-11-04 06:30") == [(*missing, "应在 11-04 06:30 前到，晚了 0 分钟")]
    assert told("2026-11-04 08:30") == [(*missing, "应在 11-04 06:30 前到，晚了 2 小时")]
    bring(database, archive, "practice_refunds", "2026-11-03", "2026-11-04T01:00:00+00:00")
    assert told("2026-11-04 09:01") == []
    assert told("2026-11-04 08:59") == [(*missing, "应在 11-04 06:30 前到，晚了 2 小时")], "what was so then stays true"
    with database.read() as connection:
        late = next(one for one in arrivals(connection, [REFUNDS], beijing("2026-11-04 10:00"), 1))
    assert (late.state, late.words()) == ("late", "11-04 09:00 到，晚了 2 小时")
    assert late.words("en") == "came 11-04 09:00, 2 hours late"


def test_feeds_are_written_from_what_came_and_read_back(database: Database, archive: Archive, tmp_path: Path) -> None:
    """What came for most days is proposed, an hour after its latest; a kind that nobody knows is shown at its line."""
    for day in range(1, 10):
        bring(database, archive, "practice_orders", f"2026-11-0{day}", f"2026-11-0{day}T21:30:00+00:00")
    bring(database, archive, "practice_refunds", "2026-11-01", "2026-11-01T21:30:00+00:00")
    with database.read() as connection:
        found = suggested(connection, date(2026, 11, 10), days=9)
    assert found == [ORDERS]
    cut = "日期,店铺,计划名称,主体ID,主体类型,主体名称,花费,展现量,点击量,点击率,平均点击花费,"
    cut += "总成交笔数,总成交金额,投入产出比"
    row = "2026-11-02,a,计划,1,商品,杯,1.00,1,1,1.00%,1.00,0,0.00,0.00"
    facts = Facts(name="广告.csv", shop="a", received_at="2026-11-02T21:30:00+00:00")
    assert ingest(database, archive, f"{cut}\n{row}\n".encode(), facts=facts).state == "parked"
    with database.read() as connection:
        ads = arrivals(connection, [Feed("practice_ads", "a", time(6, 0))], beijing("2026-11-03 07:00"), 1)
    assert [(one.state, one.words()) for one in alarms(ads)] == [
        ("parked", "广告.csv 到了，停着等人看：yeban quarantine")
    ]
    file = tmp_path / "feeds.yaml"
    monthly = Feed("ccb_corporate", "", time(12, 0), 3, "month")
    file.write_text(written([*found, monthly]), "utf-8")
    assert load_feeds(tmp_path) == [ORDERS, monthly]
    assert days_due(monthly, date(2026, 12, 2), 7) == [date(2026, 10, 31)]
    assert days_due(monthly, date(2026, 12, 3), 7)[0] == date(2026, 11, 30)
    file.write_text(file.read_text("utf-8").replace("practice_orders", "practice_order"), "utf-8")
    with pytest.raises(SettingsBroken) as broken:
        load_feeds(tmp_path)
    assert "feeds.yaml:3" in str(broken.value)


def test_what_looks_like_a_feed_counts_days_by_when_their_file_first_came(database: Database) -> None:
    """The day after each; a file of all shops counts for every shop; what came later than that is no custom."""
    came = (
        ("a", 1, "2026-11-01T17:30:00+00:00"), ("a", 1, "2026-11-02T03:00:00+00:00"),  # twice: the first one counts
        ("", 2, "2026-11-02T19:10:00+00:00"),
        ("a", 3, "2026-11-03T18:00:00+00:00"),
        ("b", 1, "2026-11-03T02:00:00+00:00"), ("b", 3, "2026-11-03T16:00:00+00:00"),  # the 1st came two days after
    )  # fmt: skip
    with database.write() as connection:
        for number, (shop, day, at) in enumerate(came):
            sha, told = f"sha{number}", f"2026-11-0{day}"
            connection.execute(insert(raw_file).values(file_sha=sha, kind="practice_orders", state="read"))
            receipt = {"file_sha": sha, "name": sha, "shop": shop, "period_from": told, "period_to": told}
            connection.execute(insert(raw_receipt).values(**receipt, received_at=at))
    with database.read() as connection:
        found = {days: suggested(connection, date(2026, 11, 4), days) for days in (2, 3)}
    every, one, other = (Feed("practice_orders", shop, time(4, 0)) for shop in ("", "a", "b"))
    assert found[3] == [every, one], "of shop b two days of three"
    assert found[2] == [every, one, other]
