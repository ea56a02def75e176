"""What was read under a wrong explanation is taken out of the books again, and its files wait as before.

Only lines of statements and rows of documents can go: each stands by itself. Orders, stock and listings have had
consequences; a file that told of those stays, and that is said.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Table, select, update

from storage.archive import Archive
from storage.database.connection import Database
from storage.database.tables import (
    ad_day,
    bank_line,
    bill_line,
    bot_result,
    bundle,
    channel_sku,
    document_row,
    header_meaning,
    move,
    order_line,
    platform_order,
    quarantine,
    raw_file,
    raw_row,
    refund,
    sku,
    waybill,
)
from storage.documents.control import untotalled
from storage.documents.file import SourceFile
from storage.documents.table import has_columns
from storage.ingest import PARKED, READ, REFUSED, read
from storage.posting import Source, post
from storage.quarantine import facts_of, fixes_of
from storage.shelves import Explained, shelf_of

ALONE = (bank_line, bill_line, document_row)
BOUND = (ad_day, bot_result, bundle, channel_sku, move, order_line, platform_order, refund, sku, waybill)


class Retracted(NamedTuple):
    """`waiting`: files whose rows were taken out, and that wait again; `kept`: those that stay as they were read."""

    waiting: Sequence[str]
    kept: Sequence[str]


def forget_titles(database: Database, archive: Archive, said: Sequence[Explained]) -> Retracted:
    """From now on these titles mean nothing again; files that were read by them wait for their header once more.

    One transaction. Raises FileError and OSError where an archived file cannot be read; then nothing is forgotten.
    """
    read_so = {
        sha: kind
        for sha, kind in _files(database, {one.kind for one in said})
        if _has_one(database, archive, sha, [one for one in said if one.kind == kind])
    }

    def forgotten(connection: Connection) -> None:
        m = header_meaning.c
        for one in said:
            mine = (m.kind == one.kind) & (m.shop == one.shop) & (m.title == one.title)
            connection.execute(header_meaning.delete().where(mine))

    message = "表头的说明忘掉了，等人再说：yeban map"
    return _taken_out(database, archive, read_so, {"state": PARKED, "message": message}, forgotten)


def forget_rows_of(database: Database, archive: Archive, kind: str) -> Retracted:
    """Rows of a taught kind leave the books; its files are unknown again."""
    read_so = dict(_files(database, {kind}))
    values = {"state": REFUSED, "kind": "", "message": f"教过的种类 {kind} 忘掉了，不认识这个文件了：yeban teach"}
    return _taken_out(database, archive, read_so, values, lambda _: None)


def _files(database: Database, kinds: Iterable[str]) -> list[tuple[str, str]]:
    f = raw_file.c
    query = select(f.file_sha, f.kind).where(f.kind.in_(sorted(kinds)), f.rows > 0).order_by(f.file_sha)
    with database.read() as connection:
        return [(str(sha), str(kind)) for sha, kind in connection.execute(query)]


def _has_one(database: Database, archive: Archive, file_sha: str, said: Sequence[Explained]) -> bool:
    """Whether one of the titles stands in the file's header and was explained for its shop."""
    facts = facts_of(database, file_sha)
    mine = [one.title for one in said if one.shop in ("", facts.shop)]
    if not mine:
        return False
    parts = SourceFile(facts.name, archive.path(file_sha)).parts()
    return any(has_columns(part, [title]) for part in parts for title in mine)


def _taken_out(
    database: Database,
    archive: Archive,
    read_so: dict[str, str],
    values: dict[str, str],
    also: Callable[[Connection], None],
) -> Retracted:
    """Take these files' rows out, and tell again what other files of their kinds told; one transaction."""
    shelf = shelf_of(database, archive)
    with database.write() as connection:
        bound = {sha for table in BOUND for sha in _told(connection, table, read_so)}
        gone = sorted(set(read_so) - bound)
        also(connection)
        for table in (*ALONE, quarantine, raw_row):
            connection.execute(table.delete().where(table.c.file_sha.in_(gone)))
        control = json.dumps(untotalled(0)._asdict(), ensure_ascii=False, sort_keys=True)
        waits = {**values, "rows": 0, "rows_ok": 0, "control": control}
        connection.execute(update(raw_file).where(raw_file.c.file_sha.in_(gone)).values(**waits))
        kinds = sorted({read_so[sha] for sha in gone})
        f = raw_file.c
        others = connection.execute(select(f.file_sha, f.received_at).where(f.kind.in_(kinds), f.state == READ)).all()
        for sha, received_at in others:  # what they told too may have stood under a file that is gone
            facts = facts_of(database, sha)
            document = read(archive.path(sha), facts, shelf, fixes_of(connection, sha))
            post(connection, Source(sha, document.exported_at or received_at, released=True), document.rows)
    return Retracted(gone, sorted(bound))


def _told(connection: Connection, table: Table, shas: Iterable[str]) -> list[str]:
    found = select(table.c.file_sha).where(table.c.file_sha.in_(sorted(shas))).distinct()
    return [str(sha) for sha in connection.execute(found).scalars()]
