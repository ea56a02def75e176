"""Pick-one sets and lucky bags as a person says them on the command line."""

import json
from pathlib import Path

import pytest

from schedules.desk import open_desk
from storage.database.tables import sku
from storage.erp.catalog.sets import Member, StockSet, read_sets
from storage.erp.products.errors import SetWrong
from storage.erp.products.sets import bags_text, read_bags
from tests.support.command_line import Yeban


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "settings.yaml").write_text("shops:\n  shop_a: {platform: taobao}\n", "utf-8")
    return folder


def test_a_set_is_said_changed_listed_and_taken_back(yeban: Yeban) -> None:
    """What was typed is in the books as typed, the log has who and why, the same again changes nothing."""
    with open_desk() as desk, desk.database.write() as connection:
        connection.execute(sku.insert(), [{"code": code, "title": code} for code in ("A", "B", "C")])
    boss = ("--who", "老板")
    assert yeban("people", "add", "老板", "--role", "owner", *boss)[0] == 0
    code, told = yeban("sets", "PICK", "A|B*2", "--why", "双旦", *boss)
    assert code == 0, told
    assert "没有改" in yeban("sets", "PICK", "A|B*2", *boss)[1]
    assert yeban("sets", "PICK", "A|C；B", "--why", "换货", *boss)[0] == 0
    code, told = yeban("sets", "--json")
    assert (code, json.loads(told)) == (0, {"PICK": {"kind": "lucky_bag", "bags": "A|C;B"}})
    with open_desk() as desk, desk.database.read() as connection:
        kept = StockSet("PICK", "lucky_bag", ((Member("A"), Member("C")), (Member("B"),)))
        assert read_sets(connection) == {"PICK": kept}
        reasons = connection.exec_driver_sql(
            "SELECT DISTINCT why FROM audit_log WHERE what LIKE 'stock_set%'"
        ).scalars()
        assert set(reasons) >= {"双旦", "换货"}
    code, told = yeban("sets", "BOX", "A|PICK", *boss)
    assert (code != 0, "没有编码" in told) == (True, True), "a member is a code of the catalog"
    assert yeban("sets", "PICK", "--remove", *boss)[0] == 0
    assert "没有套装" in yeban("sets")[1]


@pytest.mark.parametrize("wrong", ["", "A|", "A*0", "A*x", "A|A", "A;A*2", ";".join("ABCDEFGHIJK")])
def test_what_is_no_set_is_refused(wrong: str) -> None:
    """An empty bag, no pieces, one code in two numbers or too many bags are refused; the rest reads back as written."""
    with pytest.raises(SetWrong):
        read_bags("X", wrong)
    for text in ("A", "A|B*2", "A|C;C|D"):
        assert bags_text(read_bags("X", text).bags) == text
