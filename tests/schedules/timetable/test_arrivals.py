"""What comes from outside, files, mails and calls, is seen once, and nothing that is not meant is let in."""

import os
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schedules.timetable.errors import MailboxRefused
from schedules.timetable.files import FileWatch
from schedules.timetable.mail import ImapMailbox, Mail, MailWatch
from schedules.timetable.model import Arrival
from schedules.timetable.webhook import LONGEST_BODY, webhook_app
from tests.schedules.timetable.imap import standin
from tests.schedules.timetable.world import at, timetable_of

DAY = timedelta(days=1)
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)


def written(path: Path, text: str, ago_s: int) -> None:
    """A file that was last changed so long ago."""
    path.write_text(text, "utf-8")
    os.utime(path, (NOW.timestamp() - ago_s,) * 2)


def test_a_file_arrives_once_it_is_whole(tmp_path: Path) -> None:
    """A settled file is one arrival, one still being written none yet; later it is known, changed it is new."""
    table = timetable_of('  x: {run: f, accounts: [a], on: {file: "in/*.xlsx", settled: 1m}}\n')
    (tmp_path / "in").mkdir()
    watch = FileWatch(table, tmp_path)
    known: set[str] = set()

    def look(now: datetime = NOW) -> list[str]:
        found = watch.look(now, lambda keys: known & set(keys))
        known.update(one.key for one in found)
        return [str(one.given["name"]) for one in found]

    assert look() == []
    written(tmp_path / "in" / "账单.xlsx", "1", 90)
    written(tmp_path / "in" / "正在写.xlsx", "1", 30)
    for name in ("~$账单.xlsx", "账单.xlsx.part", "别的.csv"):
        written(tmp_path / "in" / name, "1", 90)
    assert look() == ["账单.xlsx"]
    assert look() == []
    assert look(NOW + timedelta(minutes=1)) == ["正在写.xlsx"]
    written(tmp_path / "in" / "账单.xlsx", "22", 80)
    assert look() == ["账单.xlsx"]


def test_a_file_whose_time_lies_ahead_arrives_once_it_was_seen_to_rest(tmp_path: Path) -> None:
    """Unpacked from another time zone, or on a share whose clock is ahead: it is not waited for until that hour."""
    table = timetable_of('  x: {run: f, accounts: [a], on: {file: "*.xlsx", settled: 1m}}\n')
    folder = tmp_path / "店铺[1]"
    folder.mkdir()
    watch = FileWatch(table, folder)

    def look(seconds: int) -> list[str]:
        found = watch.look(NOW + timedelta(seconds=seconds), lambda keys: set())
        return [str(one.given["name"]) for one in found]

    written(folder / "账单.xlsx", "1", -8 * 3600)
    assert look(0) == []
    written(folder / "账单.xlsx", "22", -8 * 3600)
    assert (look(50), look(109)) == ([], [])
    assert look(110) == ["账单.xlsx"]


MAILS = [
    "Message-ID: <1@bank>\nFrom: Bank <no-reply@bank.com>\nSubject: =?utf-8?b?5Zue5Y2VIDIwMjYtMTEtMTk=?=",
    "Message-ID: <2@bank>\nFrom: no-reply@bank.com\nSubject: =?utf-8?b?6JCl6ZSA?=",
    "Message-ID: <3@evil>\nFrom: no-reply@bank.com.evil.net\nSubject: =?utf-8?b?5Zue5Y2V?=",
    "From: nobody@bank.com\nSubject: =?utf-8?b?5Zue5Y2V?=",
]
MAILED = '  x: {run: f, accounts: [a], on: {mail: mail, from: "*@BANK.com", subject: "回单*"}}\n'


def test_a_mail_arrives_by_sender_and_subject() -> None:
    """Of four mails the one that fits arrives, once; the mailbox is opened read-only and nothing is marked as read."""
    with standin(MAILS, "geheim") as server:
        watch = MailWatch(timetable_of(MAILED), lambda name: ImapMailbox(server.url, name, "geheim"))
        [found] = watch.look(NOW, lambda keys: set())
        assert found.given == {"sender": "no-reply@bank.com", "subject": "回单 2026-11-19"}
        assert watch.look(NOW + timedelta(minutes=1), lambda keys: {found.key}) == []
        assert sum(command.startswith("SEARCH") for command in server.commands) == 2
        said = " ".join(server.commands).upper()
    assert "SEARCH SINCE 18-NOV-2026" in said
    assert "EXAMINE" in said
    assert "BODY.PEEK" in said
    assert "STORE" not in said


class Boxes:
    """Mailboxes by account: what they hold, or that they are away; and from when on they were asked."""

    def __init__(self, **boxes: list[Mail] | None) -> None:
        self.boxes = boxes
        self.asked: list[tuple[str, datetime]] = []
        self.name = ""

    def __call__(self, name: str) -> "Boxes":
        """The mailbox of the account."""
        self.name = name
        return self

    def since(self, moment: datetime) -> list[Mail]:
        """Its mails."""
        self.asked.append((self.name, moment))
        found = self.boxes[self.name]
        if found is None:
            raise MailboxRefused(self.name, "away")
        return found


