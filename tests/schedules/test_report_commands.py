"""`report`, `query` and `verify` through the command line itself, on the files of a small mall."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from bots.practice.world import TINY
from schedules.verification import WORDS
from storage.database.connection import open_database
from storage.database.tables import move, platform_order
from storage.erp.invariants.verify import INVARIANTS
from storage.erp.reconciliation.reconcile import reconcile
from storage.metrics.dictionary import METRICS
from storage.reports import REPORTS
from storage.reports.chart import FontMissing, font
from tests.storage.erp.recon.worlds import LAST_DAY, Night
from tests.support.command_line import Yeban

DAYS = ("--from", "2026-11-11", "--to", "2026-11-20")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home folder with the books of a tiny mall."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "settings.yaml").write_text("lang: zh\n", "utf-8")
    night = Night(folder / "mall", TINY, 7, open_database(folder / "yeban.db"))
    night.take_all()
    with night.database.write() as connection:
        reconcile(connection, night.contracts, LAST_DAY)
    night.database.close()
    yield folder


def test_a_report_in_every_form(yeban: Yeban, tmp_path: Path) -> None:
    """Terminal, workbook, CSV and JSON of one report say the same amounts; files are named when they are written."""
    code, text = yeban("report", "channels", *DAYS)
    assert code == 0, text
    assert "渠道销售" in text
    assert METRICS["gmv_paid"].sentence in text
    book, sheet = tmp_path / "渠道.xlsx", tmp_path / "渠道.csv"
    code, text = yeban("report", "channels", *DAYS, "--xlsx", book, "--csv", sheet)
    assert (code, str(book) in text.replace("\n", ""), str(sheet) in text.replace("\n", "")) == (0, True, True)
    code, text = yeban("report", "channels", *DAYS, "--json")
    said = json.loads(text)
    assert code == 0
    total = said["total"][3]["value"]
    assert total > 0
    rows = list(csv.reader(io.StringIO(sheet.read_text("utf-8-sig"))))
    assert rows[-1][3] == f"{total // 100}.{total % 100:02d}"
    written = openpyxl.load_workbook(book).worksheets[0]
    assert round(written.cell(4 + len(rows) - 1, 4).value * 100) == total
    code, text = yeban("trace", said["total"][3]["figure"])
    assert code == 0, text
    assert "practice_orders" in text or "订单" in text


def test_a_report_is_limited_to_a_shop(yeban: Yeban) -> None:
    """`--shop` limits figures and total; a report that knows no shops refuses it and names those that do."""
    whole = json.loads(yeban("report", "channels", *DAYS, "--json")[1])
    one = json.loads(yeban("report", "channels", *DAYS, "--shop", "shop_a", "--json")[1])
    assert [row[1] for row in one["rows"]] == ["shop_a"]
    (mine,) = [row for row in whole["rows"] if row[1] == "shop_a"]
    assert one["rows"][0][3]["value"] == one["total"][3]["value"] == mine[3]["value"]
    code, text = yeban("report", "stock_matrix", "--shop", "shop_a")
    assert code == 2
    assert "channels" in text


def test_a_picture_of_a_report(yeban: Yeban, tmp_path: Path) -> None:
    """`--chart` draws the report; a form that is none is refused in words."""
    try:
        font()
    except FontMissing:
        pytest.skip("no font with Chinese characters")
    path = tmp_path / "时间.png"
    code, text = yeban("report", "times", *DAYS, "--by", "week", "--chart", path)
    assert code == 0, text
    assert path.read_bytes().startswith(b"\x89PNG")
    code, text = yeban("report", "times", *DAYS, "--chart", tmp_path / "x.gif")
    assert (code, "png、svg" in text) == (2, True)


def test_a_report_goes_to_a_group_once(yeban: Yeban, home: Path) -> None:
    """`--push` publishes one message for the group and time; asking again publishes none, `--push` alone is refused."""
    code, text = yeban("report", "board", *DAYS, "--push", "运营群", "--slot", "2026-11-21 08:00")
    assert (code, "已登记" in text) == (0, True), text
    code, text = yeban("report", "board", *DAYS, "--push", "运营群", "--slot", "2026-11-21 08:00")
    assert (code, "已经登记过" in text) == (0, True), text
    _, text = yeban("query", "SELECT shop, subject, state FROM command WHERE worklist = 'to_notify'", "--json")
    assert json.loads(text)["rows"] == [["运营群", "2026-11-21 08:00", "published"]]
    assert (home / "reports" / "push" / "2026-11-21-0800-board.xlsx").is_file()
    assert yeban("report", "board", "--push", "运营群")[0] == 2


def test_the_age_of_a_big_copy_is_said(yeban: Yeban, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the books were written since a big copy was fed, the report says of when it is; --fresh feeds it first."""

    def aged(*options: str) -> bool:
        code, text = yeban("report", "channels", *DAYS, "--json", *options)
        assert code == 0, text
        return any("截至 20" in note for note in json.loads(text)["notes"])

    assert not aged()
    monkeypatch.setattr("storage.reports.facts.copy.FOLLOWED_LINES", 0)
    database = open_database(home / "yeban.db")
    with database.write() as connection:
        connection.execute(platform_order.update().values(city=platform_order.c.city + "市"))
    database.close()
    assert [aged(), aged("--fresh"), aged()] == [True, False, False]


