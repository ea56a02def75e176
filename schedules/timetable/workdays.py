"""Working days in China: published holidays with their make-up workdays, and years that somebody added by hand.

The published years come from `chinesecalendar`, chosen because it ends with an error instead of a guess (the package
`holidays` agrees with it on every day of 2010 to 2026, then foretells 2027 without a single make-up workday).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

SATURDAY = 6


@dataclass(frozen=True)
class YearByHand:
    """What the State Council's notice for one year says; it may name days of the year's neighbours."""

    off: frozenset[date] = frozenset()
    work: frozenset[date] = frozenset()


class ChinaCalendar:
    """Published years under years by hand; beyond both, Monday to Friday, and `knows` says so."""

    def __init__(self, by_hand: Mapping[int, YearByHand] | None = None) -> None:
        """With the years that a file beside the timetable adds or corrects."""
        years = dict(by_hand or {})
        self._years = frozenset(years)
        self._off = _all(year.off for year in years.values())
        self._work = _all(year.work for year in years.values())

    def is_workday(self, day: date) -> bool:
        """Whether people work on that day, make-up days included."""
        if day in self._off or day in self._work:
            return day in self._work
        if day.year in self._years or day.year not in _published():
            return day.isoweekday() < SATURDAY
        import chinese_calendar

        return bool(chinese_calendar.is_workday(day))

    def knows(self, year: int) -> bool:
        """Whether the holidays of the year are here."""
        return year in self._years or year in _published()

    @property
    def last_year(self) -> int:
        """The last year of an unbroken row whose holidays are here."""
        year = max(_published())
        while year + 1 in self._years:
            year += 1
        return year


def _all(sets: Iterable[frozenset[date]]) -> frozenset[date]:
    return frozenset().union(*sets)


@cache
def _published() -> range:
    import chinese_calendar

    years = {day.year for day in chinese_calendar.holidays}
    return range(min(years), max(years) + 1)
