"""The practice mall's world at its full size, made from its seed, held against eight seconds of a core."""

import tempfile
import time
from datetime import date
from pathlib import Path

from bots.practice.world import FULL, TINY, WorldSize, build
from tests.bench.measure import Measured, within

LIMIT_S = 8.0
LAST_DAY = date(2026, 11, 20)


async def run(rounds: int, size: WorldSize = FULL) -> list[Measured]:
    """Processor seconds of building it, each time anew."""
    times = []
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder) / "warm.db", last_day=LAST_DAY, size=TINY)
        for number in range(rounds):
            started = time.process_time()
            build(Path(folder) / f"{number}.db", last_day=LAST_DAY, size=size)
            times.append(time.process_time() - started)
    return [within("the full mall made", times, limit_s=LIMIT_S, what="8 s of processor")]
