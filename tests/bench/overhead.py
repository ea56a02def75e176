"""What scheduling costs a run: 200 runs that do nothing, from the timetable through clock, queue and worker to the end.

All are of one account. Each ends at once; until the next one begins, its end is written down, the clock looks, what is
due becomes a ticket, a worker takes it and writes down that it begins. That is counted in processor seconds of this
process (the wall clock of a shared machine measures its neighbours), and by the clock beside it.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from schedules.logs import silence
from schedules.queue.embedded import EmbeddedQueue
from schedules.queue.model import WorkerFacts
from schedules.serve.playing import RunPlayer
from schedules.serve.worker import Worker
from schedules.settings import AccountSettings
from schedules.timetable.handing import KIND
from schedules.timetable.turn import Outcome
from tests.bench.measure import Measured, within
from tests.bench.served import due, served

RUNS = 200
ACCOUNTS = {"seller_a": AccountSettings(site="practice", username="seller_a")}
"""One, so that every run waits for the one before it: nothing of the way from one to the next is hidden."""
LIMIT_S = 0.050


class Empty:
    """Does nothing, and remembers when."""

    def __init__(self, runs: int) -> None:
        """`over` is set once so many runs have been played."""
        self.runs = runs
        self.processor_s: list[float] = []
        self.begun_s: list[float] = []
        self.over = asyncio.Event()

    async def play(self, *_: object) -> Outcome:
        """Done."""
        self.processor_s.append(time.process_time())
        self.begun_s.append(time.perf_counter())
        if len(self.begun_s) == self.runs:
            self.over.set()
        return Outcome("done")

    def tell(self, *_: object) -> None:
        """Nobody is told."""

    def between(self) -> list[float]:
        """Seconds by the clock from each run to the next."""
        return [after - before for before, after in pairwise(self.begun_s)]


async def run(rounds: int, runs: int = RUNS) -> list[Measured]:
    """Processor seconds a run and the clock's seconds between runs: median and the slowest twentieth."""
    silence()
    processor, medians, slowest = [], [], []
    for _ in range(rounds):
        played = await once(runs)
        processor.append((played.processor_s[-1] - played.processor_s[0]) / (runs - 1))
        medians.append(statistics.median(played.between()))
        slowest.append(statistics.quantiles(played.between(), n=20)[-1])
    what = f"50 ms, {runs} empty runs"
    return [
        within("overhead: processor a run", processor, limit_s=LIMIT_S, what=what),
        within("overhead: from run to run", medians, limit_s=LIMIT_S, what=f"{what}, median by the clock"),
        within("overhead: the slowest 5 %", slowest, limit_s=LIMIT_S, what=f"{what}, p95 by the clock"),
    ]


async def once(runs: int) -> Empty:
    """All runs, in a home of their own."""
    executor = Empty(runs)
    with tempfile.TemporaryDirectory() as folder, due(Path(folder), "practice/login", ACCOUNTS, runs) as what:

        def worker_of(queue: EmbeddedQueue, ended: Callable[[], None]) -> Worker:
            player = RunPlayer(what.desk, executor, timedelta(hours=1))
            return Worker(queue, WorkerFacts("bench", places=len(ACCOUNTS)), {KIND: player}, ended=ended)

        async with served(what, worker_of):
            await executor.over.wait()
    return executor
