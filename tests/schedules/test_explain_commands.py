"""The commands by which people explain files and take it back, as a user types them."""

import json
from pathlib import Path

from sqlalchemy import func, select

from schedules.desk import open_desk
from storage.database.tables import bill_line, document_row
from tests.support.command_line import Yeban

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


def test_files_that_wait_for_a_header_are_listed(yeban: Yeban, tmp_path: Path) -> None:
    """`yeban map` alone: which wait, each with what to type; nothing to say is said."""
    code, text = yeban("map")
    assert (code, "没有等着说明表头的文件" in text) == (0, True)
    yeban("ingest", fund(tmp_path / "流水.csv", DRIFTED), "--shop", "甲店")
    code, text = yeban("map")
    assert (code, "→ yeban map " in text, "甲店" in text) == (5, True, True)


def test_a_file_is_explained_for_the_shop_that_it_was_given_for(yeban: Yeban, tmp_path: Path) -> None:
    """Named by its path without the shop it is not taken in anew for every shop; the titles are noted for its own."""
    path = fund(tmp_path / "流水.csv", DRIFTED)
    yeban("ingest", path, "--shop", "甲店")
    code, text = yeban("map", path, "--yes")
    assert (code, "甲店的 kuaishou_fund" in text) == (0, True), text
    code, text = yeban("map", path)
    assert (code, "没有要说明的" in text) == (5, True), text


def test_what_was_said_wrongly_is_forgotten(yeban: Yeban, tmp_path: Path) -> None:
    """Listed with who said it, forgotten on a yes only; its rows leave the books and come back once, said right."""
    path = fund(tmp_path / "流水.csv", DRIFTED.replace("期末余额（元）", "当前余额"))
    assert "没有谁说过什么" in yeban("forget")[1]
    yeban("map", path, "--set", "账务流水号=当前余额", "--yes", "--who", "王芳")
    assert "王芳" in yeban("forget")[1]
    code, text = yeban("forget", "当前余额")
    assert (code, "还没有忘" in text) == (5, True), text
    code, text = yeban("forget", "没说过的")
    assert (code, "当前余额" in text) == (2, True), text
    code, text = yeban("forget", "当前余额", "--yes")
    assert (code, "1 个文件从账上退下来" in text, typed_rows()) == (0, True, 0), text
    code, text = yeban("map", path, "--yes")
    assert (code, typed_rows()) == (0, 2), text


def test_a_taught_kind_is_forgotten(yeban: Yeban, home: Path, tmp_path: Path) -> None:
    """Its rows go and its file is unknown again; the description is kept, and what it was is said."""
    path = tmp_path / "对账.csv"
    path.write_text("单号,日期,金额\nHD0001,2026-11-01,3.50\n", "utf-8")
    yeban("teach", path, "--kind", "supplier_bill", "--yes")
    assert (typed_rows(), "supplier_bill" in yeban("forget")[1]) == (1, True)
    code, text = yeban("forget", "supplier_bill", "--yes")
    assert (code, "说明还在" in text, typed_rows()) == (0, True, 0), text
    assert [found.name for found in (home / "kinds").iterdir()] == ["supplier_bill.forgotten1"]
    assert yeban("ingest", path)[0] == 5


def test_a_kind_that_is_taught_anew_reads_its_files_anew(yeban: Yeban, tmp_path: Path) -> None:
    """Another key, another type: what the earlier description put into the books is there as the new one says, once."""
    first, second = tmp_path / "一月.csv", tmp_path / "二月.csv"
    first.write_text("单号,款号,金额\nHD000001,A1,3.50\nHD000001,A2,4.00\n", "utf-8")
    second.write_text("单号,款号,金额\nHD000002,A1,5.00\n", "utf-8")
    yeban("teach", first, "--kind", "supplier_bill", "--key", "款号", "--yes")
    yeban("ingest", second)
    assert typed_rows() == 2
    code, text = yeban("teach", first, "--kind", "supplier_bill", "--key", "单号,款号", "--yes")
    assert (code, typed_rows()) == (0, 3), text


def test_a_wrong_name_of_a_kind_is_said_plainly(yeban: Yeban, tmp_path: Path) -> None:
    """The option that was wrong and what may stand there, without a place in a file that is none."""
    path = tmp_path / "对账.csv"
    path.write_text("单号,金额\nHD0001,3.50\n", "utf-8")
    code, text = yeban("teach", path, "--kind", "我的")
    assert (code, "--kind：我的 不能当名字" in text) == (2, True), text
