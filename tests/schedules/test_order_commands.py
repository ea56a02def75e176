"""Orders in people's hands: what the review holds is listed, released or cancelled under a name, and told whole."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from schedules.books import STEPS
from schedules.desk import Desk, open_desk
from storage.database.bulk import upsert
from storage.database.tables import sku
from storage.database.tables.review import order_detail
from storage.erp.audit.log import recent
from storage.erp.invariants.verify import verify
from storage.reports import missing
from storage.reports.table import Period
from tests.storage.erp.aftersales.conftest import Shop
from tests.support.command_line import Yeban

NEXT = date(2026, 11, 22)


@pytest.fixture
def desk(at_home: Path) -> Iterator[Desk]:
    """A desk whose review holds two orders: nobody knows what code they are of."""
    with open_desk() as desk:
        shop = Shop(desk.database)
        shop.lay_out()
        shop.write(lambda c: c.execute(sku.insert(), [{"code": "B"}]))
        for number in ("1", "2"):
            shop.order(number, ("ZZ", 1, 1000))
        STEPS["review"](desk, NEXT)
        yield desk


def test_a_held_order_is_released_or_cancelled_under_a_name(desk: Desk, yeban: Yeban) -> None:
    """Both stand in the queue with what can be done; one is let go, one called off, and each tells its whole story."""
    told = json.loads(yeban("orders", "held", "--json")[1])
    assert [(one["key"]["order_no"], one["code"]) for one in told["waiting"]] == [("1", "UNMAPPED"), ("2", "UNMAPPED")]
    assert "对应商品" in yeban("orders", "held")[1]
    with desk.database.read() as connection:
        rows = missing.build(connection, Period("2026-11-21", "2026-11-21")).rows
    assert [row[1:3] for row in rows if row[0] == "拦下的订单"] == [["shop_a", "没对应商品"]]
    assert yeban("orders", "release", "1", "--code", "UNMAPPED")[0] == 2  # without a reason
    assert "放行了 1" in yeban("orders", "release", "1", "--code", "UNMAPPED", "--why", "样品", "--who", "王芳")[1]
    assert "早就放行" in yeban("orders", "release", "1", "--code", "UNMAPPED", "--why", "样品", "--who", "王芳")[1]
    assert "取消了 2" in yeban("orders", "cancel", "2", "--why", "买家不要了", "--who", "王芳")[1]
    assert json.loads(yeban("orders", "held", "--json")[1]) == {"waiting": [], "counts": {}}
    story = json.loads(yeban("orders", "show", "1", "--json")[1])
    assert [one["actor"] for one in story if one["words"] == "放行「没对应商品」：样品"] == ["王芳"]
    with desk.database.read() as connection:
        assert recent(connection, 1)[0].who == "王芳"
        assert verify(connection) == []


def test_a_wish_that_comes_late_calls_the_parcel_back(desk: Desk, yeban: Yeban) -> None:
    """A memo after the parcel was made: the next night calls it back, gives its goods back and holds the order."""
    shop = Shop(desk.database)
    shop.order("3", ("B", 1, 1000))
    assert STEPS["review"](desk, NEXT).counts["called_back"] == 0
    assert STEPS["allocate"](desk, NEXT).counts["parcels"] == 1
    memo = {"platform": "practice", "shop": "shop_a", "order_no": "3", "buyer_memo": "换成红色的"}
    shop.write(lambda c: upsert(c, order_detail, [memo]))
    said = STEPS["review"](desk, date(2026, 11, 23))
    assert (said.counts["called_back"], "叫回 1 单" in said.zh) == (1, True)
    told = json.loads(yeban("orders", "held", "--json")[1])["waiting"]
    assert [one["words"] for one in told if one["key"]["order_no"] == "3"] == ["买家留言：换成红色的"]
    assert shop.rows("SELECT sum(reserved) FROM quant") == [(0,)]


def test_an_order_that_nobody_has_is_said(yeban: Yeban) -> None:
    """A wrong number is an answer in words, in every command."""
    for command in (("show", "77"), ("cancel", "77", "--why", "x")):
        code, said = yeban("orders", *command)
        assert code != 0
        assert "没有 任何店铺 的订单 77" in said
