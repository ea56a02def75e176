"""Days and hours as a shop's own clock cuts them. The books keep Asia/Shanghai, as the sources wrote it. Pure."""

from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from storage.reports.scope import ScopeWrong

SHANGHAI = ZoneInfo("Asia/Shanghai")
FORM = "%Y-%m-%d %H:%M:%S"
QUARTER_S = 900
"""Every zone of today is a whole number of quarters of an hour away from every other one."""


@lru_cache(maxsize=32)
def zone_of(name: str) -> ZoneInfo:
    """The zone of that name, Asia/Shanghai for "". Raises ScopeWrong."""
    try:
        return ZoneInfo(name) if name else SHANGHAI
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ScopeWrong(f"时区 {name}", ["Asia/Shanghai", "America/New_York", "Europe/London"]) from error


def in_shanghai(moment: str, zone: str) -> str:
    """A moment of the zone's clock (`YYYY-MM-DD HH:MM:SS`) as Shanghai's clock shows it."""
    if not zone:
        return moment
    there = datetime.strptime(moment, FORM).replace(tzinfo=zone_of(zone))
    return there.astimezone(SHANGHAI).strftime(FORM)


def bucket(quarter: int, zone: str, by: str) -> str:
    """The hour, day, week (its Monday) or month in which a quarter of an hour lies, by the zone's clock.

    `quarter`: quarters of an hour of Shanghai's clock since 1970-01-01 00:00 on that clock.
    """
    here = datetime(1970, 1, 1, tzinfo=SHANGHAI).replace(tzinfo=None) + timedelta(seconds=quarter * QUARTER_S)
    local = here.replace(tzinfo=SHANGHAI).astimezone(zone_of(zone)) if zone else here
    if by == "hour":
        return local.strftime("%Y-%m-%d %H:00")
    if by == "week":
        return f"{(local - timedelta(days=local.weekday())).strftime('%Y-%m-%d')} 起一周"
    return local.strftime("%Y-%m" if by == "month" else "%Y-%m-%d")


def moment_of(quarter: int) -> str:
    """The beginning of a quarter of an hour as Shanghai's clock shows it."""
    return (datetime(1970, 1, 1, tzinfo=SHANGHAI) + timedelta(seconds=quarter * QUARTER_S)).strftime(FORM)
