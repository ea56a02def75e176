"""The shelf of these books: kinds taught in the data folder, titles explained in the books; how both are kept, and
forgotten again.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

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


class Explained(NamedTuple):
    """A title that a person explained: in files of `kind` from `shop` ("" for every shop) it means `column`."""

    kind: str
    shop: str
    title: str
    column: str
    decided_by: str
    decided_at: str


def explained(database: Database) -> list[Explained]:
    """Everything that was explained, with who said so and when, by kind, shop and title."""
    m = header_meaning.c
    query = select(m.kind, m.shop, m.title, m.meant, m.decided_by, m.decided_at).order_by(m.kind, m.shop, m.title)
    with database.read() as connection:
        return [Explained(*row) for row in connection.execute(query)]


def forget_kind(archive: Archive, kind: str) -> Path:
    """A taught kind is known no more; its description stays beside under another ending, where it is given back."""
    path = archive.root.parent / FOLDER / f"{kind}.yaml"
    number = 1
    while (kept := path.with_suffix(f".forgotten{number}")).exists():
        number += 1
    path.rename(kept)
    return kept


def remember(database: Database, kind: str, shop: str, meant: Mapping[str, str], who: str) -> None:
    """From now on, in files of `kind` from `shop` ("" for every shop), each title is its column (title -> column)."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    rows = [
        {"kind": kind, "shop": shop, "title": title, "meant": column, "decided_by": who, "decided_at": now}
        for title, column in meant.items()
    ]
    with database.write() as connection:
        upsert(connection, header_meaning, rows)
