"""Which files are due when, and which of them are late: a feed that stops is said aloud, and no more once it has come.

Nothing is stored: whether a file came in time follows from the receipts, so that an alarm closes by itself. Pure rules
beside the one function that reads.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, or_, select, true

from storage.database.tables import raw_file, raw_receipt

SHANGHAI = ZoneInfo("Asia/Shanghai")
State = Literal["in_time", "late", "waiting", "missing", "parked"]
ALARMS: frozenset[State] = frozenset({"missing", "parked"})
SEEN_SHARE = 0.8
"""A file that came for four days of five is taken for a feed."""


class Feed(NamedTuple):
    """A file that is expected for every day, or every month: `kind` of `shop` ("" for any), by `due` some days after.

    `lag_days`: how many days after the day, or after the month's last day, it is due; `due` is Beijing time.
    """

    kind: str
    shop: str
    due: time
    lag_days: int = 1
    every: Literal["day", "month"] = "day"


class Receipt(NamedTuple):
    """A file that came, and the days that it speaks of; `received_at` in UTC, `state` as files have it."""

    kind: str
    shop: str
    period_from: str
    period_to: str
    received_at: datetime
    state: str
    file_sha: str
    name: str


class Arrival(NamedTuple):
    """What became of one feed's file for one day, as of `seen_at`."""

    feed: Feed
    day: date
    due_at: datetime
    state: State
    seen_at: datetime
    arrived_at: datetime | None = None
    name: str = ""

    def words(self, lang: str = "zh") -> str:
        """What is so and since when, by Beijing's clock."""
        due, zh = _clock(self.due_at), lang != "en"
        came = _clock(self.arrived_at) if self.arrived_at else ""
        late = _span((self.arrived_at or self.seen_at) - self.due_at, lang)
        match self.state:
            case "in_time":
                return f"{came} 到" if zh else f"came {came}"
            case "late":
                return f"{came} 到，晚了{late}" if zh else f"came {came}, {late} late"
            case "waiting":
                return f"{due} 前到就好" if zh else f"due by {due}"
            case "missing":
                return f"应在 {due} 前到，晚了{late}" if zh else f"was due by {due}, {late} ago"
        waits = "到了，停着等人看" if zh else "came and waits for a person"
        return f"{self.name} {waits}：yeban quarantine" if zh else f"{self.name} {waits}: yeban quarantine"


def arrivals(connection: Connection, feeds: Sequence[Feed], now: datetime, days: int = 7) -> list[Arrival]:
    """For each feed and each of the last days that it could be due for, whether its file came; the newest day first."""
    today = now.astimezone(SHANGHAI).date()
    due = [(feed, day) for feed in feeds for day in days_due(feed, today, days)]
    oldest = min((day for _, day in due), default=today) - timedelta(days=1)  # it came by UTC, the days are Beijing's
    found = receipts(connection, {feed.kind for feed in feeds}, oldest.isoformat())
    return [arrival(feed, day, found.get(feed.kind, ()), now) for feed, day in due]


def alarms(told: Iterable[Arrival]) -> list[Arrival]:
    """Those that a person must hear of: due and not there, or there and waiting for somebody."""
    return [one for one in told if one.state in ALARMS]


def receipts(connection: Connection, kinds: Iterable[str], since: str = "") -> Mapping[str, Sequence[Receipt]]:
    """Every occasion on which a file of these kinds came, by kind, in the order in which they came.

    `since`: a day; only files that tell of it or of a later one, and those that came from then on.
    """
    r, f = raw_receipt.c, raw_file.c
    recent = or_(r.period_to >= since, r.received_at >= since) if since else true()
    query = (
        select(f.kind, r.owner, r.shop, r.period_from, r.period_to, r.received_at, f.state, r.file_sha, r.name)
        .join_from(raw_receipt, raw_file, r.file_sha == f.file_sha)
        .where(f.kind.in_(sorted(kinds)), recent)
        .order_by(r.received_at, r.file_sha)
    )
    found: dict[str, list[Receipt]] = defaultdict(list)
    for kind, owner, shop, period_from, period_to, received_at, state, sha, name in connection.execute(query).all():
        moment = datetime.fromisoformat(received_at or "1970-01-01")
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        found[kind].append(Receipt(kind, owner or shop, period_from, period_to, moment, state, sha, name))
    return found


