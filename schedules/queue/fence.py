"""What stands between a run that has lost its lease and the site: it writes nothing more, and so begins nothing more.

The journal writes down each effect before it is tried. In that very transaction the fence asks whether the lease is
still held, and for long enough to do it: what was begun before is over, or given up, when somebody else may begin. It
asks once more right before each act of the effect, for a process may sleep in between.

journal    effect_opened, effect_acted: held for long enough; any other entry: held
books      every transaction of the run: held when it begins, and still when it ends
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import Connection

from schedules.queue import board
from schedules.queue.errors import LeaseLost
from schedules.queue.model import LEASE, Lease
from storage.database.connection import Database

Fence = Callable[[Connection, str], None]
OUTSIDE = frozenset({"effect_opened", "effect_acted"})
"""After these something is done outside."""
LOOKS = frozenset({"effect_acted", "books_opened"})
"""Here nothing has been written yet, or much will be."""


def margin_of(lease: timedelta) -> timedelta:
    """How long before a lease runs out its work is given up, and how much of it an effect needs to begin."""
    return lease / 4


def fence_of(lease: Lease, length: timedelta = LEASE, *, revives: bool = False) -> Fence:
    """What the journal calls inside each write, with its name. Raises LeaseLost.

    `revives`: a lease that has run out and that nobody has taken is held anew. So a person whose machine slept goes on;
    a worker does not, for it has been asked to end everything by then.
    """

    def ask(connection: Connection, entry: str) -> None:
        needed = margin_of(length) if entry in OUTSIDE else None
        if board.holds(connection, lease, for_at_least=needed, locks=entry not in LOOKS):
            return
        if not revives or not board.prolonged(connection, lease, length):
            raise LeaseLost(lease.ticket.key, lease.worker)

    return ask


class FencedBooks(Database):
    """The same books for a run that may lose its right to write: what it writes afterwards is undone.

    The fence is asked as a transaction begins, so that nothing is worked out in vain, and as it ends, when whoever
    takes the run up has to wait for the commit. SQLite has one writer: there the first answer stands until the end.
    """

    def __init__(self, database: Database, fence: Fence) -> None:
        """The books of `database`; they are its to close."""
        super().__init__(database.engine)
        self._fence = fence

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A write transaction. Raises LeaseLost, and nothing of it is written."""
        with super().write() as connection:
            self._fence(connection, "books_opened")
            yield connection
            if self.dialect != "sqlite":
                self._fence(connection, "books_closed")
