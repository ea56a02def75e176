"""How the queue stands at one moment: what waits and since when, what is done where, who is there to do it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from schedules.queue import board
from schedules.queue.board import job
from schedules.queue.model import BY_HAND, Standing
from storage.database.moments import moment

SHOWN = 6
"""So many of what is going on are named."""


@dataclass(frozen=True)
class QueuePicture:
    """What one look saw. `oldest_s`: for how long the first of the waiting has lain there; None where none waits.

    `doing`: what somebody holds, runs by hand too; `stale`: how many of those nobody has kept for too long.
    """

    waiting: int
    oldest_s: float | None
    doing: tuple[Standing, ...]
    stale: int
    workers: int
    places: int

    @property
    def idle(self) -> bool:
        """Whether there is nothing to say."""
        return not (self.waiting or self.doing or self.stale or self.workers)


def picture_of(connection: Connection, at: datetime | None = None) -> QueuePicture:
    """The queue as the books have it; `at` is the moment, by default the database's own."""
    at = at or board.now_of(connection)
    queued = select(func.count(), func.min(job.recorded_at)).where(job.state == "queued")
    count, first = connection.execute(queued).one()
    oldest = moment(str(first or ""))
    held = board.standings(connection, job.state == "leased")
    doing = [one for one in held if one.lease_until and one.lease_until > at]
    there = board.workers(connection)
    return QueuePicture(
        int(count), max(0.0, (at - oldest).total_seconds()) if oldest else None,
        tuple(sorted(doing, key=lambda one: (one.started_at or one.recorded_at, one.ticket.key))),
        len(held) - len(doing), len(there), sum(int(one["places"]) for one in there),
    )  # fmt: skip


def picture_words(seen: QueuePicture, lang: str) -> list[str]:
    """It in a line or two for people; none where there is nothing to say. Pure."""
    if seen.idle:
        return []
    return [_state_words(seen, lang), *([_doing_words(seen, lang)] if seen.doing else [])]


def _state_words(seen: QueuePicture, lang: str) -> str:
    since = _length(seen.oldest_s or 0.0, lang)
    if lang == "en":
        waits = f"{seen.waiting} waiting" + (f", the first for {since}" if seen.waiting else "")
        stale = f"; {seen.stale} with nobody any more, taken up again soon" if seen.stale else ""
        there = (
            f"{seen.workers} worker{'s' * (seen.workers > 1)} ({seen.places} accounts at once)"
            if seen.workers
            else "no worker is there"
        )
        return f"{waits}; {len(seen.doing)} under way{stale}; {there}"
    waits = f"{seen.waiting} 件在等" + (f"，最早的等了 {since}" if seen.waiting else "")
    stale = f"；{seen.stale} 件没人管了，一会儿会有人接手" if seen.stale else ""
    there = f"工人 {seen.workers} 个（同时 {seen.places} 个账号）" if seen.workers else "没有工人在干活"
    return f"{waits}；{len(seen.doing)} 件在做{stale}；{there}"


def _doing_words(seen: QueuePicture, lang: str) -> str:
    said = [_one(standing, lang) for standing in seen.doing[:SHOWN]]
    more = len(seen.doing) - len(said)
    if lang == "en":
        return ", ".join(said) + (f", and {more} more (yeban runs --open)" if more else "")
    return "，".join(said) + (f"，还有 {more} 件（yeban runs --open）" if more else "")


def _one(standing: Standing, lang: str) -> str:
    what = standing.ticket.account or standing.ticket.run_key.rstrip("|")
    if lang == "en":
        return f"{what} at {standing.worker}" + (" (by hand)" if standing.ticket.kind == BY_HAND else "")
    return f"{what} 在 {standing.worker}" + ("（手动）" if standing.ticket.kind == BY_HAND else "")


def _length(seconds: float, lang: str) -> str:
    minutes = int(seconds // 60)
    if minutes < 120:
        return f"{minutes} min" if lang == "en" else f"{minutes} 分钟"
    return f"{minutes // 60} h" if lang == "en" else f"{minutes // 60} 小时"
