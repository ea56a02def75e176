"""The commands about files that come in, as a user types them."""

import base64
import json
import os
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import func, select

from schedules.cli.ingest_commands import take_readable, watch_folder
from schedules.cli.intake import Watch, files_meant
from schedules.cli.passwords import Passwords
from schedules.desk import open_desk
from schedules.settings import ROOT
from storage import ingest as ingest_module
from storage.database.tables import bill_line, document_row, raw_file
from storage.documents.kinds import KINDS
from storage.errors import FileProtected, PasswordWrong
from tests.storage.ingest.test_unlock import LOCKED
from tests.support.command_line import Yeban

SAMPLES = ROOT / "tests" / "storage" / "documents" / "samples"
HEADER = "账务流水号,关联业务单号,入账时间,账务方向,发生额（元）,期末余额（元）,业务类型,描述,备注"
DRIFTED = HEADER.replace("账务流水号", "账务流水编号")


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
    assert "只有说明" in yeban("kinds")[1]


def test_a_bad_row_is_listed_corrected_and_replayed(yeban: Yeban, tmp_path: Path) -> None:
    """The way of a row: quarantine, sheet, correction, books; then nothing is left to replay."""
    path = fund(tmp_path / "流水.csv", HEADER, "十块")
    assert "隔离 1" in yeban("ingest", path)[1]
    code, text = yeban("quarantine")
    assert (code, "十块" in text, "处理这行" in text) == (0, True, True)
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


def locked(path: Path) -> Path:
    """A statement of two lines in a zip that Info-ZIP locked with 246810."""
    path.write_bytes(base64.b64decode(LOCKED["zipcrypto"]))
    return path


def test_a_locked_zip_is_asked_for_its_password(yeban: Yeban, home: Path, tmp_path: Path) -> None:
    """Without one, and with a wrong one, it is refused in words; with it read once, and known again without it."""
    (home / "kinds").mkdir(parents=True)
    kind = "kind: flow\ncolumns: {账务流水号: id, 金额: money}\nkey: [账务流水号]\n"
    (home / "kinds" / "flow.yaml").write_text(kind, "utf-8")
    path = locked(tmp_path / "账单.zip")
    code, text = yeban("ingest", path)
    assert (code, "--password" in text) == (5, True), text
    code, text = yeban("ingest", path, "--password", "1")
    assert (code, "密码打不开「账单.zip」" in text) == (5, True), text
    assert "账单.zip" in yeban("quarantine")[1]
    code, text = yeban("ingest", path, "--password", "1", "--password", "246810", "--dry-run")
    assert (code, typed_rows()) == (0, 0), text
    code, text = yeban("ingest", path, "--password", "1", "--password", "246810")
    assert (code, typed_rows()) == (0, 1), text
    assert "账单.zip" not in yeban("quarantine")[1]
    assert yeban("ingest", path)[0] == 0
    kept = [found.read_bytes() for found in (home / "archive").rglob("*") if found.is_file()]
    assert path.read_bytes() in kept
    assert not any(b"246810" in content for content in kept)


def test_a_password_is_asked_for_three_times(tmp_path: Path) -> None:
    """What was typed for one file is tried for the next; an empty answer skips, three wrong ones are enough."""
    answers = ["1", "246810", "", "1", "2", "3"]
    passwords = Passwords(ask=lambda _: answers.pop(0))
    for name in ("a.zip", "b.zip"):
        with passwords.opened(locked(tmp_path / name)) as readable:
            assert readable.name == name
    assert len(answers) == 4
    for refused in (FileProtected, PasswordWrong):
        with pytest.raises(refused), Passwords(ask=lambda _: answers.pop(0)).opened(tmp_path / "a.zip"):
            pass
    assert answers == []


