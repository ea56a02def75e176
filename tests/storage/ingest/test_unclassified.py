"""A line that no fee rule knows is said when its file comes in, and listed until a rule knows it."""

from storage.archive import Archive
from storage.database.connection import Database
from storage.documents.douyin_fund_39 import LAYOUT
from storage.ingest import ingest
from storage.reports import REPORTS, Period
from storage.reports.table import Figure


def line(number: int, scene: str, fen: int) -> str:
    """A line of 抖店 动账 that pays this much."""
    said = {
        "动账时间": "2026-09-01 08:00:00", "动帐流水号": f"'70000000000000{number:04d}", "动账方向": "出账",
        "动账金额": f"{fen // 100}.{fen % 100:02d}", "动账场景": scene,
    }  # fmt: skip
    return ",".join(said.get(name, "") for name in LAYOUT.columns)


def test_unclassified_lines_are_counted_and_summed(database: Database, archive: Archive) -> None:
    """Two of three lines are of a scene that nobody knows: count and sum in the file's message and in the report."""
    lines = [LAYOUT.header, line(1, "权益保险", 120), line(2, "新场景", 250), line(3, "新场景", 100)]
    taken = ingest(database, archive, ("\r\n".join(lines) + "\r\n").encode("utf-8-sig"), shop="a")
    assert (taken.state, taken.created) == ("read", 3), taken.message
    assert "2 行没有费用分类，合计 -¥3.50" in taken.message
    with database.read() as connection:
        table = REPORTS["unclassified"](connection, Period("2026-09-01", "2026-09-30"))
        empty = REPORTS["unclassified"](connection, Period("2026-10-01", "2026-10-31"))
    (row,) = table.rows
    assert row[:3] == ["douyin", "a", "新场景"]
    assert [cell.value for cell in row[3:] if isinstance(cell, Figure)] == [2, -350]
    assert empty.rows == []
