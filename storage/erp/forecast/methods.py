"""Ways to continue a daily series: last week again, exponential smoothing, two for demand that is mostly zero. Pure.

Each method is fitted once on a history and may then forecast from a longer one with the same parameters, which is what
a rolling back-test needs. Sources: Hyndman & Athanasopoulos, Forecasting (seasonal naive, exponential smoothing);
Croston 1972 with the correction of Syntetos & Boylan 2005; Teunter, Syntetos & Babai 2011 (TSB).
"""

import os
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

Values = Sequence[float]
Parameters = Mapping[str, float]

WEEK = 7
GRID = (0.05, 0.1, 0.2, 0.3)
SPARSE_ZERO_SHARE = 0.4
SMOOTHING_NEEDS_DAYS = 4 * WEEK
THREADS = "OPENBLAS_NUM_THREADS"


class Method(NamedTuple):
    """A name, the parameters that fit a history best, and the forecast of the next days from a history."""

    name: str
    title: str
    fit: Callable[[Values], Parameters]
    forecast: Callable[[Values, Parameters, int], list[float]]


def candidates(history: Values) -> list[Method]:
    """What is tried on such a history beside the seasonal naive: the sparse methods where most days sell nothing."""
    if len(history) < SMOOTHING_NEEDS_DAYS:
        return []
    if is_sparse(history):
        return [CROSTON, TSB]
    return [EXPONENTIAL_SMOOTHING]


def is_sparse(history: Values) -> bool:
    """Whether so many days sell nothing that a smooth level would be a fiction."""
    return sum(1 for qty in history if qty == 0) > SPARSE_ZERO_SHARE * len(history)


def _no_parameters(_: Values) -> Parameters:
    return {}


def _naive(history: Values, _: Parameters, days: int) -> list[float]:
    """The last week again; the mean when there is no whole week."""
    if len(history) < WEEK:
        return [sum(history) / max(len(history), 1)] * days
    return [history[len(history) - WEEK + day % WEEK] for day in range(days)]


def _fit_smoothing(history: Values) -> Parameters:
    level, season = _smoothing_begins(history)  # what "heuristic" finds, without a data frame for it
    model = _holt_winters()(list(history), seasonal="add", seasonal_periods=WEEK, initialization_method="known",
                            initial_level=level, initial_seasonal=season)  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an optimum at the edge of the range is an answer, not a fault
        found = model.fit(optimized=True, use_brute=False).params
    return {"level": float(found["smoothing_level"]), "seasonal": float(found["smoothing_seasonal"])}


@cache
def _holt_winters() -> "type[ExponentialSmoothing]":
    """The library, a second of reading, asked for once.

    Its optimizer works on two numbers: threads that wait for each other over so little cost twice the work itself.
    """
    with _one_thread():
        from statsmodels.tsa.holtwinters import ExponentialSmoothing
    found: type[ExponentialSmoothing] = ExponentialSmoothing
    return found


@contextmanager
def _one_thread() -> Iterator[None]:
    """What numeric library is loaded in here works alone; others are left as they are."""
    before = os.environ.get(THREADS)
    os.environ[THREADS] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[THREADS]
        else:
            os.environ[THREADS] = before


def _smooth(history: Values, parameters: Parameters, days: int) -> list[float]:
    """The recursion of `ExponentialSmoothing(seasonal="add", initialization_method="heuristic")` and its forecast.

    Written out because the library spends fifty times as long on what stands around it; a test holds the two together.
    """
    alpha, gamma = parameters["level"], parameters["seasonal"]
    level, season = _smoothing_begins(history)
    for day, qty in enumerate(history):
        before, usual = level, season[day]
        level = alpha * (qty - usual) + (1 - alpha) * before
        season.append(gamma * (qty - before) + (1 - gamma) * usual)
    last = len(history) - 1
    return [max(0.0, level + season[last + (day + 1) % WEEK]) for day in range(days)]


