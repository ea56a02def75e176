"""Which days: every day, workdays, month end, the nth workday, a day of the month or week; in two languages."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from bots.flow.language import nearest
from bots.flow.numerals import chinese_number
from bots.flow.problem import Refused

if TYPE_CHECKING:
    from schedules.timetable.model import WorkCalendar

DayKind = Literal["day", "workday", "holiday", "month_end", "month_day", "nth_workday", "last_workday", "weekdays"]

PLAIN: dict[str, DayKind] = {
    "day": "day", "每天": "day", "workday": "workday", "工作日": "workday", "每个工作日": "workday",
    "holiday": "holiday", "节假日": "holiday", "month end": "month_end", "月末": "month_end", "月底": "month_end",
    "last workday": "last_workday", "最后一个工作日": "last_workday", "月末工作日": "last_workday",
}  # fmt: skip
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        ("monday 周一 星期一", "tuesday 周二 星期二", "wednesday 周三 星期三", "thursday 周四 星期四",
         "friday 周五 星期五", "saturday 周六 星期六", "sunday 周日 星期日"), 1)
    for name in names.split()
}  # fmt: skip
EXAMPLES = ("day", "workday", "holiday", "month end", "last workday", "workday 3", "month day 5", "monday, thursday")
EXAMPLES_ZH = ("每天", "工作日", "节假日", "月末", "最后一个工作日", "第3个工作日", "每月5日", "周一、周四")
_NTH = re.compile(r"(?:workday (\d+)|第(.+?)个工作日)")
_MONTH_DAY = re.compile(r"(?:month day (\d+)|每月(.+?)[日号])")
FEWEST_WORKDAYS = 15
"""A month has at least so many; February with a long Spring Festival had 16 (2004 to 2026)."""


@dataclass(frozen=True)
class Days:
    """A rule for days; `number` counts workdays or is the day of the month, `weekdays` are 1 (Monday) to 7."""

    kind: DayKind
    number: int = 0
    weekdays: frozenset[int] = frozenset()

    @property
    def by_calendar(self) -> bool:
        """Whether holidays matter to it."""
        return self.kind in ("workday", "holiday", "nth_workday", "last_workday")

    def matches(self, day: date, calendar: "WorkCalendar") -> bool:
        """Whether the rule has a run on that day."""
        match self.kind:
            case "day":
                return True
            case "workday":
                return calendar.is_workday(day)
            case "holiday":
                return not calendar.is_workday(day)
            case "month_end":
                return (day + timedelta(days=1)).day == 1
            case "month_day":
                return day.day == self.number
            case "weekdays":
                return day.isoweekday() in self.weekdays
            case "nth_workday":
                return calendar.is_workday(day) and _workdays(day.replace(day=1), day, calendar) == self.number
            case "last_workday":
                after = day + timedelta(days=1)
                return calendar.is_workday(day) and _workdays(after, _month_end(day), calendar) == 0


def _workdays(first: date, last: date, calendar: "WorkCalendar") -> int:
    return sum(calendar.is_workday(first + timedelta(days=n)) for n in range((last - first).days + 1))


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def parse_days(source: str) -> Days:
    """The rule. Raises Refused with what can be written."""
    text = " ".join(source.lower().split())
    if text in PLAIN:
        return Days(PLAIN[text])
    if match := _NTH.fullmatch(text):
        return Days("nth_workday", _count(source, match, FEWEST_WORKDAYS, "last workday"))
    if match := _MONTH_DAY.fullmatch(text):
        return Days("month_day", _count(source, match, 28, "month end"))
    names = [part for part in re.split(r"[,，、\s]+", text) if part]
    if names and all(name in WEEKDAYS for name in names):
        return Days("weekdays", weekdays=frozenset(WEEKDAYS[name] for name in names))
    close = nearest(text, [*PLAIN, *WEEKDAYS, *EXAMPLES, *EXAMPLES_ZH])
    raise Refused(
        "T-DAYS",
        f"不认得「{source}」这些日子。",
        f'"{source}" is none of the days that can be written.',
        found=source,
        allowed=(*EXAMPLES, *EXAMPLES_ZH) if not close else tuple(close),
        fix=close[0] if close else "",
    )


def _count(source: str, match: re.Match[str], most: int, instead: str) -> int:
    """The number that was written, if every month has such a day: nothing is left out in silence."""
    written = match[1] or match[2]
    number = int(written) if written.isdecimal() else chinese_number(written) or 0
    if 1 <= number <= most:
        return int(number)
    raise Refused(
        "T-DAYS",
        f"「{source}」不是每个月都有：可以写 1 到 {most}；要月底就写 {instead}。",
        f'not every month has "{source}": 1 to {most}, or {instead} for the end of the month.',
        found=source,
        fix=instead,
    )
