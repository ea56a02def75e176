"""Things that no flow does: listed for a person, and done in the books only when he says so."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from schedules.books import STEPS
from schedules.desk import Desk, open_desk
from storage.database.tables import command, fulfilment, job, order_event, sku
from storage.database.tables.settlement import price_refund
from storage.erp.aftersales import requests
from storage.erp.audit.log import recent
from storage.erp.commands import worklists
from storage.erp.commands.by_hand import played
from storage.erp.invariants.verify import verify
from storage.erp.settlement.price_refunds import PriceRefund, request
from storage.reports import missing
from storage.reports.table import Period
from tests.storage.erp.aftersales.conftest import NIGHT, Shop, asked
from tests.support.command_line import Yeban

PAUSED = {
    "command_id": "to_delist|shop_a|P9|2026-11-22", "worklist": "to_delist", "shop": "shop_a", "subject": "P9",
    "data": '{"店铺": "shop_a", "商品ID": "P9"}', "night": "2026-11-22", "state": "person", "reason": "一次下架 30 个",
}  # fmt: skip
STATES = select(command.c.worklist, command.c.state).where(command.c.worklist.in_(("to_ship_own", "to_refund")))


@pytest.fixture
def desk(at_home: Path) -> Iterator[Desk]:
    """A desk on whose books a buyer is owed money and another one a resend."""
    with open_desk() as desk:
        shop = Shop(desk.database)
        shop.lay_out()
        shop.write(lambda c: c.execute(sku.insert(), [{"code": code} for code in "ABC"]))
        shop.order("1", ("A", 1, 1000))
        shop.order("2", ("B", 1, 2000))
        shop.ship()
        for one in (asked("T1", "1", "resend", reason="少发一件", responsible="漏发"), asked("T2", "2", "refund_only")):
            shop.write(lambda c, one=one: requests.request(c, one))
            shop.write(lambda c, one=one: requests.approve(c, one.rma_id, "李", f"{NIGHT} 10:00:00"))
        for step in ("aftersales", "review", "allocate", "publish"):
            STEPS[step](desk, date(2026, 11, 22))
        yield desk


def states(desk: Desk) -> dict[str, str]:
    """Worklist → state of its only command."""
    with desk.database.read() as connection:
        return {row.worklist: row.state for row in connection.execute(STATES)}


def test_what_no_flow_does_is_a_persons_and_done_when_he_says_so(desk: Desk, yeban: Yeban) -> None:
    """A refund and a resend stand in the list and the morning report; once done they are so in the books, signed.

    A wrong number changes nothing, not even for the right one beside it.
    """
    code, said = yeban("todo", "list", "--json")
    waiting = {one["worklist"]: one["number"] for one in json.loads(said)}
    assert (code, sorted(waiting)) == (0, ["to_refund", "to_ship_own"])
    with desk.database.read() as connection:
        table = missing.build(connection, Period("2026-11-21", "2026-11-21"))
    assert [[*row[1:3], row[5]] for row in table.rows if row[0] == "要人办"] == [
        ["shop_a", "退款给买家", "客服"],
        ["shop_a", "寄出换货、补发和手工单", "仓库"],
    ]
    code, said = yeban("todo", "done", waiting["to_refund"], "abcdef")
    assert (code, states(desk)) == (2, {"to_refund": "published", "to_ship_own": "published"})
    assert "abcdef" in said
    code, said = yeban("todo", "done", *waiting.values(), "--who", "王芳")
    assert code == 0, said
    assert states(desk) == {"to_refund": "done", "to_ship_own": "done"}
    with desk.database.read() as connection:
        mine = fulfilment.c.platform == "aftersale"
        assert connection.execute(select(fulfilment.c.state).where(mine)).scalars().all() == ["shipped"]
        told = connection.execute(select(order_event.c.type).where(order_event.c.type == "refunded_by_bot")).all()
        assert len(told) == 1
        assert recent(connection, 1)[0].who == "王芳"
        assert verify(connection) == []
        ran = [
            {"job_key": f"{night}|practice/x|a|{worklist}|0", "night": night}
            for night, worklist in (("2026-11-20", "to_list"), ("2026-11-21", "to_refund"), ("2026-11-22", ""))
        ]
    with desk.database.write() as connection:
        connection.execute(job.insert(), ran)
        assert played(connection, "2026-11-22") == {"to_list", "to_refund"}
    assert "没有要人办的事" in yeban("todo", "list")[1]


def test_refused_is_not_asked_again(desk: Desk, yeban: Yeban) -> None:
    """What the platform refused is not listed again, a refund beside it is done at once, and what waited for a word
    is the bots'.
    """
    wanted = PriceRefund("P1", ("practice", "shop_a", "1"), 100, "保价", "李", NIGHT)
    with desk.database.write() as connection:
        request(connection, wanted)
    number = {one["subject"]: one["number"] for one in json.loads(yeban("todo", "list", "to_refund", "--json")[1])}
    assert yeban("todo", "refused", number["T2"], "--why", "超过退款期限")[0] == 0
    assert yeban("todo", "done", number["P1"])[0] == 0
    STEPS["aftersales"](desk, date(2026, 11, 23))
    with desk.database.read() as connection:
        mine = select(command.c.subject, command.c.state).where(command.c.worklist == "to_refund")
        assert {row.subject: row.state for row in connection.execute(mine)} == {"P1": "done", "T2": "rejected"}
        assert connection.execute(select(price_refund.c.state)).scalars().all() == ["done"]
    with desk.database.write() as connection:
        connection.execute(command.insert(), [PAUSED])
    number = json.loads(yeban("todo", "list", "to_delist", "--json")[1])[0]["number"]
    assert yeban("todo", "release", number, "--why", "确实停产")[0] == 0
    with desk.database.read() as connection:
        assert worklists.rows(connection, "to_delist", "shop_a", "2026-11-23")[0]["_id"] == PAUSED["command_id"]
