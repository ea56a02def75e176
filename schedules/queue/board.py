"""The rows of the queue in the books' database: every ticket with who holds it, every worker with when it was seen.

Both engines keep this record; it is what `yeban runs` shows, and what the fence asks. Moments are the database's own
where several machines share it, for two machines never agree on the time.
"""

import json
import os
import socket
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Connection, RowMapping, func, select, update

from schedules.queue.model import BY_HAND, LEASE, Ending, Lease, Renewed, Standing, State, Ticket, WorkerFacts
from storage.database.bulk import insert_missing, upsert
from storage.database.moments import moment, stamp
from storage.database.tables.desk import queue_job, queue_worker

TAKING = 5_417_203
"""Any number of our own: on PostgreSQL one worker at a time looks for its next ticket."""
AHEAD = timedelta(hours=1)
OPEN = ("queued", "leased")
GONE = timedelta(minutes=2)
"""A worker that has not been seen for so long is not there."""
job = queue_job.c


def now_of(connection: Connection) -> datetime:
    """The moment: by the server's clock where there is a server, else by this machine's."""
    if connection.dialect.name == "postgresql":
        return cast(datetime, connection.execute(select(func.clock_timestamp())).scalar_one())
    return datetime.now(UTC)


def put(connection: Connection, tickets: Iterable[Ticket]) -> list[str]:
    """Put them down; those that are there stay as they are. Returns the keys of those that nobody has taken."""
    rows = {one.key: _row_of(one, now_of(connection)) for one in tickets}
    insert_missing(connection, queue_job, rows.values())
    open_ones = select(job.ticket_key).where(job.ticket_key.in_(list(rows)), job.state == "queued")
    return list(connection.execute(open_ones).scalars())


def known(connection: Connection, keys: Collection[str]) -> set[str]:
    """Those that were put down, whatever became of them."""
    return set(connection.execute(select(job.ticket_key).where(job.ticket_key.in_(list(keys)))).scalars())


def is_free(connection: Connection, key: str) -> bool:
    """Whether it is open and nobody holds it."""
    now = stamp(now_of(connection))
    free = (job.state == "queued") | ((job.state == "leased") & (job.lease_until <= now))
    return connection.execute(select(job.ticket_key).where(job.ticket_key == key, free)).first() is not None


def anything(connection: Connection) -> bool:
    """Whether there may be something to take: a look that costs nobody a lock."""
    until = stamp(now_of(connection))
    there = (job.state == "queued") | ((job.state == "leased") & (job.lease_until <= until))
    return connection.execute(select(job.ticket_key).where(there).limit(1)).first() is not None


def alone(connection: Connection) -> None:
    """Nobody else takes anything before this transaction has ended."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(TAKING)))


def next_for(connection: Connection, facts: WorkerFacts, *, full: bool) -> str:
    """The key of the ticket that this worker takes next, "" for none: by priority, then by age.

    Left alone is what others hold, what needs other tags, and what uses an account that somebody holds.
    """
    alone(connection)
    hands_gone(connection)
    now = now_of(connection)
    # A lease further ahead than one can be was given by a clock that has been set back since.
    until, ahead = stamp(now), stamp(now + AHEAD)
    columns = (job.ticket_key, job.account, job.tags, job.state, job.lease_until)
    order = (job.priority.desc(), job.recorded_at, job.ticket_key)
    rows = connection.execute(select(*columns).where(job.state.in_(OPEN)).order_by(*order)).all()
    held = {row.ticket_key for row in rows if row.state == "leased" and until < row.lease_until <= ahead}
    busy = {row.account for row in rows if row.ticket_key in held} - {""}
    for row in rows:
        mine = row.ticket_key not in held and row.account not in busy and not (full and row.account)
        if mine and set(json.loads(row.tags or "[]")) <= set(facts.tags):
            return str(row.ticket_key)
    return ""


def taken(connection: Connection, key: str, worker: str, length: timedelta = LEASE) -> Lease | None:
    """The ticket is in this worker's hands, with a fence higher than ever; None when it has ended."""
    found = connection.execute(select(queue_job).where(job.ticket_key == key)).mappings().first()
    if found is None or found["state"] == "ended":
        return None
    now = now_of(connection)
    fence = int(found["fence"]) + 1
    values = {"state": "leased", "worker": worker, "fence": fence, "lease_until": stamp(now + length)}
    connection.execute(update(queue_job).where(job.ticket_key == key).values(**values, started_at=stamp(now)))
    return Lease(ticket_of(found), worker, fence)


