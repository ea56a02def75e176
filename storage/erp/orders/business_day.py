"""Which day an order belongs to: the day of its shop's own time zone.

The books keep business times as text in Asia/Shanghai. A shop abroad has its own midnight.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from storage.database.tables import platform_order
from storage.database.tables.review import shop_zone

HOME = "Asia/Shanghai"


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def to_utc(local: str, zone: str) -> datetime:
    """A moment `YYYY-MM-DD HH:MM:SS` of a time zone, as UTC."""
    return datetime.fromisoformat(local).replace(tzinfo=_zone(zone)).astimezone(UTC)


def to_books(local: str, zone: str) -> str:
    """A moment of a platform's own time zone as the books keep it: `YYYY-MM-DD HH:MM:SS` in Asia/Shanghai."""
    return to_utc(local, zone).astimezone(_zone(HOME)).strftime("%Y-%m-%d %H:%M:%S")


def business_day(at: str, zone: str = HOME) -> str:
    """The day YYYY-MM-DD in a shop's time zone of a moment in the books; "" for no moment."""
    if not at:
        return ""
    return to_utc(at, HOME).astimezone(_zone(zone)).date().isoformat()


def zones(connection: Connection) -> dict[tuple[str, str], str]:
    """(platform, shop) → its time zone, for shops that have another than ours."""
    z = shop_zone.c
    return {(row.platform, row.shop): row.zone for row in connection.execute(select(z.platform, z.shop, z.zone))}


def orders_per_day(connection: Connection) -> dict[tuple[str, str, str], int]:
    """(platform, shop, business day) → how many orders were created on it."""
    o = platform_order.c
    rows = connection.execute(select(o.platform, o.shop, o.created_at)).all()
    return dict(sorted(counted([(row.platform, row.shop, row.created_at) for row in rows], zones(connection)).items()))


def counted(
    orders: Iterable[tuple[str, str, str]], zone_of: Mapping[tuple[str, str], str]
) -> Counter[tuple[str, str, str]]:
    """The same for (platform, shop, created_at); pure."""
    return Counter(
        (platform, shop, business_day(at, zone_of.get((platform, shop), HOME))) for platform, shop, at in orders
    )
