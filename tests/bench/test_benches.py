"""Each bench still runs: its two sides do the same work, and what they did is checked by the bench itself."""

import math

import pytest

from bots.practice.world import TINY
from tests.bench import world
from tests.bench.__main__ import BENCHMARKS
from tests.bench.measure import Missing, Pair, measured, within

pytestmark = [pytest.mark.browser]


LARGE = {
    "accounts",
    "allocate",
    "chain",
    "desk",
    "feed",
    "files",
    "healing",
    "ingest",
    "ledger",
    "orders",
    "overhead",
    "reconcile",
    "reports",
    "reserve",
    "robot",
    "soak",
    "start",
    "world",
}
"""Those that take minutes or need what is installed for them; most have a small test of their own beside this one."""


@pytest.mark.parametrize(
    "name",
    sorted(set(BENCHMARKS) - LARGE),
)
async def test_a_bench_runs(name: str) -> None:
    """One round of the bench ends with figures; a side that did something else would have raised."""
    for result in await BENCHMARKS[name](1):
        assert result.rounds >= 1
        assert math.isfinite(result.ratio)
        assert result.theirs_s > 0


async def test_a_small_world_is_measured() -> None:
    """The mall's bench on its smallest world ends with a figure for each round."""
    (result,) = await world.run(1, TINY)
    assert (result.rounds, result.ours_s > 0) == (1, True)


def test_the_ratio_is_of_pairs_and_not_of_medians() -> None:
    """A round in which the whole machine was slow weighs no more than any other."""
    pairs = [Pair(1.0, 1.0), Pair(30.0, 20.0), Pair(2.0, 1.0)]
    result = measured("x", pairs, goal=1.5, against="y")
    assert (result.ratio, result.ours_s, result.theirs_s) == (1.5, 2.0, 1.0)
    assert result.met


def test_a_limit_is_met_when_the_median_stays_below_it() -> None:
    """Times held against a limit show the part of it that they use up."""
    assert within("x", [0.2, 0.1, 0.9], limit_s=0.4, what="y").ratio == 0.5


def test_a_missing_counterpart_says_what_to_type() -> None:
    """The sentence holds the command that installs it."""
    assert "yeban bench robot --install" in str(Missing("robot", "yeban bench robot --install"))
