"""Rows that could not be taken: listed, corrected, given back, taken; once, with their history."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select

from storage.archive import Archive
from storage.database.connection import Database
from storage.database.tables import bill_line, platform_order, quarantine, raw_file, raw_row, row_fix
from storage.documents.cells import fen
from storage.errors import FixWrong
from storage.ingest import ingest
from storage.quarantine import export_rows, fix_rows, replay, replayable, waiting_rows
from tests.storage.documents.formats.dress import made, truths, yuan
from tests.storage.documents.formats.dresses import DRESSES
from tests.storage.erp.orders.files import practice, write

HEADER = "账务流水号,关联业务单号,入账时间,账务方向,发生额（元）,期末余额（元）,业务类型,描述,备注"
GOOD = "700000000000000001\t,240000000000000001\t,2026-09-01 08:00:00,收,10.00,10.00,货款,成交,"
BAD = "700000000000000002\t,240000000000000002\t,2026-09-02 08:00:00,收,=1+1,12.00,货款,成交,"
CONTENT = ("\r\n".join([HEADER, GOOD, BAD]) + "\r\n").encode("utf-8-sig")


def corrected(path: Path, title: str, text: str) -> None:
    """A person's correction: one cell of the first row of the exported sheet."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    place = next(cell.column for cell in sheet[1] if cell.value == title)
    sheet.cell(2, place).value = text
    book.save(path)


def amounts(database: Database) -> list[int]:
    """The amounts in the books, in fen."""
    with database.read() as connection:
        return sorted(connection.execute(select(bill_line.c.amount_fen)).scalars())


@pytest.mark.usefixtures("file_size")
def test_a_corrected_row_completes_its_file_once(database: Database, archive: Archive, tmp_path: Path) -> None:
    """Listed with its reason, written as text, corrected, given back twice: in the books once, history kept."""
    taken = ingest(database, archive, CONTENT, shop="a")
    assert (taken.created, taken.quarantined) == (1, 1)
    (row,) = waiting_rows(database)
    assert (row.row_no, row.rule, row.owner) == (3, "E-CELL", "business")
    assert row.payload["发生额（元）"] == "=1+1"
    sheet = tmp_path / "改.xlsx"
    export_rows([row], sheet)
    written = openpyxl.load_workbook(sheet).worksheets[0]
    assert all(cell.data_type == "s" for line in written.iter_rows() for cell in line if cell.value is not None)
    corrected(sheet, "发生额（元）", "2.00")
    for created in (1, 0):
        (done,) = fix_rows(database, archive, sheet, "王芳")
        assert (done.state, done.created, done.quarantined) == ("read", created, 0)
    assert amounts(database) == [200, 1000]
    assert waiting_rows(database) == []
    with database.read() as connection:
        kept = connection.execute(select(quarantine.c.row_no, quarantine.c.resolved_at)).one()
        fixes = connection.execute(select(row_fix.c.n, row_fix.c.decided_by)).all()
        came = connection.execute(select(raw_row.c.payload).where(raw_row.c.row_no == 3)).scalar_one()
    assert (kept[0], bool(kept[1])) == (3, True)
    assert [tuple(one) for one in fixes] == [(1, "王芳")]
    assert "=1+1" in came, "the row as it came stays"


@pytest.mark.parametrize("price", ["30.00", "30.01", "30.02", "30.03", "30.04"])
def test_a_corrected_row_completes_its_order(database: Database, archive: Archive, tmp_path: Path, price: str) -> None:
    """An order that came without one of its sub-orders has all of its goods and refunds once the row is corrected."""
    one = practice("交易成功", "2026-11-20 18:00:00", 数量="2")
    other = {**one, "子订单编号": "990001-2", "单价": price, "售后状态": "退款成功", "子订单退款金额": "3.00"}
    ingest(database, archive, write("practice_orders", [one, {**other, "数量": "两件"}]))
    sheet = tmp_path / "改.xlsx"
    export_rows(waiting_rows(database), sheet)
    corrected(sheet, "数量", "1")
    assert fix_rows(database, archive, sheet, "王芳")[0].quarantined == 0
    o = platform_order.c
    with database.read() as connection:
        (order,) = connection.execute(select(o.goods_fen, o.refunded_fen, o.refund_state)).all()
    assert tuple(order) == (2000 + fen("", price), 300, "part")


