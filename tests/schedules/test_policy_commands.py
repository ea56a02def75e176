"""What finance decides, through the command line itself: policies under a name, brushing orders, vouchers mended."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from schedules.books import STEPS
from schedules.desk import Desk, open_desk
from storage.erp.audit.log import recent
from storage.erp.finance.ledger import balances
from tests.storage.erp.finance.small_books import Accounts
from tests.support.command_line import Yeban

NEXT = date(2026, 11, 22)


@pytest.fixture
def desk(at_home: Path) -> Iterator[Desk]:
    """A desk with a finished order in its books, without vouchers."""
    with open_desk() as desk:
        books = Accounts(desk.database)
        books.lay_out()
        books.order("1", ("B", 1, 11_300), finished_at="2026-11-20 10:00:00")
        yield desk


def test_policies_are_decided_under_a_name_and_kept(desk: Desk, yeban: Yeban) -> None:
    """What counts and who decided it is shown; the books' policy is fixed once vouchers are written; all is logged."""
    assert "定了" in yeban("policy", "set", "--vat-bp", "0", "--why", "免税", "--who", "王芳")[1]
    assert "早就是" in yeban("policy", "set", "--vat-bp", "0", "--why", "免税", "--who", "王芳")[1]
    assert yeban("policy", "set", "--recognise", "never", "--why", "试", "--who", "王芳")[0] != 0
    on = ("policy", "returns", "on", "--from", "2026-11-01", "--why", "执行企业会计准则", "--who", "王芳")
    assert "定了" in yeban(*on)[1]
    told = json.loads(yeban("policy", "show", "--json")[1])
    assert (told["policy"]["vat_bp"], told["policy"]["recognise"]) == (0, "finish")
    assert [(one["what"], one["author"], one["reason"]) for one in told["decided"]] == [
        ("policy", "王芳", "免税"), ("returns", "王芳", "执行企业会计准则"),
    ]  # fmt: skip
    assert "执行企业会计准则" in yeban("policy", "show")[1]
    with desk.database.read() as connection:
        logged = {one.subject for one in recent(connection, 20, who="王芳")}
    assert logged == {"ledger_policy|1", "returns_policy|1"}
    STEPS["post"](desk, NEXT)
    assert "不能再换" in yeban("policy", "set", "--vat-bp", "100", "--why", "改", "--who", "王芳")[1]


def test_a_month_of_the_ledger_is_closed_for_good(desk: Desk, yeban: Yeban) -> None:
    """Its income and expense are carried over by a voucher, once; what is no month is refused."""
    STEPS["post"](desk, NEXT)
    assert yeban("policy", "close-month", "十月", "--why", "月结")[0] == 2
    assert "2026-11 关账了，结转凭证 2026-11-" in yeban("policy", "close-month", "2026-11", "--why", "月结")[1]
    assert "关账了" in yeban("policy", "close-month", "2026-11", "--why", "再关一次")[1]
    with desk.database.read() as connection:
        found = {row.account: row.balance_fen for row in balances(connection)}
    assert (found["6001"], found["4103"]) == (0, -10_000)


def test_an_order_marked_late_is_listed_and_mended(desk: Desk, yeban: Yeban) -> None:
    """The voucher of a brushing order stands in the list until a person has it mended; then nothing is left to do."""
    STEPS["post"](desk, NEXT)
    assert "说的一样" in yeban("amend")[1]
    mark = ("orders", "mark", "1", "--as", "brushing", "--why", "达人补单", "--who", "王芳")
    assert "1 记为 brushing" in yeban(*mark)[1]
    assert "早就是" in yeban(*mark)[1]
    assert yeban("orders", "mark", "1", "--as", "other", "--why", "x")[0] == 2
    (one,) = json.loads(yeban("amend", "--json")[1])
    assert (one["document"], "补单" in one["now"]) == ("order/practice|shop_a|1", True)
    assert "更正了 1 张" in yeban("amend", "--why", "达人补单", "--day", "2026-11-21", "--who", "王芳")[1]
    assert json.loads(yeban("amend", "--json")[1]) == []
    with desk.database.read() as connection:
        found = {row.account: row.balance_fen for row in balances(connection)}
    assert (found["6001"], found["122102"]) == (0, -11_300)
