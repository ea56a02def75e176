"""Buying from the command line: rules from a sheet, the night's drafts, approved and sent by a named person."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from schedules.books import STEPS
from schedules.desk import Desk, open_desk
from storage.erp.audit.log import recent
from tests.storage.erp.aftersales.conftest import Shop
from tests.support.command_line import Yeban

NEXT = date(2026, 11, 22)
SHEET = "商家编码,仓库,供应商,交期(天),采购价(元),服务水平(%),供应商名称,账期(天)\nA,H,S1,7,12.50,98,甲厂,30\n"


@pytest.fixture
def desk(at_home: Path) -> Iterator[Desk]:
    """A desk that sold twelve pieces of A yesterday and has eight left."""
    with open_desk() as desk:
        shop = Shop(desk.database)
        shop.lay_out()
        shop.order("1", ("A", 12, 12000))
        shop.ship()
        yield desk


def test_a_sheet_of_rules_becomes_drafts_that_a_person_approves(desk: Desk, yeban: Yeban, tmp_path: Path) -> None:
    """Rules are taken once, all or none; the night drafts by them; what is approved stays when the next night plans."""
    sheet = tmp_path / "规则.csv"
    sheet.write_text(SHEET.replace(",H,", ",没有的仓,"), "utf-8-sig")
    assert "没有仓库 没有的仓" in yeban("purchases", "rules", sheet)[1]
    assert "没有补货规则" in STEPS["purchase"](desk, NEXT).zh
    sheet.write_text(SHEET, "utf-8-sig")
    assert "新 1，改 0" in yeban("purchases", "rules", sheet, "--who", "王芳")[1]
    assert "新 0，改 0" in yeban("purchases", "rules", sheet, "--who", "王芳")[1]
    assert STEPS["purchase"](desk, NEXT).counts["drafts"] > 0
    drafts = json.loads(yeban("purchases", "list", "--json")[1])
    first = drafts[0]
    assert (first["supplier"], first["state"], first["order_on"]) == ("S1", "draft", "2026-11-22")
    assert yeban("purchases", "approve", first["po_id"], "--who", "王芳")[0] == 0
    assert "早就是这样" in yeban("purchases", "approve", first["po_id"], "--who", "王芳")[1]
    assert yeban("purchases", "cancel", drafts[1]["po_id"], "--why", "不要了")[0] == 0
    STEPS["purchase"](desk, date(2026, 11, 23))
    assert yeban("purchases", "sent", first["po_id"], "--day", "2026-11-22")[0] == 0
    kept = json.loads(yeban("purchases", "list", "--state", "sent", "--json")[1])
    assert [one["po_id"] for one in kept] == [first["po_id"]]
    with desk.database.read() as connection:
        assert any(entry.who == "王芳" for entry in recent(connection, 9))
