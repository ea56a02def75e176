"""Everything that is kept, in one file, taken while the desk is at work; and back again, checked, in another place.

The books are copied first, as of one moment; then the archive, of which every document that those books name is there
already, because a document is archived before a row names it. A backup is whole or it is not there: it is written
beside its name, with the list of its contents last.
"""

import gzip
import hashlib
import io
import json
import os
import shutil
import socket
import sqlite3
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any, BinaryIO

from sqlalchemy import Table, insert, select

from schedules.backup_errors import BackupBroken, BackupInside, BackupTargetTaken, HomeInUse
from schedules.desk import Desk
from schedules.lock import taken
from schedules.problems import is_full
from schedules.secrets.master import key_file, key_source
from schedules.settings import Settings
from storage.archive import Archive
from storage.database.connection import Database, open_database
from storage.database.migrations import HEAD
from storage.database.moments import stamp
from storage.database.tables import metadata

LISTED = "contents.json"
SQLITE, PLAIN = "books/yeban.db", "books/tables.jsonl.gz"
LEFT_OUT = frozenset(
    {
        "browsers.json",
        "delivery.lock",
        "demo",
        "filed",
        "inbox",
        "locks",
        "logs",
        "mall",
        "night.lock",
        "outgoing",
        "rotation",
        "clock.lock",
        "secret.key",
        "warm.lock",
        "warm.sock",
    }
)
"""What can be made again, belongs to this machine or must not lie beside what it opens."""
FACTS = "facts"
"""What the copies that reports read begin with: each is made again from the books."""
BOOKS = ("yeban.db", "yeban.db-wal", "yeban.db-shm")
COPIED = ".backup-"
"""How the folder begins that has the books while they are copied."""
TORN_S = 86_400.0
ROWS_AT_ONCE = 2_000
COPY_BYTES = 1 << 20
GONE = timedelta(minutes=2)
"""A worker that was not seen for so long has ended; one at work says every few seconds that it lives."""
Moved = Callable[[int], None]
"""Called with the bytes that were copied since."""


@dataclass(frozen=True)
class BackedUp:
    """What is in a backup: how many files and bytes, when it was taken, from which database."""

    path: Path
    files: int
    size: int
    made_at: str
    dialect: str
    revision: str


def size_of(home: Path) -> int:
    """About how many bytes a backup of this home reads."""
    return sum(path.stat().st_size for path in _kept(home, with_key=False)) + sum(
        (home / name).stat().st_size for name in BOOKS if (home / name).exists()
    )


def backup(
    desk: Desk, target: Path, at: datetime, *, with_key: bool = False, moved: Moved = lambda _: None
) -> BackedUp:
    """The desk as of now is in `target`, whole; an older file of that name is replaced only by a whole new one.

    Raises BackupInside for a target in the home.
    """
    if target.resolve().is_relative_to(desk.home.resolve()):
        raise BackupInside(target, desk.home)
    _forget_torn(desk.home, at)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.part")
    listed: dict[str, tuple[int, str]] = {}
    try:
        with tarfile.open(draft, "w:gz", compresslevel=1) as tar:
            with _books(desk.database, desk.home) as (name, books):
                listed[name] = _add(tar, name, books, moved)
            for path in _kept(desk.home, with_key=with_key):
                with suppress(FileNotFoundError), path.open("rb") as content:  # a run may have tidied it away since
                    name = f"home/{path.relative_to(desk.home).as_posix()}"
                    listed[name] = _add(tar, name, content, moved)
            facts = {
                "made_at": at.isoformat(timespec="seconds"),
                "dialect": desk.database.dialect,
                "revision": HEAD,
                "files": listed,
            }
            _add(tar, LISTED, io.BytesIO(json.dumps(facts, ensure_ascii=False).encode()), lambda _: None)
        draft.chmod(0o600)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return _said(target, facts)


def _forget_torn(home: Path, at: datetime) -> None:
    """Copies of the books by backups that were killed are gone; one of today may be another's at work."""
    for left in home.glob(f"{COPIED}*"):
        if at.timestamp() - left.stat().st_mtime > TORN_S:
            shutil.rmtree(left, ignore_errors=True)


