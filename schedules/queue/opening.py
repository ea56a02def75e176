"""Which engine carries the tickets: one setting, `queue: embedded` (the default) or `queue: postgresql`."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from schedules.queue import board
from schedules.queue.embedded import EmbeddedQueue
from schedules.queue.errors import QueueUnfit
from schedules.queue.model import LEASE, Queue
from storage.database.connection import Database

if TYPE_CHECKING:
    from schedules.desk import Desk
    from schedules.settings import Settings


def queue_of(desk: "Desk", lease: timedelta = LEASE) -> Queue:
    """The desk's queue. Raises QueueUnfit."""
    return open_queue(desk.settings.queue, desk.database, desk.settings.database_url, lease)


def open_queue(engine: str, database: Database, url: str, lease: timedelta = LEASE) -> Queue:
    """The queue of that engine over these books. Raises QueueUnfit where procrastinate has no PostgreSQL."""
    if engine == "embedded":
        return EmbeddedQueue(database, lease)
    if database.dialect != "postgresql":
        raise QueueUnfit(engine, url)
    from schedules.queue.postgresql import ProcrastinateQueue

    return ProcrastinateQueue(database, lease)


def tidy_queue(settings: "Settings", database: Database, keep_days: int, *, really: bool = True) -> int:
    """Runs in the list that ended more than `keep_days` ago are gone from it, or would be; 0 keeps all. How many.

    Their folders, files and journal are not touched.
    """
    if keep_days == 0:
        return 0
    before = datetime.now(UTC) - timedelta(days=keep_days)
    if really:
        return open_queue(settings.queue, database, settings.database_url).forget(before)
    with database.read() as connection:
        return board.old(connection, before)
