"""`yeban recon` through the command line itself, on labelled weeks with faults that need people."""

import json
from datetime import date
from functools import partial
from pathlib import Path
from shutil import copytree
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from storage.database.connection import open_database
from storage.database.tables import recon_candidate, recon_group, recon_item
from storage.database.tables.privacy import audit_log
from storage.erp.finance.chart import PAYABLE
from storage.erp.finance.ledger import post
from storage.erp.finance.vouchers import MANUAL, Draft, credit, debit
from storage.erp.reconciliation.contracts import Contracts
from storage.erp.reconciliation.reconcile import reconcile
from tests.labelled.world import faulty
from tests.labelled.writing import write
from tests.support.command_line import Yeban

SIGNED = ("--who", "王芳", "--why", "核对过回单")
KINDS = ("bill_not_authorised", "commission_rate", "order_unknown", "payment_missing", "withdrawal_ambiguous")
ANSWERS = (recon_item, recon_group, recon_candidate)


@pytest.fixture(scope="module")
def reconciled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with those weeks, reconciled."""
    folder, books = tmp_path_factory.mktemp("home"), faulty(41, 160, KINDS)
    (folder / "settings.yaml").write_text("lang: zh\n", "utf-8")
    database = open_database(folder / "yeban.db")
    with database.write() as connection:
        write(connection, books)
        reconcile(connection, Contracts(commission_bp=books.commission_bp), date.fromisoformat(books.last_day))
        lines = (debit("6602", 8_800), credit(PAYABLE, 8_800, party="云织", item="FP-77"))
        post(connection, Draft(MANUAL, "note", "N-1", "2026-10-20", "面料", lines, author="赵", reason="补记"))
    database.close()
    return folder


@pytest.fixture
def home(reconciled: Path, tmp_path: Path) -> Path:
    """A copy of it for one test."""
    return copytree(reconciled, tmp_path / "home")


@pytest.fixture
def yeban(yeban: Yeban) -> Yeban:
    """`yeban recon …`."""
    return partial(yeban, "recon")


def answers(home: Path) -> list[list[Any]]:
    """Every row of items, groups and candidates."""
    database = open_database(home / "yeban.db")
    with database.read() as connection:
        found = [sorted(map(tuple, connection.execute(select(table)))) for table in ANSWERS]
    database.close()
    return found


def told(yeban: Yeban, *arguments: object) -> Any:
    """What a command tells machines."""
    code, said = yeban(*arguments, "--json")
    assert code == 0, said
    return json.loads(said)


def test_each_cell_of_the_board_is_as_long_as_its_list(yeban: Yeban) -> None:
    """The board's cells hold every item once, and the list of a cell has as many items as the cell says."""
    board = told(yeban, "board", "--day", "2026-10-30")
    open_cells = [cell for cell in board["cells"] if cell["outcome"] > 3 and cell["outcome"] not in (5, 6, 14)]
    assert len(open_cells) >= len(KINDS)
    for cell in open_cells[:3]:
        limits = ("--platform", cell["platform"], "--outcome", cell["outcome"], "--age", cell["age"])
        assert told(yeban, "list", "--day", "2026-10-30", *limits)["total"] == cell["items"]
    assert 0 < board["rate"]["share"] < 1
    old = sum(cell["items"] for cell in open_cells if cell["age"].startswith("16"))
    assert told(yeban, "list", "--day", "2026-10-30", "--age", "16-30")["total"] == old
    assert told(yeban, "list")["total"] == sum(cell["items"] for cell in open_cells)
    code, said = yeban("board", "--day", "2026-10-30")
    assert (code, "多个候选" in said, "不用人管的" in said) == (0, True, True)


def test_an_item_is_shown_with_its_evidence(yeban: Yeban) -> None:
    """The reason in words, the order beside its lines, and what an ambiguous line might be, by number."""
    wrong = told(yeban, "list", "--outcome", "11")["items"][0]
    code, said = yeban("show", wrong["number"])
    assert code == 0
    assert all(words in said for words in (wrong["reason"], wrong["order_no"], "账单行", "订单", "佣金"))
    unsure = [item["number"] for item in told(yeban, "list", "--outcome", "12")["items"]]
    candidates = max((told(yeban, "show", number)["candidates"] for number in unsure), key=len)
    assert [one["rank"] for one in candidates] == [1, 2]
    assert told(yeban, "show", candidates[0]["number"])["item"]["outcome"] == 12


