"""What is queued, who holds it, and what an engine promises: plain values, no clock, no database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

State = Literal["queued", "leased", "ended"]
How = Literal["done", "failed", "person", "dropped"]

LEASE = timedelta(seconds=60)
"""How long nobody else may take what somebody holds, unless it is renewed."""

BY_HAND = "hand"
"""The kind of a ticket that no worker takes: a run that somebody began holds its account by it."""


@dataclass(frozen=True)
class Ticket:
    """One piece of work. Equal work has an equal `key`, and is queued once.

    `account`: never two tickets of one at a time, on any machine; "" for work that uses none. `tags`: what a worker
    must have to take it. The higher `priority` goes first, then whatever was put down first.
    """

    key: str
    kind: str
    run_key: str
    account: str = ""
    tags: tuple[str, ...] = ()
    priority: int = 0
    payload: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Lease:
    """A ticket in somebody's hands. `fence` rises each time it is taken: an older number has lost it."""

    ticket: Ticket
    worker: str
    fence: int


@dataclass(frozen=True)
class Ending:
    """How a ticket ended; `result` is for whoever waits for it, `folder` where its evidence lies."""

    outcome: How
    message: str = ""
    result: Mapping[str, object] = field(default_factory=dict)
    folder: str = ""


@dataclass(frozen=True)
class Renewed:
    """What a worker learns when it says that it lives: what it has lost, and what somebody asked to end, and why."""

    lost: frozenset[str] = frozenset()
    cancelled: Mapping[str, str] = field(default_factory=dict)
    draining: bool = False


@dataclass(frozen=True)
class WorkerFacts:
    """A process that takes tickets: where it runs, what it may take (`tags`), how many at a time."""

    name: str
    host: str = ""
    pid: int = 0
    tags: tuple[str, ...] = ()
    places: int = 1


@dataclass(frozen=True)
class Standing:
    """A ticket as the board has it."""

    ticket: Ticket
    state: State
    worker: str
    fence: int
    lease_until: datetime | None
    outcome: str
    message: str
    result: Mapping[str, object]
    folder: str
    cancel: str
    recorded_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class Queue(Protocol):
    """Tickets for workers. Every call is durable when it returns, and safe to repeat."""

    def put(self, tickets: Sequence[Ticket]) -> int:
        """Put them down; those that are there stay as they are. Returns how many wait to be taken."""

    def enter(self, facts: WorkerFacts) -> None:
        """A worker begins."""

    def leave(self, worker: str) -> None:
        """A worker ends; what it still holds may be taken by others at once."""

    def take(self, facts: WorkerFacts, *, full: bool = False) -> Lease | None:
        """The next ticket that this worker may do, or None. `full`: only one without an account, which costs no place.

        What a worker held that is gone is taken up again, under its own key and with a higher fence.
        """

    def hold(self, ticket: Ticket, facts: WorkerFacts) -> Lease | None:
        """This very ticket, of the kind `BY_HAND`, for a process that enters with it; None while its account is used.

        Its tags are the process's own: whoever asks with them again knows that the one before is dead.
        """

    def let_go(self, lease: Lease, ending: Ending) -> bool:
        """What was held by hand has ended, and its process is gone; False when the lease was lost."""

    def renew(self, worker: str, held: Mapping[str, Lease]) -> Renewed:
        """The worker lives and holds these: nobody takes them for another `LEASE`."""

    def end(self, lease: Lease, ending: Ending) -> bool:
        """The ticket has ended; False, and nothing is written, when the lease is lost."""

    def cancel(self, keys: Collection[str], why: str) -> int:
        """Ask these to end; those that nobody has taken end at once. Returns how many were open."""

    def forget(self, before: datetime) -> int:
        """What ended before that moment is no longer listed. Returns how many tickets."""

    def close(self) -> None:
        """Give back what it holds open."""
