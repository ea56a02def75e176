"""The queue for several machines: procrastinate decides who does what next, beside our own record; its one door.

procrastinate brings one job at a time per lock (the account), priorities, heartbeats, what stalled, abort requests, and
tools that show all that. It works in the very transaction in which our row is written, in a schema of its own: a ticket
is in both or in neither. What stalled is given back by the rule of the embedded queue: when our lease is over.
"""

from collections.abc import Callable, Collection, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from itertools import chain, combinations
from typing import Any, TypeVar

from procrastinate.connector import BaseConnector
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from procrastinate.schema import SchemaManager
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from sqlalchemy import Connection, func, select, text

from schedules.queue import board
from schedules.queue.model import BY_HAND, LEASE, Ending, Lease, Renewed, Ticket, WorkerFacts
from storage.database.connection import Database

SCHEMA = "procrastinate"
STATUS = {"done": Status.SUCCEEDED, "person": Status.SUCCEEDED, "failed": Status.FAILED, "dropped": Status.FAILED}
HANDS = f"yeban.{BY_HAND}"
LONG_GONE_S = 24 * 3600.0
T = TypeVar("T")


class ProcrastinateQueue:
    """Tickets as procrastinate's jobs, and as rows of ours that say what became of them."""

    def __init__(self, database: Database, lease: timedelta = LEASE) -> None:
        """Over the books of `database`, which is PostgreSQL; its tables are made when they are missing."""
        self._database = database
        self._lease = lease
        self._workers: dict[str, int] = {}
        self._jobs: dict[tuple[str, int], int] = {}
        with self._write(make=True) as (connection, manager):
            if not manager.check_connection():
                _now(SchemaManager(manager.connector).apply_schema_async())
            self._adopt(connection, manager)

    def put(self, tickets: Sequence[Ticket]) -> int:
        """Put them down; those that are there stay as they are. Returns how many wait to be taken."""
        with self._write() as (connection, manager):
            known = board.known(connection, [one.key for one in tickets])
            waiting = board.put(connection, tickets)
            new = {one.key: one for one in tickets if one.key not in known}
            if new:
                manager.batch_defer_jobs([_job_of(one) for one in new.values()])
        return len(waiting)

    def enter(self, facts: WorkerFacts) -> None:
        """A worker begins."""
        with self._write() as (connection, manager):
            board.enter(connection, facts)
            _now(manager.prune_stalled_workers(LONG_GONE_S))
            self._workers[facts.name] = _now(manager.register_worker())

    def leave(self, worker: str) -> None:
        """A worker ends; what it still holds may be taken by others at once."""
        with self._write() as (connection, manager):
            board.leave(connection, worker)
            _now(manager.unregister_worker(self._workers.pop(worker)))

    def take(self, facts: WorkerFacts, *, full: bool = False) -> Lease | None:
        """The next ticket that this worker may do, or None; what a worker held that is gone is given back before."""
        with self._database.read() as connection:
            if not board.anything(connection):
                return None
        with self._write() as (connection, manager):
            self._give_back(connection, manager)
            queues = _queues(facts.tags, full=full)
            while job := _now(manager.fetch_job(queues, self._workers[facts.name])):
                key, number = str(job.task_kwargs["key"]), job.id or 0
                lease = board.taken(connection, key, facts.name, self._lease)
                if lease is not None:
                    self._jobs[key, lease.fence] = number
                    return lease
                _now(manager.finish_job(job, Status.FAILED, delete_job=False))  # it was cancelled meanwhile
        return None

    def hold(self, ticket: Ticket, facts: WorkerFacts) -> Lease | None:
        """This very ticket for a process that enters with it; None while its account is used."""
        with suppress(_InUse), self._write() as (connection, manager):
            board.alone(connection)
            self._give_back(connection, manager, ticket.tags)
            lease = board.hold(connection, ticket, facts, self._lease)
            if lease is None:
                return None
            number = _now(manager.register_worker())
            manager.batch_defer_jobs([_job_of(ticket)])
            job = _now(manager.fetch_job([_queue(ticket.account, ticket.tags)], number))
            if job is None:
                raise _InUse  # by what our row does not know of: all of this is undone
            self._workers[facts.name] = number
            self._jobs[ticket.key, lease.fence] = job.id or 0
            return lease
        return None

    def let_go(self, lease: Lease, ending: Ending) -> bool:
        """What was held by hand has ended, and its process is gone; False when the lease was lost."""
        ended = self.end(lease, ending)
        self.leave(lease.worker)
        return ended

    def renew(self, worker: str, held: Mapping[str, Lease]) -> Renewed:
        """The worker lives and holds these: nobody takes them for another lease."""
        with self._write() as (connection, manager):
            _now(manager.update_heartbeat(self._workers[worker]))
            if not _is_there(connection, self._workers[worker]):
                # It slept for so long that another worker's beginning has cleared it away: without this it could take
                # nothing any more, until somebody began it anew.
                self._workers[worker] = _now(manager.register_worker())
            return board.renewed(connection, worker, held, self._lease)

    def end(self, lease: Lease, ending: Ending) -> bool:
        """The ticket has ended; False, and nothing is written, when the lease is lost."""
        with self._write() as (connection, manager):
            if not board.ended(connection, lease, ending):
                return False
            number = self._jobs.pop((lease.ticket.key, lease.fence))
            _now(manager.finish_job_by_id_async(number, STATUS[ending.outcome], delete_job=False))
            return True

    def cancel(self, keys: Collection[str], why: str) -> int:
        """Ask these to end; those that nobody has taken end at once. Returns how many were open."""
        with self._write() as (connection, manager):
            waiting, held = board.cancel(connection, keys, why)
            for key in [*waiting, *held]:
                for job in _now(manager.list_jobs_async(queueing_lock=key)):
                    if job.id is not None and job.status in {"todo", "doing"}:
                        _now(manager.cancel_job_by_id_async(job.id, abort=True))
        return len(waiting) + len(held)

    def forget(self, before: datetime) -> int:
        """What ended before that moment is no longer listed, in both records. Returns how many tickets."""
        with self._write() as (connection, manager):
            count = board.forget(connection, before)
            hours = max(1, int((board.now_of(connection) - before) / timedelta(hours=1)))
            _now(manager.delete_old_jobs(hours, include_failed=True, include_cancelled=True, include_aborted=True))
            return count

    def close(self) -> None:
        """The database is the desk's to close."""

    def _adopt(self, connection: Connection, manager: JobManager) -> None:
        """Tickets that were put down while `queue` was `embedded` are procrastinate's from now on."""
        known = {
            job.queueing_lock for state in ("todo", "doing") for job in _now(manager.list_jobs_async(status=state))
        }
        open_ones = [one.ticket for one in board.standings(connection, board.job.state.in_(board.OPEN))]
        if strange := [_job_of(ticket) for ticket in open_ones if ticket.key not in known]:
            manager.batch_defer_jobs(strange)

    def _give_back(self, connection: Connection, manager: JobManager, tags: Sequence[str] = ()) -> None:
        """What stalled may be fetched again, once our own lease of it is over; a run by hand is over then.

        What has ended without procrastinate (while `queue` was `embedded`) ends here too: it would keep its account.
        """
        for key in board.hands_gone(connection, tags):
            for job in _now(manager.list_jobs_async(queueing_lock=key, status="doing")):
                _now(manager.finish_job(job, Status.FAILED, delete_job=False))
        stalled = _now(manager.get_stalled_jobs(seconds_since_heartbeat=self._lease.total_seconds()))
        for job in stalled:
            key = str(job.task_kwargs["key"])
            open_ones = select(board.job.ticket_key).where(board.job.ticket_key == key, board.job.state.in_(board.OPEN))
            if connection.execute(open_ones).first() is None:
                _now(manager.finish_job(job, Status.FAILED, delete_job=False))
            elif job.task_name != HANDS and board.is_free(connection, key):
                _now(manager.retry_job(job))

    @contextmanager
    def _write(self, *, make: bool = False) -> Iterator[tuple[Connection, JobManager]]:
        with self._database.write() as connection:
            if make:
                connection.execute(select(func.pg_advisory_xact_lock(board.TAKING)))
                connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
            connection.exec_driver_sql(f"SET LOCAL search_path = {SCHEMA}, public")
            yield connection, JobManager(_Inside(connection))


