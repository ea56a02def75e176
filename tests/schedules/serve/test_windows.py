"""A window that closes while a run lies in the queue: whoever comes too late begins nothing, and that is told."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from schedules.desk import Desk, open_desk
from schedules.night import Hands
from schedules.queue import board
from schedules.queue.embedded import EmbeddedQueue
from schedules.queue.model import LEASE, WorkerFacts
from schedules.serve.controls import Held
from schedules.serve.playing import RunPlayer
from schedules.settings import Settings
from schedules.timetable.handing import Handing
from schedules.timetable.model import Job
from schedules.timetable.telling import not_begun
from schedules.timetable.turn import Outcome
from storage.database.tables.desk import notice
from tests.schedules.timetable.world import World, at

TABLE = "  x: {run: f, accounts: [a], every: day, at: 01:00, until: 07:00}\n"
KEY = "x|2026-11-20T01:00|a"
FACTS = WorkerFacts("w", places=1)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk with a channel for what goes wrong."""
    (tmp_path / "notify.yaml").write_text("channels: {群: {kind: webhook}}\nroutes: {incident: [群]}\n", "utf-8")
    with open_desk(Settings(home=tmp_path)) as opened:
        yield opened


class Plays:
    """Notes what was played and what was said to have stopped."""

    def __init__(self) -> None:
        self.played: list[str] = []
        self.ended: list[str] = []

    async def play(self, job: Job, desk: Desk | None = None, hands: Hands | None = None) -> Outcome:
        """It is done at once."""
        self.played.append(job.key)
        return Outcome("done")

    def stopped(self, job: Job, why: str) -> None:
        """It was ended for good."""
        self.ended.append(why)

    def tell(self, job: Job, outcome: Outcome) -> None:
        """Nobody is told by this one."""


class Given:
    """A run that was due at one lies in the queue, where nobody has taken it."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.world = World(desk.database, TABLE).go("20 00:30")
        self.queue = EmbeddedQueue(desk.database)
        self.handing = Handing(self.world.turn, self.queue, desk.database, lambda _: ("home",))
        self.world.turn.unheard = lambda page, rows: not_begun(desk, page.connection, rows, self.world.now)
        self.world.now = at("20 01:00")
        assert self.handing.give(self.world.turn.look()) == 1

    def state(self) -> tuple[str, str]:
        """State and reason of the run."""
        row = self.world.rows()[KEY]
        return row.state, row.reason

    def told(self) -> list[str]:
        """The titles of what people are told."""
        with self.desk.database.read() as connection:
            return list(connection.execute(select(notice.c.title)).scalars())


def test_what_nobody_took_in_time_is_dropped(desk: Desk) -> None:
    """The machine that may use the account stays off: at seven the run is dropped, its ticket with it, and told."""
    given = Given(desk)
    given.world.now = at("20 06:59")
    assert given.handing.settle() == 0
    given.world.now = at("20 07:00")
    assert given.handing.settle() == 1
    assert (given.state(), given.told()) == (("dropped", "window-closed"), ["x 没有做：过了截止的 11-20 07:00"])
    assert given.queue.take(WorkerFacts("w", tags=("home",))) is None
    assert given.handing.settle() == 0
    with desk.database.read() as connection:
        one = board.standing(connection, f"{KEY}#1")
    assert one is not None
    assert (one.state, one.outcome, one.message) == ("ended", "dropped", "过了截止的 11-20 07:00")


@pytest.mark.parametrize(("taken_at", "played"), [("20 06:59", [KEY]), ("20 07:00", [])])
async def test_a_worker_that_comes_too_late_begins_nothing(desk: Desk, taken_at: str, played: list[str]) -> None:
    """Nobody kept the clock meanwhile; the worker that takes it after seven leaves it, and says why."""
    given, plays = Given(desk), Plays()
    queue, facts = given.queue, WorkerFacts("w", tags=("home",))
    queue.enter(facts)
    lease = queue.take(facts)
    assert lease is not None
    player = RunPlayer(desk, plays, timedelta(hours=1), now=lambda: at(taken_at))
    ending = await player.play(Held(lease, LEASE))
    assert ending is not None
    assert (plays.played, ending.outcome) == (played, "done" if played else "dropped")
    assert given.state() == (("done", "") if played else ("dropped", "window-closed"))
    assert given.told() == ([] if played else ["x 没有做：过了截止的 11-20 07:00"])
    assert plays.ended == ([] if played else [ending.message])


def test_a_run_that_was_asked_for_has_no_window(desk: Desk) -> None:
    """What a person fills back in the afternoon lies in the queue as long as it must."""
    given = Given(desk)
    given.world.now = at("20 07:00")
    given.handing.settle()
    assert given.world.turn.backfill("x", "2026-11-20", "2026-11-20", "王芳").again == [KEY]
    assert given.handing.give(given.world.turn.look()) == 1
    given.world.now = at("20 23:00")
    assert given.handing.settle() == 0
    assert given.state() == ("running", "")
