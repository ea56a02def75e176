"""The shelf of these books: kinds taught in the data folder, titles explained in the books; and how both are kept."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import Connection, select

from storage.archive import Archive
from storage.database.bulk import upsert
from storage.database.connection import Database
from storage.database.tables import header_meaning
from storage.documents.shelf import Meaning, Shelf
from storage.documents.taught import FOLDER, load_taught


def shelf_of(database: Database, archive: Archive) -> Shelf:
    """Every kind and every explained title that holds for these books. Raises KindBroken for a taught kind's YAML."""
    with database.read() as connection:
        return Shelf(load_taught(archive.root.parent / FOLDER), meanings(connection))


def meanings(connection: Connection) -> list[Meaning]:
    """What was explained so far."""
    m = header_meaning.c
    return [Meaning(*row) for row in connection.execute(select(m.kind, m.shop, m.title, m.meant))]


def remember(database: Database, kind: str, shop: str, meant: Mapping[str, str], who: str) -> None:
    """From now on, in files of `kind` from `shop` ("" for every shop), each title is its column (title -> column)."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    rows = [
        {"kind": kind, "shop": shop, "title": title, "meant": column, "decided_by": who, "decided_at": now}
        for title, column in meant.items()
    ]
    with database.write() as connection:
        upsert(connection, header_meaning, rows)
