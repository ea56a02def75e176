"""The same promises by procrastinate on PostgreSQL: accounts, priorities, tags, what was lost, what is cancelled."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from schedules.queue import board
from schedules.queue.embedded import EmbeddedQueue
from schedules.queue.errors import LeaseLost, QueueUnfit
from schedules.queue.fence import FencedBooks, fence_of
from schedules.queue.model import BY_HAND, Ending, Ticket, WorkerFacts
from schedules.queue.opening import open_queue
from schedules.queue.postgresql import ProcrastinateQueue
from schedules.timetable.errors import ClockRunning
from schedules.timetable.lock import only_clock
from storage.database.connection import Database, open_database
from storage.database.tables import job

pytestmark = pytest.mark.postgres


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    """Empty books on PostgreSQL."""
    opened = open_database(postgres_url)
    yield opened
    opened.close()


def statuses(database: Database) -> dict[str, str]:
    """What procrastinate itself says of each ticket."""
    query = text("SELECT queueing_lock, status::text FROM procrastinate.procrastinate_jobs ORDER BY id")
    with database.read() as connection:
        return {row[0]: row[1] for row in connection.execute(query)}


def test_a_worker_that_slept_for_days_takes_again(database: Database) -> None:
    """Another one's beginning has cleared it away meanwhile: from its next beat on it works as before."""
    queue, facts = ProcrastinateQueue(database), WorkerFacts("asleep", places=1)
    queue.enter(facts)
    with database.write() as connection:
        days_ago = "UPDATE procrastinate.procrastinate_workers SET last_heartbeat = now() - interval '3 days'"
        connection.execute(text(days_ago))
    other = ProcrastinateQueue(database)
    other.enter(WorkerFacts("other", places=1))
    queue.put([Ticket("1", "x", "1", "a")])
    queue.renew("asleep", {})
    lease = queue.take(facts)
    assert lease is not None
    assert queue.end(lease, Ending("done"))
    queue.leave("asleep")
    assert statuses(database) == {"1": "succeeded"}


def test_what_ended_in_the_other_engine_keeps_no_account(database: Database) -> None:
    """A worker dies, `queue` is set to embedded, which ends its run, and set back: the account is free again."""
    queue, facts = ProcrastinateQueue(database), WorkerFacts("dies", places=1)
    queue.enter(facts)
    queue.put([Ticket("1", "x", "1", "a")])
    assert queue.take(facts) is not None
    embedded = EmbeddedQueue(database)
    with database.write() as connection:
        connection.execute(text("UPDATE queue_job SET lease_until = '2020'"))
        connection.execute(text("UPDATE procrastinate.procrastinate_workers SET last_heartbeat = '2020-01-01'"))
    taken = embedded.take(WorkerFacts("e", places=1))
    assert taken is not None
    assert embedded.end(taken, Ending("done"))
    again, facts = ProcrastinateQueue(database), WorkerFacts("again", places=1)
    again.enter(facts)
    again.put([Ticket("2", "x", "2", "a")])
    lease = again.take(facts)
    assert lease is not None
    assert (lease.ticket.key, statuses(database)) == ("2", {"1": "failed", "2": "doing"})


def test_it_keeps_the_promises_of_the_embedded_queue(database: Database, tmp_path: Path) -> None:
    """One account at a time, priority before age, tags; what was lost is taken up again; both records agree."""
    EmbeddedQueue(database).put([Ticket("before", "x", "before", "z", ("home",))])
    queue, facts = ProcrastinateQueue(database), WorkerFacts("w", places=1)
    queue.enter(facts)
    assert statuses(database) == {"before": "todo"}, "what lay in the embedded queue is taken over"
    tickets = [Ticket("1", "x", "1", "a"), Ticket("2", "x", "2", "a", priority=5), Ticket("3", "x", "3", "b")]
    assert queue.put(tickets) == queue.put(tickets) == 3
    first, second = queue.take(facts), queue.take(facts)
    assert first is not None
    assert second is not None
    assert (first.ticket.key, second.ticket.key, queue.take(facts)) == ("2", "3", None)
    assert queue.take(facts, full=True) is None
    assert queue.cancel(["2", "1"], "王芳") == 2
    assert queue.renew("w", {"2": first, "3": second}).cancelled == {"2": "王芳"}
    assert queue.end(first, Ending("dropped"))
    assert not queue.end(first, Ending("done"))
    assert queue.take(facts) is None, "1 was cancelled before anybody took it"
    impatient = ProcrastinateQueue(database, timedelta(0))
    other = WorkerFacts("v", tags=("home",))
    impatient.enter(other)
    with database.write() as connection:
        connection.execute(text("UPDATE queue_job SET lease_until = '2020' WHERE ticket_key = '3'"))
    found = {lease.ticket.key: lease for lease in (impatient.take(other), impatient.take(other)) if lease}
    assert {key: lease.fence for key, lease in found.items()} == {"before": 1, "3": 2}
    assert queue.renew("w", {"3": second}).lost == {"3"}
    assert not queue.end(second, Ending("done"))
    assert impatient.end(found["3"], Ending("done"))
    impatient.leave("v")
    ended = {key: status for key, status in statuses(database).items() if key != "before"}
    assert ended == {"1": "cancelled", "2": "failed", "3": "succeeded"}
    again = WorkerFacts("u", tags=("home",))
    impatient.enter(again)
    lease = impatient.take(again)
    assert lease is not None
    assert (lease.ticket.key, lease.fence > found["before"].fence) == ("before", True)
    with database.read() as connection:
        assert {one.ticket.key: one.outcome for one in board.standings(connection)} == {
            "before": "", "1": "dropped", "2": "dropped", "3": "done",
        }  # fmt: skip
    with pytest.raises(QueueUnfit):
        open_queue("postgresql", open_database(tmp_path / "books.sqlite"), "sqlite://")


