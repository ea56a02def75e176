"""A clock and a worker on real clocks: what is due is done once, cancelled when asked, ended when it lasts too long."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete

from schedules.desk import Desk, open_desk
from schedules.night import Hands
from schedules.queue import board
from schedules.queue.embedded import EmbeddedQueue
from schedules.queue.errors import LeaseLost, RunMissing
from schedules.queue.fence import fence_of
from schedules.queue.model import LEASE, Ending, Lease, Renewed, Standing, Ticket, WorkerFacts
from schedules.serve.controls import Held
from schedules.serve.playing import RunPlayer
from schedules.serve.worker import Worker
from schedules.settings import Settings
from schedules.timetable.cancelling import cancel_run
from schedules.timetable.clock import Clock
from schedules.timetable.handing import KIND, Handing
from schedules.timetable.model import Arrival, Job
from schedules.timetable.turn import Outcome
from storage.database.tables.desk import (
    queue_job,
    queue_worker,
    timetable_event,
    timetable_mark,
    timetable_pause,
    timetable_run,
)
from tests.schedules.timetable.world import SHANGHAI, World

TABLE = """
  x: {run: f, accounts: [a], every: day, at: 01:00}
  hook: {run: f, accounts: [b], on: {webhook: h}}
  after: {run: g, accounts: [b], after: hook}
"""
Work = Callable[[Job, Desk], Awaitable[Outcome]]


class Plays:
    """Does what the test says, and notes what was told."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.began = threading.Event()
        self.told: list[tuple[str, str]] = []
        self.times = 0
        self.ended: list[str] = []

    async def play(self, job: Job, desk: Desk | None = None, hands: Hands | None = None) -> Outcome:
        """The test's work."""
        assert desk is not None
        self.times += 1
        self.began.set()
        return await self.work(job, desk)

    def stopped(self, job: Job, why: str) -> None:
        """It is noted."""
        self.ended.append(why)

    def tell(self, job: Job, outcome: Outcome) -> None:
        """It is noted."""
        self.told.append((job.entry, outcome.state))