def _is_there(connection: Connection, worker: int) -> bool:
    """Whether procrastinate knows this worker."""
    query = text("SELECT 1 FROM procrastinate_workers WHERE id = :worker")
    return connection.execute(query, {"worker": worker}).first() is not None


class _InUse(Exception):
    """procrastinate holds the account's lock."""


class _Inside(BaseConnector):
    """procrastinate's statements inside a transaction of ours. Its coroutines never wait for anything here."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get_sync_connector(self) -> BaseConnector:
        return self

    def _run(self, query: str, arguments: Mapping[str, Any], fetch: Callable[[Any], Any]) -> Any:
        plain: Any = self._connection.connection.driver_connection
        with plain.cursor(row_factory=dict_row) as cursor:
            cursor.execute(query, {name: _wrapped(value) for name, value in arguments.items()})
            return fetch(cursor)

    def execute_query(self, query: Any, **arguments: Any) -> None:
        self._run(query, arguments, lambda _: None)

    def execute_query_one(self, query: Any, **arguments: Any) -> dict[str, Any]:
        found: dict[str, Any] = self._run(query, arguments, lambda cursor: cursor.fetchone())
        return found

    def execute_query_all(self, query: Any, **arguments: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._run(query, arguments, lambda cursor: cursor.fetchall())
        return found

    async def execute_query_async(self, query: Any, **arguments: Any) -> None:
        self.execute_query(query, **arguments)

    async def execute_query_one_async(self, query: Any, **arguments: Any) -> dict[str, Any]:
        return self.execute_query_one(query, **arguments)

    async def execute_query_all_async(self, query: Any, **arguments: Any) -> list[dict[str, Any]]:
        return self.execute_query_all(query, **arguments)


def _wrapped(value: Any) -> Any:
    """A value as psycopg takes it: JSON for a mapping."""
    if isinstance(value, dict):
        return Jsonb(value)
    if isinstance(value, list):
        return [_wrapped(one) for one in value]
    return tuple(_wrapped(one) for one in value) if isinstance(value, tuple) else value


def _now(coroutine: Coroutine[Any, Any, T]) -> T:
    """What the coroutine returns, which waits for nothing."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        returned: T = stop.value
        return returned
    raise AssertionError("procrastinate waits for something")


def _job_of(ticket: Ticket) -> Job:
    return Job(
        queue=_queue(ticket.account, ticket.tags), priority=ticket.priority, lock=ticket.account or None,
        queueing_lock=ticket.key, task_name=f"yeban.{ticket.kind}", task_kwargs={"key": ticket.key},
    )  # fmt: skip


def _queue(account: str, tags: Sequence[str]) -> str:
    """Whether it costs a place, and what its worker must be."""
    return ":".join(["place" if account else "free", *sorted(tags)])


def _queues(tags: Sequence[str], *, full: bool) -> list[str]:
    """The queues of everything that a worker with these tags may take."""
    some = list(chain.from_iterable(combinations(sorted(tags), n) for n in range(len(tags) + 1)))
    accounts = ("",) if full else ("", "x")
    return [_queue(account, one) for account in accounts for one in some]
