"""Two ways of doing the same thing, in turn, several rounds: medians and the ratio pair by pair."""

import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

Work = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Measured:
    """One comparison: seconds of ours and theirs as medians, and the median of the ratios of each round."""

    name: str
    ours_s: float
    theirs_s: float
    ratio: float
    goal: float
    rounds: int
    theirs: str

    @property
    def met(self) -> bool:
        """Whether the goal is met in this run."""
        return self.ratio <= self.goal


async def compare(name: str, ours: Work, theirs: Work, *, rounds: int, goal: float, against: str) -> Measured:
    """Run both in turn, after one warm-up of each that does not count; which comes first alternates."""
    await ours()
    await theirs()
    times: list[tuple[float, float]] = []
    for number in range(rounds):
        pair = [ours, theirs] if number % 2 == 0 else [theirs, ours]
        spent = {}
        for work in pair:
            started = time.perf_counter()
            await work()
            spent[work] = time.perf_counter() - started
        times.append((spent[ours], spent[theirs]))
    return Measured(
        name=name,
        ours_s=statistics.median(ours for ours, _ in times),
        theirs_s=statistics.median(theirs for _, theirs in times),
        ratio=statistics.median(ours / theirs for ours, theirs in times),
        goal=goal,
        rounds=rounds,
        theirs=against,
    )
