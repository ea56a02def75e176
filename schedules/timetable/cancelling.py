"""A person ends a run: whether it waits, lies in the queue, runs on another machine, or was begun by hand."""

from datetime import UTC, datetime

from schedules.desk import Desk
from schedules.queue import board
from schedules.queue.errors import RunMissing
from schedules.queue.model import BY_HAND, Queue
from schedules.timetable.book import TimetableBook
from schedules.timetable.deciding import OPEN
from schedules.timetable.handing import ticket_key
from schedules.timetable.turn import cancelled


def cancel_run(desk: Desk, queue: Queue, name: str, who: str) -> tuple[str, str]:
    """The open run of that name, or the only one that begins so, is to end; its key and its state now.

    The state is "running" while somebody has it, "left" when whoever had it is gone: it is not begun again. A run by
    hand goes by its run's name. Raises RunMissing with the open ones when there is none, or more than one.
    """
    if hands := _by_hand(desk, name):
        queue.cancel(hands, who)
        return name, "running"
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
                return row.key, "dropped"
            if one is None or board.is_free(page.connection, key):
                return row.key, "left"
    return row.key, state


def _by_hand(desk: Desk, name: str) -> list[str]:
    """The tickets of the run by hand of that name; none where several names begin so."""
    hands = (board.job.kind == BY_HAND) & (board.job.state == "leased")
    with desk.database.read() as connection:
        found = [one.ticket for one in board.standings(connection, hands) if one.ticket.run_key.startswith(name)]
    return [one.key for one in found] if len({one.run_key for one in found}) == 1 else []
