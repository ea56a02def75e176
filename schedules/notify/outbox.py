"""The messages that go out: kept before they are sent, sent once on each channel, retried, never forgotten silently.

A message is claimed, sent, and marked as taken, each in a transaction of its own. A process that dies in between leaves
it claimed; after `CLAIM_S` another one sends it again and says in the title that it may be a repeat: better told twice
than not at all.
"""

import hashlib
import json
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, RowMapping, and_, func, or_, select, update

from schedules.notify.channels import SENDERS, Send
from schedules.notify.channels.wire import AGAIN_S, Outlet
from schedules.notify.message import Message, NotSent, Route
from schedules.notify.settings import NotifySettings
from schedules.problems import SecretMissing
from storage.database.bulk import insert_missing
from storage.database.connection import Database
from storage.database.moments import stamp
from storage.database.tables.desk import notice, notice_place

TRIES = 6
CLAIM_S = 600
ELSEWHERE_S = 3600
"""How long a message waits for the machine that has its files."""
MINUTE = timedelta(seconds=60)
REPEAT = "（可能重复 / may be a repeat）"
FAULT = "这条消息发不了 / this message cannot be sent"
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Delivered:
    """What one delivery did: titles by channel of what was taken, what waits with its reason, what is given up."""

    sent: list[Row]
    waiting: list[Row]
    failed: list[Row]


def post(connection: Connection, settings: NotifySettings, message: Message, at: datetime) -> int:
    """The message waits for every channel of its route that was not told of this incident; returns for how many."""
    return _put_down(connection, message, settings.routes.get(message.route, []), at)


def post_to(connection: Connection, channel: str, message: Message, at: datetime) -> int:
    """The message waits for this one channel, unless it was told of the incident; returns 1 or 0."""
    return _put_down(connection, message, [channel], at)


def _put_down(connection: Connection, message: Message, channels: Sequence[str], at: datetime) -> int:
    rows = [_row(message, channel, at) for channel in channels]
    created = insert_missing(connection, notice, rows).created
    if created and message.files:
        lie = {"machine": platform.node(), "recorded_at": stamp(at)}
        insert_missing(connection, notice_place, [{"notice_id": row["notice_id"], **lie} for row in rows])
    return created


def _row(message: Message, channel: str, at: datetime) -> dict[str, Any]:
    name = hashlib.sha256(f"{channel}\n{message.route}\n{message.incident}".encode()).hexdigest()[:16]
    return {
        "notice_id": name,
        "channel": channel,
        "route": message.route,
        "incident": message.incident,
        "title": message.title,
        "body": message.body,
        "files": json.dumps([str(path) for path in message.files], ensure_ascii=False),
        "urgent": int(message.urgent),
        "state": "waiting",
        "recorded_at": stamp(at),
        "due_at": stamp(at),
    }


