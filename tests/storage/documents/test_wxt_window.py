"""Reports of 万相台 for different windows are different facts, wherever the window is said."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.archive import Archive, Facts
from storage.database.connection import Database, open_database
from storage.database.tables import document_row
from storage.documents.wxt_window import told
from storage.ingest import ingest
from tests.storage.documents.formats.dress import made, truths
from tests.storage.documents.formats.dresses import DRESSES

PAGE = "https://one.alimama.com/report/download?effectEqual={}&splitType={}&startTime=2026-09-01"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Empty books."""
    opened = open_database(tmp_path / "books.sqlite")
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (PAGE.format(15, "day"), {"转化周期": "15天"}),
        (PAGE.format(7, "sum"), {"转化周期": "7天", "时间粒度": "sum"}),
        ("商品报表_20260901_转化周期30天.csv", {"转化周期": "30天"}),
        ("商品报表 3日归因 20260901.csv", {"转化周期": "3天"}),
        ("商品报表_20260901_e2cbd482.csv", {}),
        ("商品报表_转化周期99天.csv", {}),
        ("9月15日商品报表.csv", {}),
    ],
)
def test_the_window_is_said_by_the_address_or_the_name(text: str, found: dict[str, str]) -> None:
    """What the platform offers is taken where it is said; a day in a name is no window."""
    assert told(["", text]) == found


def test_the_address_goes_before_the_name() -> None:
    """What the bot asked for is what it got, however the file is called."""
    assert told([PAGE.format(1, "day"), "转化周期30天.csv"]) == {"转化周期": "1天"}


@pytest.mark.parametrize("kind", ["wxt_item_report_csv", "wxt_item_report_xlsx", "wxt_item_report_zip_csv"])
def test_two_windows_of_a_day_stand_side_by_side(kind: str, database: Database, tmp_path: Path) -> None:
    """The same items for 7 and for 15 days, then 15 anew: both windows stand, the newer figures in their own one."""
    archive, dress = Archive(tmp_path / "archive"), DRESSES[kind]
    (row,) = truths(dress, 3, 1)
    for window, paid, at in ((7, 700, "01"), (15, 1500, "02"), (15, 1600, "03"), (0, 100, "04")):
        content = made(dress, [row | {"总成交金额": paid}])
        origin = PAGE.format(window, "day") if window else ""
        facts = Facts(name=dress.name, shop="a", origin=origin, received_at=f"2026-10-{at}T00:00:00+00:00")
        done = ingest(database, archive, content, facts=facts)
        assert (done.kind, done.state) == (kind, "read"), done.message
    with database.read() as connection:
        rows = connection.execute(select(document_row.c.row_key, document_row.c.data)).all()
    told_of = {
        ("天|" in key, json.loads(data).get("转化周期", ""), json.loads(data)["总成交金额"]) for key, data in rows
    }
    assert told_of == {(True, "7天", 700), (True, "15天", 1600), (False, "", 100)}