def test_a_decision_is_kept_and_taken_back_to_the_letter(yeban: Yeban, home: Path) -> None:
    """A person matches an ambiguous line with a candidate; a new run leaves it; unmatch restores every row."""
    before = answers(home)
    unsure = told(yeban, "list", "--outcome", "12")["items"][0]["number"]
    other = told(yeban, "show", unsure)["candidates"][0]["number"]
    code, said = yeban("decide", unsure, "match", "--with", other, *SIGNED)
    assert (code, "第 1 号决定" in said) == (0, True), said
    decided = told(yeban, "list", "--decided")
    assert {item["number"] for item in decided["items"]} == {unsure, other}
    assert {item["decided_by"] for item in decided["items"]} == {"王芳"}
    assert "核对过回单" in yeban("show", unsure)[1]
    assert yeban("decide", unsure, "ignore", *SIGNED)[0] != 0
    assert yeban("unmatch", 1, *SIGNED)[0] == 0
    assert answers(home) == before
    assert {("王芳", "核对过回单")} == _log(home)


def _log(home: Path) -> set[tuple[str, str]]:
    database = open_database(home / "yeban.db")
    with database.read() as connection:
        found = {tuple(row) for row in connection.execute(select(audit_log.c.who, audit_log.c.why))}
    database.close()
    return found


WRONG = (
    (("decide", "NUMBER", "accept", "--who", " ", "--why", " "), "谁"),
    (("decide", "NUMBER", "guess", *SIGNED), "可以定的有"),
    (("decide", "NUMBER", "match", *SIGNED), "--with"),
    (("decide", "NUMBER", "link", *SIGNED), "--order"),
    (("decide", "zzzz", "accept", *SIGNED), "对账里没有这一项：zzzz"),
    (("unmatch", "9", *SIGNED), "没有第 9 号决定"),
    (("close-month", "october", *SIGNED), "2026-10"),
    (("close-month", "2026-10", "--owner", "99=x", *SIGNED), "8=小陈"),
    (("list", "--age", "5"), "账龄有这几档"),
    (("list", "--outcome", "16"), "结论有这几种"),
    (("board", "--day", "gestern"), "日期写成"),
)


def test_what_is_asked_wrongly_is_said(yeban: Yeban, home: Path) -> None:
    """What cannot be done is said in words, and nothing is changed."""
    number = told(yeban, "list", "--rows", "1")["items"][0]["number"]
    before = answers(home)
    for arguments, said in WRONG:
        code, words = yeban(*(number if one == "NUMBER" else one for one in arguments))
        assert code != 0, arguments
        assert said in " ".join(words.replace("│", " ").split()), words
    assert answers(home) == before


def test_a_month_is_closed_once(yeban: Yeban) -> None:
    """Closing says how many are carried on; again it changes nothing; the carried ones have their owner."""
    code, said = yeban("close-month", "2026-10", "--owner", "12=小陈", *SIGNED)
    assert (code, "2026-10 已关账" in said) == (0, True), said
    assert yeban("close-month", "2026-10", *SIGNED)[1] == said
    months = {month["month"]: month for month in told(yeban, "months")}
    assert months["2026-10"]["closed_by"] == "王芳"
    assert months["2026-10"]["carried"] == months["2026-11"]["items"] > 0
    assert {item["owner"] for item in told(yeban, "list", "--outcome", "12")["items"]} == {"小陈"}
    assert "未关账" in yeban("months")[1]


def test_what_is_owed_is_authorised_once(yeban: Yeban) -> None:
    """An invoice that is owed is listed with its day, authorised by name, and not a second time."""
    [one] = told(yeban, "owed", "--until", "2026-10-20")
    assert (one["party"], one["item"], one["amount_fen"], one["authorised_by"]) == ("云织", "FP-77", 8_800, "")
    assert told(yeban, "owed", "--until", "2026-10-19") == []
    assert "批准了 1 张，共 ¥88.00" in yeban("authorise", one["number"], *SIGNED)[1]
    assert "批准了 0 张" in yeban("authorise", one["number"], *SIGNED)[1]
    assert "王芳" in yeban("owed")[1]
    assert yeban("authorise", "nobody", *SIGNED)[0] != 0


def test_workbooks_have_the_rows_and_their_causes(yeban: Yeban, tmp_path: Path) -> None:
    """The list's workbook has each item and, on a second sheet, the causes with as many items together."""
    total = told(yeban, "list")["total"]
    for name in ("list", "board", "months"):
        assert yeban(name, "--xlsx", tmp_path / f"{name}.xlsx")[0] == 0
    book = openpyxl.load_workbook(tmp_path / "list.xlsx")
    found: list[list[Any]] = [list(sheet.iter_rows(min_row=2, values_only=True)) for sheet in book.worksheets]
    rows, causes = found
    assert len(rows) == total == sum(row[3] for row in causes)
    assert round(sum(row[9] for row in rows), 2) == round(sum(row[4] for row in causes), 2)
    assert openpyxl.load_workbook(tmp_path / "board.xlsx").sheetnames == ["看板", "合计"]
