"""A header that changed: the file waits, a person says what a title means, the file goes on and the next one too."""

import csv
import io
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import func, select

from storage.archive import Archive
from storage.database.connection import Database
from storage.database.tables import bill_line, raw_file
from storage.documents.cells import header_name
from storage.documents.file import SourceFile
from storage.documents.kinds import KINDS
from storage.documents.layout import Layout
from storage.documents.shelf import Shelf
from storage.errors import MeaningWrong
from storage.ingest import ingest, preview
from storage.quarantine import propose, replay, settle_meanings
from storage.shelves import shelf_of

HEADER = "账务流水号,关联业务单号,入账时间,账务方向,发生额（元）,期末余额（元）,业务类型,描述,备注"
DRIFTED = HEADER.replace("账务流水号", "账务流水编号").replace("发生额（元）", "发生金额（元）")


def fund(header: str, *numbers: int) -> bytes:
    """A statement of 快手 with these line numbers."""
    rows = [
        f"70000000000000{n:04d}\t,24000000000000{n:04d}\t,2026-09-0{n % 9 + 1} 08:00:00,收,{n}.50,9{n}.00,货款,成交,"
        for n in numbers
    ]
    return ("\r\n".join([header, *rows]) + "\r\n").encode("utf-8-sig")


def count(database: Database) -> int:
    """How many lines of wallets the books hold."""
    with database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(bill_line)).scalar_one())


@pytest.mark.function("RPA-17")
def test_drift_waits_is_explained_and_goes_on_from_the_archive(database: Database, archive: Archive) -> None:
    """The file waits, missing columns and their likes in words; explained once, it goes on without its bytes."""
    parked = ingest(database, archive, fund(DRIFTED, 1, 2, 3), shop="a")
    assert (parked.state, parked.kind, parked.rows) == ("parked", "kuaishou_fund", 0)
    assert "账务流水号（像「账务流水编号」）" in parked.message
    assert "发生额（元）（像「发生金额（元）」）" in parked.message
    assert "yeban map" in parked.message
    assert count(database) == 0

    asked = propose(database, archive, parked.file_sha)
    assert {one.column: one.title for one in asked.proposals} == {
        "账务流水号": "账务流水编号",
        "发生额（元）": "发生金额（元）",
    }
    done = settle_meanings(database, archive, asked, {one.column: one.title for one in asked.proposals}, "a", "王芳")
    assert [(one.state, one.created) for one in done] == [("read", 3)]
    assert count(database) == 3


def test_the_next_file_with_the_same_drift_goes_through_for_that_shop_only(
    database: Database, archive: Archive
) -> None:
    """What was explained for shop a is known of its next file, and is asked again for shop b."""
    asked = propose(database, archive, ingest(database, archive, fund(DRIFTED, 1), shop="a").file_sha)
    settle_meanings(database, archive, asked, {one.column: one.title for one in asked.proposals}, "a", "王芳")
    assert ingest(database, archive, fund(DRIFTED, 4, 5), shop="a").created == 2
    assert ingest(database, archive, fund(DRIFTED, 6), shop="b").state == "parked"
    assert ingest(database, archive, fund(HEADER, 7), shop="a").created == 1, "the old header is still known"


def test_a_file_of_a_named_kind_drifts_too(database: Database, archive: Archive) -> None:
    """A flow that names the kind gets the same question, not a refusal; the same bytes wait once."""
    parked = ingest(database, archive, fund(DRIFTED, 1), kind="kuaishou_fund", shop="a")
    assert parked.state == "parked"
    again = ingest(database, archive, fund(DRIFTED, 1), kind="kuaishou_fund", shop="a")
    assert again.state == "parked"
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(raw_file)).scalar_one() == 1


@pytest.mark.parametrize(
    ("meant", "words"),
    [
        ({"账务流水号": "没有这列", "发生额（元）": "发生金额（元）"}, "表头里没有"),
        ({"没有这列": "账务流水编号", "账务流水号": "账务流水编号", "发生额（元）": "发生金额（元）"}, "没有这一列"),
        ({"账务流水号": "账务流水编号"}, "还没有对应"),
        ({"账务流水号": "账务流水编号", "发生额（元）": "账务流水编号"}, "已经对应"),
    ],
)
def test_a_wrong_explanation_is_refused_and_nothing_is_remembered(
    database: Database, archive: Archive, meant: dict[str, str], words: str
) -> None:
    """A title or a column that is not there, one left out, one used twice: said, and the file waits as before."""
    asked = propose(database, archive, ingest(database, archive, fund(DRIFTED, 1), shop="a").file_sha)
    with pytest.raises(MeaningWrong, match=words):
        settle_meanings(database, archive, asked, meant, "a", "王芳")
    assert shelf_of(database, archive).meanings == []
    assert count(database) == 0