def test_ctrl_c_leaves_what_was_done_and_no_half(
    yeban: Yeban, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped within the second file: the first is in the books, of the second nothing; said, and exit code 130."""
    fund(tmp_path / "1.csv", HEADER)
    fund(tmp_path / "2.csv", HEADER, "3.00")
    real, calls = ingest_module.post, []

    def stopped(*arguments: object) -> object:
        calls.append(1)
        done = real(*arguments)  # type: ignore[arg-type]
        if len(calls) == 2:
            raise KeyboardInterrupt
        return done

    monkeypatch.setattr(ingest_module, "post", stopped)
    code, text = yeban("ingest", tmp_path / "1.csv", tmp_path / "2.csv")
    assert (code, "已停止" in text) == (130, True), text
    with open_desk() as desk, desk.database.read() as connection:
        assert connection.execute(select(raw_file.c.name)).scalars().all() == ["1.csv"]
    monkeypatch.setattr(ingest_module, "post", real)
    assert yeban("ingest", tmp_path / "1.csv", tmp_path / "2.csv")[0] == 0


def test_a_file_that_the_disk_does_not_give_stops_no_other(home: Path, tmp_path: Path) -> None:
    """Gone or locked by another program: said, exit code of the machine's keeper; no trace of it in the books."""
    ((done, code),) = take_readable(lambda *_: (tmp_path / "没有").read_bytes(), tmp_path / "没有", "", "")
    assert (done.state, code, "读不到" in done.message) == ("refused", 4, True)


def test_an_empty_folder_is_said(yeban: Yeban, tmp_path: Path) -> None:
    """Nothing to take in is not silence; what the system keeps in folders is no file."""
    (tmp_path / "空").mkdir()
    (tmp_path / "空" / "desktop.ini").write_text("[x]", "utf-8")
    code, text = yeban("ingest", tmp_path / "空")
    assert (code, "没有文件" in text) == (0, True)


def test_what_waits_is_said_in_english_too(yeban: Yeban, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed header, an unknown file, rows that were not taken: each in the reader's language."""
    monkeypatch.setenv("YEBAN_LANG", "en")
    for flags in (["--dry-run"], []):
        assert "looks like kuaishou_fund" in yeban("ingest", fund(tmp_path / "a.csv", DRIFTED), *flags)[1]
        (tmp_path / "b.csv").write_text("a,b,c\nx,y,z\n", "utf-8")
        assert "no document kind recognises" in yeban("ingest", tmp_path / "b.csv", *flags)[1]
        assert "1 rows were not taken" in yeban("ingest", fund(tmp_path / "c.csv", HEADER, "ten"), *flags)[1]
    waiting = " ".join(yeban("quarantine")[1].split())
    assert ("no amount" in waiting, "changed header" in waiting, "不是" in waiting) == (True, True, False)


def test_files_that_wait_stand_beside_the_rows(yeban: Yeban, tmp_path: Path) -> None:
    """`yeban quarantine` names whole files too, each with the command that helps."""
    yeban("ingest", fund(tmp_path / "变.csv", DRIFTED))
    text = yeban("quarantine")[1]
    assert ("整个在等的文件" in text, "yeban map" in text, "没有隔离的行" in text) == (True, True, True)
    assert "没有隔离的行，不写表" in yeban("quarantine", "--export", tmp_path / "x.xlsx")[1]
    assert not (tmp_path / "x.xlsx").exists()


def test_each_file_of_a_mixed_zip_is_taken_in(yeban: Yeban, tmp_path: Path) -> None:
    """A zip of two kinds and a stranger: three results under its name, the known ones in the books, once."""
    path = tmp_path / "下载.zip"
    orders = "快递公司,运单号\r\n中通快递,7838\r\n"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(fund(tmp_path / "a.csv", HEADER, "1.00"), "a.csv")
        archive.writestr("b.csv", orders)
        archive.writestr("c.csv", "x,y,z\r\n1,2,3\r\n")
    looked, taken = yeban("ingest", path, "--dry-run"), yeban("ingest", path)
    assert (looked[0], taken[0]) == (5, 5)
    for _, text in (looked, taken):
        assert [f"下载.zip › {name}" in text for name in ("a.csv", "b.csv", "c.csv")] == [True] * 3
    assert ("新 2，变 0，同 0" in taken[1], "新 1，变 0，同 0" in taken[1]) == (True, True)
    again = yeban("ingest", path)[1]
    assert ("新 0，变 0，同 2" in again, "新 0，变 0，同 1" in again) == (True, True)