@pytest.fixture(scope="module")
def one_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One desk for all tests of this module."""
    with open_desk(Settings(home=tmp_path_factory.mktemp("home"))) as desk:
        yield desk


@pytest.fixture
def desk(one_desk: Desk) -> Desk:
    """Its timetable and its queue are empty."""
    with one_desk.database.write() as connection:
        for table in (timetable_run, timetable_event, timetable_pause, timetable_mark, queue_job, queue_worker):
            connection.execute(delete(table))
    return one_desk


@contextmanager
def serving(desk: Desk, plays: Plays, longest: timedelta = timedelta(minutes=5)) -> Iterator[tuple[World, Clock]]:
    """A clock and a worker go until the block ends."""
    world = World(desk.database, TABLE)
    world.turn.now = lambda: datetime.now(UTC)
    queue = EmbeddedQueue(desk.database, timedelta(seconds=3))
    players = {KIND: RunPlayer(desk, plays, longest)}
    worker = Worker(queue, WorkerFacts("w", places=2), players, lease=timedelta(seconds=3),
                    ended=lambda: clock.look_soon())  # fmt: skip
    clock = Clock(world.turn, Handing(world.turn, queue, desk.database, lambda _: (), worker.wake))
    works = threading.Thread(target=lambda: asyncio.run(worker.work()))
    works.start()
    clock.start()
    try:
        yield world, clock
    finally:
        clock.stop()
        worker.tell(worker.leave)
        works.join(20)
    assert not works.is_alive()


def due(world: World) -> str:
    """A run of `x` is due now; its key."""
    day = (datetime.now(SHANGHAI) - timedelta(days=3)).date().isoformat()
    return str(world.turn.backfill("x", day, day, "王芳").new[0])


def state_of(world: World, key: str) -> tuple[str, str]:
    """State and reason of a run."""
    with world.book.read() as page:
        row = page.row(key)
    assert row is not None
    return row.state, row.reason


def until(what: Callable[[], object]) -> None:
    """Until it is so, for twenty seconds at most."""
    looked = threading.Event()
    for _ in range(2000):
        if what():
            return
        looked.wait(0.01)
    raise AssertionError("it never came")


async def quick(job: Job, desk: Desk) -> Outcome:
    """Done at once."""
    return Outcome("done", job.entry)


async def endless(job: Job, desk: Desk) -> Outcome:
    """Never done."""
    await asyncio.Event().wait()
    raise AssertionError


def test_what_is_due_is_done_and_then_what_follows(desk: Desk) -> None:
    """A run that was asked for and one that a call began are taken by the worker, and the chain after it."""
    plays = Plays(quick)
    with serving(desk, plays) as (world, clock):
        due(world)
        world.turn.arrived([Arrival("k", "hook", datetime.now(UTC))])
        clock.look_soon()
        until(lambda: len(plays.told) == 3)
    assert {row.state for row in world.rows().values()} == {"done"}
    assert sorted(plays.told) == [("after", "done"), ("hook", "done"), ("x", "done")]
    with desk.database.read() as connection:
        standings: list[Standing] = board.standings(connection)
    assert {(one.outcome, one.worker, one.fence) for one in standings} == {("done", "w", 1)}


def test_a_run_that_is_cancelled_ends_and_cleans_up(desk: Desk) -> None:
    """Within the lease a run that somebody cancels is ended, has closed what it had open, and says by whom it was."""
    closed = threading.Event()

    async def work(job: Job, at: Desk) -> Outcome:
        try:
            return await endless(job, at)
        finally:
            closed.set()

    plays = Plays(work)
    with serving(desk, plays) as (world, clock):
        key = due(world)
        clock.look_soon()
        assert plays.began.wait(20)
        assert cancel_run(desk, EmbeddedQueue(desk.database), key, "王芳") == (key, "running")
        until(lambda: state_of(world, key)[0] != "running")
        assert closed.is_set()
    assert state_of(world, key) == ("dropped", "cancelled")
    assert plays.ended == ["按要求停下：王芳"]
    with pytest.raises(RunMissing):
        cancel_run(desk, EmbeddedQueue(desk.database), key, "王芳")


def test_a_run_that_lasts_too_long_is_ended(desk: Desk) -> None:
    """A run over its time has failed, in words that say so; people are told once."""
    plays = Plays(endless)
    with serving(desk, plays, timedelta(seconds=0.3)) as (world, clock):
        key = due(world)
        clock.look_soon()
        until(lambda: state_of(world, key)[0] == "failed")
        until(lambda: plays.told)
    assert plays.told == [("x", "failed")]
    assert "到点还没做完" in world.rows()[key].message


def test_what_the_site_failed_is_done_once_more_later(desk: Desk) -> None:
    """A run that its site has failed is due again in a quarter of an hour, and nobody is told yet."""

    async def work(job: Job, at: Desk) -> Outcome:
        return Outcome("failed", "502", again=True)

    plays = Plays(work)
    with serving(desk, plays) as (world, clock):
        key = due(world)
        clock.look_soon()
        until(lambda: state_of(world, key)[1] == "again")
    row = world.rows()[key]
    assert (row.state, plays.told, plays.times) == ("planned", [], 1)
    assert timedelta(minutes=13) < row.due_at - datetime.now(UTC) < timedelta(minutes=16)


def test_a_worker_that_leaves_hands_on_what_it_has(desk: Desk) -> None:
    """A second Ctrl-C ends a run without an end: the next worker takes it up under its own key."""
    plays = Plays(endless)
    with serving(desk, plays) as (world, clock):
        key = due(world)
        clock.look_soon()
        assert plays.began.wait(20)
    assert state_of(world, key)[0] == "running"
    with desk.database.read() as connection:
        assert [(one.state, one.outcome) for one in board.standings(connection)] == [("queued", "")]
    with serving(desk, Plays(quick)) as (world, _):
        until(lambda: state_of(world, key)[0] == "done")
    assert world.rows()[key].attempt == 1


def test_a_run_that_was_given_out_and_lost_its_ticket_gets_one(desk: Desk) -> None:
    """The program died between writing a run down and putting its ticket: the next look puts it."""
    world = World(desk.database, TABLE)
    world.turn.now = lambda: datetime.now(UTC)
    key = due(world)
    assert [job.key for job in world.turn.look()] == [key]
    queue = EmbeddedQueue(desk.database)
    handing = Handing(world.turn, queue, desk.database, lambda _: ("home",))
    assert (handing.settle(), handing.settle()) == (1, 0)
    assert queue.take(WorkerFacts("w", places=1)) is None, "it needs a worker with a tag"
    lease = queue.take(WorkerFacts("w", tags=("home", "x"), places=1))
    assert lease is not None
    assert (lease.ticket.run_key, lease.ticket.priority) == (key, -10)


def test_one_account_at_a_time_the_highest_priority_first(desk: Desk) -> None:
    """While somebody holds a ticket of an account nobody gets another; priority goes before age; full takes none."""
    queue, facts = EmbeddedQueue(desk.database), WorkerFacts("w", places=1)
    tickets = [Ticket("1", "x", "1", "a"), Ticket("2", "x", "2", "a", priority=5), Ticket("3", "x", "3", "b")]
    assert queue.put(tickets) == queue.put(tickets) == 3
    first, second = queue.take(facts), queue.take(facts)
    assert first is not None
    assert second is not None
    assert (first.ticket.key, second.ticket.key, queue.take(facts)) == ("2", "3", None)
    assert queue.end(first, Ending("done"))
    assert not queue.end(first, Ending("failed")), "it has ended"
    assert queue.take(facts, full=True) is None
    assert [lease.ticket.key for lease in (queue.take(facts),) if lease] == ["1"]


def test_a_clock_goes_by_the_time_it_is_handed(desk: Desk) -> None:
    """By a time that is years behind the machine's the next look is as far off as it says, not at once again."""
    world = World(desk.database, TABLE)
    behind = datetime(2020, 1, 1, 0, 0, tzinfo=UTC)
    world.turn.now = lambda: behind
    clock = Clock(world.turn, Handing(world.turn, EmbeddedQueue(desk.database), desk.database, lambda _: ()))
    clock.scheduler.start(paused=True)
    try:
        clock._look()
        looks = clock.scheduler.get_job("look")
    finally:
        clock.stop()
    assert looks is not None
    assert looks.trigger.run_date > datetime.now(UTC) + timedelta(minutes=30)


