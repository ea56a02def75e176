"""A run by hand holds its account as a worker does: whoever else wants it waits, and a killed one keeps nobody long."""

import asyncio
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from schedules.desk import Desk, open_desk
from schedules.queue import board
from schedules.queue.embedded import EmbeddedQueue
from schedules.queue.errors import AccountHeld, HandEnded, LeaseLost
from schedules.queue.in_hand import in_hand
from schedules.queue.model import BY_HAND, Ending, Standing, Ticket, WorkerFacts
from schedules.settings import Settings
from schedules.timetable.cancelling import cancel_run
from storage.database.tables import job as job_table
from storage.database.tables.desk import queue_job, queue_worker

WORKER = WorkerFacts("shop-pc-7", places=2)
SHORT = timedelta(seconds=0.3)


@pytest.fixture(scope="module")
def one_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One desk for all tests of this module."""
    with open_desk(Settings(home=tmp_path_factory.mktemp("home"))) as desk:
        yield desk


@pytest.fixture
def desk(one_desk: Desk) -> Desk:
    """Its queue is empty."""
    with one_desk.database.write() as connection:
        for table in (queue_job, queue_worker):
            connection.execute(delete(table))
    return one_desk


def runs(desk: Desk) -> list[Standing]:
    """Every ticket."""
    with desk.database.read() as connection:
        return board.standings(connection)


def elsewhere(desk: Desk, folder: Path) -> Desk:
    """A desk of another machine at the same books: nothing of its home is the first one's."""
    return replace(desk, settings=desk.settings.model_copy(update={"home": folder}))


async def test_no_worker_takes_an_account_that_is_used_by_hand(desk: Desk) -> None:
    """A worker takes another account's ticket, and this one's afterwards; the list of runs says how it ended."""
    queue = EmbeddedQueue(desk.database)
    queue.put([Ticket("1", "x", "1", "a", priority=5), Ticket("2", "x", "2", "b")])
    async with in_hand(desk, "a", "run-7") as hand:
        assert hand.desk.holds == "a"
        async with in_hand(hand.desk, "a", "run-7") as inner:
            assert inner.desk is hand.desk, "it has the account already"
        taken = queue.take(WORKER)
        assert taken is not None
        assert (taken.ticket.key, queue.take(WORKER)) == ("2", None)
        with desk.database.read() as connection:
            assert board.workers(connection) == [], "nobody may give it work"
        hand.ending = Ending("done", "3 行", folder="/runs/7")
    after = queue.take(WORKER)
    assert after is not None
    assert after.ticket.key == "1"
    (by_hand,) = [one for one in runs(desk) if one.ticket.kind == BY_HAND]
    assert (by_hand.ticket.run_key, by_hand.outcome, by_hand.message, by_hand.folder) == (
        "run-7",
        "done",
        "3 行",
        "/runs/7",
    )
    assert by_hand.worker.startswith(board.this_process())


async def test_a_run_by_hand_waits_and_says_for_whom(desk: Desk) -> None:
    """A worker's ticket is waited for and named once: who, since when, how to end it; too long is an error."""
    queue = EmbeddedQueue(desk.database)
    queue.put([Ticket("1", "x", "夜班|1", "a")])
    taken = queue.take(WORKER)
    assert taken is not None
    with pytest.raises(AccountHeld) as caught:
        async with in_hand(desk, "a", "r", wait_s=0.0):
            raise AssertionError
    for words in ("shop-pc-7", "夜班|1", 'yeban cancel "夜班|1"'):
        assert words in caught.value.message("zh")
        assert words in caught.value.message("en")
    heard: list[Standing | None] = []

    def waits(user: Standing | None) -> None:
        heard.append(user)
        assert queue.end(taken, Ending("done"))

    async with in_hand(desk, "a", "r", waits=waits):
        assert [one and one.worker for one in heard] == ["shop-pc-7"]


async def test_two_runs_by_hand_go_one_after_the_other(desk: Desk, tmp_path: Path) -> None:
    """At one machine and at two: the second waits for the first."""
    for other in (desk, elsewhere(desk, tmp_path)):
        async with in_hand(desk, "a", "first"):
            with pytest.raises(AccountHeld, match="first"):
                async with in_hand(other, "a", "second", wait_s=0.0):
                    raise AssertionError
        async with in_hand(other, "a", "second", wait_s=0.0):
            assert [one.ticket.run_key for one in runs(desk) if one.state == "leased"] == ["second"]


