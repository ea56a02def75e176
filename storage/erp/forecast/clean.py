"""From what was sold to what would have been sold on an ordinary day. Pure.

Three kinds of days tell little of ordinary demand: days of a promotion, days without stock (nothing to sell is not
nothing wanted), and single days far off their neighbours. Each keeps its true figure beside the cleaned one and a flag
that says why, so that a person sees every day that was touched.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

WEEK = 7
NEIGHBOUR_WEEKS = 4
OUTLIER_SPREADS = 6.0
SPREAD_OF_NORMAL = 1.4826  # median absolute deviation -> standard deviation (Hampel)
PLAIN, PROMOTION, CENSORED, OUTLIER = "", "promotion", "stock_out", "outlier"
FLAG_WORDS = {PLAIN: "", PROMOTION: "促销日", CENSORED: "断货日", OUTLIER: "异常日"}


@dataclass(frozen=True)
class CleanSeries:
    """`actual`: pieces sold each day. `base`: pieces of an ordinary day. `flags`: why the two differ."""

    actual: tuple[int, ...]
    base: tuple[float, ...]
    flags: tuple[str, ...]

    @property
    def touched(self) -> dict[str, int]:
        """How many days carry each flag."""
        return {flag: self.flags.count(flag) for flag in (PROMOTION, CENSORED, OUTLIER) if flag in self.flags}


def cleaned(actual: Sequence[int], promoted: Sequence[bool], stock_out: Sequence[bool]) -> CleanSeries:
    """The series with promotion days, stock-out days and single outliers replaced by what their weekday usually sells.

    A stock-out day keeps its actual if more was sold than usual: it sold out, and that much is known to be wanted. An
    outlier is cut to the edge of what is usual, not removed.
    """
    flags = [PROMOTION if p else CENSORED if s else PLAIN for p, s in zip(promoted, stock_out, strict=True)]
    _flag_outliers(actual, flags)
    base = [float(qty) for qty in actual]
    for day, flag in enumerate(flags):
        usual = _usual(actual, flags, day)
        if flag == PROMOTION:
            base[day] = usual
        elif flag == CENSORED:
            base[day] = max(base[day], usual)
        elif flag == OUTLIER:
            base[day] = min(base[day], _edge(_plain_around(actual, flags, day)))
    return CleanSeries(tuple(actual), tuple(base), tuple(flags))


def uplift_milli(series: CleanSeries, days: Sequence[int]) -> int:
    """How many times an ordinary day the promotion days sold, in 1/1000; 1000 when there is nothing to compare."""
    usual = sum(series.base[day] for day in days)
    sold = sum(series.actual[day] for day in days)
    return round(sold * 1000 / usual) if usual > 0 else 1000


def _flag_outliers(actual: Sequence[int], flags: list[str]) -> None:
    """A plain day above everything usual whose neighbours are usual; a run of high days is a new level, no outlier."""
    high = [  # no edge lies below six: only days above that are compared with their neighbours
        flag == PLAIN and qty > OUTLIER_SPREADS and qty > _edge(_plain_around(actual, flags, day))
        for day, (qty, flag) in enumerate(zip(actual, flags, strict=True))
    ]
    for day, found in enumerate(high):
        before = day > 0 and high[day - 1]
        after = day + 1 < len(high) and high[day + 1]
        if found and not before and not after:
            flags[day] = OUTLIER


def _plain_around(actual: Sequence[int], flags: Sequence[str], day: int) -> list[int]:
    first, last = max(0, day - 2 * WEEK), min(len(actual), day + 2 * WEEK + 1)
    return [actual[other] for other in range(first, last) if other != day and flags[other] == PLAIN]


def _edge(around: Sequence[int]) -> float:
    """Above this a day is unusual: median + 6 spreads, where a spread is at least what counting alone brings."""
    if len(around) < WEEK:
        return float("inf")
    middle = median(around)
    spread = SPREAD_OF_NORMAL * median(abs(qty - middle) for qty in around)
    counting = max(sum(around) / len(around), 1.0) ** 0.5
    return float(middle + OUTLIER_SPREADS * max(spread, counting))


def _usual(actual: Sequence[int], flags: Sequence[str], day: int) -> float:
    """The mean of the nearest plain days of the same weekday; of all plain days around when there are none."""
    same = [
        actual[other]
        for weeks in range(1, NEIGHBOUR_WEEKS + 1)
        for other in (day - weeks * WEEK, day + weeks * WEEK)
        if 0 <= other < len(actual) and flags[other] == PLAIN
    ]
    found = same or _plain_around(actual, flags, day)
    return sum(found) / len(found) if found else float(actual[day])