def test_wrong_options_are_said(yeban: Yeban) -> None:
    """A day that is none, days in the wrong order, an unknown unit, zone or report: exit 2 and what to write."""
    for arguments, words in (
        (("channels", "--from", "11/01"), "2026-11-01"),
        (("channels", "--from", "2026-11-20", "--to", "2026-11-01"), "之后"),
        (("times", "--by", "year"), "month"),
        (("times", "--zone", "Mars/Base"), "Asia/Shanghai"),
        (("no-such",), "channels"),
    ):
        code, text = yeban("report", *arguments)
        assert (code, words in text) == (2, True), text


def test_what_there_is(yeban: Yeban) -> None:
    """`--list` names every report, `--metrics` every metric with its sentence and the reports that show it."""
    code, text = yeban("report", "--list", "--json")
    assert (code, {one["report"] for one in json.loads(text)}) == (0, set(REPORTS))
    assert all(name in yeban("report", "--list")[1] for name in ("channels", "渠道销售"))
    code, text = yeban("report", "--metrics", "--json")
    assert code == 0
    listed = {one["name"]: one for one in json.loads(text)}
    assert set(listed) == set(METRICS)
    assert {"board", "channels", "gmv"} <= set(listed["gmv_paid"]["reports"])
    assert METRICS["net_sales"].formula in yeban("report", "--metrics")[1]


def test_a_question_to_the_books(yeban: Yeban, tmp_path: Path) -> None:
    """A table, JSON, CSV or workbook; the cut and what was hidden are said; writing is refused."""
    question = "SELECT shop, count(*) AS orders FROM platform_order GROUP BY shop ORDER BY shop"
    code, text = yeban("query", question)
    assert (code, "shop_a" in text) == (0, True)
    code, text = yeban("query", question, "--json", "--rows", "1")
    assert json.loads(text.splitlines()[0])["cut"] is True
    assert "--rows" in text
    sheet = tmp_path / "x.csv"
    code, text = yeban("query", "SELECT payload, row_no FROM raw_row", "--csv", sheet, "--rows", "2")
    assert code == 0
    assert "raw_row.payload" in text
    assert list(csv.reader(io.StringIO(sheet.read_text("utf-8-sig"))))[1][0] == ""
    book = tmp_path / "x.xlsx"
    assert yeban("query", "SELECT '=1+1' AS said", "--xlsx", book)[0] == 0
    cell = openpyxl.load_workbook(book).worksheets[0]["A2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    said = "SELECT 2200 AS fen, 1.5 AS yuan, '007' AS id, 2773990300554338435 AS big, NULL AS none"
    assert yeban("query", said, "--xlsx", book)[0] == 0
    cells = next(openpyxl.load_workbook(book).worksheets[0].iter_rows(min_row=2))
    assert [(one.value, one.data_type) for one in cells[:4]] == [
        (2200, "n"), (1.5, "n"), ("007", "s"), ("2773990300554338435", "s"),
    ]  # fmt: skip
    code, text = yeban("query", "DELETE FROM platform_order")
    assert (code, "只能读" in text) == (2, True)


def test_verify_says_every_check(yeban: Yeban) -> None:
    """Each invariant with its sentence and how much was looked at, the metrics last; all is well, exit 0."""
    code, text = yeban("verify", "--json")
    checks = {one["name"]: one for one in json.loads(text)}
    assert code == 0, text
    assert set(checks) == {*INVARIANTS, "BI-55"}
    for name, check in checks.items():
        assert check["sentence"] == (WORDS[name].sentence if name in WORDS else check["sentence"]) != ""
        assert check["mend"]
    assert checks["I-1"]["looked_at"] > 0
    code, text = yeban("verify")
    assert "✓ I-17" in text
    assert "条全部成立" in text


def test_verify_says_what_is_wrong_and_what_to_do(yeban: Yeban, home: Path) -> None:
    """A broken balance and a refund beyond what was paid: each place with its figures, how to mend it, exit code 4."""
    database = open_database(home / "yeban.db")
    try:
        with database.write() as connection:
            connection.execute(platform_order.update().values(refunded_fen=platform_order.c.paid_fen + 1))
            connection.execute(move.delete())
        code, text = yeban("verify")
    finally:
        database.close()
    assert code == 4, text
    assert "✗ I-1 " in text
    assert "✗ I-9 " in text
    assert WORDS["I-9"].mend in text
    assert "条不成立" in text
    assert "已退" in text