def _smoothing_begins(history: Values) -> tuple[float, list[float]]:
    """Level and week before the first day: Hyndman & Athanasopoulos 2.6, from at most five weeks."""
    half = WEEK // 2
    first = history[: WEEK * min(5, len(history) // WEEK)]
    trend = [sum(first[day - half : day + half + 1]) / WEEK for day in range(half, len(first) - half)]
    apart: list[list[float]] = [[] for _ in range(WEEK)]
    for day, usual in enumerate(trend, start=half):
        apart[day % WEEK].append(first[day] - usual)
    season = [sum(own) / len(own) for own in apart]
    middle = sum(season) / WEEK
    ten = trend[:10]
    slope = sum((day - 5.5) * qty for day, qty in enumerate(ten, start=1)) / 82.5  # Σ(day - 5.5)² of ten days
    return sum(ten) / 10 - 5.5 * slope, [one - middle for one in season]


def _croston_rate(history: Values, alpha: float) -> list[float]:
    """The rate of pieces a day before each day and after the last: size / interval * (1 - alpha / 2)."""
    size, chance = _beginning(history)
    interval = 1 / chance if chance else float(len(history) + 1)
    since, rates = 1, []
    for qty in history:
        rates.append((1 - alpha / 2) * size / interval)
        if qty > 0:
            size += alpha * (qty - size)
            interval += alpha * (since - interval)
            since = 1
        else:
            since += 1
    return [*rates, (1 - alpha / 2) * size / interval]


def _tsb_rate(history: Values, alpha: float, beta: float) -> list[float]:
    """The rate before each day and after the last: probability * size; the probability falls on every empty day."""
    size, chance = _beginning(history)
    rates = []
    for qty in history:
        rates.append(chance * size)
        if qty > 0:
            size += alpha * (qty - size)
        chance += beta * ((qty > 0) - chance)
    return [*rates, chance * size]


def _beginning(history: Values) -> tuple[float, float]:
    """(mean pieces of a day that sold, share of days that sold) of the first four weeks: where smoothing begins."""
    sold = [qty for qty in history[: 4 * WEEK] if qty > 0]
    return sum(sold) / len(sold) if sold else 0.0, len(sold) / max(len(history[: 4 * WEEK]), 1)


def _squared(history: Values, rates: Values) -> float:
    return sum((qty - rate) ** 2 for qty, rate in zip(history[WEEK:], rates[WEEK:], strict=False))


def _fit_croston(history: Values) -> Parameters:
    return {"alpha": min(GRID, key=lambda alpha: _squared(history, _croston_rate(history, alpha)))}


def _fit_tsb(history: Values) -> Parameters:
    pairs = [(alpha, beta) for alpha in GRID for beta in GRID]
    alpha, beta = min(pairs, key=lambda pair: _squared(history, _tsb_rate(history, *pair)))
    return {"alpha": alpha, "beta": beta}


def _croston(history: Values, parameters: Parameters, days: int) -> list[float]:
    return [_croston_rate(history, parameters["alpha"])[-1]] * days


def _tsb(history: Values, parameters: Parameters, days: int) -> list[float]:
    return [_tsb_rate(history, parameters["alpha"], parameters["beta"])[-1]] * days


SEASONAL_NAIVE = Method("seasonal_naive", "上周同日", _no_parameters, _naive)
EXPONENTIAL_SMOOTHING = Method("exponential_smoothing", "指数平滑", _fit_smoothing, _smooth)
CROSTON = Method("croston", "Croston", _fit_croston, _croston)
TSB = Method("tsb", "TSB", _fit_tsb, _tsb)
METHODS = {method.name: method for method in (CROSTON, EXPONENTIAL_SMOOTHING, SEASONAL_NAIVE, TSB)}
BY_HAND = "by_hand"
TITLES = {**{name: method.title for name, method in METHODS.items()}, BY_HAND: "人工"}


def cumulated(values: Values) -> list[float]:
    """Running sums."""
    total, sums = 0.0, []
    for value in values:
        total += value
        sums.append(total)
    return sums


def steps(sums: Values) -> list[float]:
    """The single values of running sums."""
    return [after - before for before, after in pairwise([0.0, *sums])]