def holds(connection: Connection, lease: Lease, *, for_at_least: timedelta | None = None, locks: bool = True) -> bool:
    """Whether the lease is still this one's; where it `locks`, nobody takes it before the transaction has ended.

    `for_at_least`: and nobody else may take it for so long. A lock holds up the lease's own heartbeat on PostgreSQL: it
    is for the end of a transaction, or for a short one.
    """
    mine = select(job.lease_until).where(_mine(lease))
    until = connection.execute(mine.with_for_update(read=True) if locks else mine).scalar()
    return until is not None and (not for_at_least or until > stamp(now_of(connection) + for_at_least))


def renewed(connection: Connection, worker: str, held: Mapping[str, Lease], length: timedelta = LEASE) -> Renewed:
    """The worker was seen, and nobody takes what it holds for another `length`."""
    now = now_of(connection)
    states = select(queue_worker.c.state).where(queue_worker.c.worker == worker)
    state = connection.execute(states).scalar()
    connection.execute(update(queue_worker).where(queue_worker.c.worker == worker).values(seen_at=stamp(now)))
    lost, cancelled = set(), {}
    for key, lease in held.items():
        if not prolonged(connection, lease, length):
            lost.add(key)
    asked = select(job.ticket_key, job.cancel).where(job.ticket_key.in_(list(held)), job.cancel != "")
    cancelled = {str(key): str(why) for key, why in connection.execute(asked)}
    return Renewed(frozenset(lost), cancelled, state == "draining")


def prolonged(connection: Connection, lease: Lease, length: timedelta = LEASE) -> bool:
    """Nobody takes it for another `length`; False when somebody has."""
    until = stamp(now_of(connection) + length)
    return bool(connection.execute(update(queue_job).where(_mine(lease)).values(lease_until=until)).rowcount)


def ended(connection: Connection, lease: Lease, ending: Ending) -> bool:
    """The ticket has ended; False, and nothing is written, when the lease is lost."""
    return bool(connection.execute(update(queue_job).where(_mine(lease)).values(**_ended(connection, ending))).rowcount)


def cancel(connection: Connection, keys: Collection[str], why: str) -> tuple[list[str], list[str]]:
    """Those nobody had taken have ended; whoever holds the others is asked to end them. Returns both."""
    wanted = job.ticket_key.in_(list(keys))
    waiting = list(connection.execute(select(job.ticket_key).where(wanted, job.state == "queued")).scalars())
    held = list(connection.execute(select(job.ticket_key).where(wanted, job.state == "leased")).scalars())
    values = {**_ended(connection, Ending("dropped", why)), "cancel": why}
    connection.execute(update(queue_job).where(job.ticket_key.in_(waiting)).values(**values))
    connection.execute(update(queue_job).where(job.ticket_key.in_(held)).values(cancel=why))
    return waiting, held


def enter(connection: Connection, facts: WorkerFacts) -> None:
    """The worker is there."""
    now = stamp(now_of(connection))
    row = {"worker": facts.name, "host": facts.host, "pid": facts.pid, "tags": _json(list(facts.tags)),
           "places": facts.places, "state": "working", "seen_at": now, "recorded_at": now, "ended_at": ""}  # fmt: skip
    upsert(connection, queue_worker, [row])


def leave(connection: Connection, worker: str) -> None:
    """The worker is gone; nobody waits for the leases that it still holds."""
    now = stamp(now_of(connection))
    mine = queue_worker.c.worker == worker
    connection.execute(update(queue_worker).where(mine).values(state="gone", ended_at=now))
    connection.execute(
        update(queue_job).where(job.state == "leased", job.worker == worker).values(lease_until=now, state="queued")
    )


def this_process() -> str:
    """What the worker of this process is called."""
    return f"{socket.gethostname()}-{os.getpid()}"


def user_of(connection: Connection, account: str) -> Standing | None:
    """The ticket by which somebody uses the account now; None when nobody does."""
    now = now_of(connection)
    live = (job.lease_until > stamp(now)) & (job.lease_until <= stamp(now + AHEAD))
    held = (job.state == "leased") & (job.account == account) & live
    found = connection.execute(select(queue_job).where(held).limit(1)).mappings().first()
    return standing_of(found) if found else None


def hold(connection: Connection, ticket: Ticket, facts: WorkerFacts, length: timedelta = LEASE) -> Lease | None:
    """This very ticket in the hands of a process that enters with it; None while somebody uses its account.

    Only one process at a time may ask with the ticket's tags: a run by hand that has them and has not ended is dead.
    """
    alone(connection)
    hands_gone(connection, ticket.tags)
    if user_of(connection, ticket.account) is not None:
        return None
    enter(connection, facts)
    put(connection, [ticket])
    return taken(connection, ticket.key, facts.name, length)