def test_what_is_held_by_hand_is_nobody_elses(database: Database) -> None:
    """A run by hand has the account's lock in both records, waits while it is held, leaves none when it is killed."""
    queue, facts = ProcrastinateQueue(database), WorkerFacts("w", places=1)
    hand, own = WorkerFacts("hand"), Ticket("h1", BY_HAND, "r", "a", ("pc:/locks/a",), 1_000)
    queue.enter(facts)
    queue.put([Ticket("1", "x", "1", "a")])
    first = queue.hold(own, hand)
    assert first is not None
    assert queue.take(facts) is None
    assert queue.hold(Ticket("h2", BY_HAND, "r", "a", ("else:/locks/a",), 1_000), WorkerFacts("two")) is None
    assert statuses(database) == {"1": "todo", "h1": "doing"}, "who did not get it has left nothing"
    again = queue.hold(Ticket("h3", BY_HAND, "r", "a", own.tags, 1_000), WorkerFacts("three"))
    assert again is not None, "whoever asks with the same tags knows that h1 is dead"
    assert queue.renew("three", {"h3": again}).lost == frozenset()
    assert queue.let_go(again, Ending("done"))
    taken = queue.take(facts)
    assert taken is not None
    assert queue.hold(own, WorkerFacts("four")) is None
    assert queue.end(taken, Ending("done"))
    assert statuses(database) == {"1": "succeeded", "h1": "failed", "h3": "succeeded"}
    with database.write() as connection:
        connection.execute(text("UPDATE procrastinate.procrastinate_workers SET last_heartbeat = '2020-01-01'"))
    assert queue.hold(Ticket("h5", BY_HAND, "r", "a", ("pc",), 1_000), WorkerFacts("five")) is not None
    with database.write() as connection:
        connection.execute(text("UPDATE queue_job SET lease_until = '2020' WHERE ticket_key = 'h5'"))
    queue.put([Ticket("2", "x", "2", "a")])
    lease = queue.take(facts)
    assert lease is not None
    assert statuses(database)["h5"] == "failed"
    with database.write() as connection:
        connection.execute(text("UPDATE queue_job SET ended_at = '2020-01-01' WHERE state = 'ended'"))
        connection.execute(text("UPDATE procrastinate.procrastinate_events SET at = '2020-01-01'"))
    assert queue.forget(datetime(2026, 1, 1, tzinfo=UTC)) > 0
    assert statuses(database) == {"2": "doing"}, "both records forget what ended long ago"
    books = FencedBooks(database, fence_of(lease))
    with pytest.raises(LeaseLost), books.write() as connection:
        connection.execute(job.insert().values(job_key="j", night="2026-11-20"))
        with database.write() as other:
            other.execute(text("UPDATE queue_job SET fence = fence + 1"))
    with database.read() as connection:
        assert connection.execute(select(job.c.job_key)).all() == [], "it was taken over before the end, and is undone"


def test_two_machines_have_one_clock(database: Database, tmp_path: Path) -> None:
    """A second home on the same PostgreSQL stands by, and takes over when the first one's connection is gone."""
    with only_clock(tmp_path / "one", database) as still_ours:
        still_ours()
        with pytest.raises(ClockRunning), only_clock(tmp_path / "two", database):
            raise AssertionError("two clocks")
        gone = text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
        with database.write() as connection:
            connection.execute(gone)
        with pytest.raises(Exception, match=r"terminat|closed|connection"):
            still_ours()
        with only_clock(tmp_path / "two", database) as now_theirs:
            now_theirs()
