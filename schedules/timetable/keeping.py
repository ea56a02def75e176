"""The desk's timetable put together: book, calendar, executor, watches, clock."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from loguru import logger

from schedules.desk import Desk
from schedules.problems import DeskError
from schedules.queue.model import Queue
from schedules.timetable.book import TimetableBook
from schedules.timetable.clock import Chore, Clock, Watch
from schedules.timetable.files import FileWatch
from schedules.timetable.handing import Handing, TagsOf
from schedules.timetable.lock import only_clock
from schedules.timetable.mail import ImapMailbox, MailWatch
from schedules.timetable.model import Job, Timetable, WorkCalendar
from schedules.timetable.opening import Opened, open_timetable, plan_path
from schedules.timetable.telling import mailbox_refused, not_begun
from schedules.timetable.turn import Control, Executor, Outcome, Turn

Now = Callable[[], datetime]
"""Tells the moment, aware."""


def machine_time() -> datetime:
    """The moment by this machine's clock."""
    return datetime.now(UTC)


def turn_of(desk: Desk, opened: Opened, executor: Executor, now: Now = machine_time) -> Turn:
    """The desk's timetable at work, by this machine's time or the one that is handed in."""
    book = TimetableBook(desk.database, opened.timetable.name)
    return Turn(book, opened.timetable, opened.calendar, executor, now)


def mailbox_of(desk: Desk, name: str) -> ImapMailbox:
    """The mailbox of an account: its address is the account's `base_url`, its password is in the vault."""
    account = desk.account(name)
    return ImapMailbox(account.base_url, account.username, desk.vault.get(name, "password"))


def hook_token(desk: Desk, name: str) -> str:
    """The token of a webhook, stored by `yeban secret set hook:NAME token`; "" when there is none."""
    return desk.vault.read().get(f"hook:{name}", {}).get("token", "")


def watches_of(desk: Desk, opened: Opened) -> list[Watch]:
    """What looks for files and mails; file patterns begin beside the timetable.

    Mails that came while nobody kept the clock are looked for too: since its last look.
    """
    with TimetableBook(desk.database, opened.timetable.name).read() as page:
        looked_at = page.mark()
    mails = MailWatch(opened.timetable, lambda name: mailbox_of(desk, name), looked_at, mailbox_refused(desk))
    return [FileWatch(opened.timetable, opened.path.parent), mails]


class Renewal:
    """Reads the timetable anew once it, its holidays or a plan it names has changed; a broken one is logged, the old
    stays. It outlives the clocks of its process: whoever takes the clock over goes by the newest, not by what was there
    when the process began."""

    def __init__(self, desk: Desk, opened: Opened) -> None:
        """What was opened is the newest."""
        self.desk = desk
        self.opened = opened
        self.seen = self.state()

    def state(self) -> list[tuple[str, int, int]]:
        """When the files were last changed, and their sizes."""
        at = self.opened
        plans = {one.run for one in at.timetable.entries.values() if one.run.endswith((".yaml", ".yml"))}
        paths = [at.path, at.holidays, self.desk.home / "holidays.yaml"]
        paths += [plan_path(at.path.parent, name) for name in sorted(plans)]
        found = [(str(path), path.stat()) for path in paths if path.is_file()]
        return [(name, one.st_mtime_ns, one.st_size) for name, one in found]

    def __call__(self) -> tuple[Timetable, WorkCalendar, list[Watch]] | None:
        """The changed timetable with its calendar and watches; None while there is none to be used."""
        if (state := self.state()) == self.seen:
            return None
        self.seen = state
        try:
            self.opened = open_timetable(self.desk.settings, self.opened.path)
        except DeskError as error:
            logger.error("timetable_not_renewed", code=error.code, message=error.message(self.desk.settings.lang))
            return None
        self.seen = self.state()
        logger.info("timetable_renewed", entries=len(self.opened.timetable.entries))
        return self.opened.timetable, self.opened.calendar, watches_of(self.desk, self.opened)


def tags_at(desk: Desk) -> TagsOf:
    """What a worker must be to use an account: its `worker` in the settings."""
    accounts = desk.settings.accounts
    return lambda name: (accounts[name].worker,) if name in accounts and accounts[name].worker else ()


@contextmanager
def kept_clock(renewal: Renewal, queue: Queue, wake: Callable[[], None] = lambda: None,
               chores: Sequence[Chore] = (), now: Now = machine_time) -> Iterator[Clock]:  # fmt: skip
    """The desk's clock, going until the block ends; it holds the lock. Raises ClockRunning.

    What is due goes to the queue; `wake` tells a worker of this process.
    """
    desk = renewal.desk
    with only_clock(desk.home, desk.database) as still_ours:
        renewal()
        turn = turn_of(desk, renewal.opened, Nobody(), now)
        turn.unheard = lambda page, rows: not_begun(desk, page.connection, rows, now())
        given = Handing(turn, queue, desk.database, tags_at(desk), wake)
        clock = Clock(turn, given, watches_of(desk, renewal.opened), renewal, chores)
        clock.still_ours = still_ours
        clock.start()
        try:
            yield clock
        finally:
            clock.stop()


class Nobody:
    """The executor of a clock whose runs are done by workers."""

    def run(self, job: Job, control: Control) -> Outcome:  # noqa: ARG002
        """A defect: such a clock plays nothing itself."""
        raise AssertionError(f"{job.key} belongs to a worker")
