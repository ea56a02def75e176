"""Two ways of doing the same thing, in turn, several rounds: medians and the ratio pair by pair.

The machine is rarely quiet. A ratio of two works that ran one right after the other feels the same noise on both sides,
so the median of such ratios is steadier than the ratio of medians; `spread` says how far apart the middle half lies.
"""

import gc
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

Work = Callable[[], Awaitable[object]]


class Missing(Exception):
    """Something that a bench compares with is not on this machine."""

    def __init__(self, name: str, command: str) -> None:
        """`command` is what a person types to get it."""
        super().__init__(f"{name}: 还没有装对照的程序，先运行 {command} / not installed yet, run {command}")


@dataclass(frozen=True)
class Pair:
    """What one round took, in seconds."""

    ours_s: float
    theirs_s: float

    @property
    def ratio(self) -> float:
        """Ours as a multiple of theirs."""
        return self.ours_s / self.theirs_s


@dataclass(frozen=True)
class Measured:
    """One comparison: seconds of ours and theirs as medians, and the median of the ratios of each round.

    `theirs` says what ours was held against: another program, or a limit in seconds when nothing else does the same.
    `spread` is the distance between the quartiles of the ratios. `unit`: of ours and theirs, where it is not seconds.
    """

    name: str
    ours_s: float
    theirs_s: float
    ratio: float
    goal: float
    rounds: int
    theirs: str
    spread: float = 0.0
    unit: str = "s"

    @property
    def met(self) -> bool:
        """Whether the goal is met in this run."""
        return self.ratio <= self.goal


async def compared(ours: Work, theirs: Work, *, rounds: int) -> list[Pair]:
    """Both in turn, after one warm-up of each that does not count; which comes first alternates."""
    await ours()
    await theirs()
    pairs = []
    for number in range(rounds):
        spent: dict[Work, float] = {}
        for work in (ours, theirs) if number % 2 == 0 else (theirs, ours):
            gc.collect()
            started = time.perf_counter()
            await work()
            spent[work] = time.perf_counter() - started
        pairs.append(Pair(spent[ours], spent[theirs]))
    return pairs


def measured(name: str, pairs: list[Pair], *, goal: float, against: str, unit: str = "s") -> Measured:
    """The pairs as one line of the table."""
    ratios = sorted(pair.ratio for pair in pairs)
    quartiles = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else [ratios[0]] * 3
    return Measured(
        name=name,
        ours_s=statistics.median(pair.ours_s for pair in pairs),
        theirs_s=statistics.median(pair.theirs_s for pair in pairs),
        ratio=statistics.median(ratios),
        goal=goal,
        rounds=len(pairs),
        theirs=against,
        spread=quartiles[2] - quartiles[0],
        unit=unit,
    )


async def compare(name: str, ours: Work, theirs: Work, *, rounds: int, goal: float, against: str) -> Measured:
    """Run both in turn and say how they compare."""
    return measured(name, await compared(ours, theirs, rounds=rounds), goal=goal, against=against)


def within(name: str, times_s: list[float], *, limit_s: float, what: str, unit: str = "s") -> Measured:
    """Times held against a limit: the ratio is the part of the limit that the median uses up."""
    pairs = [Pair(spent, limit_s) for spent in times_s]
    return measured(name, pairs, goal=1.0, against=what, unit=unit)
