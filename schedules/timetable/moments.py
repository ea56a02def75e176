"""Wall times to moments: every local date and time is exactly one moment, whatever the clocks do that night."""

import hashlib
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

Clocks = Literal["", "skipped", "repeated"]


class Moment(NamedTuple):
    """A moment in UTC; `clocks` says when the wall time did not exist that day, or existed twice."""

    at: datetime
    clocks: Clocks


def moment_of(day: date, at: time, zone: ZoneInfo) -> Moment:
    """The one moment of a local date and time.

    A time that the clocks skip is as long after midnight as it would have been (02:30 becomes 03:30, as RFC 5545
    has it); of a time that they repeat, the first is meant.
    """
    wall = datetime.combine(day, at, zone)
    first = wall.astimezone(UTC)
    if wall.utcoffset() == wall.replace(fold=1).utcoffset():
        return Moment(first, "")
    exists = first.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None)
    return Moment(first, "repeated" if exists else "skipped")


def first_after(moment: datetime, at: time, zone: ZoneInfo) -> datetime:
    """The first time after the moment that the clocks of the zone show `at`."""
    day = moment.astimezone(zone).date()
    found = moment_of(day, at, zone).at
    return found if found > moment else moment_of(day + timedelta(days=1), at, zone).at


def jitter_of(key: str, most: timedelta) -> timedelta:
    """A part of `most`, in whole seconds, that the key alone decides: a restart does not move the run."""
    seconds = int(most.total_seconds())
    if seconds <= 0:
        return timedelta()
    draw = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8])
    return timedelta(seconds=draw % (seconds + 1))
