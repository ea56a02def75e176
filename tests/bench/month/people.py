"""Who answers for which account in the simulated month, and when they are not there: the desk knows only the names."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

FIRST_NIGHT = date(2026, 9, 28)
"""Thirty nights from here hold National Day, its make-up Saturday, and the night when Europe's clocks go back."""
NOBODY_EVERY = 5
"""Every so many nights nobody can be reached at all."""
PERSON_OF: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("seller_a", "seller_a2", "seller_b", "seller_b2", "seller_c", "seller_c2"), "王敏"),
        **dict.fromkeys(("pay_a", "pay_a2", "pay_b"), "陈静"),
        "seller_sms": "赵云",
        "pay_c": "李雷",
        "ads": "孙悦",
    }
)
"""Account → who reads its codes and keeps its password."""
ON_HOLIDAY = range(3, 7)
"""Nights of National Day on which the one with the telephone for codes is away, counted from the first."""
LOCKED = range(12, 15)
"""Nights on which the site wants another password and nobody has given it to the desk."""
LONG_AFTER = 10
"""For a tenth of the nights, at the end, people are away and do not come back before it."""


def at_the_end(number: int, days: int) -> bool:
    """Whether that night is among the last, which nobody puts right any more."""
    return number >= days - max(1, days // LONG_AFTER)


def locked_out(number: int, days: int) -> frozenset[str]:
    """Accounts whose password is not the site's on that night."""
    return frozenset({"pay_c"} if number in LOCKED or at_the_end(number, days) else ())


def signs_in_anew(number: int) -> frozenset[str]:
    """Accounts whose session has ended by that night: the one that needs a code each time, others every third night."""
    others = sorted(set(PERSON_OF) - {"seller_sms"})
    return frozenset({"seller_sms", *others[number % 3 :: 3]})


def away(number: int, days: int) -> frozenset[str]:
    """People who do not answer on that night, or the day after it."""
    if at_the_end(number, days):
        return frozenset({"赵云", "李雷", "孙悦"})
    return frozenset({"赵云"} if number in ON_HOLIDAY else {"李雷"} if number in LOCKED else ())


def nobody_reachable(number: int) -> bool:
    """Whether nobody hears of a question on that night."""
    return number % NOBODY_EVERY == NOBODY_EVERY // 2
