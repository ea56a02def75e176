"""Whether the desk is well, for whoever asks over HTTP: the database, the clock's last look, the queue, the disk."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from schedules.desk import Desk
from schedules.operations.room import room_at
from schedules.problems import DeskError
from schedules.queue.model import BY_HAND
from schedules.queue.picture import picture_of
from schedules.secrets.master import key_source
from storage.database.moments import stamp
from storage.database.tables.desk import queue_worker, timetable_mark, timetable_run

OK, FAILING = 200, 503
STALE_S = 300.0
"""The clock looks every half minute; one that has not looked for so long is stuck, or its process is gone."""
WORKER_LOST = timedelta(minutes=2)
"""A worker that has not been seen for so long has lost its leases: it is gone, or cut off."""


@dataclass(frozen=True)
class Pulse:
    """What one look into the books says of the desk; ages in seconds, None where there is nothing yet."""

    answered_s: float
    looked_s: float | None
    due: int
    oldest_due_s: float | None
    running: int
    workers: int = 0
    workers_lost: int = 0
    waiting: int = 0
    oldest_waiting_s: float | None = None
    by_hand: int = 0


def health(desk: Desk, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> tuple[int, dict[str, Any]]:
    """200 when everything that is looked at is well, else 503; the document says which check is not, and what was seen.

    `{"status": "ok" | "failing", "at": …, "checks": {name: {"fine": bool, "seen": …}}}`; nothing secret is in it, so
    that a load balancer may ask. A clock that never looked here is no failure: another machine may keep it.
    """
    at = now()
    checks = {"disk": _disk(desk), "vault": _vault(desk)}
    try:
        pulse = pulse_of(desk, at)
    except SQLAlchemyError as error:
        checks["database"] = {"fine": False, "seen": type(error).__name__}
    else:
        checks["database"] = {"fine": True, "seen": {"answered_ms": round(pulse.answered_s * 1000, 1)}}
        fresh = pulse.looked_s is None or pulse.looked_s <= STALE_S
        checks["clock"] = {"fine": fresh, "seen": {"looked_s": _rounded(pulse.looked_s)}}
        checks["workers"] = {"fine": True, "seen": {"working": pulse.workers, "lost": pulse.workers_lost}}
        queue = {"due": pulse.due, "oldest_due_s": _rounded(pulse.oldest_due_s), "running": pulse.running,
                 "waiting": pulse.waiting, "oldest_waiting_s": _rounded(pulse.oldest_waiting_s),
                 "by_hand": pulse.by_hand}  # fmt: skip
        checks["queue"] = {"fine": True, "seen": queue}
    fine = all(check["fine"] for check in checks.values())
    said = {"status": "ok" if fine else "failing", "at": at.isoformat(timespec="seconds"), "checks": checks}
    return (OK if fine else FAILING), said


def pulse_of(desk: Desk, at: datetime) -> Pulse:
    """One look into the books at this moment. Raises SQLAlchemyError when they cannot be read."""
    begun = time.perf_counter()
    with desk.database.read() as connection:
        looked = str(connection.execute(select(func.max(timetable_mark.c.planned_until))).scalar() or "")
        due, oldest = _due(connection, at)
        running = connection.execute(
            select(func.count()).select_from(timetable_run).where(timetable_run.c.state == "running")
        ).scalar_one()
        workers, lost = _workers(connection, at)
        queue = picture_of(connection, at)
    by_hand = sum(one.ticket.kind == BY_HAND for one in queue.doing)
    return Pulse(time.perf_counter() - begun, _age(looked, at), due, _age(oldest, at), int(running), workers, lost,
                 queue.waiting, queue.oldest_s, by_hand)  # fmt: skip


def _workers(connection: Connection, at: datetime) -> tuple[int, int]:
    """How many workers were seen lately, and how many went without a word and nobody has begun another since.

    A run by hand is none. Whoever was killed weeks ago, and replaced at once, is no news: its row stays for a while.
    """
    c = queue_worker.c
    there = connection.execute(select(c.host, c.state, c.seen_at, c.recorded_at).where(c.places > 0)).all()
    limit = stamp(at - WORKER_LOST)
    begun: dict[str, str] = {}
    for one in there:
        begun[one.host] = max(begun.get(one.host, ""), one.recorded_at)
    silent = [one for one in there if one.state != "gone" and one.seen_at < limit]
    lost = [one for one in silent if not one.host or begun[one.host] <= one.seen_at]
    return sum(one.state != "gone" and one.seen_at >= limit for one in there), len(lost)


def _due(connection: Connection, at: datetime) -> tuple[int, str]:
    """How many runs could have begun by now, and since when the first of them."""
    c = timetable_run.c
    query = select(func.count(), func.min(c.due_at)).where(c.state == "planned", c.due_at <= stamp(at))
    count, oldest = connection.execute(query).one()
    return int(count), str(oldest or "")


def _age(moment: str, at: datetime) -> float | None:
    return max(0.0, (at - datetime.fromisoformat(moment)).total_seconds()) if moment else None


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)


def _vault(desk: Desk) -> dict[str, Any]:
    """Whether the master key opens the vault; one that a person or the keyring has is not asked for here."""
    place = key_source(desk.home).place
    if place in {"environment", "file"}:
        try:
            desk.vault.entries()
        except DeskError as error:
            return {"fine": False, "seen": {"key": place, "code": error.code}}
    return {"fine": True, "seen": {"key": place}}


def _disk(desk: Desk) -> dict[str, Any]:
    room = room_at(desk.home)
    return {"fine": room.free_gb >= desk.settings.min_free_gb, "seen": {"free_gb": round(room.free_gb, 1)}}
