"""Ways to continue a daily series: last week again, exponential smoothing, two for demand that is mostly zero. Pure.

Each method is fitted once on a history and may then forecast from a longer one with the same parameters, which is what
a rolling back-test needs. Sources: Hyndman & Athanasopoulos, Forecasting (seasonal naive, exponential smoothing);
Croston 1972 with the correction of Syntetos & Boylan 2005; Teunter, Syntetos & Babai 2011 (TSB).
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

Values = Sequence[float]
Parameters = Mapping[str, float]

WEEK = 7
GRID = (0.05, 0.1, 0.2, 0.3)
SPARSE_ZERO_SHARE = 0.4
SMOOTHING_NEEDS_DAYS = 4 * WEEK


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
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an optimum at the edge of the range is an answer, not a fault
        model = ExponentialSmoothing(list(history), seasonal="add", seasonal_periods=WEEK,
                                     initialization_method="heuristic")  # fmt: skip
        found = model.fit(optimized=True, use_brute=False).params
    return {"level": float(found["smoothing_level"]), "seasonal": float(found["smoothing_seasonal"])}


def _smooth(history: Values, parameters: Parameters, days: int) -> list[float]:
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    model = ExponentialSmoothing(list(history), seasonal="add", seasonal_periods=WEEK,
                                 initialization_method="heuristic")  # fmt: skip
    fitted = model.fit(smoothing_level=parameters["level"], smoothing_seasonal=parameters["seasonal"], optimized=False)
    return [max(0.0, float(qty)) for qty in fitted.forecast(days)]


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
