"""A person ends a run: whether it waits, lies in the queue or runs on another machine."""

from datetime import UTC, datetime

from schedules.desk import Desk
from schedules.queue import board
from schedules.queue.errors import RunMissing
from schedules.queue.model import Queue
from schedules.timetable.book import TimetableBook
from schedules.timetable.deciding import OPEN
from schedules.timetable.handing import ticket_key
from schedules.timetable.turn import cancelled


def cancel_run(desk: Desk, queue: Queue, name: str, who: str) -> tuple[str, str]:
    """The open run of that name, or the only one that begins so, is to end; its key and its state now.

    Raises RunMissing with the open ones when there is none, or more than one.
    """
    book = TimetableBook(desk.database, "")
    now = datetime.now(UTC)
    with book.write("cancel") as page:
        rows = {row.key: row for row in page.rows(now) if row.state in OPEN}
        found = [key for key in rows if key.rstrip("|") == name.rstrip("|")]
        found = found or [key for key in rows if key.startswith(name)]
        if len(found) != 1:
            raise RunMissing(name, found or list(rows))
        row = rows[found[0]]
        state = cancelled(page, row, who, now)
    if state == "running":
        key = ticket_key(row.key, row.attempt)
        queue.cancel([key], who)
        with book.write("cancel") as page:
            one = board.standing(page.connection, key)
            if one is not None and one.state == "ended":  # nobody had taken it: it ended at once, and so has the run
                page.ended(row.key, one.outcome, one.message, datetime.now(UTC))
                state = "dropped"
    return row.key, state
