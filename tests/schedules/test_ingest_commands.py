"""The commands about files that come in, as a user types them."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import func, select

from schedules.cli.app import main
from schedules.cli.ingest_commands import watch_folder
from schedules.cli.intake import Watch, files_meant
from schedules.desk import open_desk
from schedules.settings import ROOT
from storage.database.tables import bill_line, document_row
from storage.documents.kinds import KINDS

SAMPLES = ROOT / "tests" / "storage" / "documents" / "samples"
HEADER = "账务流水号,关联业务单号,入账时间,账务方向,发生额（元）,期末余额（元）,业务类型,描述,备注"
DRIFTED = HEADER.replace("账务流水号", "账务流水编号")

Yeban = Callable[..., tuple[int, str]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder that is not there yet, the one that commands find."""
    folder = tmp_path / "home"
    monkeypatch.setenv("YEBAN_HOME", str(folder))
    monkeypatch.setenv("YEBAN_LANG", "zh")
    monkeypatch.delenv("YEBAN_DATABASE", raising=False)
    return folder


@pytest.fixture
def yeban(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Yeban:
    """`yeban …` as a user types it: its exit code and everything it wrote."""

    def run(*arguments: object) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["yeban", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        written = capsys.readouterr()
        return int(ended.value.code or 0), written.out + written.err

    return run


def fund(path: Path, header: str, amount: str = "10.00") -> Path:
    """A statement of 快手 of two lines, the second with this amount."""
    rows = [
        f"70000000000000000{n}\t,24000000000000000{n}\t,2026-09-01 08:00:00,收,{cell},9.00,货款,成交,"
        for n, cell in ((1, "1.00"), (2, amount))
    ]
    path.write_bytes(("\r\n".join([header, *rows]) + "\r\n").encode("gb18030"))
    return path


def typed_rows() -> int:
    """How many lines of wallets and rows of documents the books hold."""
    with open_desk() as desk, desk.database.read() as connection:
        tables = (bill_line, document_row)
        return sum(connection.execute(select(func.count()).select_from(it)).scalar_one() for it in tables)


def test_a_dry_run_writes_nothing(yeban: Yeban, home: Path, tmp_path: Path) -> None:
    """Kinds and rows are said of a whole folder, exit code by what waits, and not even the home folder is made."""
    folder = tmp_path / "下载"
    folder.mkdir()
    fund(folder / "流水.csv", HEADER)
    shutil.copy(SAMPLES / "alipay_personal.csv", folder)
    code, text = yeban("ingest", folder, "--dry-run")
    assert code == 0, text
    assert "kuaishou_fund" in text
    assert "alipay_personal" in text
    assert "什么都没有写" in text
    fund(folder / "变了.csv", DRIFTED)
    code, text = yeban("ingest", folder, "--dry-run")
    assert (code, "1 个等人" in text) == (5, True)
    assert not home.exists()


def test_patterns_folders_and_files_name_each_file_once(tmp_path: Path) -> None:
    """A pattern below folders, its folder and one of its files: each once; unfinished downloads are not meant."""
    (tmp_path / "a").mkdir()
    for name in ("a/1.csv", "a/2.csv", "3.csv", "4.csv.crdownload", "~$5.xlsx"):
        (tmp_path / name).write_text("x", "utf-8")
    found, absent = files_meant([tmp_path / "**" / "*.csv", tmp_path, tmp_path / "3.csv", tmp_path / "没有*.csv"])
    assert sorted(path.name for path in found) == ["1.csv", "2.csv", "3.csv"]
    assert absent == [tmp_path / "没有*.csv"]


def test_a_growing_file_is_taken_when_it_has_settled(tmp_path: Path) -> None:
    """Grown between two looks it waits; still for one look it is given, once; changed later it is given again."""
    watch, path = Watch(tmp_path), tmp_path / "账单.csv"
    path.write_bytes(b"1")
    assert watch.look() == []
    path.write_bytes(b"12")
    assert watch.look() == []
    assert watch.look() == [path]
    assert watch.look() == []
    path.write_bytes(b"123")
    os.utime(path, (1, 1))
    assert [watch.look(), watch.look()] == [[], [path]]


def test_a_file_that_could_not_be_taken_is_given_again(tmp_path: Path) -> None:
    """Forgotten after a failure, the same file settles again; one that is gone is not given."""
    watch, path = Watch(tmp_path), tmp_path / "账单.csv"
    path.write_bytes(b"1")
    assert [watch.look(), watch.look(), watch.look()] == [[], [path], []]
    watch.forget(path)
    assert watch.look() == [path]
    watch.forget(path)
    path.unlink()
    assert watch.look() == []


def test_half_a_zip_and_an_empty_file_wait(tmp_path: Path) -> None:
    """A zip without its end and a file of no bytes never settle."""
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 half")
    (tmp_path / "b.csv").write_bytes(b"")
    watch = Watch(tmp_path)
    assert [watch.look() for _ in range(3)] == [[], [], []]


def test_a_watched_folder_is_taken_in(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies in the folder is in the books after two looks."""
    monkeypatch.setattr("schedules.cli.ingest_commands.LOOK_EVERY_S", 0)
    folder = tmp_path / "下载"
    folder.mkdir()
    fund(folder / "流水.csv", HEADER)
    watch_folder([folder], "a", "", looks=2)
    assert typed_rows() == 2


def test_kinds_say_how_far_they_are_verified(yeban: Yeban, home: Path) -> None:
    """Every kind by its id with one of four words, for machines and for people."""
    _, text = yeban("kinds", "--json")
    rows = json.loads(text)
    assert {row["kind"] for row in rows} == set(KINDS)
    assert {row["verified"] for row in rows} <= {"real sample", "template", "described", "taught"}
    orders = {row["kind"]: row["order"] for row in rows}
    assert orders["pdd_fund_detail"]["meets"] == "订单号"
    assert "只有说明，没有见过文件" in yeban("kinds")[1]


def test_a_changed_header_is_explained(yeban: Yeban, tmp_path: Path) -> None:
    """Parked, shown with its proposal; nothing kept without a yes; with it the rows are in, and next time at once."""
    path = fund(tmp_path / "流水.csv", DRIFTED)
    code, text = yeban("ingest", path, "--shop", "a")
    assert (code, "yeban map" in text) == (5, True)
    code, text = yeban("map", path, "--shop", "a")
    assert (code, "账务流水编号" in text, "还没有记下" in text) == (5, True, True)
    assert typed_rows() == 0
    code, text = yeban("map", path, "--set", "账务流水号=没有这列", "--yes")
    assert (code, "表头里没有这个名字" in text) == (2, True)
    code, text = yeban("map", path, "--shop", "a", "--yes", "--who", "王芳")
    assert (code, typed_rows()) == (0, 2), text
    assert yeban("ingest", fund(tmp_path / "下个月.csv", DRIFTED, "3.00"), "--shop", "a")[0] == 0


def test_a_bad_row_is_listed_corrected_and_replayed(yeban: Yeban, tmp_path: Path) -> None:
    """The way of a row: quarantine, sheet, correction, books; then nothing is left to replay."""
    path = fund(tmp_path / "流水.csv", HEADER, "十块")
    assert "隔离 1" in yeban("ingest", path)[1]
    code, text = yeban("quarantine")
    assert (code, "十块" in text, "business" in text) == (0, True, True)
    assert "隔离 1" in yeban("replay")[1]
    sheet = tmp_path / "改.xlsx"
    yeban("quarantine", "--export", sheet)
    book = openpyxl.load_workbook(sheet)
    cells = book.worksheets[0]
    next(cell for cell in cells[2] if cell.value == "十块").value = "10.00"
    book.save(sheet)
    code, text = yeban("quarantine", "fix", sheet, "--who", "王芳")
    assert (code, typed_rows()) == (0, 2), text
    assert "没有隔离的行" in yeban("quarantine")[1]
    assert "没有缺东西的文件" in yeban("replay")[1]


def test_an_unknown_file_is_taught(yeban: Yeban, home: Path, tmp_path: Path) -> None:
    """Refused, described as YAML on the screen, kept on a yes, in the books, and listed as taught."""
    path = tmp_path / "对账.csv"
    path.write_text("单号,日期,金额\nHD0001,2026-11-01,3.50\nHD0002,2026-11-02,4.00\n", "utf-8")
    assert yeban("ingest", path)[0] == 5
    code, text = yeban("teach", path, "--kind", "supplier_bill")
    assert (code, "还没有记下" in text, "单号: id" in text) == (5, True, True), text
    code, text = yeban("teach", path, "--kind", "supplier_bill", "--title", "供应商对账", "--yes")
    assert (code, typed_rows()) == (0, 2), text
    assert (home / "kinds" / "supplier_bill.yaml").is_file()
    taught = [row for row in json.loads(yeban("kinds", "--json")[1]) if row["verified"] == "taught"]
    assert [(row["kind"], row["title"]) for row in taught] == [("supplier_bill", "供应商对账")]
