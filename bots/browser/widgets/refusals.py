"""What a field says no to, in words that name the reason and what there is instead."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from bots.errors import OptionMissing

NEAREST = 12
"""This many options are listed at most, the likeliest first."""


class ValueRefused(OptionMissing):
    """A field took the value but does not hold it: out of range, reformatted, cut, or not of its kind."""

    code = "E-VALUE-REFUSED"
    zh = "「{field}」不接受「{value}」{reason}；现在里面是「{held}」"
    en = "{field} does not accept {value}{reason_en}; it now holds {held}"

    def __init__(self, field: str, value: str, held: str, reason: tuple[str, str] = ("", "")) -> None:
        zh, en = reason
        super().__init__(field, value)
        self.facts |= {"held": held, "reason": zh and f"（{zh}）", "reason_en": en and f" ({en})"}


OUT_OF_RANGE = ("可能超出了允许的范围", "it may be out of the allowed range")
NO_DATE = ("不是日期或时间，例如 2026-11-01、2026-11-01 08:30、12:30", "no date or time such as 2026-11-01 or 12:30")
NO_RANGE = ("要写成两头，例如 2026-11-01 ~ 2026-11-20", "a range has two ends, such as 2026-11-01 ~ 2026-11-20")
NO_NUMBER = ("不是数字", "not a number")
NO_SWITCH = ("要写 是 或 否", "write yes or no")


class OptionAmbiguous(OptionMissing):
    """Several options of a tree have this text: the way to one of them has to be written."""

    code = "E-OPTION-AMBIGUOUS"
    zh = "「{field}」里有几个「{value}」，请写出完整路径：{options}"
    en = "{field} has several {value}; write the whole path: {options}"


def missing(field: str, value: str, offered: Iterable[str]) -> OptionMissing:
    """The error for a value that is not offered; the options most like it come first."""
    likeness = {one: difflib.SequenceMatcher(None, value, one).ratio() for one in offered if one}
    ranked = sorted(likeness, key=lambda one: -likeness[one])
    return OptionMissing(field, value, ranked[:NEAREST])
