"""How sales develop: each month against the month before and the year before, festivals against festivals."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from storage.reports.cube import DAY, Cut, block_of, metric_column, sums
from storage.reports.facts.copy import Facts, facts_of
from storage.reports.festivals import NEW_YEAR, comparable, festivals
from storage.reports.goods import begins
from storage.reports.scope import EVERYTHING, Scope
from storage.reports.table import Block, Cell, Chart, Column, Period, Table, ratio

TITLE = "趋势"
METRICS = ("orders_paid", "gmv_paid", "mom", "yoy", "yoy_shifted")
COLUMNS = (
    Column("月份 / 活动", "", 26),
    metric_column("orders_paid"),
    metric_column("gmv_paid"),
    metric_column("gmv_paid", "上月同天数"),
    metric_column("mom"),
    metric_column("gmv_paid", "去年同期"),
    metric_column("yoy"),
    metric_column("gmv_paid", "去年可比日"),
    metric_column("yoy_shifted"),
)
Days = dict[date, tuple[int, int]]
"""Business day -> orders and money paid."""


class Stretch(NamedTuple):
    """A row: its name and its days, and the days it is compared with."""

    name: str
    days: list[date]
    month_before: list[date]
    year_before: list[date]
    alike: list[date]


def build(connection: Connection, period: Period, scope: Scope = EVERYTHING) -> Table:
    """One row per month that the period touches (clipped to it), then one per festival that ended in it."""
    table = Table("trend", TITLE, period, COLUMNS, scope=scope.words)
    facts = facts_of(connection)
    days = _by_day(facts, period, scope)
    stretches = [*_months(period), *_festivals(period)]
    for stretch in stretches:
        table.rows.append(_row(table, facts, scope, stretch, days))
    table.notes.append("上月同天数：上个月从同一天起同样多的天（到月底为止）；去年同期：去年同样的日期。")
    table.notes.append("去年可比日：春节前 14 天到后 15 天按农历对齐，一至三月的其他天依次对齐；618、双11 日期不动。")
    table.notes.append("整期落在账以前的没有数，写 —。")
    table.notes += [words for stretch in stretches for words in _untold(stretch, begins(facts))]
    table.chart = Chart("line", 0, (2, 5))
    return table


def _by_day(facts: Facts, period: Period, scope: Scope) -> Days:
    """Every day's sums from two years before the period, one query."""
    first = date.fromisoformat(period.first_day) - timedelta(days=800)
    cut = Cut(("orders_paid", "gmv_paid"), (DAY,), Period(first.isoformat(), period.last_day), scope)
    return {
        date.fromisoformat(day): (told["orders_paid"], told["gmv_paid"]) for (day,), told in sums(facts, cut).items()
    }


def _months(period: Period) -> list[Stretch]:
    first, last = date.fromisoformat(period.first_day), date.fromisoformat(period.last_day)
    months: dict[tuple[int, int], list[date]] = {}
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        months.setdefault((day.year, day.month), []).append(day)
    found = []
    for (year, month), days in months.items():
        clipped = days[-1].day if days[0].day > 1 or (days[-1] + timedelta(days=1)).day > 1 else 0
        words = f"（{days[0].day}–{days[-1].day} 日）" if clipped else ""
        found.append(_stretch(f"{year}-{month:02d}{words}", days, _month_before(days)))
    return found


def _month_before(days: list[date]) -> list[date]:
    """The same days of the month before, as far as it has them."""
    last = days[0].replace(day=1) - timedelta(days=1)
    return [last.replace(day=day.day) for day in days if day.day <= last.day]


def _stretch(name: str, days: list[date], month_before: list[date]) -> Stretch:
    same = [day.replace(year=day.year - 1) for day in days if (day.month, day.day) != (2, 29)]
    return Stretch(name, days, month_before, same, [like for day in days if (like := comparable(day))])


def _festivals(period: Period) -> list[Stretch]:
    found = []
    first, last = date.fromisoformat(period.first_day), date.fromisoformat(period.last_day)
    for year in range(first.year, last.year + 1):
        for now in festivals(year):
            if not first <= now.last <= last or (now.name == "春节" and year - 1 not in NEW_YEAR):
                continue
            before = next(one for one in festivals(year - 1) if one.name == now.name)
            stretch = _stretch(
                f"{year} {now.name}（{now.first:%m-%d} 至 {now.last:%m-%d}）", _days(now.first, now.last), []
            )
            found.append(stretch._replace(alike=_days(before.first, before.last)))
    return found


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _row(table: Table, facts: Facts, scope: Scope, stretch: Stretch, days: Days) -> list[Cell]:
    now = _sum(days, stretch.days)
    cells: list[Cell] = [stretch.name]
    own = _block(table, facts, scope, f"{stretch.name}|now", stretch.days)
    cells += [table.stated(own, 0, now[0]), table.stated(own, 1, now[1])]
    for name, compared in (("mom", stretch.month_before), ("yoy", stretch.year_before), ("yoy_shifted", stretch.alike)):
        before = _sum(days, compared)
        if not before[0]:
            cells += ["—", "—"]
            continue
        block = _block(table, facts, scope, f"{stretch.name}|{name}", compared)
        growth = ratio(now[1] - before[1], before[1], 10_000)
        words = f"({now[1]} − {before[1]}) ÷ {before[1]}"
        cells += [table.stated(block, 1, before[1]), table.derived(block, growth, "percent", words, name)]
    return cells


def _untold(stretch: Stretch, first: str) -> Iterator[str]:
    """What has to be said of a comparison of which some days lie before the books."""
    named = (("上月同天数", stretch.month_before), ("去年同期", stretch.year_before), ("去年可比日", stretch.alike))
    for name, compared in named:
        told = sum(day.isoformat() >= first for day in compared)
        if first and 0 < told < len(compared):
            yield f"账从 {first} 起：{stretch.name}的{name} {len(compared)} 天里只有 {told} 天有数，比出来的不能当真。"


def _sum(days: Days, wanted: list[date]) -> tuple[int, int]:
    return sum(days.get(day, (0, 0))[0] for day in wanted), sum(days.get(day, (0, 0))[1] for day in wanted)


def _block(table: Table, facts: Facts, scope: Scope, block_id: str, days: list[date]) -> Block:
    if not days:
        return table.block(block_id, block_id, (("订单", "count"), ("金额", "fen")))
    listed = ", ".join(f"DATE '{day}'" for day in days)
    period = Period(min(days).isoformat(), max(days).isoformat())
    cut = Cut(("orders_paid", "gmv_paid"), (), period, scope, more=f" AND paid_at::DATE IN ({listed})")
    return block_of(table, facts, cut, None, block_id)
