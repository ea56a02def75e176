"""The commands about the books, on real exports that nobody here wrote, through the command line itself."""

import hashlib
import shutil
from pathlib import Path

import pytest
from sqlalchemy import func, select

from schedules.book_files import facts_path
from schedules.desk import open_desk
from schedules.settings import ROOT
from storage.database.tables import bill_line, raw_file
from storage.reports import REPORTS
from storage.reports.facts.copy import with_copy
from storage.reports.table import Period
from storage.runs import waiting_effects
from tests.support.command_line import Yeban

SAMPLES = ROOT / "tests" / "storage" / "documents" / "samples"
ICBC = SAMPLES / "icbc_debit_v1.csv"
ICBC_SHA = hashlib.sha256(ICBC.read_bytes()).hexdigest()
REAL = [SAMPLES / name for name in ("alipay_personal.csv", "wechat_personal.csv", "wechat_personal.xlsx")]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder with settings only."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "settings.yaml").write_text("lang: zh\n", "utf-8")
    return folder


def bills() -> tuple[int, int]:
    """How many statement lines the books hold, and their sum in fen."""
    with open_desk() as desk, desk.database.read() as connection:
        found = connection.execute(select(func.count(), func.coalesce(func.sum(bill_line.c.amount_fen), 0))).one()
        return int(found[0]), int(found[1])


def test_real_files_are_taken_in(yeban: Yeban) -> None:
    """Three real bills: kind, rows and totals in words, exit code 0; the workbook of the csv's bill adds nothing."""
    code, text = yeban("ingest", *REAL)
    assert code == 0, text
    assert "✓ alipay_personal.csv  alipay_personal  10 行：新 10" in text
    assert "✓ wechat_personal.csv  wxpay_personal  27 行：新 27" in text
    assert "✓ wechat_personal.xlsx  wxpay_personal  27 行：新 0，变 0，同 27" in text
    assert "收入合计：文件写 ¥28.50，逐行算 ¥222,228.50" in text
    assert bills()[0] == 37


def test_taking_in_again_changes_nothing(yeban: Yeban, tmp_path: Path) -> None:
    """The same content under another name, a whole folder of it, leaves the books as they were."""
    yeban("ingest", *REAL)
    before = bills()
    folder = tmp_path / "下载"
    folder.mkdir()
    for number, path in enumerate(REAL):
        shutil.copy(path, folder / f"{number} 副本{path.suffix}")
    code, text = yeban("ingest", folder)
    assert code == 0, text
    assert text.count("新 0，变 0") == len(REAL)
    assert bills() == before


def test_a_statement_that_does_not_tie_waits_and_is_released(yeban: Yeban) -> None:
    """The bank's footer differs: parked with both figures, exit 5; released by the beginning of its sha, once."""
    code, text = yeban("ingest", ICBC)
    assert code == 5
    assert "! icbc_debit_v1.csv" in text
    assert "收入合计：文件写 ¥1,234.56，逐行算 ¥2,841.74" in text
    assert "支出合计：文件写 ¥9,876.54，逐行算 ¥4,241.08" in text
    assert ICBC_SHA[:12] in text
    assert bills() == (0, 0)
    assert yeban("ingest", ICBC)[0] == 5, "waiting still, however often it comes"
    code, text = yeban("accept", ICBC_SHA[:6].upper(), "--who", "王芳", "--why", "样本改过金额")
    assert code == 0, text
    assert "11 行已入账" in text
    with open_desk() as desk, desk.database.read() as connection:
        kept = connection.execute(select(raw_file.c.state, raw_file.c.accepted_by)).one()
    assert tuple(kept) == ("read", "王芳：样本改过金额")
    code, text = yeban("accept", ICBC_SHA[:6], "--why", "再来一次")
    assert code == 2
    assert "不需要放行" in text


def test_releasing_what_is_not_there_is_said(yeban: Yeban) -> None:
    """A beginning that no file has, none at all, a wildcard, and no reason: each in words, nothing released."""
    yeban("ingest", ICBC)
    for beginning in ("ffffffff", "", "%"):
        code, text = yeban("accept", beginning, "--why", "x")
        assert (code, "没有编号为" in text) == (2, True), text
    code, text = yeban("accept", ICBC_SHA[:8], "--why", " ")
    assert code == 2
    assert "为什么" in text
    assert bills() == (0, 0)


