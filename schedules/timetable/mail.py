"""Mails that arrive: a look into a mailbox that leaves everything as it was, not even marked as read.

The protocol is narrow so that a test, or another kind of mailbox, can stand in; `ImapMailbox` is the real one.
"""

import fnmatch
import hashlib
import imaplib
import ssl
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from typing import Protocol
from urllib.parse import urlsplit

from loguru import logger

from schedules.timetable.errors import MailboxRefused
from schedules.timetable.model import Arrival, Timetable, Trigger

LOOKED_BACK = timedelta(days=2)
"""Mails of these days are looked at each time; those that have begun a run are known by their Message-ID."""
MOST_BACK = timedelta(days=31)
"""After a time without a look, because nobody kept the clock or the mailbox was away, so many days at most."""
EVERY = timedelta(minutes=1)
"""So often a mailbox is looked into: the clock looks more often, and servers lock out who signs in all the time."""
MOST_MAILS = 500
TIMEOUT_S = 20.0


@dataclass(frozen=True)
class Mail:
    """What is looked at of a mail."""

    message_id: str
    sender: str
    subject: str


class Mailbox(Protocol):
    """Somewhere mails arrive."""

    def since(self, moment: datetime) -> Sequence[Mail]:
        """The mails of that day and later, oldest first. Raises MailboxRefused."""


class MailWatch:
    """The `on: {mail: …}` entries of a timetable; `open_mailbox` gives the mailbox of an account."""

    def __init__(self, timetable: Timetable, open_mailbox: Callable[[str], Mailbox], since: datetime | None = None,
                 refused: Callable[[str, Exception, datetime], None] = lambda *_: None) -> None:  # fmt: skip
        """Nothing is looked at yet. `since`: when mails were last looked at, if that is known; `refused` hears of a
        mailbox that cannot be looked into, at each look."""
        self.triggers = [
            (entry.name, entry.trigger)
            for entry in timetable.entries.values()
            if entry.trigger and entry.trigger.kind == "mail"
        ]
        self.open_mailbox = open_mailbox
        self.since = since
        self.refused = refused
        self.asked: dict[str, datetime] = {}
        self.seen: dict[str, datetime] = {}

    def look(self, now: datetime, known: Callable[[Iterable[str]], set[str]]) -> Sequence[Arrival]:
        """Mails that fit an entry and have not begun a run of it; each mailbox is looked into once a minute.

        One that is away keeps nobody from the others, and what came meanwhile is found when it is back.
        """
        found: dict[str, Arrival] = {}
        for account in dict.fromkeys(trigger.where for _, trigger in self.triggers):
            for mail in self._mails(account, now):
                for name, trigger in self.triggers:
                    if trigger.where == account and fits(mail, trigger):
                        key = f"{name}:{hashlib.sha256(mail.message_id.encode()).hexdigest()[:16]}"
                        found[key] = Arrival(key, name, now, {"sender": mail.sender, "subject": mail.subject})
        there = known(found) if found else set()
        return [arrival for key, arrival in found.items() if key not in there]

    def _mails(self, account: str, now: datetime) -> Sequence[Mail]:
        asked = self.asked.get(account)
        if asked is not None and timedelta() <= now - asked < EVERY:
            return []
        self.asked[account] = now
        seen = self.seen.get(account, self.since) or now
        try:
            mails = self.open_mailbox(account).since(max(min(now, seen) - LOOKED_BACK, now - MOST_BACK))
        except Exception as error:  # noqa: BLE001 (one mailbox that is away must not keep the others from being looked at)
            logger.exception("mailbox_look_failed", account=account)
            self.refused(account, error, now)
            return []
        self.seen[account] = now
        return mails


def fits(mail: Mail, trigger: Trigger) -> bool:
    """Whether sender and subject are as the entry says, capitals aside."""
    pairs = ((mail.sender, trigger.sender), (mail.subject, trigger.subject))
    return all(not pattern or fnmatch.fnmatchcase(text.lower(), pattern.lower()) for text, pattern in pairs)


class ImapMailbox:
    """A mailbox by IMAP: `imaps://host[:port]`, or `imap://` on this machine; its inbox, opened read-only."""

    def __init__(self, url: str, user: str, password: str) -> None:
        """Nothing is opened yet."""
        self.parts = urlsplit(url)
        self.user = user
        self.password = password

    def since(self, moment: datetime) -> Sequence[Mail]:
        """The inbox's mails of that day and later, oldest first, at most MOST_MAILS of them. Raises MailboxRefused."""
        where = f"{self.user}@{self.parts.hostname}"
        try:
            server = self._open()
        except (OSError, imaplib.IMAP4.error) as error:
            raise MailboxRefused(where, str(error)) from error
        try:
            server.login(self.user, self.password)
            if "ID" in server.capabilities:  # 163 and 126 answer nothing to a program that does not say its name
                server.xatom("ID", '("name" "yeban")')
            if server.select("INBOX", readonly=True)[0] != "OK":
                raise MailboxRefused(where, "INBOX")
            found = server.search(None, "SINCE", f"{moment:%d}-{MONTHS[moment.month - 1]}-{moment:%Y}")[1]
            numbers = b" ".join(part for part in found if part).split()[-MOST_MAILS:]
            return [mail for mail in map(_mail, self._headers(server, numbers)) if mail.message_id]
        except (OSError, imaplib.IMAP4.error) as error:
            raise MailboxRefused(where, str(error)) from error
        finally:
            with suppress(OSError, imaplib.IMAP4.error):
                server.logout()

    def _open(self) -> imaplib.IMAP4:
        host = self.parts.hostname or ""
        if self.parts.scheme == "imaps":
            context = ssl.create_default_context()
            return imaplib.IMAP4_SSL(host, self.parts.port or 993, ssl_context=context, timeout=TIMEOUT_S)
        if self.parts.scheme == "imap" and host in ("127.0.0.1", "localhost", "::1"):
            return imaplib.IMAP4(host, self.parts.port or 143, timeout=TIMEOUT_S)
        raise MailboxRefused(self.parts.geturl(), "imaps://")

    def _headers(self, server: imaplib.IMAP4, numbers: Sequence[bytes]) -> Iterable[bytes]:
        if not numbers:
            return []
        wanted = "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID FROM SUBJECT)])"
        answer = server.fetch(b",".join(numbers).decode(), wanted)[1]
        return [part[1] for part in answer if isinstance(part, tuple)]


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""IMAP's months are English whatever the locale."""


def _mail(header: bytes) -> Mail:
    message = message_from_bytes(header, policy=policy.default)
    sender = message["from"].addresses if message["from"] else ()
    address = str(sender[0].addr_spec) if sender else ""
    return Mail(str(message["message-id"] or "").strip(), address, str(message["subject"] or ""))