def killed(desk: Desk) -> None:
    """Another process of this machine has taken the account by hand, and was killed with -9."""
    mine, theirs = os.pipe()
    child = os.fork()
    if child == 0:

        async def hold() -> None:
            with open_desk(desk.settings) as own:
                async with in_hand(own, "a", "killed"):
                    os.write(theirs, b"x")
                    await asyncio.Event().wait()

        asyncio.run(hold())
    assert os.read(mine, 1) == b"x"
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


async def test_a_killed_run_frees_its_account(desk: Desk) -> None:
    """At its own machine at once; for workers when its lease is over; it is shown as one that did not end."""
    killed(desk)
    async with in_hand(desk, "a", "again", wait_s=0.0):
        assert {one.ticket.run_key: (one.state, one.outcome) for one in runs(desk)} == {
            "killed": ("ended", "dropped"), "again": ("leased", ""),
        }  # fmt: skip
    killed(desk)
    queue = EmbeddedQueue(desk.database)
    queue.put([Ticket("1", "x", "1", "a")])
    assert queue.take(WORKER) is None
    with desk.database.write() as connection:
        connection.execute(update(queue_job).where(queue_job.c.state == "leased").values(lease_until="2020"))
    taken = queue.take(WORKER)
    assert taken is not None
    assert taken.ticket.key == "1"
    assert {one.state for one in runs(desk) if one.ticket.kind == BY_HAND} == {"ended"}


async def test_it_is_kept_and_ended_from_elsewhere(desk: Desk) -> None:
    """Its lease is renewed for as long as it runs; `yeban cancel` ends it, and it says by whom."""

    async def first() -> None:
        async with in_hand(desk, "a", "run-9", length=SHORT):
            await asyncio.Event().wait()

    running = asyncio.create_task(first())
    leases: set[str] = set()
    async with asyncio.timeout(20):
        while len(leases) < 3:
            await asyncio.sleep(0.01)
            leases |= {f"{one.lease_until}" for one in runs(desk)}
    assert cancel_run(desk, EmbeddedQueue(desk.database), "run-", "王芳") == ("run-", "running")
    with pytest.raises(HandEnded, match="按要求停下：王芳"):
        await running
    assert [(one.state, one.outcome) for one in runs(desk)] == [("ended", "dropped")]


async def test_who_has_lost_the_account_writes_nothing_more(desk: Desk) -> None:
    """Neither journal nor books nor the list of jobs: what a transaction had written when the lease went is undone."""
    with pytest.raises(HandEnded):
        async with in_hand(desk, "a", "slept") as hand:
            hand.desk.journal.start_run("slept", {})
            with desk.database.write() as connection:
                connection.execute(update(queue_job).values(fence=queue_job.c.fence + 1))
            for write in (lambda: hand.desk.journal.end_run("slept", "done", ""), lambda: put_job(hand.desk)):
                with pytest.raises(LeaseLost):
                    write()
            put_job(hand.desk)
    with desk.database.read() as connection:
        assert connection.execute(select(job_table.c.job_key)).all() == []


async def test_a_machine_that_slept_goes_on_if_nobody_took_the_account(desk: Desk) -> None:
    """A lease that has run out is held anew before something is done outside, unless somebody else has the account."""
    late = update(queue_job).values(lease_until="2026-11-20T00:00:00.000+00:00")
    with pytest.raises(HandEnded):
        async with in_hand(desk, "a", "slept") as hand:
            with desk.database.write() as connection:
                connection.execute(late)
            assert hand.desk.journal.open_effect("e", "slept", "", "ship") == "new"
            with desk.database.read() as connection:
                assert board.user_of(connection, "a") is not None
            with desk.database.write() as connection:
                connection.execute(late.values(fence=queue_job.c.fence + 1))
            hand.desk.journal.may_act()


def put_job(desk: Desk) -> None:
    """One row into the books."""
    with desk.database.write() as connection:
        connection.execute(job_table.insert().values(job_key="j", night="2026-11-20"))
