"""Which day of last year a day is to be compared with: 春节 moves by weeks, 618 and 双11 stay where they are. Pure."""

from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

NEW_YEAR = {
    2015: (2, 19), 2016: (2, 8), 2017: (1, 28), 2018: (2, 16), 2019: (2, 5), 2020: (1, 25), 2021: (2, 12),
    2022: (2, 1), 2023: (1, 22), 2024: (2, 10), 2025: (1, 29), 2026: (2, 17), 2027: (2, 6), 2028: (1, 26),
    2029: (2, 13), 2030: (2, 3), 2031: (1, 23), 2032: (2, 11), 2033: (1, 31), 2034: (2, 19), 2035: (2, 8),
}  # fmt: skip
"""First day of the lunar year, by the calendar of Purple Mountain Observatory."""
BEFORE_DAYS, AFTER_DAYS = 14, 15
"""春节 as trade feels it: parcels stop about two weeks before, and the fifteenth day is 元宵."""
SEASON_END = (3, 31)
"""The window lies within 7 January and 7 March in every year, so January to March is put in order as one piece."""


class Festival(NamedTuple):
    """A time of selling: its name, first and last day."""

    name: str
    first: date
    last: date


def festivals(year: int) -> list[Festival]:
    """The times of a year that are compared as a whole, in order; 春节 only in years whose date is known."""
    found = [
        Festival("618", date(year, 6, 1), date(year, 6, 20)),
        Festival("双11", date(year, 10, 20), date(year, 11, 12)),
    ]
    if year in NEW_YEAR:
        day = date(year, *NEW_YEAR[year])
        found.insert(0, Festival("春节", day - timedelta(days=BEFORE_DAYS), day + timedelta(days=AFTER_DAYS)))
    return found


def comparable(day: date) -> date | None:
    """The day of the year before that is like this one; None where there is none (one day of a leap year).

    Days around 春节 by their distance from it, the other days of January to March in their order, so that each is used
    once; every other day by its date.
    """
    year = day.year
    if (day.month, day.day) <= SEASON_END and year in NEW_YEAR and year - 1 in NEW_YEAR:
        return _season(year).get(day)
    if (day.month, day.day) == (2, 29):
        return None
    return day.replace(year=year - 1)


@lru_cache(maxsize=64)
def _season(year: int) -> dict[date, date]:
    """Every day of January to March -> its like of the year before."""
    now, before = _parted(year), _parted(year - 1)
    return {
        **dict(zip(now[0], before[0], strict=True)),
        **dict(zip(now[1], before[1], strict=False)),
    }


def _parted(year: int) -> tuple[list[date], list[date]]:
    """The days of 春节 and the other days of January to March."""
    festival = festivals(year)[0]
    days = [date(year, 1, 1) + timedelta(days=n) for n in range((date(year, *SEASON_END) - date(year, 1, 1)).days + 1)]
    inside = [day for day in days if festival.first <= day <= festival.last]
    return inside, [day for day in days if not festival.first <= day <= festival.last]