TWO_BOXES = """
  x: {run: f, accounts: [a], on: {mail: a}}
  y: {run: f, accounts: [b], on: {mail: b}}
"""


def test_a_mailbox_that_is_away_keeps_nobody_from_the_others() -> None:
    """The other's mail arrives; who is away is said, and once it is back what came meanwhile is looked for too."""
    boxes = Boxes(a=None, b=[Mail("<1>", "b@b", "回单")])
    away: list[str] = []
    watch = MailWatch(timetable_of(TWO_BOXES), boxes, None, lambda name, error, now: away.append(name))
    assert [one.entry for one in watch.look(NOW, lambda keys: set())] == ["y"]
    assert away == ["a"]
    boxes.boxes["a"] = [Mail("<2>", "a@a", "回单")]
    later = NOW + timedelta(minutes=2)
    assert [one.entry for one in watch.look(later, lambda keys: set())] == ["x", "y"]
    assert away == ["a"]


def test_a_mailbox_is_asked_once_a_minute_and_for_the_time_that_nobody_looked() -> None:
    """The clock looks every few seconds; after a week off, what came in that week is looked for."""
    boxes = Boxes(a=[], b=[])
    week = timedelta(days=7)
    watch = MailWatch(timetable_of(TWO_BOXES), boxes, NOW - week)
    for seconds in (0, 10, 20, 59, 60):
        watch.look(NOW + timedelta(seconds=seconds), lambda keys: set())
    back = [when for name, when in boxes.asked if name == "a"]
    assert back == [NOW - week - 2 * DAY, NOW - 2 * DAY]
    watch.look(NOW - timedelta(days=1), lambda keys: set())
    assert len(boxes.asked) == 6, "a clock that was set back is no reason to wait for a day"


def test_a_mailbox_that_refuses_is_said() -> None:
    """A wrong password, an address that is not IMAP or not encrypted: refused, naming mailbox and reason."""
    with standin(MAILS, "geheim") as server, pytest.raises(MailboxRefused) as caught:
        ImapMailbox(server.url, "me", "falsch").since(NOW)
    assert "me@127.0.0.1" in caught.value.message("zh")
    for url in ("imap://mail.example.com", "https://mail.example.com"):
        with pytest.raises(MailboxRefused):
            ImapMailbox(url, "me", "x").since(NOW)


class Hooks:
    """The application with one hook, and what arrived."""

    def __init__(self) -> None:
        self.arrived: list[Arrival] = []
        table = timetable_of(
            "  x: {run: f, accounts: [a], on: {webhook: stock}}\n  y: {run: f, accounts: [b], after: x}\n"
        )
        tokens = {"stock": "t0ken", "other": "o"}
        self.app = webhook_app(
            lambda: table, lambda name: tokens.get(name, ""), self.arrived.extend, lambda: at("20 11:00")
        )

    async def post(self, path: str, body: bytes = b"", **headers: str) -> int:
        """The status of one call."""
        sent: list[dict[str, Any]] = []
        messages = [{"type": "http.request", "body": body[n : n + 4096], "more_body": n + 4096 < len(body)}
                    for n in range(0, max(len(body), 1), 4096)]  # fmt: skip
        named: Iterable[tuple[bytes, bytes]] = [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
        scope = {"type": "http", "http_version": "1.1", "method": "POST", "path": path, "raw_path": path.encode(),
                 "root_path": "", "query_string": b"", "headers": list(named), "scheme": "http"}  # fmt: skip

        async def receive() -> dict[str, Any]:
            return messages.pop(0)

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        return int(sent[0]["status"])


async def test_a_call_with_the_token_begins_one_run() -> None:
    """The right token is let in and its payload kept; a call repeated is the same arrival, another is another."""
    hooks = Hooks()
    assert await hooks.post("/hooks/stock", b'{"sku": 1}', authorization="Bearer t0ken", idempotency_key="k1") == 202
    assert await hooks.post("/hooks/stock", b'{"sku": 1}', x_yeban_token="t0ken", idempotency_key="k1") == 202
    assert await hooks.post("/hooks/stock", b'{"sku": 1}', x_yeban_token="t0ken", idempotency_key="k2") == 202
    assert [one.entry for one in hooks.arrived] == ["x"] * 3
    assert len({one.key for one in hooks.arrived}) == 2
    assert hooks.arrived[0].given == {"name": "stock", "payload": '{"sku": 1}'}


@pytest.mark.parametrize(
    ("path", "token", "size", "status"),
    [
        ("/hooks/stock", "", 1, 401),
        ("/hooks/stock", "t0keN", 1, 401),
        ("/hooks/other", "o", 1, 401),
        ("/hooks/nobody", "", 1, 401),
        ("/hooks/stock", "t0ken", LONGEST_BODY + 1, 413),
    ],
)
async def test_nobody_else_is_let_in(path: str, token: str, size: int, status: int) -> None:
    """No token, a wrong one, a hook that no entry waits for, a body too long: refused, and nothing arrives."""
    hooks = Hooks()
    assert await hooks.post(path, b"x" * size, x_yeban_token=token) == status
    assert hooks.arrived == []
