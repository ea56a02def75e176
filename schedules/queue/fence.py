"""What stands between a run that has lost its lease and the site: it writes nothing more, and so begins nothing more.

The journal writes down each effect before it is tried. In that very transaction the fence asks whether the lease is
still held, and for long enough to do it: what was begun before is over, or given up, when somebody else may begin.
"""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Connection

from schedules.queue import board
from schedules.queue.errors import LeaseLost
from schedules.queue.model import LEASE, Lease

Fence = Callable[[Connection, str], None]


def margin_of(lease: timedelta) -> timedelta:
    """How long before a lease runs out its work is given up, and how much of it an effect needs to begin."""
    return lease / 4


def fence_of(lease: Lease, length: timedelta = LEASE) -> Fence:
    """What the journal calls inside each write, with its name. Raises LeaseLost."""

    def ask(connection: Connection, entry: str) -> None:
        needed = margin_of(length) if entry == "effect_opened" else None
        if not board.holds(connection, lease, for_at_least=needed):
            raise LeaseLost(lease.ticket.key, lease.worker)

    return ask