def _said(path: Path, facts: dict[str, Any]) -> BackedUp:
    files = facts["files"]
    size = sum(size for size, _ in files.values())
    return BackedUp(path, len(files), size, facts["made_at"], facts["dialect"], facts["revision"])


def holds_key(home: Path) -> bool:
    """Whether a backup with the key has it: not when the environment, a keyring or another folder keeps it."""
    source = key_source(home)
    return source.place in {"file", "typed"} and source.path.resolve().is_relative_to(home.resolve())


def _kept(home: Path, *, with_key: bool) -> Iterator[Path]:
    """The files of the home that are kept. A key, whatever its file is called, lies beside its vault only if asked."""
    key = key_file(home).resolve()
    for path in _files(home, LEFT_OUT - {"secret.key"} if with_key else LEFT_OUT):
        if with_key or not (path.resolve() == key or path.name.startswith("secret.key")):
            yield path


def _files(home: Path, out: Collection[str]) -> Iterator[Path]:
    for top in sorted(home.iterdir()):
        if top.name in out or top.name in BOOKS or top.name.startswith((".", FACTS)):
            continue
        if top.is_file():
            yield top
        else:
            yield from (path for path in sorted(top.rglob("*")) if path.is_file() and not path.name.startswith("."))


def _add(tar: tarfile.TarFile, name: str, content: BinaryIO | IO[bytes], moved: Moved) -> tuple[int, str]:
    """The stream's bytes as they are now, also when somebody appends to the file meanwhile."""
    size = content.seek(0, os.SEEK_END)
    content.seek(0)
    digest = hashlib.sha256()

    class Counted(io.RawIOBase):
        left = size

        def readable(self) -> bool:
            return True

        def read(self, count: int = -1) -> bytes:
            piece = content.read(min(count if count >= 0 else self.left, self.left))
            self.left -= len(piece)
            digest.update(piece)
            moved(len(piece))
            return piece

    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    tar.addfile(info, Counted())
    return size, digest.hexdigest()


@contextmanager
def _books(database: Database, home: Path) -> Iterator[tuple[str, BinaryIO]]:
    """The books as of one moment, as a file of a name: SQLite's own copy, or every table's rows."""
    with tempfile.TemporaryDirectory(prefix=COPIED, dir=home) as folder:
        path = Path(folder) / "books"
        if database.dialect == "sqlite":
            _copy_sqlite(str(database.engine.url.database), path)
            name = SQLITE
        else:
            _write_rows(database, path)
            name = PLAIN
        with path.open("rb") as content:
            yield name, content


def _copy_sqlite(source: str, target: Path) -> None:
    """SQLite's online backup: one consistent state, whoever writes meanwhile."""
    with sqlite3.connect(source) as live, sqlite3.connect(target) as copy:
        live.backup(copy)
    live.close()
    copy.execute("PRAGMA journal_mode = DELETE")
    copy.close()


def _write_rows(database: Database, target: Path) -> None:
    with gzip.open(target, "wt", compresslevel=1, encoding="utf-8") as out, database.read() as connection:
        for table in metadata.sorted_tables:
            out.write(json.dumps({"table": table.name, "columns": [column.name for column in table.c]}) + "\n")
            for row in connection.execution_options(yield_per=ROWS_AT_ONCE).execute(select(table)):
                out.write(json.dumps(list(row), ensure_ascii=False) + "\n")


# ---- and back


