"""Which shop's which day is there, late, missing, or not due yet: a month as a grid, and what is missing for a day.

What is expected is what `feeds.yaml` says; where it says nothing of a kind and shop, what has come for most of the last
two weeks; and the days that a night's jobs were to fetch. Why something is missing is looked up in the night that was
to fetch it. Nothing is stored.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Literal, NamedTuple

from sqlalchemy import Connection

from schedules.delivery.brought import Brought, brought
from schedules.delivery.filing import OURS
from schedules.delivery.planned import Fetch, Key, Planned, planned
from schedules.delivery.reasons import Reasons
from schedules.feeds import load_feeds
from schedules.settings import SHANGHAI
from storage.english import say
from storage.feeds import ALARMS, Feed, Receipt, arrival, receipts, speaks_of, suggested
from storage.shelves import shelf_of

if TYPE_CHECKING:
    from schedules.desk import Desk

State = Literal["in_time", "late", "waiting", "missing", "parked", "came", "empty", ""]
"""`came`: there, with no time by which it was due; `empty`: fetched, and there was none; "": nothing is expected."""
By = Literal["said", "learned", "planned", ""]
"""Who expects it: feeds.yaml, the last two weeks, a night's job; "" for nobody."""
LEARNED_DAYS = 14
A_DAY = timedelta(days=1)
WORDS: Mapping[str, tuple[str, str, str, str]] = {
    "in_time": ("✓", "✓", "按时到", "in time"),
    "late": ("迟", "L ", "晚到", "late"),
    "waiting": ("…", "… ", "还没到时候", "not due yet"),
    "missing": ("缺", "X ", "没到", "missing"),
    "parked": ("停", "P ", "到了，停着等人", "came, waits for a person"),
    "came": ("+", "+", "到了", "came"),
    "empty": ("○", "o", "去取过，没有", "fetched, there was none"),
    "": ("·", "·", "不用有", "none expected"),
}
"""State → its sign and its words, Chinese and English."""


class Expected(NamedTuple):
    """A feed, and whether somebody said so or it is only what the last weeks look like."""

    feed: Feed
    by: By


class Cell(NamedTuple):
    """One day of one line. `words`: since when and how late; `why`: what the night says of it."""

    day: date
    state: State
    words: str = ""
    why: str = ""


class Line(NamedTuple):
    """One kind of file of one shop ("" for any) over the days."""

    shop: str
    kind: str
    title: str
    by: By
    cells: Sequence[Cell]


class Missing(NamedTuple):
    """A file that should be there and is not: what, whose, of which day, since when in words, and why."""

    kind: str
    title: str
    shop: str
    day: date
    state: State
    words: str
    why: str
    by: By

    def sentence(self, lang: str = "zh") -> str:
        """One line for a digest."""
        whose = self.shop or ("any shop" if lang == "en" else "所有店")
        told = "; ".join(filter(None, (self.words, self.why)))
        return f"{whose} · {self.title} · {self.day}: {told}"


def missing(desk: "Desk", day: date, now: datetime | None = None, days: int = 1) -> list[Missing]:
    """What is due for `day`, or one of the `days` that end with it, and not there, or there and waiting for a person.

    By shop, kind and day. The digest of a morning asks for yesterday. Raises SettingsBroken.
    """
    found = lines_of(desk, day - timedelta(days=days - 1), day, now, unexpected=False)
    return [
        Missing(line.kind, line.title, line.shop, cell.day, cell.state, cell.words, cell.why, line.by)
        for line in found
        for cell in line.cells
        if cell.state in ALARMS
    ]


def lines_of(
    desk: "Desk", first: date, last: date, now: datetime | None = None, *, unexpected: bool = True
) -> list[Line]:
    """The days from `first` to `last` for each shop and kind, by shop and kind. Raises SettingsBroken.

    `unexpected`: with what came though nobody expects it.
    """
    now = now or datetime.now(UTC)
    lang = desk.settings.lang
    titles = {name: say(kind.TITLE, lang) for name, kind in shelf_of(desk.database, desk.archive).kinds.items()}
    with desk.database.read() as connection:
        expected = expectations(connection, load_feeds(desk.home), last, now)
        ever = brought(connection)
        began = _began(ever)
        kinds = ({kind for kind, _ in began} | {one.feed.kind for one in expected}) - set(OURS)
        came = receipts(connection, kinds, (first - A_DAY).isoformat())  # it came by UTC, the days are Beijing's
        reasons = Reasons(desk, connection, ever)
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        lines = [
            Line(
                one.feed.shop,
                one.feed.kind,
                titles.get(one.feed.kind, one.feed.kind),
                one.by,
                _cells(one.feed, days, came.get(one.feed.kind, ()), now, _start(one.feed, began), reasons, lang),
            )
            for one in expected
        ]
        lines = with_plan(lines, planned(desk, connection, first, last, titles, ever), days, came, titles)
    if unexpected:
        lines += _others(came, {(line.kind, line.shop) for line in lines}, days, titles)
    return sorted(lines, key=lambda line: (line.shop, line.kind))