def days_due(feed: Feed, today: date, days: int) -> list[date]:
    """The days, or the months by their last day, whose file is due today or was before; the newest first. Pure."""
    newest = today - timedelta(days=feed.lag_days)
    if feed.every == "day":
        return [newest - timedelta(days=back) for back in range(days)]
    ends = (newest - timedelta(days=back) for back in range(days + 31))
    return [day for day in ends if (day + timedelta(days=1)).day == 1]


def arrival(feed: Feed, day: date, came: Iterable[Receipt], now: datetime) -> Arrival:
    """Whether one of these receipts is the feed's file for the day, and whether it came by its time. Pure."""
    due_at = datetime.combine(day + timedelta(days=feed.lag_days), feed.due, SHANGHAI)
    mine = [one for one in came if speaks_of(one, feed, day) and one.received_at <= now]
    read = next((one for one in mine if one.state == "read"), None)
    if read is not None:
        state: State = "late" if read.received_at > due_at else "in_time"
        return Arrival(feed, day, due_at, state, now, read.received_at, read.name)
    if mine:
        return Arrival(feed, day, due_at, "parked", now, mine[-1].received_at, mine[-1].name)
    return Arrival(feed, day, due_at, "waiting" if now < due_at else "missing", now)


def speaks_of(receipt: Receipt, feed: Feed, day: date) -> bool:
    """Whether the file is the feed's and covers the day; one without a day counts for the day that it came on.

    A file of which nobody said whose it is (an export of all shops) speaks of every shop.
    """
    if feed.shop and receipt.shop not in ("", feed.shop):
        return False
    if receipt.period_from and receipt.period_to:
        return receipt.period_from <= day.isoformat() <= receipt.period_to
    return receipt.received_at.astimezone(SHANGHAI).date() == day + timedelta(days=feed.lag_days)


def suggested(connection: Connection, today: date, days: int = 14) -> list[Feed]:
    """The feeds that the receipts of the last days look like: what came for most days, due an hour after the latest."""
    with_kinds = connection.execute(select(raw_file.c.kind).where(raw_file.c.kind != "").distinct()).scalars()
    feeds = []
    since = (today - timedelta(days=days + 1)).isoformat()
    for kind, came in sorted(receipts(connection, with_kinds, since).items()):
        on_day: dict[date, list[tuple[datetime, Receipt]]] = defaultdict(list)
        for one in came:
            moment = one.received_at.astimezone(SHANGHAI)
            on_day[moment.date()].append((moment, one))
        for shop in sorted({one.shop for one in came}):
            feed = Feed(kind, shop, time(23, 59))
            first = [_first(feed, day, on_day) for day in days_due(feed, today, days)]
            there = [moment for moment in first if moment is not None]
            if len(there) >= SEEN_SHARE * days:
                feeds.append(feed._replace(due=time(min(23, max(moment.hour for moment in there) + 1))))
    return feeds


def _first(feed: Feed, day: date, on_day: Mapping[date, Sequence[tuple[datetime, Receipt]]]) -> datetime | None:
    """When the day's file first came, where it came on the day after; asking every receipt of each day took longer."""
    there = on_day.get(day + timedelta(days=feed.lag_days), ())
    return next((moment for moment, one in there if speaks_of(one, feed, day)), None)


def _clock(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%m-%d %H:%M")


def _span(length: timedelta, lang: str) -> str:
    minutes = int(length.total_seconds()) // 60
    if minutes < 60:
        return f"{minutes} minutes" if lang == "en" else f" {minutes} 分钟"
    if minutes < 48 * 60:
        return f"{minutes // 60} hours" if lang == "en" else f" {minutes // 60} 小时"
    return f"{minutes // (24 * 60)} days" if lang == "en" else f" {minutes // (24 * 60)} 天"
