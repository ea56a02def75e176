"""Which engine carries the tickets: one setting, `queue: embedded` (the default) or `queue: postgresql`."""

from datetime import timedelta
from typing import TYPE_CHECKING

from schedules.queue.embedded import EmbeddedQueue
from schedules.queue.errors import QueueUnfit
from schedules.queue.model import LEASE, Queue
from storage.database.connection import Database

if TYPE_CHECKING:
    from schedules.desk import Desk


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