def hands_gone(connection: Connection, tags: Collection[str] = ()) -> list[str]:
    """Runs by hand whose lease is over, or that have these tags, have ended: nobody takes them up. Returns the keys."""
    now = now_of(connection)
    over = (job.lease_until <= stamp(now)) | (job.lease_until > stamp(now + AHEAD))
    if tags:
        over = over | (job.tags == _json(sorted(tags)))
    theirs = (job.kind == BY_HAND) & (job.state == "leased") & over
    keys = list(connection.execute(select(job.ticket_key).where(theirs)).scalars())
    if keys:
        gone = _ended(connection, Ending("dropped", "那个进程没有了 / its process is gone"))
        connection.execute(update(queue_job).where(job.ticket_key.in_(keys)).values(**gone))
    return keys


def drain(connection: Connection, worker: str = "") -> int:
    """Ask this worker, or all that are there, to take nothing new and to go when what they do has ended; how many."""
    there = queue_worker.c.seen_at > stamp(now_of(connection) - GONE)
    asked = (queue_worker.c.state == "working") & (queue_worker.c.places > 0) & there
    if worker:
        asked = asked & (queue_worker.c.worker == worker)
    return connection.execute(update(queue_worker).where(asked).values(state="draining")).rowcount


def old(connection: Connection, before: datetime) -> int:
    """How many tickets ended before that moment."""
    return int(connection.execute(select(func.count()).where(_ended_before(before))).scalar_one())


def forget(connection: Connection, before: datetime) -> int:
    """Tickets that ended before that moment, and workers not seen since, are gone. Returns how many tickets."""
    connection.execute(queue_worker.delete().where(queue_worker.c.seen_at < stamp(before)))
    return connection.execute(queue_job.delete().where(_ended_before(before))).rowcount


def _ended_before(before: datetime) -> Any:
    return (job.state == "ended") & (job.ended_at != "") & (job.ended_at < stamp(before))


def workers(connection: Connection) -> list[RowMapping]:
    """Those that were seen lately, the oldest first; a run by hand has no places for others, and is none."""
    since = stamp(now_of(connection) - GONE)
    here = (queue_worker.c.state != "gone") & (queue_worker.c.seen_at > since) & (queue_worker.c.places > 0)
    query = select(queue_worker).where(here).order_by(queue_worker.c.recorded_at, queue_worker.c.worker)
    return list(connection.execute(query).mappings())


def standing(connection: Connection, key: str) -> Standing | None:
    """One ticket."""
    found = connection.execute(select(queue_job).where(job.ticket_key == key)).mappings().first()
    return standing_of(found) if found else None


def standings(connection: Connection, *where: Any, most: int = 1_000) -> list[Standing]:
    """The newest tickets first."""
    query = select(queue_job).where(*where).order_by(job.recorded_at.desc(), job.ticket_key).limit(most)
    return [standing_of(found) for found in connection.execute(query).mappings()]


def standing_of(found: RowMapping) -> Standing:
    """The row as a value."""
    return Standing(
        ticket_of(found), cast(State, found["state"]), found["worker"], found["fence"], moment(found["lease_until"]),
        found["outcome"], found["message"], json.loads(found["result"] or "{}"), found["folder"], found["cancel"],
        cast(datetime, moment(found["recorded_at"])), moment(found["started_at"]), moment(found["ended_at"]),
    )  # fmt: skip


def ticket_of(found: RowMapping) -> Ticket:
    """The ticket in the row."""
    tags = tuple(json.loads(found["tags"] or "[]"))
    payload = json.loads(found["payload"] or "{}")
    return Ticket(found["ticket_key"], found["kind"], found["run_key"], found["account"], tags, found["priority"],
                  payload)  # fmt: skip


def _mine(lease: Lease) -> Any:
    return (
        (job.ticket_key == lease.ticket.key)
        & (job.state == "leased")
        & (job.worker == lease.worker)
        & (job.fence == lease.fence)
    )


def _row_of(ticket: Ticket, now: datetime) -> dict[str, object]:
    return {
        "ticket_key": ticket.key, "kind": ticket.kind, "run_key": ticket.run_key, "account": ticket.account,
        "tags": _json(sorted(ticket.tags)), "priority": ticket.priority, "payload": _json(ticket.payload),
        "state": "queued", "recorded_at": stamp(now),
    }  # fmt: skip


def _ended(connection: Connection, ending: Ending) -> dict[str, str]:
    return {"state": "ended", "outcome": ending.outcome, "message": ending.message, "result": _json(ending.result),
            "folder": ending.folder, "lease_until": "", "ended_at": stamp(now_of(connection))}  # fmt: skip


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
