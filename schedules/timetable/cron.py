"""Cron's five fields, as crontab(5) reads them: minute, hour, day of the month, month, day of the week.

A day matches when the day of the month or the day of the week does, if both are restricted; otherwise when both do.
Sunday is 0 or 7.
"""

import re
from dataclasses import dataclass
from datetime import date, time

from bots.flow.problem import Refused

FIELDS = (
    ("minute", "分", 0, 59),
    ("hour", "时", 0, 23),
    ("day of month", "日", 1, 31),
    ("month", "月", 1, 12),
    ("day of week", "星期", 0, 7),
)
MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAY_NAMES = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
MONTHS = {name: n for n, name in enumerate(MONTH_NAMES, 1)}
WEEKDAYS = {name: n for n, name in enumerate(WEEKDAY_NAMES)}
_PART = re.compile(r"(?P<first>\*|\w+)(?:-(?P<last>\w+))?(?:/(?P<step>\d+))?")


@dataclass(frozen=True)
class Cron:
    """A parsed expression; `either` says that days of the month and of the week are alternatives."""

    source: str
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either: bool

    def matches(self, day: date) -> bool:
        """Whether there are runs on that day."""
        if day.month not in self.months:
            return False
        of_month, of_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return (of_month or of_week) if self.either else (of_month and of_week)

    @property
    def times(self) -> list[time]:
        """The times of a day that matches, in order."""
        return [time(hour, minute) for hour in self.hours for minute in self.minutes]


def parse_cron(source: str) -> Cron:
    """The expression. Raises Refused, which points at the field that is wrong."""
    fields = list(re.finditer(r"\S+", source))
    if len(fields) != len(FIELDS):
        raise Refused(
            "T-CRON",
            f"cron 有五段：分 时 日 月 星期，这里写了 {len(fields)} 段。",
            f"cron has five fields (minute hour day month weekday), here are {len(fields)}.",
            found=source,
            fix="30 1 * * *",
        )
    sets = [_field(found, index) for index, found in enumerate(fields)]
    minutes, hours, days, months, weekdays = sets
    if not any(day <= _LONGEST[month] for month in months for day in days) and fields[4].group() == "*":
        raise Refused("T-CRON", "这些月份里没有这一天，永远不会运行。", "no such day in these months: it never runs.",
                      found=f"{fields[2].group()} {fields[3].group()}", offset=fields[2].start(),
                      length=fields[3].end() - fields[2].start())  # fmt: skip
    either = not fields[2].group().startswith("*") and not fields[4].group().startswith("*")
    return Cron(source, tuple(sorted(minutes)), tuple(sorted(hours)), frozenset(days), frozenset(months),
                frozenset(day % 7 for day in weekdays), either)  # fmt: skip


_LONGEST = {month: 29 if month == 2 else 30 if month in (4, 6, 9, 11) else 31 for month in range(1, 13)}


def _field(found: re.Match[str], index: int) -> set[int]:
    values: set[int] = set()
    offset = found.start()
    for part in found.group().split(","):
        values |= _part(part, index, offset)
        offset += len(part) + 1
    return values


def _part(part: str, index: int, offset: int) -> set[int]:
    name, name_zh, least, most = FIELDS[index]
    match = _PART.fullmatch(part)
    if match is None:
        raise _wrong(part, index, offset)
    step = int(match["step"] or 1)
    if match["first"] == "*":
        first, last = least, most
    else:
        first = _number(match["first"], index, part, offset)
        last = _number(match["last"], index, part, offset) if match["last"] else (most if match["step"] else first)
    if not (least <= first <= most and least <= last <= most and step >= 1):
        raise _wrong(part, index, offset)
    if first > last:
        raise Refused("T-CRON", f"「{name_zh}」这一段 {part} 前面比后面大。", f"{name}: {part} runs backwards.",
                      found=part, fix=f"{first}-{most},{least}-{last}", offset=offset, length=len(part))  # fmt: skip
    return set(range(first, last + 1, step))


def _number(text: str, index: int, part: str, offset: int) -> int:
    names = {3: MONTHS, 4: WEEKDAYS}.get(index, {})
    if text.lower() in names:
        return names[text.lower()]
    if not text.isdecimal():
        raise _wrong(part, index, offset)
    return int(text)


def _wrong(part: str, index: int, offset: int) -> Refused:
    name, name_zh, least, most = FIELDS[index]
    return Refused(
        "T-CRON",
        f"cron 的「{name_zh}」这一段不能是 {part}，要在 {least} 到 {most} 之间，可以写 *、1-5、*/15、1,3。",
        f"cron's {name} cannot be {part}: {least} to {most}, written as *, 1-5, */15 or 1,3.",
        found=part,
        offset=offset,
        length=len(part),
    )
