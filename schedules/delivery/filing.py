"""Documents of the archive under names that people find: copies, made once, never overwritten with anything else.

A copy and not a link: whoever opens a filed table in Excel and saves it must not change the archive. The file is there,
whole, before its row is: a process that dies in between finds it again and notes it.
"""

import hashlib
import os
import stat
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, and_, select

from schedules.delivery.names import Named, named
from schedules.delivery.places import is_here, note
from schedules.settings import SHANGHAI
from storage.archive import Archive
from storage.database.bulk import insert_missing
from storage.database.connection import Database
from storage.database.moments import stamp
from storage.database.tables import raw_file, raw_receipt
from storage.database.tables.delivery import filed
from storage.errors import FileMissing

if TYPE_CHECKING:
    from schedules.desk import Desk

FOLDER = "filed"
READ = "read"


OURS = ("bot_results",)
"""Kinds that the desk writes for itself: nobody looks for them among what came."""


class Titles(NamedTuple):
    """What people call kinds and shops, by their names in the books; one that is not there goes by that name."""

    kinds: Mapping[str, str]
    shops: Mapping[str, str]


class Filing(NamedTuple):
    """What one filing did: documents that got a place now, and those whose content is not on this machine."""

    new: int
    elsewhere: int


def folder_of(home: Path) -> Path:
    """Where the filed documents of this home lie."""
    return home / FOLDER


def file_all(desk: "Desk", at: datetime) -> Filing:
    """Every document that was read has its readable place; those that have one keep it. Safe to run again."""
    waiting = unfiled(desk.database)
    if not waiting:
        return Filing(0, 0)
    filing = file_these(desk.database, desk.archive, folder_of(desk.home), waiting, titles_of(desk), at)
    with desk.database.write() as connection:
        note(connection, desk.machine, [row["file_sha"] for row in waiting if is_here(desk, row["file_sha"])], at)
    return filing


def titles_of(desk: "Desk") -> Titles:
    """The titles of this desk's kinds, and of the shops that settings.yaml gives one."""
    from storage.shelves import shelf_of

    kinds = {name: kind.TITLE for name, kind in shelf_of(desk.database, desk.archive).kinds.items()}
    return Titles(kinds, {name: shop.title for name, shop in desk.settings.shops.items() if shop.title})


def unfiled(database: Database) -> list[Mapping[str, Any]]:
    """The occasions on which a document came that have no place yet, in the order in which they came."""
    r, f = raw_receipt.c, raw_file.c
    same = and_(filed.c.file_sha == r.file_sha, filed.c.name == r.name, filed.c.shop == r.shop)
    query = (
        select(raw_receipt, f.kind, f.size)
        .join_from(raw_receipt, raw_file, r.file_sha == f.file_sha)
        .outerjoin(filed, same)
        .where(f.state == READ, f.kind.not_in(OURS), filed.c.file_sha.is_(None))
        .order_by(r.received_at, r.file_sha, r.name, r.shop)
    )
    with database.read() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def file_these(
    database: Database,
    archive: Archive,
    folder: Path,
    waiting: Sequence[Mapping[str, Any]],
    titles: Titles,
    at: datetime,
) -> Filing:
    """These occasions get their places below `folder`."""
    places = {id(row): place_of(row, titles) for row in waiting}
    with database.read() as connection:
        known = _known(connection, {place.stem for place in places.values()})
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # as private as the archive
    rows, elsewhere = [], 0
    for row in waiting:
        try:
            source = archive.path(row["file_sha"])
        except FileMissing:
            elsewhere += 1  # several machines may share the books; the one that has the content files it
            continue
        place = places[id(row)]
        path = _settled(folder, place, row["file_sha"], source, known.setdefault(place.stem, {}))
        rows.append(_row(row, place, path, at))
    with database.write() as connection:
        return Filing(insert_missing(connection, filed, rows).created, elsewhere)


def place_of(row: Mapping[str, Any], titles: Titles) -> Named:
    """The readable place of one occasion. Pure."""
    came = row["received_at"]
    came_on = datetime.fromisoformat(came).astimezone(SHANGHAI).date().isoformat() if came else ""
    period = (row["period_from"][:10], row["period_to"][:10])
    kind, shop = row["kind"], row["owner"] or row["shop"]
    return named(titles.kinds.get(kind, kind), titles.shops.get(shop, shop), period, came_on, row["name"])


def _row(row: Mapping[str, Any], place: Named, path: str, at: datetime) -> dict[str, Any]:
    same = ("file_sha", "name", "shop", "kind", "period_from", "period_to", "size")
    return {key: row[key] for key in same} | {
        "owner": row["owner"] or row["shop"],
        "stem": place.stem,
        "path": path,
        "recorded_at": stamp(at),
    }


def _known(connection: Connection, stems: set[str]) -> dict[str, dict[str, str]]:
    """stem → path → sha256 of what is filed there."""
    found: dict[str, dict[str, str]] = {}
    wanted = sorted(stems)
    for begin in range(0, len(wanted), 500):
        some = select(filed.c.stem, filed.c.path, filed.c.file_sha).where(filed.c.stem.in_(wanted[begin : begin + 500]))
        for stem, path, sha in connection.execute(some):
            found.setdefault(stem, {})[path] = sha
    return found


def _settled(folder: Path, place: Named, sha: str, source: Path, taken: dict[str, str]) -> str:
    """The path at which this content lies now: its own if it has one, else the first that nothing else has."""
    number = 1
    while True:
        path = place.version(number)
        holder = taken.get(path)
        if holder == sha or (holder is None and _put(folder / path, source, sha)):
            taken[path] = sha
            return path
        number += 1


def restore(folder: Path, path: str, archive: Archive, sha: str) -> Path:
    """The filed copy, made again from the archive where somebody took it away or changed it. Raises FileMissing."""
    target = folder / path
    if not (target.is_file() and sha256_of(target) == sha):
        _gone(target)
        _put(target, archive.path(sha), sha)
    return target


def restore_lost(desk: "Desk", gone: Callable[[Mapping[str, Any]], bool]) -> int:
    """Filed copies that are not there are made again from the archive, after a restore for example; returns how many.

    `gone`: those that were taken away on purpose.
    """
    folder, made = folder_of(desk.home), 0
    with desk.database.read() as connection:
        rows = [dict(row) for row in connection.execute(select(filed).order_by(filed.c.path)).mappings()]
    for row in rows:
        if (folder / row["path"]).exists() or gone(row):
            continue
        try:
            made += _put(folder / row["path"], desk.archive.path(row["file_sha"]), row["file_sha"])
        except FileMissing:
            continue  # another machine's
    return made


def sha256_of(path: Path) -> str:
    """The content's sha256."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _put(target: Path, source: Path, sha: str) -> bool:
    """Copy unless something is there; whether the content lies there now."""
    if target.exists():
        return target.is_file() and sha256_of(target) == sha
    target.parent.mkdir(parents=True, exist_ok=True)
    coming = target.with_name(f".{sha[:16]}.part")
    _gone(coming)
    with source.open("rb") as stream, coming.open("wb") as copy:
        while chunk := stream.read(1 << 20):
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    coming.chmod(stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)
    coming.replace(target)
    return True


def _gone(path: Path) -> None:
    """Take away a file that may be read-only, which Windows would refuse."""
    if path.exists():
        path.chmod(stat.S_IWUSR | stat.S_IRUSR)
        path.unlink()
