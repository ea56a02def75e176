"""Which method may speak for a code: forecasts from several past days, each judged by what then happened. Pure.

From every origin (a past day, a week apart) each method forecasts from what was known then; its parameters come from
before the oldest origin. The yardstick is WAPE of weekly sums. A method that does not beat the seasonal naive is not
shown: the naive is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from storage.erp.forecast.methods import SEASONAL_NAIVE, WEEK, Method, Values, candidates, cumulated

HORIZONS = (28, 14, 7)
MOST_ORIGINS = 8
TRAINING_DAYS = 28
TOLD_BP = 9500
WHOLE_BP = 10_000


@dataclass(frozen=True)
class Spread:
    """Variance of the sum of `n` days: n * noise + n² * level: days differ, and the whole level may be wrong."""

    noise: float
    level: float

    def variance(self, days: int) -> float:
        """Of the sum of so many days, in pieces²."""
        return days * self.noise + days * days * self.level


@dataclass(frozen=True)
class Score:
    """One method's back-test. `pinball_milli` and `covered` of `checked` are those of the 95 % quantile."""

    method: Method
    wape_bp: int
    origins: int
    spread: Spread
    pinball_milli: int
    covered: int
    checked: int


def best_method(history: Values) -> tuple[Score, list[Score]]:
    """The method to show, and the scores of all that were tried, the seasonal naive first.

    Too short for a back-test: the naive with 0 origins and the spread that counting alone brings.
    """
    naive = score(SEASONAL_NAIVE, history)
    others = [score(method, history) for method in candidates(history)] if naive.origins else []
    better = [other for other in others if other.wape_bp < naive.wape_bp]
    return min([naive, *better], key=lambda one: one.wape_bp), [naive, *others]


def origins_of(days: int) -> tuple[list[int], int]:
    """How many days were known at each origin, oldest first, and how many are then forecast; ([], 0) if too short."""
    for horizon in HORIZONS:
        ends = [days - horizon - WEEK * back for back in range(MOST_ORIGINS)]
        usable = [end for end in reversed(ends) if end >= TRAINING_DAYS]
        if len(usable) > 1:
            return usable, horizon
    return [], 0


def score(method: Method, history: Values) -> Score:
    """The back-test of one method."""
    ends, horizon = origins_of(len(history))
    if not ends:
        mean = sum(history) / max(len(history), 1)
        return Score(method, 0, 0, Spread(max(mean, 0.0), 0.0), 0, 0, 0)
    parameters = method.fit(history[: ends[0]])
    told = [method.forecast(history[:end], parameters, horizon) for end in ends]
    happened = [list(history[end : end + horizon]) for end in ends]
    errors = [[a - f for a, f in zip(*pair, strict=True)] for pair in zip(happened, told, strict=True)]
    loss, covered, checked = _told_quantile(told, happened, errors)
    return Score(method, wape_bp(told, happened), len(ends), spread_of(errors), loss, covered, checked)


def wape_bp(told: Sequence[Values], happened: Sequence[Values]) -> int:
    """Σ|weekly sum - forecast| / Σ weekly sums over all origins, in 1/100 of a percent; 0 when nothing ever sold."""
    missed = sold = 0.0
    for forecast, actual in zip(told, happened, strict=True):
        for first in range(0, len(actual), WEEK):
            week = sum(actual[first : first + WEEK])
            missed += abs(week - sum(forecast[first : first + WEEK]))
            sold += week
    return round(missed * WHOLE_BP / sold) if sold else 0


def spread_of(errors: Sequence[Values]) -> Spread:
    """Noise and level variance from the daily errors of several origins."""
    days = len(errors[0])
    means = [sum(own) / days for own in errors]
    noise = sum((error - mean) ** 2 for own, mean in zip(errors, means, strict=True) for error in own)
    noise /= max(len(errors) * (days - 1), 1)
    level = sum(mean * mean for mean in means) / len(means) - noise / days
    return Spread(noise, max(level, 0.0))


def quantile(mean: float, variance: float, quantile_bp: int) -> float:
    """The quantile of a sum of demand: a gamma distribution with that mean and variance (Burgin 1975).

    By the formula of Wilson and Hilferty, which needs no table; never negative.
    """
    if mean <= 0:
        return max(0.0, NormalDist().inv_cdf(quantile_bp / WHOLE_BP) * sqrt(variance))
    if variance <= 0:
        return mean
    shape = mean * mean / variance
    z = NormalDist().inv_cdf(quantile_bp / WHOLE_BP)
    return float(mean * max(0.0, 1 - 1 / (9 * shape) + z / (3 * sqrt(shape))) ** 3)


def pinball(actual: float, told: float, quantile_bp: int) -> float:
    """The loss of a quantile forecast: too low costs q, too high costs 1 - q, each per piece."""
    share = quantile_bp / WHOLE_BP
    return max(share * (actual - told), (share - 1) * (actual - told))


def _told_quantile(
    told: Sequence[Values], happened: Sequence[Values], errors: Sequence[Values]
) -> tuple[int, int, int]:
    """(mean pinball loss in 1/1000, covered, checked) of the 95 % quantile of the sums of whole weeks.

    The spread of each origin comes from the other origins: a forecast is not judged by what it was made from.
    """
    loss, covered, checked = 0.0, 0, 0
    for position, (forecast, actual) in enumerate(zip(told, happened, strict=True)):
        others = spread_of([own for number, own in enumerate(errors) if number != position])
        sums, real = cumulated(forecast), cumulated(actual)
        for days in range(WEEK, len(actual) + 1, WEEK):
            edge = quantile(sums[days - 1], others.variance(days), TOLD_BP)
            loss += pinball(real[days - 1], edge, TOLD_BP)
            covered += real[days - 1] <= edge + 1e-9
            checked += 1
    return round(loss * 1000 / checked), covered, checked