def test_a_beginning_that_several_files_share_is_refused(yeban: Yeban, tmp_path: Path) -> None:
    """Which file is meant must be certain: an ambiguous beginning names the files and releases none."""
    yeban("ingest", ICBC)
    twin = next(
        content
        for content in (f"{number}\n".encode() for number in range(10_000))
        if hashlib.sha256(content).hexdigest()[:2] == ICBC_SHA[:2]
    )
    (tmp_path / "别的.csv").write_bytes(twin)
    yeban("ingest", tmp_path / "别的.csv")
    code, text = yeban("accept", ICBC_SHA[:2], "--who", "王芳", "--why", "x")
    assert code == 2
    assert "多写几位" in text
    assert bills() == (0, 0)


def test_what_nobody_knows_waits_for_a_person(yeban: Yeban, tmp_path: Path) -> None:
    """An unknown file is said, the good one beside it is taken; a file that is not there is no fault of ours."""
    unknown = tmp_path / "随手记.csv"
    unknown.write_text("日期,事项\n2026-11-01,开会\n", "utf-8")
    code, text = yeban("ingest", unknown, REAL[0])
    assert code == 5
    assert "不认识的文件「随手记.csv」" in text
    assert "✓ alipay_personal.csv" in text
    assert bills()[0] == 10
    code, text = yeban("ingest", tmp_path / "没有.csv")
    assert code == 2
    assert "没有这个文件" in text


def test_report_and_status_speak_of_these_files(yeban: Yeban, home: Path) -> None:
    """Status counts files and lines with their sum; every report comes; an unknown one names those there are."""
    yeban("ingest", *REAL, ICBC)
    count, fen = bills()
    code, text = yeban("status")
    assert code == 0, text
    assert "存档 4 个文件" in text
    assert f"账单 {count} 行，合计 ¥{fen // 100:,}.{fen % 100:02d}" in text
    for name in ("sales", "settlement"):  # one that asks the columns, one that asks the books
        code, text = yeban("report", name, "--night", "2023-05-03")
        assert code == 0, text
    with open_desk() as desk, desk.database.read() as connection, with_copy(connection, facts_path(desk)):
        period = Period("2023-03-24", "2023-05-02")
        assert [name for name, build in REPORTS.items() if build(connection, period).name != name] == []
    code, text = yeban("report", "--night", "2023-05-03")
    assert code == 0, text
    path = home / "reports" / "早报-2023-05-03.xlsx"
    assert str(path) in text
    assert path.is_file()
    code, text = yeban("report", "no-such-report")
    assert code == 2
    assert all(name in text for name in REPORTS)


def test_what_waits_is_listed_and_settled(yeban: Yeban) -> None:
    """What nobody could tell the end of has a number; a person's word ends it, once."""
    with open_desk() as desk:
        for key in ("a|1|下架-1", "a|2|下架-2"):
            desk.journal.open_effect(key, "run-1", key, key.split("|")[-1])
            desk.journal.close_effect(key, "person", "看不到结果")
        numbers = [one.number for one in waiting_effects(desk.database)]
    _, shown = yeban("waiting")
    assert all(word in shown for word in (*numbers, "下架-1", "下架-2", "看不到结果", "--not-done"))
    assert "下架-1" in yeban("settle", numbers[0], "--done")[1]
    assert "下架-2" in yeban("settle", numbers[1], "--not-done")[1]
    code, refused = yeban("settle", numbers[0], "--done")
    assert (code, f"没有编号 {numbers[0]} 的事在等人核对" in refused) == (2, True)
    with open_desk() as desk:
        assert desk.journal.open_effect("a|1|下架-1", "run-2", "1", "下架-1") == "done"
        assert desk.journal.open_effect("a|2|下架-2", "run-2", "2", "下架-2") == "new"
    assert "没有事等人核对" in yeban("waiting")[1]