def test_looks_while_chores_are_done_ask_for_them_once_more(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """However many looks there were meanwhile, chores are done once after them, and the terminal hears no complaint."""
    world = World(desk.database, TABLE)
    world.turn.now = lambda: datetime.now(UTC)
    begun, go_on, times = threading.Semaphore(0), threading.Event(), []

    def chore(now: datetime) -> None:
        times.append(now)
        begun.release()
        assert go_on.wait(20)

    given = Handing(world.turn, EmbeddedQueue(desk.database), desk.database, lambda _: ())
    clock = Clock(world.turn, given, chores=[chore])
    clock.start()
    try:
        assert begun.acquire(timeout=20)
        for _ in range(5):
            clock._look()
        go_on.set()
        assert begun.acquire(timeout=20)
    finally:
        go_on.set()
        clock.stop()
    assert len(times) == 2
    assert "skipped" not in caplog.text


class Unheard(EmbeddedQueue):
    """A queue whose worker gets through once, to take something, and then not any more."""

    def renew(self, worker: str, held: Mapping[str, Lease]) -> Renewed:
        """Nobody hears it."""
        raise ConnectionError("no route")


async def test_a_worker_that_nobody_hears_gives_up_its_runs_in_time(desk: Desk) -> None:
    """Before anybody else may take them its runs are ended, and it writes no end; whoever takes them goes on."""
    length = timedelta(seconds=1.2)
    queue = Unheard(desk.database, length)
    queue.put([Ticket("1", "x", "1", "a")])
    ended = asyncio.Event()

    class Long:
        """A run that would last for ever."""

        async def play(self, held: Held) -> Ending:
            """Until it is ended."""
            try:
                await asyncio.Event().wait()
            finally:
                with desk.database.read() as connection:
                    assert board.holds(connection, held.lease, for_at_least=timedelta(0)), "others may have it already"
                ended.set()
            raise AssertionError

    worker = Worker(queue, WorkerFacts("unheard"), {"x": Long()}, lease=length)
    working = asyncio.create_task(worker.work())
    await asyncio.wait_for(ended.wait(), 20)
    worker.drain()
    await working
    with desk.database.read() as connection:
        one = board.standing(connection, "1")
    assert one is not None
    assert (one.state, one.outcome) == ("queued", "")


def test_a_worker_that_was_cut_off_begins_no_effect(desk: Desk) -> None:
    """Once somebody else has the ticket, the journal of the first one writes nothing; no effect is begun too late."""
    queue = EmbeddedQueue(desk.database, timedelta(0))
    queue.put([Ticket("1", "x", "1", "a")])
    first = queue.take(WorkerFacts("cut off"))
    assert isinstance(first, Lease)
    late = desk.journal.fenced(fence_of(first, LEASE))
    with pytest.raises(LeaseLost):
        late.open_effect("e", "r", "", "too late to begin")
    with pytest.raises(LeaseLost):
        late.may_act()
    late.start_run("r", {})
    second = EmbeddedQueue(desk.database).take(WorkerFacts("stays"))
    assert isinstance(second, Lease)
    assert (second.ticket.key, second.fence) == ("1", 2)
    for write in (lambda: late.start_run("r", {}), lambda: late.close_effect("e", "done", "")):
        with pytest.raises(LeaseLost):
            write()
    assert desk.journal.fenced(fence_of(second)).open_effect("e", "r", "", "done") == "new"
    assert queue.renew("cut off", {"1": first}).lost == {"1"}
    assert not queue.end(first, Ending("done"))


async def test_each_machine_looks_after_what_only_it_has(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker does its machine's own chores again and again, beside its runs; one that fails does not end it."""
    monkeypatch.setattr("schedules.serve.worker.ASIDE_S", 0.01)
    times, thrice = [0], asyncio.Event()
    loop = asyncio.get_running_loop()

    def aside() -> None:
        times[0] += 1
        if times[0] == 3:
            loop.call_soon_threadsafe(thrice.set)
        raise OSError("the share is away")

    worker = Worker(EmbeddedQueue(desk.database), WorkerFacts("w"), {}, aside=aside)
    working = asyncio.create_task(worker.work())
    await asyncio.wait_for(thrice.wait(), 20)
    assert not working.done()
    worker.drain()
    await working
    assert times[0] >= 3
