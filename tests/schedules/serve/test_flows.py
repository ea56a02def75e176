"""A night's flows as tickets: whoever plays them, the night hears how they ended, once, however often it is begun."""

import asyncio
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from schedules.browsers import BrowserDoor, LazyBrowser
from schedules.desk import Desk, open_desk
from schedules.hosts import Hosts
from schedules.plan import Job, PlannedFlow, make_job
from schedules.queue import board
from schedules.queue.embedded import EmbeddedQueue
from schedules.queue.model import LEASE, Ending, Ticket, WorkerFacts
from schedules.queue.turns import TicketTurns
from schedules.serve.controls import Held
from schedules.serve.flows import FLOW, FlowPlayer, FlowsByQueue, job_of
from schedules.serve.worker import Worker
from schedules.settings import AccountSettings, HostSettings, Settings
from storage.database.tables.desk import host_turn, queue_job, queue_worker

PAST = "2026-11-20T00:00:00.000+00:00"
DAY = date(2026, 11, 20)
HOME = AccountSettings(site="practice", username="a", worker="home")
ANYWHERE = AccountSettings(site="practice", username="b")


@pytest.fixture(scope="module")
def one_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One desk for all tests of this module."""
    settings = Settings(home=tmp_path_factory.mktemp("home"), accounts={"a": HOME, "b": ANYWHERE})
    with open_desk(settings) as desk:
        yield desk


@pytest.fixture
def desk(one_desk: Desk) -> Desk:
    """Its queue is empty."""
    with one_desk.database.write() as connection:
        for table in (queue_job, queue_worker, host_turn):
            connection.execute(delete(table))
    return one_desk


def flow_of(account: str) -> Job:
    """One flow of a night."""
    return make_job(DAY, "收单", 0, PlannedFlow(flow="f", accounts=[account]), account, {"since": "2026-11-19"})


class Notes:
    """A player that notes what it was given and says what the test wants."""

    def __init__(self, ending: Ending) -> None:
        self.ending = ending
        self.played: list[Job] = []

    async def play(self, held: Held) -> Ending:
        """It is noted."""
        self.played.append(job_of(held.lease.ticket))
        return self.ending


def night_at(desk: Desk, queue: EmbeddedQueue) -> Held:
    """A night in a worker's hands."""
    queue.put([Ticket("夜班|x|#1", "run", "夜班|x|")])
    lease = queue.take(WorkerFacts("conductor"))
    assert lease is not None
    return Held(lease, LEASE)


async def test_a_flow_is_played_where_its_account_may_be_used(desk: Desk) -> None:
    """The worker with the account's tag plays it as it was planned; the night hears the end with all its facts."""
    queue = EmbeddedQueue(desk.database)
    told = {"stage": "failed", "summary": {"files": 2, "who": "site"}, "who": "site", "hint": "再试", "code": "E-SITE"}
    notes = Notes(Ending("failed", "502", told, "/runs/x"))
    night = night_at(desk, queue)
    here = Worker(queue, WorkerFacts("office"), {FLOW: Notes(Ending("done"))})
    there = Worker(queue, WorkerFacts("pc", tags=("home",)), {FLOW: notes})
    working = [asyncio.create_task(one.work()) for one in (here, there)]
    ended = await asyncio.wait_for(FlowsByQueue(queue, desk, night).play(flow_of("a")), 20)
    again = await asyncio.wait_for(FlowsByQueue(queue, desk, night).play(flow_of("a")), 20)
    assert notes.played == [flow_of("a")], "the next conductor of the same night finds it where it is"
    assert (ended.stage, ended.message, ended.who, ended.hint, ended.code) == (
        "failed",
        "502",
        "site",
        "再试",
        "E-SITE",
    )
    assert (ended.summary, ended.folder) == ({"files": 2, "who": "site"}, Path("/runs/x"))
    assert again == ended
    for one in (here, there):
        one.drain()
    await asyncio.gather(*working)


@pytest.mark.parametrize(("why", "state"), [("cancelled", "ended"), ("lost", "queued")])
async def test_a_night_that_ends_for_good_takes_its_flows_along(desk: Desk, why: str, state: str) -> None:
    """Cancelled, its flows are not done any more; only lost, they wait for the next conductor."""
    queue = EmbeddedQueue(desk.database)
    night = night_at(desk, queue)
    waiting = asyncio.create_task(FlowsByQueue(queue, desk, night).play(flow_of("b")))
    night.task = waiting  # type: ignore[assignment]
    for _ in range(2000):
        if _open(desk):
            break
        await asyncio.sleep(0.01)
    night.stop("cancelled" if why == "cancelled" else "lost", "王芳")
    with pytest.raises(asyncio.CancelledError):
        await waiting
    with desk.database.read() as connection:
        [one] = [one for one in board.standings(connection) if one.ticket.kind == FLOW]
    assert (one.state, one.ticket.priority) == (state, 1)


