"""The desk's timetable put together: book, calendar, executor, watches, clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from schedules.desk import Desk
from schedules.timetable.book import TimetableBook
from schedules.timetable.clock import Clock
from schedules.timetable.files import FileWatch
from schedules.timetable.lock import only_clock
from schedules.timetable.mail import ImapMailbox, MailWatch
from schedules.timetable.opening import Opened
from schedules.timetable.turn import Executor, Turn


def turn_of(desk: Desk, opened: Opened, executor: Executor) -> Turn:
    """The desk's timetable at work, by this machine's time."""
    book = TimetableBook(desk.database, opened.timetable.name)
    return Turn(book, opened.timetable, opened.calendar, executor, lambda: datetime.now(UTC))


def mailbox_of(desk: Desk, name: str) -> ImapMailbox:
    """The mailbox of an account: its address is the account's `base_url`, its password is in the vault."""
    account = desk.account(name)
    return ImapMailbox(account.base_url, account.username, desk.vault.get(name, "password"))


def hook_token(desk: Desk, name: str) -> str:
    """The token of a webhook, stored by `yeban secret set hook:NAME token`; "" when there is none."""
    return desk.vault.read().get(f"hook:{name}", {}).get("token", "")


@contextmanager
def kept_clock(desk: Desk, opened: Opened, executor: Executor, side_by_side: int = 4) -> Iterator[Clock]:
    """The desk's clock, going until the block ends; it holds the lock. Raises ClockRunning."""
    with only_clock(desk.home):
        turn = turn_of(desk, opened, executor)
        files = FileWatch(opened.timetable, opened.path.parent)
        mails = MailWatch(opened.timetable, lambda name: mailbox_of(desk, name))
        clock = Clock(turn, [files, mails], side_by_side)
        clock.start()
        try:
            yield clock
        finally:
            clock.stop()
