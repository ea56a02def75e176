"""Documents by mail: kept with the desk's other messages, which are sent once, retried, never called sent when refused.

The message and the receipts that it settles are written in one transaction; the outbox sends it.
"""

import hashlib
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, and_, func, select, update

from schedules.delivery.errors import NotDelivered
from schedules.delivery.filing import folder_of, restore
from schedules.delivery.receipts import DELIVERED, FAILED, SENDING, WAITING, Row
from schedules.delivery.rules import MailSettings
from schedules.notify.message import Message
from schedules.notify.outbox import REPEAT, post_to
from storage.database.moments import stamp
from storage.database.tables.delivery import delivery
from storage.database.tables.desk import notice

if TYPE_CHECKING:
    from schedules.desk import Desk

OUTGOING = "outgoing"
RECALLED = "规则改了，这封没有发 / the rule was changed: this letter did not go"
COMMON_TIME = (1980, 1, 1, 0, 0, 0)
"""Of files in a zip: the same documents make the same zip."""


def room(ways: MailSettings) -> int:
    """How many bytes of files fit into a mail: what is attached grows by a third on its way."""
    return ways.most_mb * (1 << 20) * 3 // 4


def letters(rows: Sequence[Row], ways: MailSettings) -> list[list[Row]]:
    """The documents, in order, parted so that each part fits into a mail; one that never fits stands alone. Pure."""
    parts: list[list[Row]] = []
    size = 0
    for row in rows:
        if not parts or size + row["size"] > room(ways):
            parts.append([])
            size = 0
        parts[-1].append(row)
        size += row["size"]
    return parts


def post_documents(desk: "Desk", name: str, ways: MailSettings, rows: Sequence[Row], at: datetime) -> None:
    """One mail with these documents waits in the outbox, and their receipts wait for it. Raises NotDelivered."""
    same = f"delivery|{name}|{_digest(row['path'] for row in rows)}|"
    files = attached(desk, ways, rows)
    english = desk.settings.lang == "en"
    body = described(rows, english=english)
    title = f"{len(rows)} documents: {name}" if english else f"财务文件 {len(rows)} 份 · {name}"
    with desk.database.write() as connection:
        earlier = select(func.count()).where(notice.c.incident.startswith(same, autoescape=True))
        batch = f"{same}{connection.execute(earlier).scalar_one()}"  # asked for again, it is another letter
        post_to(connection, ways.channel, Message("note", batch, title, body, tuple(files)), at)
        for row in rows:
            mine = update(delivery).where(delivery.c.rule == name, delivery.c.path == row["path"])
            values = {"state": SENDING, "batch": batch, "way": "mail", "target": ways.channel}
            connection.execute(mine.values(**values, tries=row["tries"] + 1))


def _digest(paths: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(paths).encode()).hexdigest()[:16]


def attached(desk: "Desk", ways: MailSettings, rows: Sequence[Row]) -> list[Path]:
    """The files that go along: as they are filed, or in one zip. Raises NotDelivered for what is too large."""
    folder = folder_of(desk.home)
    files = [restore(folder, row["path"], desk.archive, row["file_sha"]) for row in rows]
    size = sum(row["size"] for row in rows)
    if len(files) < ways.zip_from and size <= room(ways):
        return files
    packed = pack(desk.home / OUTGOING / f"{_digest(row['path'] for row in rows)}.zip", folder, files)
    if packed.stat().st_size > room(ways):
        packed.unlink()
        words = f"打包后还有 {size >> 20} MB，超过一封信的 {ways.most_mb} MB：改用文件夹、SFTP 或 S3"
        raise NotDelivered(words, f"too large for a mail of {ways.most_mb} MB: use another way", for_good=True)
    return [packed]


def pack(target: Path, folder: Path, files: Sequence[Path]) -> Path:
    """A zip of the files under their paths below `folder`: the same files make the same bytes."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    coming = target.with_suffix(".part")
    with zipfile.ZipFile(coming, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in files:
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), COMMON_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, path.read_bytes())
    coming.replace(target)
    return target


def described(rows: Sequence[Row], *, english: bool) -> str:
    """The mail's text: each document with its size and the beginning of its sha256. Pure."""
    head = "Documents of Yeban, each with its size and sha256:" if english else "夜班送来的文件，后面是大小和 sha256："
    lines = [f"{row['path'].rpartition('/')[2]}  {row['size']:,} B  {row['file_sha'][:16]}" for row in rows]
    return "\n".join([head, *lines])


def recall(connection: Connection, name: str, paths: Sequence[str], at: datetime) -> int:
    """Letters with one of these that no server was handed yet do not go: all their documents wait again.

    Returns how many letters. One that is on its way, or may have been taken, is left to its end.
    """
    d, taken_back = delivery.c, 0
    mine = select(d.batch).where(d.rule == name, d.state == SENDING, d.batch != "", d.path.in_(paths)).distinct()
    for batch in list(connection.execute(mine).scalars()):
        lying = and_(notice.c.incident == batch, notice.c.route == "note", notice.c.state == "waiting")
        untouched = ~notice.c.title.endswith(REPEAT, autoescape=True)
        words = {"state": "failed", "reason": RECALLED, "ended_at": stamp(at)}
        if connection.execute(update(notice).where(lying, untouched).values(**words)).rowcount:
            again = {"state": WAITING, "batch": "", "due_at": stamp(at)}
            connection.execute(update(delivery).where(d.rule == name, d.batch == batch).values(**again))
            taken_back += 1
    return taken_back


def settle(connection: Connection, at: datetime) -> list[dict[str, Any]]:
    """Receipts follow their mail: taken by the server, or given up; gives the rows that have come to an end now."""
    d = delivery.c
    open_ones = select(delivery).where(d.state == SENDING, d.batch != "").order_by(d.rule, d.path)
    rows = [dict(row) for row in connection.execute(open_ones).mappings()]
    by_batch = _letters(connection, {row["batch"] for row in rows})
    ended = []
    for row in rows:
        values = _after(by_batch.get(row["batch"]), at)
        if values:
            mine = update(delivery).where(d.rule == row["rule"], d.path == row["path"])
            connection.execute(mine.values(**values))
            ended.append({**row, **values})
    return ended


def swept(connection: Connection, home: Path) -> int:
    """Zips of mails that have come to an end are taken away; returns how many."""
    folder = home / OUTGOING
    lying = sorted(folder.glob("*.zip")) if folder.is_dir() else []
    if not lying:
        return 0
    d = delivery.c
    under_way = select(d.batch).where(d.state == SENDING, d.batch != "").distinct()
    digests = {batch.split("|")[-2] for batch in connection.execute(under_way).scalars()}
    done = [path for path in lying if path.stem not in digests]
    for path in done:
        path.unlink()
    return len(done)


def _letters(connection: Connection, batches: set[str]) -> Mapping[str, Row]:
    found = select(notice).where(notice.c.incident.in_(sorted(batches)), notice.c.route == "note")
    return {row["incident"]: dict(row) for row in connection.execute(found).mappings()} if batches else {}


def _after(letter: Row | None, at: datetime) -> dict[str, Any]:
    """What becomes of a receipt whose mail is so; {} while it is under way."""
    if letter is None:
        return {"state": WAITING, "batch": "", "due_at": stamp(at)}
    if letter["state"] == "sent":
        return {"state": DELIVERED, "verified": "taken", "ended_at": letter["ended_at"], "reason": ""}
    if letter["state"] == "failed":
        return {"state": FAILED, "reason": letter["reason"], "ended_at": letter["ended_at"]}
    return {}
