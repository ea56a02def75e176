"""Single values of a timetable, from text: times of the day, stretches of time, time zones."""

import re
from datetime import time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from bots.flow.language import nearest
from bots.flow.problem import Refused
from bots.flow.quantities import Duration

_TIME = re.compile(r"(\d{1,2})[:：](\d{2})")


def parse_time(source: str) -> time:
    """A local time, `01:30`."""
    match = _TIME.fullmatch(source.strip())
    if match and int(match[1]) < 24 and int(match[2]) < 60:
        return time(int(match[1]), int(match[2]))
    raise Refused(
        "T-TIME",
        f"「{source}」不是一个时刻：写成 01:30 这样，从 00:00 到 23:59。",
        f'"{source}" is no time: write it like 01:30, from 00:00 to 23:59.',
        found=source,
        fix='"00:00"' if source.strip() in {"24:00", "24"} else "",
    )


def parse_span(source: str) -> timedelta:
    """A stretch of time, `20m` or `20分钟`."""
    return timedelta(milliseconds=Duration.parse(source).ms)


@cache
def parse_zone(source: str) -> ZoneInfo:
    """A time zone by its name in the IANA database."""
    if source in _zones():
        return ZoneInfo(source)
    cities = {name.rsplit("/", 1)[-1].replace("_", " "): name for name in _zones()}
    close = nearest(source, _zones()) or [cities[one] for one in nearest(source.rsplit("/", 1)[-1], cities)]
    raise Refused(
        "T-ZONE",
        f"没有时区「{source}」。",
        f"there is no time zone {source}.",
        found=source,
        allowed=close or ["Asia/Shanghai", "America/Los_Angeles", "Europe/Berlin", "UTC"],
        fix=close[0] if close else "",
    )


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def minutes_between(first: time, last: time) -> int:
    """Minutes from one time of the day to the next time that the clock shows the other; 1 to 1440."""
    minutes = (last.hour - first.hour) * 60 + last.minute - first.minute
    return minutes if minutes > 0 else minutes + 24 * 60