def restore(
    path: Path, home: Path, database_url: str = "", *, moved: Moved = lambda _: None
) -> tuple[BackedUp, Path | None]:
    """The backup is the home, checked to the byte; what was there before stands beside it, and is the second answer.

    Raises BackupBroken when the file is torn, changed or no backup; BackupTargetTaken when the database at
    `database_url` has rows; HomeInUse while somebody works in `home`. Until everything is checked, nothing that was
    there is touched.
    """
    require_idle(home)
    home.parent.mkdir(parents=True, exist_ok=True)
    inside = os.path.ismount(home)  # a container's volume, say: it cannot be renamed
    with tempfile.TemporaryDirectory(prefix=".restoring-", dir=home if inside else home.parent) as folder:
        draft = Path(folder) / "home"
        draft.mkdir()
        facts = _unpacked(path, Path(folder), moved)
        _check_archive(path, draft)
        _put_books(Path(folder), draft, facts, database_url)
        require_idle(home)  # unpacking took its time
        aside = _exchanged(draft, home) if inside else _replaced(draft, home)
    return _said(path, facts), aside


def _replaced(draft: Path, home: Path) -> Path | None:
    """The draft is the home; where the home of before is now, None where there was none."""
    aside = None
    if home.exists() and any(home.iterdir()):
        aside = home.with_name(f"{home.name}.before-{datetime.now(UTC):%Y%m%d-%H%M%S}")
        home.replace(aside)
    elif home.exists():
        home.rmdir()
    shutil.move(draft, home)
    return aside


def _exchanged(draft: Path, home: Path) -> Path | None:
    """The same for a home that stays where it is: what was in it is in a folder inside, which no backup takes."""
    there = [path for path in home.iterdir() if not path.name.startswith((".restoring-", ".before-"))]
    aside = home / f".before-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    if there:
        aside.mkdir()
    for path in there:
        path.replace(aside / path.name)
    for path in draft.iterdir():
        path.replace(home / path.name)
    return aside if there else None


def require_idle(home: Path) -> None:
    """Nobody works in this home: neither a night nor a run, no clock, no worker. Raises HomeInUse."""
    locks = {
        "night.lock": ("有一个夜班在跑", "a night is being played"),
        "clock.lock": ("有一个钟在走（yeban serve）", "a clock is kept (yeban serve)"),
    }
    for path in [*(home / name for name in locks), *sorted((home / "locks").rglob("*.lock"))]:
        if path.exists():
            held = taken(path)
            if held is None:
                raise HomeInUse(home, *locks.get(path.name, (f"有一次运行（{path.name}）", f"a run ({path.name})")))
            held.close()
    if worker := _working(home / "yeban.db"):
        raise HomeInUse(home, f"工人 {worker}", f"the worker {worker}")


def _working(books: Path) -> str:
    """A worker that lives, by these books; "" for none, and where they cannot be read: that is no hindrance.

    Plain SQL, for the books may be of another program's time: that may be why they are put aside.
    """
    if not books.with_name(f"{books.name}-wal").exists():
        return ""  # nobody has them open
    seen = "SELECT worker, host, pid FROM queue_worker WHERE state != 'gone' AND seen_at > ? ORDER BY seen_at DESC"
    try:
        with closing(sqlite3.connect(f"{books.resolve().as_uri()}?mode=ro", uri=True)) as opened:
            found = opened.execute(seen, [stamp(datetime.now(UTC) - GONE)]).fetchall()
    except sqlite3.Error:
        return ""
    return next((str(worker) for worker, host, pid in found if host != socket.gethostname() or _lives(pid)), "")


def _lives(pid: int) -> bool:
    """Whether there is such a process here; Windows is not asked, where the question would be an order."""
    if os.name == "nt":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def contents(path: Path) -> BackedUp:
    """What a backup holds, by its own list; nothing is written. Raises BackupBroken."""
    return _said(path, _unpacked(path, None, lambda _: None))