def with_plan(
    lines: Sequence[Line],
    plan: Planned,
    days: Sequence[date],
    came: Mapping[str, Sequence[Receipt]],
    titles: Mapping[str, str],
) -> list[Line]:
    """The lines with what the nights were to fetch where nobody else expects anything, and lines of it alone. Pure."""
    found = {(line.kind, line.shop): line for line in lines}
    every_shop = {line.kind for line in lines if not line.shop}
    for (kind, shop), fetches in plan.days.items():
        line = found.get((kind, shop))
        if line is None and kind in every_shop:
            continue
        title = titles.get(kind, kind)
        empty = Line(shop, kind, title, "planned", [Cell(day, "") for day in days])
        feed = Feed(kind, shop, datetime.min.time(), lag_days=0)
        there = _by_day([one for one in came.get(kind, ()) if one.shop == shop], days)
        cells = [
            cell if cell.state else _fetched(cell.day, fetches.get(cell.day), feed, there[cell.day])
            for cell in (line or empty).cells
        ]
        found[kind, shop] = (line or empty)._replace(cells=cells)
    return list(found.values())


def _fetched(day: date, fetch: Fetch | None, feed: Feed, came: Sequence[Receipt]) -> Cell:
    """What became of a day that a night was to fetch."""
    telling = [one for one in came if speaks_of(one, feed, day)]
    if telling:
        return Cell(day, "came" if any(one.state == "read" for one in telling) else "parked")
    if fetch is None:
        return Cell(day, "")
    return Cell(day, fetch.state, "", fetch.why() if fetch.state == "missing" else "")


def expectations(connection: Connection, feeds: Sequence[Feed], last: date, now: datetime) -> list[Expected]:
    """What is expected: what was said, and what came for most days before, of which nothing was said."""
    said = {(one.kind, one.shop) for one in feeds}
    every_shop = {one.kind for one in feeds if not one.shop}
    today = min(last, now.astimezone(SHANGHAI).date())
    learned = [
        one
        for one in suggested(connection, today, LEARNED_DAYS)
        if (one.kind, one.shop) not in said and one.kind not in every_shop
    ]
    return [*(Expected(one, "said") for one in feeds), *(Expected(one, "learned") for one in learned)]


def _cells(
    feed: Feed,
    days: Sequence[date],
    came: Sequence[Receipt],
    now: datetime,
    start: str,
    reasons: Reasons,
    lang: str,
) -> list[Cell]:
    telling = _by_day([one for one in came if feed.shop in ("", one.shop) or not one.shop], days)
    today = now.astimezone(SHANGHAI).date()
    cells = []
    for day in days:
        off = feed.every == "month" and (day + timedelta(days=1)).day != 1
        if off or day > today or day.isoformat() < start:
            cells.append(Cell(day, ""))
            continue
        found = arrival(feed, day, telling[day], now)
        why = reasons.of(feed, found, lang) if found.state in ALARMS else ""
        cells.append(Cell(day, found.state, found.words(lang), why))
    return cells


def _by_day(came: Sequence[Receipt], days: Sequence[date]) -> Mapping[date, Sequence[Receipt]]:
    """Those that may tell of each day, in the order in which they came; asking all of them for each day took longer."""
    telling: dict[date, list[Receipt]] = {day: [] for day in days}
    for one in came:
        if not (one.period_from and one.period_to):
            told = days
        else:
            first = max(days[0], date.fromisoformat(one.period_from[:10]))
            last = min(days[-1], date.fromisoformat(one.period_to[:10]))
            told = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        for day in told:
            telling[day].append(one)
    return telling


def _began(came: Iterable[Brought]) -> dict[Key, str]:
    """(kind, shop) → the first day of which a file has ever told: days before the shop opened are not missing."""
    days: dict[Key, str] = {}
    for one in came:
        if one.kind:
            key = (one.kind, one.whose)
            days[key] = min(days.get(key, one.first_day), one.first_day)
    return days


def _start(feed: Feed, began: Mapping[tuple[str, str], str]) -> str:
    days = [day for (kind, shop), day in began.items() if kind == feed.kind and (feed.shop in ("", shop) or not shop)]
    return min(days, default="")


def _others(
    came: Mapping[str, Sequence[Receipt]], covered: Collection[Key], days: Sequence[date], titles: Mapping[str, str]
) -> Iterable[Line]:
    """What came in these days of kinds and shops that nobody expects."""
    every_shop = {kind for kind, shop in covered if not shop}
    for kind, its in sorted(came.items()):
        by_shop = sorted((one for one in its), key=lambda one: one.shop)
        for shop, mine in groupby(by_shop, key=lambda one: one.shop):
            if (kind, shop) in covered or kind in every_shop:
                continue
            feed, known = Feed(kind, shop, datetime.min.time(), lag_days=0), list(mine)
            cells = [Cell(day, "came" if any(speaks_of(one, feed, day) for one in known) else "") for day in days]
            if any(cell.state for cell in cells):
                yield Line(shop, kind, titles.get(kind, kind), "", cells)