def test_what_is_like_no_kind_is_refused_as_before(database: Database, archive: Archive) -> None:
    """A stranger's table is unknown, not a changed header of some kind."""
    taken = ingest(database, archive, "日期,事项,地点,备注\n2026-11-01,开会,杭州,x\n".encode())
    assert (taken.state, "不认识" in taken.message) == ("refused", True)


def test_preview_writes_nothing(database: Database, archive: Archive, tmp_path: Path) -> None:
    """A dry run says kind, state and rows, and neither books nor archive have anything of it."""
    path = tmp_path / "流水.csv"
    path.write_bytes(fund(HEADER, 1, 2))
    told = preview(path, shelf_of(database, archive))
    assert (told.state, told.kind, told.rows) == ("read", "kuaishou_fund", 2)
    path.write_bytes(fund(DRIFTED, 1, 2))
    assert preview(path, shelf_of(database, archive)).state == "parked"
    assert not archive.root.exists()
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(raw_file)).scalar_one() == 0


def test_replaying_what_is_in_the_books_changes_nothing(database: Database, archive: Archive) -> None:
    """Read again from the archive: the same rows, none new, none changed, as often as one likes."""
    taken = ingest(database, archive, fund(HEADER, 1, 2), shop="a")
    for _ in range(2):
        again = replay(database, archive, taken.file_sha)
        assert (again.state, again.created, again.changed, again.same) == ("read", 0, 0, 2)


def test_a_drifted_sheet_is_known_by_its_names_not_its_place() -> None:
    """Columns in another order, preamble above: the proposals are the same."""
    turned = ",".join(reversed(DRIFTED.split(",")))
    drift = Shelf().drift(SourceFile("x.csv", f"导出说明\n{turned}\n".encode()))
    assert drift is not None
    assert {one.title for one in drift.proposals} == {"账务流水编号", "发生金额（元）"}


def test_a_column_that_only_reading_needs_is_asked_for_and_remembered_too(database: Database, archive: Archive) -> None:
    """Known by its other columns, it lacks one that reading needs: a question, an answer, and the next goes on."""
    drifted = HEADER.replace("账务方向", "资金方向")
    parked = ingest(database, archive, fund(drifted, 1), shop="a")
    assert (parked.state, parked.kind) == ("parked", "kuaishou_fund"), parked.message
    asked = propose(database, archive, parked.file_sha)
    settle_meanings(database, archive, asked, {one.column: "资金方向" for one in asked.proposals}, "a", "王芳")
    assert ingest(database, archive, fund(drifted, 2, 3), shop="a").created == 2
    assert count(database) == 3


def test_a_zip_whose_files_drifted_waits_and_goes_on(database: Database, archive: Archive) -> None:
    """The header inside a zip is asked about like any other."""

    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as bundle:
        bundle.writestr("1.csv", fund(HEADER.replace("账务方向", "资金方向"), 1, 2))
    parked = ingest(database, archive, target.getvalue(), shop="a")
    assert parked.state == "parked", parked.message
    asked = propose(database, archive, parked.file_sha)
    done = settle_meanings(database, archive, asked, {one.column: one.title for one in asked.proposals}, "a", "王芳")
    assert [one.created for one in done] == [2]


@pytest.mark.parametrize(
    "layout", [kind for kind in KINDS.values() if isinstance(kind, Layout)], ids=lambda layout: layout.kind
)
def test_every_kind_asks_for_a_column_that_was_renamed(layout: Layout) -> None:
    """One needed column under a new name: the kind names that column, and proposes the new name."""
    column = layout.required[0]
    spellings = {header_name(spelling) for spelling in column.split("|")}
    at = next(place for place, name in enumerate(layout.columns) if header_name(name) in spellings)
    renamed = f"新{layout.columns[at]}"
    titles = [renamed if header_name(name) in spellings else name for name in layout.columns]
    text = io.StringIO()
    csv.writer(text).writerow(titles)
    drift = Shelf().drift(SourceFile("x.csv", text.getvalue().encode()), layout.kind)
    assert drift is not None
    assert drift.missing[0] == column
    assert drift.proposals[0].title == renamed