def test_a_correction_that_is_wrong_again_waits_again(database: Database, archive: Archive, tmp_path: Path) -> None:
    """Still no amount: the row waits on with its new reason, the good row is untouched; the next correction counts."""
    ingest(database, archive, CONTENT, shop="a")
    sheet = tmp_path / "改.xlsx"
    for text, left in (("两块", 1), ("2.00", 0)):
        export_rows(waiting_rows(database), sheet)
        corrected(sheet, "发生额（元）", text)
        assert fix_rows(database, archive, sheet, "王芳")[0].quarantined == left
    assert amounts(database) == [200, 1000]


@pytest.mark.parametrize(("row_no", "words"), [("2", "没有这一行"), ("99", "没有这一行"), ("x", "不是数字")])
def test_a_row_that_is_not_in_quarantine_is_no_correction(
    database: Database, archive: Archive, tmp_path: Path, row_no: str, words: str
) -> None:
    """A good row, a row that is not there, no number: refused, and nothing of the sheet is taken."""
    ingest(database, archive, CONTENT, shop="a")
    sheet = tmp_path / "改.xlsx"
    export_rows(waiting_rows(database), sheet)
    corrected(sheet, "行", row_no)
    with pytest.raises(FixWrong, match=words):
        fix_rows(database, archive, sheet, "王芳")
    assert amounts(database) == [1000]


@pytest.mark.usefixtures("file_size")
def test_a_column_of_its_own_is_no_correction(database: Database, archive: Archive, tmp_path: Path) -> None:
    """A title that the file has not would be lost silently: refused by name."""
    ingest(database, archive, CONTENT, shop="a")
    sheet = tmp_path / "改.xlsx"
    export_rows(waiting_rows(database), sheet)
    book = openpyxl.load_workbook(sheet)
    book.worksheets[0].cell(1, 20).value = "新列"
    book.worksheets[0].cell(2, 20).value = "x"
    book.save(sheet)
    with pytest.raises(FixWrong, match="新列"):
        fix_rows(database, archive, sheet, "王芳")


def test_a_row_of_the_second_file_in_a_zip_is_corrected_there(
    database: Database, archive: Archive, tmp_path: Path
) -> None:
    """Rows of a zip are numbered by file: the correction of file 2's row 3 leaves file 1's row 3 alone."""
    first = CONTENT.replace(b"=1+1", b"7.00")
    second = CONTENT.replace(b"70000000000000000", b"80000000000000000")
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as bundle:
        for name, content in (("说明.txt", "两个月".encode()), ("1.csv", first), ("2.csv", second)):
            bundle.writestr(name, content)
    taken = ingest(database, archive, target.getvalue(), shop="a")
    assert (taken.created, taken.quarantined) == (3, 1), taken.message
    sheet = tmp_path / "改.xlsx"
    export_rows(waiting_rows(database), sheet)
    corrected(sheet, "发生额（元）", "2.00")
    assert fix_rows(database, archive, sheet, "王芳")[0].created == 1
    assert amounts(database) == [200, 700, 1000, 1000]


def test_what_is_missing_can_be_replayed(database: Database, archive: Archive) -> None:
    """Files with rows in quarantine are found for a replay; it changes nothing while the reader is the same."""
    taken = ingest(database, archive, CONTENT, shop="a")
    assert replayable(database) == [taken.file_sha]
    again = replay(database, archive, taken.file_sha)
    assert (again.created, again.same, again.quarantined) == (0, 1, 1)
    with database.read() as connection:
        assert connection.execute(select(raw_file.c.rows, raw_file.c.rows_ok)).one() == (2, 1)


def test_a_parked_statement_goes_on_when_its_corrected_rows_make_it_tie(
    database: Database, archive: Archive, tmp_path: Path
) -> None:
    """An unreadable row makes the totals differ: nothing is booked; corrected, the file ties and is in whole."""
    dress = replace(DRESSES["pdd_fund_detail"], container="csv")
    truth = truths(dress, seed=4)
    amount = yuan(truth[3]["_amount"]).encode()
    whole = made(dress, truth)
    assert whole.count(amount) == 1
    parked = ingest(database, archive, whole.replace(amount, b"?"), shop="a")
    assert (parked.state, parked.quarantined) == ("parked", 1), parked.message
    assert amounts(database) == []
    sheet = tmp_path / "改.xlsx"
    rows = waiting_rows(database)
    export_rows(rows, sheet)
    column = next(title for title, text in rows[0].payload.items() if text.strip() == "?")
    corrected(sheet, column, amount.decode())
    (done,) = fix_rows(database, archive, sheet, "王芳")
    assert (done.state, done.created, done.quarantined) == ("read", len(truth), 0), done.message
    assert amounts(database) == sorted(row["_amount"] for row in truth)