class NoDoor(BrowserDoor):
    """No browser is opened: nothing is played."""

    def lazily(self) -> AbstractAsyncContextManager[LazyBrowser]:
        """A defect."""
        raise AssertionError("it is played")


@pytest.mark.parametrize("since", ["done by hand", "night over"])
async def test_a_flow_whose_night_died_is_not_played_when_it_is_over(desk: Desk, since: str) -> None:
    """Its worker was killed; a person played the night, or its window closed: whoever finds the flow leaves it.

    What was done stays done, with its figures, and a night that still waits for it hears that.
    """
    queue = EmbeddedQueue(desk.database)
    night, job = night_at(desk, queue), flow_of("b")
    conductor = FlowsByQueue(queue, desk, night)
    queue.put([conductor.ticket(job)])
    desk.jobs.plan(job)
    desk.jobs.stage(job, "playing")
    if since == "done by hand":
        desk.jobs.stage(job, "done", "好了", {"files": 2, "rows": 28})
    else:
        assert queue.end(night.lease, Ending("dropped", "过了截止的"))
    lease = queue.take(WorkerFacts("next"))
    assert lease is not None
    player = FlowPlayer(desk, NoDoor(desk.home), timedelta(hours=1))
    ending = await player.play(Held(lease, LEASE))
    assert ending is not None
    assert queue.end(lease, ending)
    [row] = [row for row in desk.jobs.of_night(DAY.isoformat()) if row.job_key == job.key]
    if since == "done by hand":
        ended = await FlowsByQueue(queue, desk, night).play(job)
        assert (ended.stage, ended.message, ended.summary) == ("done", "好了", {"files": 2, "rows": 28})
        assert row.stage == "done"
    else:
        assert (ending.outcome, ending.message) == ("dropped", "它那一夜已经结束了")


def _open(desk: Desk) -> bool:
    with desk.database.read() as connection:
        return any(one.ticket.kind == FLOW for one in board.standings(connection))


async def test_a_polite_process_asks_a_site_as_often_as_it_may(desk: Desk) -> None:
    """At most so many runs at once on a host, and none begins sooner than the gap after the one before."""
    hosts = Hosts({"shop.example": HostSettings(at_once=2, gap_ms=30)})
    now, most, began = 0, 0, []

    async def run(url: str) -> None:
        nonlocal now, most
        async with hosts.turn(url):
            began.append(asyncio.get_running_loop().time())
            now, most = now + 1, max(most, now + 1)
            await asyncio.sleep(0.05)
            now -= 1

    await asyncio.gather(*[run("https://shop.example/orders") for _ in range(5)])
    assert most == 2
    assert min(later - sooner for sooner, later in pairwise(began)) > 0.025
    most = 0
    await asyncio.gather(*[run("https://other.example/") for _ in range(5)])
    assert most == 5


def test_all_workers_of_one_database_share_a_sites_limits(desk: Desk) -> None:
    """Two at once and a gap between beginnings hold over processes; who died or lost its lease counts no more."""
    queue = EmbeddedQueue(desk.database)
    queue.put([Ticket(f"{n}", "x", f"{n}", f"account-{n}") for n in range(3)])
    for n in range(3):
        assert queue.take(WorkerFacts(f"w{n}")) is not None
    runs = [TicketTurns(desk.database, f"{n}") for n in range(3)]
    site, other = "shop.example", "other.example"
    assert [one.begin(site, 2, 0) for one in (runs[0], runs[1], runs[1])] == [0, 0, 0]
    assert (runs[2].begin(site, 2, 0) > 0, runs[2].begin(site, 3, 0), runs[2].begin(other, 1, 0)) == (True, 0, 0)
    runs[2].end(site)
    assert runs[2].begin(site, 2, 0) > 0
    runs[1].end(site)
    assert runs[2].begin(site, 2, 0) == 0
    with desk.database.write() as connection:
        connection.execute(update(queue_job).where(queue_job.c.ticket_key == "0").values(lease_until=PAST))
    assert runs[1].begin(site, 2, 0) == 0, "the process that held 0 is gone"
    assert 3_500 < runs[1].begin(site, 0, 3_600_000) <= 3_600, "another one has begun a moment ago"
    with desk.database.write() as connection:
        connection.execute(update(host_turn).values(started_at=PAST))
    assert runs[1].begin(site, 0, 3_600_000) == 0
