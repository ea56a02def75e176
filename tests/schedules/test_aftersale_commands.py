"""After-sales and invoices from the command line: checked against the books, decided and asked for under a name."""

import json

import pytest

from schedules.desk import open_desk
from storage.erp.audit.log import recent
from storage.erp.finance.post_events import post_events
from tests.storage.erp.aftersales.conftest import Shop
from tests.support.command_line import Yeban


@pytest.fixture
def yeban(yeban: Yeban) -> Yeban:
    """The books have one order that was shipped."""
    with open_desk() as desk:
        shop = Shop(desk.database)
        shop.lay_out()
        shop.order("1", ("A", 2, 2000))
        shop.ship()
    return yeban


def test_an_after_sale_is_written_down_and_decided_under_a_name(yeban: Yeban) -> None:
    """More than was shipped is refused; a resend that is agreed has its order; a refusal keeps its reason."""
    ask = ("aftersales", "new", "1", "--why", "少发一件", "--by", "漏发", "--who", "王芳")
    code, said = yeban(*ask, "--kind", "return", "--line", "1-1=3", "--number", "T0")
    assert (code != 0, "1-1" in said) == (True, True)
    assert yeban(*ask, "--kind", "resend", "--line", "1-1")[0] == 2  # without its pieces
    assert "T1" in yeban(*ask, "--kind", "resend", "--line", "1-1=1", "--number", "T1")[1]
    assert "早就记过" in yeban(*ask, "--kind", "resend", "--line", "1-1=1", "--number", "T1")[1]
    assert yeban(*ask, "--kind", "return", "--line", "1-1=1", "--number", "T2")[0] == 0
    assert "记下了" in yeban("aftersales", "agree", "T1", "--who", "王芳")[1]
    assert "早就是这样" in yeban("aftersales", "agree", "T1", "--who", "王芳")[1]
    assert yeban("aftersales", "refuse", "T2", "--why", "超过七天", "--who", "王芳")[0] == 0
    told = json.loads(yeban("aftersales", "list", "--json")[1])["aftersales"]
    assert {one["number"] for one in told} == {"T1", "T2"}
    with open_desk() as desk, desk.database.read() as connection:
        assert recent(connection, 1)[0].who == "王芳"
        rows = Shop(desk.database).rows("SELECT order_no FROM platform_order WHERE platform = 'aftersale'")
    assert rows == [("BF-T1",)]


def test_an_invoice_is_drafted_asked_for_and_issued_when_somebody_says_so(yeban: Yeban) -> None:
    """No more than was paid; a draft is dropped; one that is asked for waits for a person, whose word issues it."""
    draft = ("invoices", "new", "1", "--title", "某某公司", "--who", "王芳")
    assert "20.00 元" in yeban(*draft)[1]
    assert yeban(*draft, "--number", "FP-again")[0] != 0  # nothing is left to invoice
    assert yeban("invoices", "void", "FP-1", "--why", "抬头错")[0] == 0
    assert yeban(*draft, "--number", "FP-2", "--rate", "6")[0] == 0
    assert yeban("invoices", "ask", "FP-2", "--who", "王芳")[0] == 0
    number = json.loads(yeban("todo", "list", "to_invoice", "--json")[1])[0]["number"]
    assert yeban("todo", "done", number, "--who", "王芳")[0] == 0
    told = {one["invoice_id"]: one["state"] for one in json.loads(yeban("invoices", "list", "--json")[1])}
    assert told == {"FP-1": "void", "FP-2": "issued"}
    assert "某某公司" in yeban("invoices", "list")[1]


def test_goods_that_came_back_are_counted_by_a_person(yeban: Yeban) -> None:
    """Sound pieces are stock again at the cost they left with, damaged ones are not, the refund is asked for once all
    has come; the count is a document with its row, and the same said twice counts once."""
    ask = ("aftersales", "new", "1", "--why", "破了", "--by", "质量", "--who", "王芳", "--number", "T1")
    assert yeban(*ask, "--kind", "return", "--line", "1-1=2")[0] == 0
    receive = ("aftersales", "receive", "T1", "--who", "李仓")
    assert yeban(*receive, "--good", "1-1=1")[0] != 0  # nothing is expected before it is agreed
    assert yeban("aftersales", "agree", "T1", "--who", "王芳")[0] == 0
    assert yeban(*receive)[0] != 0  # nothing counted
    assert "1-1 好货 1 件" in yeban(*receive, "--good", "1-1=1")[1]
    assert "早就收过" in yeban(*receive, "--good", "1-1=1")[1]
    assert json.loads(yeban("aftersales", "list", "--json")[1])["aftersales"][0]["coming"] == {"1-1": 1}
    assert yeban(*receive, "--bad", "1-1=2")[0] != 0  # more than is left
    code, said = yeban(*receive, "--bad", "1-1=1")
    assert (code, "应退 20.00 元" in said.replace("\n", "")) == (0, True), said
    with open_desk() as desk:
        shop = Shop(desk.database)
        assert shop.sound()
        assert shop.refunds() == {"T1": ("published", 2000)}
        assert shop.on_hand()["A"] == 19
        shop.write(lambda c: post_events(c, "2099-12-31"))
        assert shop.sound()
        booked = shop.rows("SELECT kind, sum(dr_fen) FROM jv JOIN jv_line USING (no) WHERE kind IN ('return', 'loss')"
                           " AND account = '1405' GROUP BY 1")  # fmt: skip
        traced = shop.rows("SELECT f.kind, r.payload FROM move m JOIN raw_file f USING (file_sha)"
                           " JOIN raw_row r USING (file_sha, row_no) WHERE m.doc_type = 'return'")  # fmt: skip
        assert desk.archive.verify() == []
    assert booked == [("return", 1250)]
    assert [(kind, "李仓" in str(payload)) for kind, payload in traced] == [("return_count", True)] * 2
