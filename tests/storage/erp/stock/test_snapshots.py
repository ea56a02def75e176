"""A warehouse's snapshot beside the books: differences are told, and the books stay as they are."""

import json
from pathlib import Path

import pytest

from storage.archive import Archive
from storage.database.digest import digests
from storage.database.tables import raw_row
from storage.erp.stock.book import MoveRow, record_moves
from storage.erp.stock.snapshots import (
    SnapshotRow,
    SnapshotWrong,
    compare,
    read_snapshot,
    snapshot_differences,
)
from storage.ingest import ingest

COUNTED = "2026-11-21 00:30:00"
STOCK = {("HZ", "A"): 5, ("HZ", "B"): 3, ("GZ", "A"): 2}


def sheet(number: str, stock: dict[tuple[str, str], int]) -> bytes:
    """The warehouses' own file."""
    lines = [f"单据编号：{number}", f"盘点时间：{COUNTED}", "", "仓库编码,仓库名称,所在省,商家编码,在库数量,单位成本"]
    lines += [f"{place},仓,浙江,{code},{qty},1.00" for (place, code), qty in stock.items()]
    return ("\r\n".join([*lines, f"合计,,,,{sum(stock.values())},"]) + "\r\n").encode()


@pytest.mark.function("RPA-03")
@pytest.mark.usefixtures("file_size")
def test_one_piece_more_or_less_is_exactly_one_difference(books, tmp_path: Path):
    """A later snapshot file waits and changes no balance; ±1 on one SKU is one row, in words; equal is none."""
    archive = Archive(tmp_path / "archive")
    assert ingest(books.database, archive, sheet("QC-1", STOCK)).state == "read"
    row = MoveRow("receipt", "R1", "1", 1, "A", "supplier", "HZ", 7, 100, "2026-11-21 09:00:00", "sha", 1)
    books.write(lambda c: record_moves(c, [row]))
    before = books.write(lambda c: digests(c, ("move", "quant")))
    found = {}
    for gap in (0, 1, -1):
        taken = ingest(books.database, archive, sheet(f"KZ{gap}", STOCK | {("HZ", "B"): 3 + gap}))
        assert (taken.state, taken.rows) == ("parked", 3)
        rows = books.write(lambda c, sha=taken.file_sha: read_snapshot(c, sha, as_of=COUNTED))
        found[gap] = books.write(lambda c, told=rows: snapshot_differences(c, told))
        assert all(one.file_sha == taken.file_sha for one in found[gap])
    assert found[0] == []
    assert [(one.warehouse, one.code, one.gap_qty, one.row_no) for one in found[1]] == [("HZ", "B", 1, 6)]
    assert [one.gap_qty for one in found[-1]] == [-1]
    assert found[-1][0].words == (
        "HZ B：仓库快照 2 件，截至 2026-11-21 00:30:00 账面 3 件，仓库少 1 件；账面没有改动，查明后做盘点单"
    )
    assert books.write(lambda c: digests(c, ("move", "quant"))) == before


def test_a_snapshot_is_compared_with_its_own_moment(books):
    """What came after the snapshot is no difference; asked as of the day's end it is one."""
    books.stock(HZ={"A": 5})
    row = MoveRow("receipt", "R1", "1", 1, "A", "supplier", "HZ", 7, 100, "2026-11-21 09:00:00", "sha", 1)
    books.write(lambda c: record_moves(c, [row]))
    told = SnapshotRow("HZ", "A", 5, COUNTED)
    assert books.write(lambda c: snapshot_differences(c, [told])) == []
    late = [told, told._replace(as_of="2026-11-21")]
    assert [one.gap_qty for one in books.write(lambda c: snapshot_differences(c, late))] == [-7]


def test_lots_add_up_and_what_is_not_named_is_none():
    """Rows of a code add up; a code that the snapshot leaves out is told as missing, another warehouse is not."""
    rows = [SnapshotRow("HZ", "A", 2, COUNTED, "f", 2), SnapshotRow("HZ", "A", 3, COUNTED, "f", 3)]
    (only,) = compare(rows, STOCK)
    assert (only.code, only.snapshot_qty, only.book_qty, only.row_no) == ("B", 0, 3, 0)
    assert "仓库快照里没有它" in only.words
    (strange,) = compare([*rows, SnapshotRow("HZ", "B", 3, COUNTED), SnapshotRow("CD", "Z", 1, COUNTED)], STOCK)
    assert (strange.warehouse, strange.code, strange.gap_qty) == ("CD", "Z", 1)


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ({"仓库": "HZ", "SKU": "A", "在库": "3.5"}, "不是整数"),
        ({"仓库": "HZ", "SKU": "A", "在库": ""}, "不是数字"),
        ({"SKU": "A", "在库": "3"}, "哪个仓库"),
        ({"仓库": "HZ", "SKU": "A", "在库": "3", "快照时间": "昨天"}, "快照的时间"),
        ({"仓库": "HZ", "在库": "3"}, "没有一行"),
    ],
)
def test_a_row_that_cannot_be_compared_stops_the_comparison(books, payload: dict[str, str], words: str):
    """A number, place or moment that is not there is said by its row, not taken for zero."""
    row = {"file_sha": "s", "row_no": 2, "payload": json.dumps(payload)}
    books.write(lambda c: c.execute(raw_row.insert(), [row]))
    with pytest.raises(SnapshotWrong, match=words):
        books.write(lambda c: read_snapshot(c, "s", as_of=COUNTED))


def test_a_file_that_names_no_warehouse_is_of_the_one_that_sent_it(books):
    """The caller says whose it is; thousands separators and tabs are no obstacle, a total row is none."""
    told = [{"SKU": "A\t", "库存数量": "1,200"}, {"SKU": "", "库存数量": "1,200"}]
    rows = [{"file_sha": "s", "row_no": 2 + n, "payload": json.dumps(row)} for n, row in enumerate(told)]
    books.write(lambda c: c.execute(raw_row.insert(), rows))
    found = books.write(lambda c: read_snapshot(c, "s", as_of=COUNTED, warehouse="HZ"))
    assert found == [SnapshotRow("HZ", "A", 1200, COUNTED, "s", 2)]
