"""What people hear of the timetable beside how its runs ended: runs that did not begin, mailboxes nobody can look into.

Kept for the outbox in the transaction in which it is decided; the clock's chores send it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby
from shlex import quote

from loguru import logger
from sqlalchemy import Connection

from schedules.desk import Desk
from schedules.notify.message import Message
from schedules.notify.outbox import post
from schedules.notify.settings import load_notify
from schedules.problems import DeskError, default_lang, explain
from schedules.settings import SHANGHAI
from schedules.timetable.deciding import Row, in_words


def not_begun(desk: Desk, connection: Connection, rows: Sequence[Row], now: datetime) -> None:
    """One message for each time of an entry whose runs were dropped because their window has closed."""

    def slot(row: Row) -> tuple[str, str]:
        entry, when, _ = row.key.split("|")
        return entry, when

    for (entry, when), group in groupby(sorted(rows, key=slot), slot):
        its = list(group)
        title, body = _words(its, when, desk.settings.lang)
        _post(desk, connection, Message("incident", f"not-begun|{entry}|{when}", title, body), now)


def mailbox_refused(desk: Desk) -> Callable[[str, Exception, datetime], None]:
    """Tells of a mailbox that cannot be looked into, once a day: what is to come by mail does not come."""

    def told(account: str, error: Exception, now: datetime) -> None:
        shown = explain(error, desk.settings.lang)
        title = f"邮箱 {account} 看不了，等邮件的都没有做"
        if desk.settings.lang == "en":
            title = f"The mailbox {account} cannot be looked into: what waits for mails is not done"
        day = f"{now.astimezone(SHANGHAI):%Y-%m-%d}"
        message = Message("incident", f"mailbox|{account}|{day}", title, f"{shown.message}\n{shown.hint}".strip())
        with desk.database.write() as connection:
            _post(desk, connection, message, now)

    return told


def _words(rows: Sequence[Row], slot: str, lang: str) -> tuple[str, str]:
    """Title and body for the runs of one slot; one that is a day's can be filled back, one that arrived cannot."""
    row, english = rows[0], lang == "en"
    why = in_words(row.reason, row.facts, "en" if english else "zh")
    accounts = (", " if english else "、").join(filter(None, (one.account for one in rows)))
    title = f"{row.entry} was not done: {why}" if english else f"{row.entry} 没有做：{why}"
    moment = f"{row.slot.astimezone(SHANGHAI):%Y-%m-%d %H:%M} {accounts}".strip()
    before = list(dict.fromkeys(filter(None, (one.message for one in rows))))
    day = row.day.isoformat()
    again = f"yeban backfill {quote(row.entry)} --from {day} --to {day}" if slot.startswith(f"{day}T") else "yeban run"
    return title, "\n".join([moment, *before, f"to do it now: {again}" if english else f"现在补做：{again}"])


def _post(desk: Desk, connection: Connection, message: Message, now: datetime) -> None:
    try:
        settings = load_notify(desk.home)
    except DeskError as error:  # a wrong notify.yaml must not keep runs from starting; doctor says it
        logger.error("not_told", title=message.title, reason=error.message(default_lang()))
        return
    post(connection, settings, message, now)