@dataclass(frozen=True)
class Outbox:
    """The desk's messages and the way out. `clock` tells the moment; `secret` and `has` look into the vault.

    A message with files is sent by the `machine` on which they lie. After `ELSEWHERE_S` another
    one does, without the files and saying so; a message that is nothing but its files waits.
    """

    database: Database
    settings: NotifySettings
    secret: Callable[[str, str], str]
    has: Callable[[str, str], bool]
    clock: Callable[[], datetime]
    senders: Mapping[str, Send] = field(default_factory=lambda: SENDERS)
    machine: str = field(default_factory=platform.node)

    def deliver(self) -> Delivered:
        """Send what is due, urgent ones first; each at most once in this call."""
        outcome = Delivered([], [], [])
        for row in self._due():
            self._one(row, outcome)
        return outcome

    def _due(self) -> list[RowMapping]:
        at = self.clock()
        lost = and_(notice.c.state == "sending", notice.c.due_at <= stamp(at - timedelta(seconds=CLAIM_S)))
        due = and_(notice.c.state == "waiting", notice.c.due_at <= stamp(at))
        place = notice_place.c
        theirs = notice.c.notice_id.in_(select(place.notice_id).where(place.machine != self.machine))
        ours = notice.c.notice_id.in_(select(place.notice_id).where(place.machine == self.machine))
        late = and_(notice.c.due_at <= stamp(at - timedelta(seconds=ELSEWHERE_S)), notice.c.route != "note")
        due = and_(due, or_(~theirs, ours, late))
        lost = and_(lost, or_(~theirs, ours, late))
        order = (notice.c.urgent.desc(), notice.c.recorded_at, notice.c.notice_id)
        with self.database.read() as connection:
            return list(connection.execute(select(notice).where(or_(due, lost)).order_by(*order)).mappings())

    def _one(self, row: RowMapping, outcome: Delivered) -> None:
        at = self.clock()
        later, why = self._not_before(row, at)
        if later is not None:
            if self._postponed(row, later, why):
                outcome.waiting.append({**row, "reason": why, "due_at": stamp(later)})
        elif self._claimed(row, at):
            self._send(row, at, outcome)

    def _not_before(self, row: RowMapping, at: datetime) -> tuple[datetime | None, str]:
        """When this row may go out, and why not now; None when it may."""
        quiet = self.settings.quiet
        if quiet and not row["urgent"] and row["route"] != "test" and (ends := quiet.ends(at)) is not None:
            return ends, f"安静时间到 {quiet.until} / quiet until {quiet.until}"
        channel = self.settings.channels.get(row["channel"])
        if channel is None:
            return None, ""
        since = stamp(at - MINUTE)
        taken = select(func.count(), func.min(notice.c.ended_at)).where(
            notice.c.channel == row["channel"], notice.c.state == "sent", notice.c.ended_at > since
        )
        with self.database.read() as connection:
            count, oldest = connection.execute(taken).one()
        if count < channel.per_minute:
            return None, ""
        limit = f"每分钟最多 {channel.per_minute} 条 / at most {channel.per_minute} a minute"
        return datetime.fromisoformat(oldest) + MINUTE, limit

    def _claimed(self, row: RowMapping, at: datetime) -> bool:
        """Whether this process is the one that sends it."""
        return self._as_it_was(row, state="sending", due_at=stamp(at), tries=notice.c.tries + 1)

    def _postponed(self, row: RowMapping, later: datetime, why: str) -> bool:
        """Whether it waits now; what another process has taken up, or sent, since it was read is left alone."""
        return self._as_it_was(row, state="waiting", due_at=stamp(later), reason=why, title=_title(row))

    def _as_it_was(self, row: RowMapping, **values: Any) -> bool:
        """Whether the row was still as it was read, and is this now."""
        mine = update(notice).where(
            notice.c.notice_id == row["notice_id"], notice.c.state == row["state"], notice.c.due_at == row["due_at"]
        )
        with self.database.write() as connection:
            return connection.execute(mine.values(**values)).rowcount == 1

    def _send(self, row: RowMapping, at: datetime, outcome: Delivered) -> None:
        title = _title(row)
        files, body = self._files_of(row)
        route = cast(Route, row["route"])
        message = Message(route, row["incident"], title, body, files, bool(row["urgent"]))
        try:
            self._through(row["channel"], message, at)
        except NotSent as error:
            self._not_taken(row, error, outcome)
        except SecretMissing as error:
            words = f"{error.message('zh')}{error.hint('zh')} / {error.message('en')} {error.hint('en')}"
            self._not_taken(row, NotSent(words), outcome)
        except Exception as error:  # noqa: BLE001 (whatever it is: one message must not stand in the way of the others)
            self._not_taken(row, NotSent(f"{FAULT}: {type(error).__name__}", AGAIN_S, perhaps=True), outcome)
        else:
            self._put(row, "sent", "", due=at, ended=self.clock())
            outcome.sent.append(dict(row))

    def _files_of(self, row: RowMapping) -> tuple[tuple[Path, ...], str]:
        """What goes along, and the text, which says where files lie that cannot."""
        place = notice_place.c
        with self.database.read() as connection:
            where = select(place.machine).where(place.notice_id == row["notice_id"]).order_by(place.machine)
            machines = list(connection.execute(where).scalars())
        if not machines or self.machine in machines:
            return tuple(Path(path) for path in json.loads(row["files"])), row["body"]
        there = machines[0]
        lines = [
            f"附件在 {there} 上，没能一起发 / the files are on {there} and could not go along:",
            *json.loads(row["files"]),
        ]
        return (), "\n".join([row["body"], *lines])

    def _through(self, name: str, message: Message, at: datetime) -> None:
        channel = self.settings.channels.get(name)
        if channel is None:
            raise NotSent(f"notify.yaml 里没有这个渠道了 / no such channel any more: {name}")
        account = f"notify:{name}"
        outlet = Outlet(
            channel, lambda key: self.secret(account, key), lambda key: self.has(account, key), at.timestamp()
        )
        self.senders[channel.kind](message, outlet)

    def _not_taken(self, row: RowMapping, error: NotSent, outcome: Delivered) -> None:
        tries, why = row["tries"] + 1, str(error)
        title = _title(row, repeats=error.perhaps)
        if error.again_s is None or tries >= TRIES:
            self._put(row, "failed", why, due=self.clock(), ended=self.clock(), title=title)
            outcome.failed.append({**row, "reason": why})
            return
        later = self.clock() + timedelta(seconds=error.again_s * 2 ** (tries - 1))
        self._put(row, "waiting", why, due=later, title=title)
        outcome.waiting.append({**row, "reason": why, "due_at": stamp(later)})

    def _put(
        self, row: RowMapping, state: str, why: str, *, due: datetime, ended: datetime | None = None, title: str = ""
    ) -> None:
        values = {"state": state, "reason": why, "due_at": stamp(due), "ended_at": stamp(ended) if ended else ""}
        values |= {"title": title or row["title"]}
        with self.database.write() as connection:
            connection.execute(update(notice).where(notice.c.notice_id == row["notice_id"]).values(values))

    def again(self, notice_id: str) -> bool:
        """A message that was given up waits again; whether there was such a one."""
        mine = update(notice).where(notice.c.notice_id.startswith(notice_id), notice.c.state == "failed")
        with self.database.write() as connection:
            values = {"state": "waiting", "tries": 0, "due_at": stamp(self.clock()), "ended_at": ""}
            return connection.execute(mine.values(values)).rowcount > 0

    def history(self, most: int) -> list[Row]:
        """The newest messages first."""
        newest = select(notice).order_by(notice.c.recorded_at.desc(), notice.c.notice_id).limit(most)
        with self.database.read() as connection:
            return [dict(row) for row in connection.execute(newest).mappings()]


def _title(row: RowMapping, *, repeats: bool = False) -> str:
    """The title, which says so where it may be a repeat: a process that died was sending it, or a try `repeats` it."""
    title: str = row["title"]
    marked = (repeats or row["state"] == "sending") and not title.endswith(REPEAT)
    return title + REPEAT if marked else title


def told(outbox: Outbox, message: Message) -> Delivered:
    """The message is kept and sent now, where it may be."""
    with outbox.database.write() as connection:
        post(connection, outbox.settings, message, outbox.clock())
    return outbox.deliver()
