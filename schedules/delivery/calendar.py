"""Which shop's which day is there, late, missing, or not due yet: a month as a grid, and what is missing for a day.

What is expected is what `feeds.yaml` says, and, where it says nothing of a kind and shop, what has come for most of the
last two weeks. Why something is missing is looked up in the night that should have fetched it. Nothing is stored.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from sqlalchemy import Connection, func, select

from schedules.feeds import load_feeds
from schedules.settings import SHANGHAI
from storage.database.tables import job, raw_file, raw_receipt
from storage.feeds import ALARMS, Arrival, Feed, Receipt, arrival, receipts, speaks_of, suggested
from storage.shelves import shelf_of

if TYPE_CHECKING:
    from schedules.desk import Desk

State = Literal["in_time", "late", "waiting", "missing", "parked", "came", ""]
"""`came`: there, though nobody expects it; "": nothing is expected."""
LEARNED_DAYS = 14
LOOK_BACK_DAYS = 45
"""A monthly statement that comes in the next month tells of this one."""
WORDS: Mapping[str, tuple[str, str, str, str]] = {
    "in_time": ("✓", "✓", "按时到", "in time"),
    "late": ("迟", "L ", "晚到", "late"),
    "waiting": ("…", "… ", "还没到时候", "not due yet"),
    "missing": ("缺", "X ", "没到", "missing"),
    "parked": ("停", "P ", "到了，停着等人", "came, waits for a person"),
    "came": ("+", "+", "到了（没说要等它）", "came, not expected"),
    "": ("·", "·", "不用有", "none expected"),
}
"""State → its sign and its words, Chinese and English."""


class Expected(NamedTuple):
    """A feed, and whether it is only what the last weeks look like."""

    feed: Feed
    learned: bool


class Cell(NamedTuple):
    """One day of one line. `words`: since when and how late; `why`: what the night says of it."""

    day: date
    state: State
    words: str = ""
    why: str = ""


class Line(NamedTuple):
    """One kind of file of one shop ("" for any) over the days; `learned` is None where nobody expects it."""

    shop: str
    kind: str
    title: str
    learned: bool | None
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
    learned: bool

    def sentence(self, lang: str = "zh") -> str:
        """One line for a digest."""
        whose = self.shop or ("any shop" if lang == "en" else "所有店")
        why = (f" ({self.why})" if lang == "en" else f"（{self.why}）") if self.why else ""
        return f"{whose} · {self.title} · {self.day}: {self.words}{why}"


def missing(desk: "Desk", day: date, now: datetime | None = None, days: int = 1) -> list[Missing]:
    """What is due for `day`, or one of the `days` that end with it, and not there, or there and waiting for a person.

    By shop, kind and day. The digest of a morning asks for yesterday. Raises SettingsBroken.
    """
    found = lines_of(desk, day - timedelta(days=days - 1), day, now, unexpected=False)
    return [
        Missing(line.kind, line.title, line.shop, cell.day, cell.state, cell.words, cell.why, bool(line.learned))
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
    titles = {name: kind.TITLE for name, kind in shelf_of(desk.database, desk.archive).kinds.items()}
    lang = desk.settings.lang
    with desk.database.read() as connection:
        expected = expectations(connection, load_feeds(desk.home), last, now)
        began = _began(connection)
        kinds = {kind for kind, _ in began} | {one.feed.kind for one in expected}
        came = receipts(connection, kinds, (first - timedelta(days=LOOK_BACK_DAYS)).isoformat())
        reasons = Reasons(desk, connection)
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        lines = [
            Line(
                one.feed.shop,
                one.feed.kind,
                titles.get(one.feed.kind, one.feed.kind),
                one.learned,
                _cells(one.feed, days, came.get(one.feed.kind, ()), now, _start(one.feed, began), reasons, lang),
            )
            for one in expected
        ]
    if unexpected:
        lines += _others(came, {one.feed for one in expected}, days, titles)
    return sorted(lines, key=lambda line: (line.shop, line.kind))


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
    return [*(Expected(one, False) for one in feeds), *(Expected(one, True) for one in learned)]


def _cells(
    feed: Feed,
    days: Sequence[date],
    came: Sequence[Receipt],
    now: datetime,
    start: str,
    reasons: "Reasons",
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


def _began(connection: Connection) -> dict[tuple[str, str], str]:
    """(kind, shop) → the first day of which a file has ever told: days before the shop opened are not missing."""
    r, f = raw_receipt.c, raw_file.c
    whose = func.coalesce(func.nullif(r.owner, ""), r.shop)
    query = (
        select(f.kind, whose, func.min(r.period_from))
        .join_from(raw_receipt, raw_file, r.file_sha == f.file_sha)
        .where(f.kind != "")
        .group_by(f.kind, whose)
    )
    return {(kind, shop): day for kind, shop, day in connection.execute(query)}


def _start(feed: Feed, began: Mapping[tuple[str, str], str]) -> str:
    days = [day for (kind, shop), day in began.items() if kind == feed.kind and (feed.shop in ("", shop) or not shop)]
    return min(days, default="")


def _others(
    came: Mapping[str, Sequence[Receipt]], expected: Iterable[Feed], days: Sequence[date], titles: Mapping[str, str]
) -> Iterable[Line]:
    """What came in these days of kinds and shops that nobody expects."""
    covered = {(one.kind, one.shop) for one in expected}
    every_shop = {one.kind for one in expected if not one.shop}
    for kind, its in sorted(came.items()):
        by_shop = sorted((one for one in its), key=lambda one: one.shop)
        for shop, mine in groupby(by_shop, key=lambda one: one.shop):
            if (kind, shop) in covered or kind in every_shop:
                continue
            feed, known = Feed(kind, shop, datetime.min.time(), lag_days=0), list(mine)
            cells = [Cell(day, "came" if any(speaks_of(one, feed, day) for one in known) else "") for day in days]
            if any(cell.state for cell in cells):
                yield Line(shop, kind, titles.get(kind, kind), None, cells)


class Reasons:
    """Why a file is missing, as the nights say it: the flow that brings such files, and what became of its job."""

    def __init__(self, desk: "Desk", connection: Connection) -> None:
        """Nothing is looked up yet."""
        self._desk, self._connection = desk, connection
        self._flows: dict[tuple[str, str], str] = {}
        self._nights: dict[str, list[Any]] = {}

    def of(self, feed: Feed, found: Arrival, lang: str) -> str:
        """What the night after the day says; "" where no night has ever brought such a file."""
        if found.state == "parked":
            return ""
        flow = self._flow(feed)
        if not flow:
            return ""
        night = (found.day + timedelta(days=feed.lag_days)).isoformat()
        accounts = {name for name, one in self._desk.settings.accounts.items() if feed.shop in ("", one.shop, name)}
        jobs = [one for one in self._jobs(night) if one.flow == flow and (not accounts or one.account in accounts)]
        if not jobs:
            return f"night {night} did not run {flow}" if lang == "en" else f"{night} 那一夜没有运行 {flow}"
        open_ones = [one for one in jobs if one.stage != "done"]
        if not open_ones:
            return f"{flow} ran and brought none" if lang == "en" else f"{flow} 跑完了，没有带回它"
        one = open_ones[0]
        return f"{flow} · {one.account}: {one.message or one.stage}"

    def _flow(self, feed: Feed) -> str:
        """The flow that brought such a file last."""
        key = (feed.kind, feed.shop)
        if key not in self._flows:
            r, f = raw_receipt.c, raw_file.c
            query = (
                select(r.flow)
                .join_from(raw_receipt, raw_file, r.file_sha == f.file_sha)
                .where(f.kind == feed.kind, r.flow != "")
                .order_by(r.received_at.desc())
                .limit(1)
            )
            if feed.shop:
                query = query.where((r.owner == feed.shop) | (r.shop == feed.shop))
            self._flows[key] = flow_name(str(self._connection.execute(query).scalar() or ""))
        return self._flows[key]

    def _jobs(self, night: str) -> list[Any]:
        if night not in self._nights:
            query = select(job.c.flow, job.c.account, job.c.stage, job.c.message).where(job.c.night == night)
            self._nights[night] = list(self._connection.execute(query.order_by(job.c.position)))
        return self._nights[night]


def flow_name(path: str) -> str:
    """A flow as plans name it, from the path that its files carry. Pure."""
    return path.replace("\\", "/").removesuffix(".yaml").rpartition("flows/")[2]
