"""Which method speaks for a code, and whether its quantiles keep their word. Worlds with known truth."""

from random import Random

import pytest

from storage.erp.forecast.backtest import (
    TOLD_BP,
    Score,
    best_method,
    origins_of,
    pinball,
    quantile,
    score,
    spread_of,
    wape_bp,
)
from storage.erp.forecast.methods import (
    CROSTON,
    EXPONENTIAL_SMOOTHING,
    SEASONAL_NAIVE,
    TSB,
    candidates,
    cumulated,
    steps,
)
from tests.storage.erp.forecast.conftest import sparse, steady

KNOWN_DAYS = 140
AHEAD_DAYS = 28


@pytest.fixture(scope="module")
def world() -> list[list[int]]:
    """As many steady codes as sparse ones, each with four weeks more than any forecast may know."""
    random = Random(20261120)
    days = KNOWN_DAYS + AHEAD_DAYS
    smooth = [steady(random, random.uniform(3, 60), days) for _ in range(24)]
    return smooth + [sparse(random, random.uniform(0.1, 0.4), random.randint(2, 9), days) for _ in range(24)]


@pytest.fixture(scope="module")
def shown(world: list[list[int]]) -> list[tuple[Score, list[Score]]]:
    """The method shown for each code and all that were tried, from the known days only."""
    return [best_method(one[:KNOWN_DAYS]) for one in world]


@pytest.mark.function("BI-30")
def test_what_is_shown_beats_last_week_or_is_last_week(shown: list[tuple[Score, list[Score]]]) -> None:
    """In the rolling back-test no shown method has a greater WAPE than the seasonal naive."""
    names = set()
    for best, tried in shown:
        naive = tried[0]
        assert naive.method is SEASONAL_NAIVE
        assert best.origins == naive.origins == 8
        assert best is naive or best.wape_bp < naive.wape_bp
        assert best.wape_bp == min(one.wape_bp for one in tried)
        names.add(best.method.name)
    assert names >= {"exponential_smoothing", "tsb"} or names >= {"exponential_smoothing", "croston"}


@pytest.mark.function("BI-30")
def test_the_naive_is_shown_where_it_wins() -> None:
    """A history that repeats itself week by week, each day its own, is foretold by last week without a fault."""
    week = (40, 3, 17, 60, 5, 28, 11)
    weekly = [qty + step for step in range(0, 60, 3) for qty in week]
    best, tried = best_method([float(qty) for qty in week * 20])
    assert (best.method, best.wape_bp) == (SEASONAL_NAIVE, 0)
    assert [one.method for one in tried] == [SEASONAL_NAIVE, EXPONENTIAL_SMOOTHING]
    assert score(SEASONAL_NAIVE, weekly).wape_bp > 0


@pytest.mark.function("BI-31")
def test_quantiles_keep_their_word(world: list[list[int]], shown: list[tuple[Score, list[Score]]]) -> None:
    """Of the demands that then came 90 to 98 % are within the 95 % quantile; its pinball loss beats the naive's."""
    covered = checked = 0
    loss, naive_loss = 0.0, 0.0
    for one, (best, tried) in zip(world, shown, strict=True):
        known, came = [float(qty) for qty in one[:KNOWN_DAYS]], cumulated(one[KNOWN_DAYS:])
        means = cumulated(best.method.forecast(known, best.method.fit(known), AHEAD_DAYS))
        last_week = cumulated(SEASONAL_NAIVE.forecast(known, {}, AHEAD_DAYS))
        for days in (7, 14, 28):
            told = quantile(means[days - 1], best.spread.variance(days), TOLD_BP)
            covered += came[days - 1] <= told
            checked += 1
            loss += pinball(came[days - 1], told, TOLD_BP)
            naive = quantile(last_week[days - 1], tried[0].spread.variance(days), TOLD_BP)
            naive_loss += pinball(came[days - 1], naive, TOLD_BP)
    assert 0.90 <= covered / checked <= 0.98
    assert loss < naive_loss
    reported = [best for best, _ in shown]
    assert all(one.pinball_milli > 0 for one in reported)
    assert 0.90 <= sum(one.covered for one in reported) / sum(one.checked for one in reported) <= 0.98


