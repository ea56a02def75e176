"""500 short flows in one process, one page each: what it and its browser hold does not grow.

Clock and worker are those of `yeban serve`: one browser, several accounts side by side, a new browser before the old
one leaks. After each run the resident memory of this process is read, and that of the browser's processes together.
A line through the second half says how much is gained in a hundred runs; the caches are warm by then.
"""

import asyncio
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from statistics import linear_regression, median

from bots.practice.server import WORLD_FILE, Mall
from bots.practice.world import TINY, World, build
from schedules.demo import store_secrets
from schedules.queue.embedded import EmbeddedQueue
from schedules.serve.recycling import memory_below
from schedules.serve.serving import Place, worker_at
from schedules.serve.worker import Worker
from schedules.settings import AccountSettings
from storage.database.tables import job
from tests.bench.measure import Measured, within
from tests.bench.served import Due, due, served

RUNS = 500
LAST_DAY = date(2026, 11, 20)
NAMES = ("seller_a", "seller_c", "seller_a2", "seller_c2")
FLOW = "practice/login"
LIMIT_MB = 2.0
"""Megabytes that a hundred runs may add: a worker of a thousand runs a night gains less than a browser holds."""
MB = 1 << 20


@dataclass
class Soaked:
    """Bytes after each run: of this process, and of the browser with its driver."""

    ours: list[int] = field(default_factory=list)
    browser: list[int] = field(default_factory=list)
    failed: int = 0


async def run(rounds: int, runs: int = RUNS) -> list[Measured]:
    """Megabytes that a hundred runs add, and what is held in the middle of the run."""
    soaked = await soak(runs)
    if soaked.failed:
        raise AssertionError(f"{soaked.failed} of {runs} runs failed")
    return [
        _gained("soak: our process", soaked.ours),
        _gained("soak: browser", soaked.browser),
        _held("soak: our process holds", soaked.ours),
        _held("soak: browser holds", soaked.browser),
    ]


def _gained(name: str, sizes: Sequence[int]) -> Measured:
    return within(name, [gained_mb(sizes)], limit_s=LIMIT_MB, what=f"{LIMIT_MB} MB in 100 runs", unit="MB")


def _held(name: str, sizes: Sequence[int]) -> Measured:
    half = sizes[len(sizes) // 2 :]
    return within(name, [median(half) / MB], limit_s=max(half) / MB, what="its most", unit="MB")


def gained_mb(sizes: Sequence[int]) -> float:
    """Megabytes in a hundred runs, by a line through the second half."""
    half = sizes[len(sizes) // 2 :]
    return linear_regression(range(len(half)), half).slope * 100 / MB


async def soak(runs: int) -> Soaked:
    """All runs, one process."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        world = colleagues(home / "mall" / WORLD_FILE)
        with Mall.start(home / "mall") as mall:
            accounts = {name: AccountSettings(site="practice", username=name, shop=f"shop_{name[7]}", base_url=mall.url)
                        for name in NAMES}  # fmt: skip
            with due(home, FLOW, accounts, runs) as what:
                store_secrets(what.desk, world)
                return await soaked_at(what)


def colleagues(path: Path) -> World:
    """The smallest mall, where two people sign in to each shop."""
    world = build(path, last_day=LAST_DAY, size=TINY)
    with world.writing() as connection:
        for name in NAMES[2:]:
            connection.execute(
                "INSERT INTO account SELECT ?, password, totp_secret, site, shop_id FROM account WHERE username = ?",
                (name, name[:-1]),
            )
    return world


async def soaked_at(what: Due) -> Soaked:
    """The runs of this desk, until all have ended."""
    soaked, over = Soaked(), asyncio.Event()
    mall = memory_below()  # the mall is a process under this one too

    def worker_of(queue: EmbeddedQueue, ended: Callable[[], None]) -> Worker:
        def one_more() -> None:
            soaked.ours.append(resident())
            soaked.browser.append(memory_below() - mall)
            ended()
            if len(soaked.ours) == what.runs:
                over.set()

        return worker_at(what.desk, queue, what.opened.path.parent, Place(), one_more)

    async with served(what, worker_of):
        await over.wait()
    with what.desk.database.read() as connection:
        soaked.failed = len(connection.execute(job.select().where(job.c.stage != "done")).all())
    return soaked


def resident() -> int:
    """Bytes that this process holds in memory."""
    return int(Path("/proc/self/statm").read_text("utf-8").split()[1]) * os.sysconf("SC_PAGE_SIZE")
