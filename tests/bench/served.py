"""A desk whose clock and worker are at work in this process, as under `yeban serve`, with runs that are due at once."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from schedules.desk import Desk, open_desk
from schedules.queue.embedded import EmbeddedQueue
from schedules.serve.worker import Worker
from schedules.settings import AccountSettings, Settings
from schedules.timetable.keeping import Nobody, Renewal, kept_clock, turn_of
from schedules.timetable.opening import Opened, open_timetable

if TYPE_CHECKING:
    from collections.abc import Iterator

ENTRY = "每天"
LAST_DAY = date(2026, 11, 20)
TIMETABLE = f"""title: 台架
entries:
  {ENTRY}: {{run: %s, accounts: %s, every: 每天, at: "01:30", missed: all}}
"""


@dataclass(frozen=True)
class Due:
    """A desk, its timetable, and how many runs of it are due now."""

    desk: Desk
    opened: Opened
    runs: int


@contextmanager
def due(home: Path, flow: str, accounts: Mapping[str, AccountSettings], runs: int) -> "Iterator[Due]":
    """So many runs of the flow, dealt out to the accounts, day by day into the past: `yeban backfill --later`."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "timetable.yaml").write_text(TIMETABLE % (flow, json.dumps(list(accounts))), "utf-8")
    settings = Settings(home=home, accounts=dict(accounts), promote_healed=False)
    with open_desk(settings) as desk:
        opened = open_timetable(settings)
        first = LAST_DAY - timedelta(days=runs // len(accounts) - 1)
        asked = turn_of(desk, opened, Nobody()).backfill(ENTRY, first.isoformat(), LAST_DAY.isoformat(), "bench")
        if len(asked.new) != runs:
            raise AssertionError(f"{len(asked.new)} runs are due, not {runs}")
        yield Due(desk, opened, runs)


@asynccontextmanager
async def served(what: Due, worker_of: Callable[[EmbeddedQueue, Callable[[], None]], Worker]) -> AsyncIterator[Worker]:
    """The clock gives, the worker takes; both go when the block ends. `worker_of` gets the queue and whom to tell."""
    queue = EmbeddedQueue(what.desk.database)
    looks: list[Callable[[], None]] = []

    def ended() -> None:
        for look in looks:
            look()

    worker = worker_of(queue, ended)
    with kept_clock(Renewal(what.desk, what.opened), queue, worker.wake) as clock:
        looks.append(clock.look_soon)
        working = asyncio.create_task(worker.work())
        try:
            yield worker
        finally:
            looks.clear()
            worker.drain()
            with suppress(asyncio.CancelledError):
                await working