def test_origins_are_weeks_apart_and_know_nothing_of_what_they_foretell() -> None:
    """Eight origins on a long history, fewer and shorter ones on a short one, none below six weeks."""
    assert origins_of(140) == ([63, 70, 77, 84, 91, 98, 105, 112], 28)
    assert origins_of(63) == ([28, 35], 28)
    assert origins_of(50) == ([29, 36], 14)
    assert origins_of(42) == ([28, 35], 7)
    assert origins_of(41) == ([], 0)


def test_a_young_code_is_shown_its_last_week() -> None:
    """Too little history: the naive without a back-test, and the spread that counting alone brings."""
    best, tried = best_method([4.0] * 20)
    assert (best.method, best.origins, best.spread.noise, tried) == (SEASONAL_NAIVE, 0, 4.0, [best])


def test_measures_are_their_definitions() -> None:
    """WAPE of weekly sums, pinball loss and the quantile of a sum, checked by hand."""
    assert wape_bp([[1.0] * 7], [[2.0] * 7]) == 5000
    assert wape_bp([[0.0] * 7], [[0.0] * 7]) == 0
    assert (pinball(10, 8, 9500), pinball(8, 10, 9500)) == (pytest.approx(1.9), pytest.approx(0.1))
    assert quantile(100, 100, 9500) == pytest.approx(117.1, abs=0.3)  # gamma, mean 100, standard deviation 10
    assert quantile(50, 0, 9500) == 50
    assert quantile(0, 4, 9500) == pytest.approx(3.29, abs=0.01)


def test_noise_and_level_are_told_apart() -> None:
    """Days that differ are noise; whole origins that are off are a wrong level."""
    assert spread_of([[1.0, -1.0] * 7, [1.0, -1.0] * 7]).level == 0
    wrong = spread_of([[3.0] * 14, [-3.0] * 14])
    assert (wrong.noise, wrong.level, wrong.variance(10)) == (0, 9, 900)


def test_sparse_methods_follow_their_authors() -> None:
    """Two pieces every fourth day: TSB tends to half a piece, Croston to that less its correction."""
    history = [2.0, 0, 0, 0] * 20
    assert CROSTON.forecast(history, {"alpha": 0.1}, 3) == [pytest.approx(0.475, abs=0.01)] * 3
    assert TSB.forecast(history, {"alpha": 0.1, "beta": 0.05}, 1)[0] == pytest.approx(0.5, abs=0.06)
    assert candidates(history) == [CROSTON, TSB]
    assert candidates([5.0] * 40) == [EXPONENTIAL_SMOOTHING]
    assert candidates([5.0] * 20) == []
    assert TSB.forecast([2.0] * 10 + [0.0] * 60, {"alpha": 0.1, "beta": 0.2}, 1)[0] < 0.01


def test_smoothing_is_the_librarys(world: list[list[int]]) -> None:
    """The recursion written out forecasts what statsmodels does with the same parameters, whatever the history."""
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    random = Random(7)
    for length, one in zip((28, 29, 34, 41, 60, KNOWN_DAYS), world, strict=False):
        history = [float(qty) for qty in one[:length]]
        told = {"level": random.random(), "seasonal": random.random()}
        model = ExponentialSmoothing(
            history, seasonal="add", seasonal_periods=7, initialization_method="heuristic"
        ).fit(smoothing_level=told["level"], smoothing_seasonal=told["seasonal"], optimized=False)
        library = [max(0.0, float(qty)) for qty in model.forecast(AHEAD_DAYS)]
        assert EXPONENTIAL_SMOOTHING.forecast(history, told, AHEAD_DAYS) == pytest.approx(library, abs=1e-9)


def test_sums_and_steps_undo_each_other() -> None:
    """Running sums and single values."""
    assert steps(cumulated([3.0, 0.0, 2.0])) == [3.0, 0.0, 2.0]
