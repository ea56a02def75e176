"""Which machine has a document, and what does not go out because its machine does not send it.

Several machines may share the books; each keeps the files that its own runs brought. A document is handed out by a
machine that has it: its worker looks every minute. What nobody sends is said, with the machine's name.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, and_, or_, select

from schedules.queue import board
from storage.database.bulk import insert_missing
from storage.database.moments import stamp
from storage.database.tables.delivery import delivery, document_place
from storage.errors import FileMissing

if TYPE_CHECKING:
    from schedules.desk import Desk

AT_ONCE = 500
PATIENCE = timedelta(hours=1)
"""How long a machine has for what it should send: it may be off at night."""


class Stranded(NamedTuple):
    """Documents that wait on another machine ("" where nobody noted which); `alive`: whether a worker is there."""

    machine: str
    documents: int
    alive: bool

    def sentence(self, lang: str) -> str:
        """For people."""
        if lang == "en":
            where = f"on {self.machine}" if self.machine else "on a machine that is not known"
            why = "whose worker does not send them" if self.alive else "where no worker is"
            return (
                f"documents waiting {where}, {why}: {self.documents} (yeban worker there, with the same delivery.yaml)"
            )
        where = f"在 {self.machine} 上" if self.machine else "不在这台机器上"
        why = "那里的工人没有送" if self.alive else "那里没有工人"
        return f"{self.documents} 份文件{where}，{why}：到那台机器开 yeban worker，并放上同样的 delivery.yaml"


def note(connection: Connection, machine: str, shas: Iterable[str], at: datetime) -> int:
    """These documents are in the archive of this machine; returns how many that was not known of."""
    rows = [{"file_sha": sha, "machine": machine, "recorded_at": stamp(at)} for sha in dict.fromkeys(shas)]
    return insert_missing(connection, document_place, rows).created


def machines_of(connection: Connection, shas: Collection[str]) -> dict[str, tuple[str, ...]]:
    """sha256 → the machines that have it, by name; a document that nobody noted is not in it."""
    found: dict[str, list[str]] = {}
    place, wanted = document_place.c, sorted(shas)
    for begin in range(0, len(wanted), AT_ONCE):
        some = select(place.file_sha, place.machine).where(place.file_sha.in_(wanted[begin : begin + AT_ONCE]))
        for sha, machine in connection.execute(some.order_by(place.machine)):
            found.setdefault(sha, []).append(machine)
    return {sha: tuple(machines) for sha, machines in found.items()}


def is_here(desk: "Desk", sha: str) -> bool:
    """Whether this machine has the document."""
    try:
        desk.archive.path(sha)
    except FileMissing:
        return False
    return True


def stranded(desk: "Desk", at: datetime) -> list[Stranded]:
    """What should have gone out long ago and lies on another machine, by machine; nothing is written."""
    late, d = stamp(at - PATIENCE), delivery.c
    by_mail = and_(d.state == "sending", d.batch != "")
    with desk.database.read() as connection:
        rows = connection.execute(
            select(d.file_sha).where(or_(d.state == "waiting", by_mail), d.due_at <= late).distinct()
        )
        away = [sha for sha in rows.scalars() if not is_here(desk, sha)]
        places = machines_of(connection, away)
        alive = {str(one["host"]) for one in board.workers(connection)}
    counts: dict[str, int] = {}
    for sha in away:
        there = next((one for one in places.get(sha, ()) if one != desk.machine), "")
        counts[there] = counts.get(there, 0) + 1
    return [Stranded(name, count, name in alive) for name, count in sorted(counts.items())]
