"""The queue that needs nothing installed: leases in the books' own database, on SQLite or PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from schedules.queue import board
from schedules.queue.model import LEASE, Ending, Lease, Renewed, Ticket, WorkerFacts
from storage.database.connection import Database


class EmbeddedQueue:
    """Tickets as rows: each call is one transaction, and one worker at a time looks for its next ticket."""

    def __init__(self, database: Database, lease: timedelta = LEASE) -> None:
        """Over the books of `database`; nobody else takes what is held for the length of `lease`."""
        self._database = database
        self._lease = lease

    def put(self, tickets: Sequence[Ticket]) -> int:
        """Put them down; those that are there stay as they are. Returns how many wait to be taken."""
        with self._database.write() as connection:
            return len(board.put(connection, tickets))

    def enter(self, facts: WorkerFacts) -> None:
        """A worker begins."""
        with self._database.write() as connection:
            board.enter(connection, facts)

    def leave(self, worker: str) -> None:
        """A worker ends; what it still holds may be taken by others at once."""
        with self._database.write() as connection:
            board.leave(connection, worker)

    def take(self, facts: WorkerFacts, *, full: bool = False) -> Lease | None:
        """The next ticket that this worker may do, or None; what a worker held that is gone is among them."""
        with self._database.read() as connection:
            if not board.anything(connection):
                return None
        with self._database.write() as connection:
            key = board.next_for(connection, facts, full=full)
            return board.taken(connection, key, facts.name, self._lease) if key else None

    def hold(self, ticket: Ticket, facts: WorkerFacts) -> Lease | None:
        """This very ticket for a process that enters with it; None while its account is used."""
        with self._database.write() as connection:
            return board.hold(connection, ticket, facts, self._lease)

    def let_go(self, lease: Lease, ending: Ending) -> bool:
        """What was held by hand has ended, and its process is gone; False when the lease was lost."""
        with self._database.write() as connection:
            ended = board.ended(connection, lease, ending)
            board.leave(connection, lease.worker)
            return ended

    def renew(self, worker: str, held: Mapping[str, Lease]) -> Renewed:
        """The worker lives and holds these: nobody takes them for another lease."""
        with self._database.write() as connection:
            return board.renewed(connection, worker, held, self._lease)

    def end(self, lease: Lease, ending: Ending) -> bool:
        """The ticket has ended; False, and nothing is written, when the lease is lost."""
        with self._database.write() as connection:
            return board.ended(connection, lease, ending)

    def cancel(self, keys: Collection[str], why: str) -> int:
        """Ask these to end; those that nobody has taken end at once. Returns how many were open."""
        with self._database.write() as connection:
            waiting, held = board.cancel(connection, keys, why)
        return len(waiting) + len(held)

    def forget(self, before: datetime) -> int:
        """What ended before that moment is no longer listed. Returns how many tickets."""
        with self._database.write() as connection:
            return board.forget(connection, before)

    def close(self) -> None:
        """The database is the desk's to close."""
