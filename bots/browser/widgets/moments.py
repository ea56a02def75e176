"""Dates, months, moments and times as fields show and want them, compared by what they mean."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DATE = r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})(?:\s*[-/.月]\s*(?P<day>\d{1,2}))?\s*[日月]?"
_TIME = r"(?P<hour>\d{1,2})\s*[:：时]\s*(?P<minute>\d{1,2})(?:\s*[:：分]\s*(?P<second>\d{1,2}))?\s*[分秒]?"
_MOMENT = re.compile(rf"(?:{_DATE})?[\sT]*(?:{_TIME})?")
Time = tuple[int, int, int | None]


@dataclass(frozen=True, slots=True)
class Moment:
    """What a text says of day and time; what it leaves open is None."""

    year: int | None
    month: int | None
    day: int | None
    time: Time | None

    def __str__(self) -> str:
        parts = []
        if self.year is not None:
            parts.append(f"{self.year:04}-{self.month:02}" + ("" if self.day is None else f"-{self.day:02}"))
        if self.time is not None:
            hour, minute, second = self.time
            parts.append(f"{hour:02}:{minute:02}" + ("" if second is None else f":{second:02}"))
        return " ".join(parts)


def moment(text: str) -> Moment | None:
    """The day and time of `2026-11-01`, `2026/11/1 08:30`, `2026年11月1日`, `2026-11`, `12:30`; else None."""
    found = _MOMENT.fullmatch(text.strip())
    if not found or not text.strip():
        return None
    part = {name: int(digits) for name, digits in found.groupdict().items() if digits is not None}
    time = (part["hour"], part["minute"], part.get("second")) if "hour" in part else None
    return Moment(part.get("year"), part.get("month"), part.get("day"), time)


def iso(shown: str) -> str:
    """What a field shows, written as flows write it; text that is no date stays as it is."""
    said = moment(shown)
    return str(said) if said else shown


def same(shown: str, wanted: str, *, end: bool = False) -> bool:
    """Whether a field that shows `shown` holds `wanted`.

    A field of moments that was given a day must show its first second, or its last when it is the `end` of a range; a
    field without seconds holds a time whose seconds are zero.
    """
    held, asked = moment(shown), moment(wanted)
    if held is None or asked is None:
        return "".join(shown.split()) == "".join(wanted.split()) and bool(wanted.strip())
    if (held.year, held.month, held.day) != (asked.year, asked.month, asked.day):
        return False
    if held.time is None:
        return asked.time is None
    default: Time = (23, 59, 59) if end else (0, 0, 0)
    hour, minute, second = asked.time or default
    if held.time[:2] != (hour, minute):
        return False
    if held.time[2] is None:
        return not second or (asked.time is None and end)
    return held.time[2] == (second or 0)


def spellings(wanted: str, *, end: bool = False) -> list[str]:
    """Ways in which a field may want `wanted`, the likeliest first; the same day and time in each."""
    said = moment(wanted)
    if said is None:
        return [wanted]
    if said.year is None:
        return _times(said.time or (0, 0, None))
    month = f"{said.year}-{said.month:02}"
    days = [month, f"{said.year}/{said.month:02}", f"{said.year}年{said.month:02}月"]
    if said.day is not None:
        day = f"{said.day:02}"
        days = [f"{month}-{day}", f"{said.year}/{said.month:02}/{day}", f"{said.year}年{said.month:02}月{day}日"]
        days.append(f"{said.year}.{said.month:02}.{day}")
    if said.time is not None:
        return [f"{one} {time}" for one in days for time in _times(said.time)]
    times = _times((23, 59, 59) if end else (0, 0, 0)) if said.day is not None else []
    return [
        days[0],
        *(f"{days[0]} {time}" for time in times),
        *days[1:],
        *(f"{one} {times[0]}" for one in days[1:] if times),
    ]


def _times(time: Time) -> list[str]:
    hour, minute, second = time
    short, long = f"{hour:02}:{minute:02}", f"{hour:02}:{minute:02}:{second or 0:02}"
    # Seconds first: Element Plus completes a time without them by those of the moment.
    return [long, short] if second in (None, 0, 59) else [long]


def like(spelt: list[str], shown: str) -> list[str]:
    """The spellings that look like what a field shows now; all of them when it shows nothing or none looks like it."""
    shape = re.sub(r"\d", "0", shown)
    return [one for one in spelt if re.sub(r"\d", "0", one) == shape] or spelt
