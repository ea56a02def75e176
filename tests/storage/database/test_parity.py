"""Both databases hold the same books."""

from datetime import date
from pathlib import Path

from bots.practice.world import TINY, build
from bots.practice.world.exports import EXPORTS, ExportRequest
from storage.archive import Archive, Facts
from storage.database.connection import Database, open_database
from storage.database.digest import digests
from storage.ingest import ingest


def test_the_same_files_make_the_same_books_in_either_database(database: Database, tmp_path: Path) -> None:
    """Every export of a mall, whole and then a later half: PostgreSQL's tables equal SQLite's row for row."""
    last = date(2026, 11, 20)
    world = build(tmp_path / "mall.sqlite", last_day=last, size=TINY)
    wallets = {row["shop_id"]: row["wallet"] for row in world.rows("SELECT shop_id, wallet FROM shop")}
    reference = open_database(tmp_path / "reference.sqlite")
    for kind in sorted(EXPORTS):
        for shop, wallet in wallets.items():
            if kind.startswith(("alipay", "wxpay")) and not kind.startswith(wallet):
                continue
            for since in (world.first_day, date(2026, 11, 15)):
                file = EXPORTS[kind](world, ExportRequest(shop_id=shop, since=since, until=last))
                facts = Facts(name=file.file_name, shop=shop, received_at="2026-11-21T00:00:00+00:00")
                for books in (reference, database):
                    taken = ingest(books, Archive(tmp_path / "archive"), file.content, facts=facts)
                    assert (taken.state, taken.quarantined) == ("read", 0), taken.message
    with reference.read() as theirs, database.read() as mine:
        assert digests(mine) == digests(theirs)
    reference.close()