def _unpacked(path: Path, folder: Path | None, moved: Moved) -> dict[str, Any]:
    """Everything is what the list says, and lies in `folder` where there is one."""
    found: dict[str, tuple[int, str]] = {}
    facts: dict[str, Any] | None = None
    try:
        with tarfile.open(path, "r:gz") as tar:
            for member in tar:
                content = tar.extractfile(member)
                if content is None or not _belongs(member.name):
                    raise BackupBroken(
                        path, f"里面有不该有的东西：{member.name}", f"holds what it must not: {member.name}"
                    )
                if member.name == LISTED:
                    facts = json.load(content)
                else:
                    found[member.name] = _copied(content, folder and folder / member.name, moved)
    except (OSError, EOFError, tarfile.TarError, ValueError, zlib.error) as error:
        if is_full(error):
            raise  # the backup may be as good as any
        raise BackupBroken(path, f"读不下去（{error}）", f"cannot be read on ({error})") from error
    if facts is None:
        raise BackupBroken(path, "没有写完，缺最后的清单", "it was not finished: its list is missing")
    expected = {name: (size, digest) for name, (size, digest) in facts["files"].items()}
    if found != expected:
        wrong = sorted(name for name in {*found, *expected} if found.get(name) != expected.get(name))
        raise BackupBroken(path, f"和清单对不上：{wrong[0]}", f"differs from its list: {wrong[0]}")
    return facts


def _belongs(name: str) -> bool:
    parts = Path(name).parts
    return name in {LISTED, SQLITE, PLAIN} or (parts[0] == "home" and ".." not in parts)


def _copied(content: IO[bytes], target: Path | None, moved: Moved) -> tuple[int, str]:
    """Size and digest of what was read, which is in `target` now where there is one."""
    digest, size = hashlib.sha256(), 0
    if target is not None:
        target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") if target is not None else nullcontext() as out:
        while piece := content.read(COPY_BYTES):
            if out is not None:
                out.write(piece)
            digest.update(piece)
            size += len(piece)
            moved(len(piece))
    if target is not None:
        target.chmod(0o600)
    return size, digest.hexdigest()


def _put_books(folder: Path, home: Path, facts: dict[str, Any], database_url: str) -> None:
    """The books are in their database, at the newest tables, and sound."""
    plain, own = folder / PLAIN, folder / SQLITE
    if own.exists() and not database_url:
        own.replace(home / "yeban.db")
    elif own.exists():
        plain.parent.mkdir(exist_ok=True)
        with closing(open_database(own)) as copy:  # brings it to the newest tables first
            _write_rows(copy, plain)
    elif facts["revision"] != HEAD:
        was = facts["revision"]
        raise BackupBroken(
            plain, f"是表结构 {was} 的，现在是 {HEAD}：用当时的程序恢复，再升级",
            f"its tables are {was}, these are {HEAD}: restore with the program of then and upgrade",
        )  # fmt: skip
    with closing(open_database(database_url or Settings(home=home).database_url)) as target:
        if plain.exists():
            _read_rows(plain, target)
    if (home / "yeban.db").exists():
        _check_sqlite(home / "yeban.db")


def _read_rows(plain: Path, target: Database) -> None:
    """All rows are in the target, or none. Raises BackupTargetTaken."""
    with gzip.open(plain, "rt", encoding="utf-8") as lines, target.write() as connection:
        for one in metadata.sorted_tables:
            if connection.execute(select(one).limit(1)).first() is not None:
                raise BackupTargetTaken(one.name)
        table: Table | None = None
        names: list[str] = []
        rows: list[dict[str, Any]] = []
        for line in lines:
            said = json.loads(line)
            if isinstance(said, list):
                rows.append(dict(zip(names, said, strict=True)))
            if table is not None and rows and (isinstance(said, dict) or len(rows) >= ROWS_AT_ONCE):
                connection.execute(insert(table), rows)
                rows = []
            if isinstance(said, dict):
                table, names = metadata.tables[said["table"]], said["columns"]
        if table is not None and rows:
            connection.execute(insert(table), rows)


def _check_sqlite(path: Path) -> None:
    with closing(sqlite3.connect(path)) as books:
        (said,) = books.execute("PRAGMA integrity_check").fetchone()
    if said != "ok":
        raise BackupBroken(path, f"数据库坏了（{said}）", f"its database is damaged ({said})")


def _check_archive(path: Path, home: Path) -> None:
    """Every document is what its name says. (Those that the books name were there before the books were copied.)"""
    if damaged := Archive(home / "archive").verify():
        raise BackupBroken(path, f"归档里有坏的：{damaged[0]}", f"its archive is damaged: {damaged[0]}")
