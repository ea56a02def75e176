"""The board: the few figures that a shop is run by, now and in the period before, each with its definition."""

from typing import NamedTuple

from sqlalchemy import Connection

from storage.metrics.dictionary import METRICS as DICTIONARY
from storage.reports import turnover
from storage.reports.cube import Cut, Values, block_of, cells, sums, value_of
from storage.reports.facts.copy import Facts, facts_of
from storage.reports.goods import previous, untold
from storage.reports.scope import EVERYTHING, Scope
from storage.reports.table import Cell, Column, Figure, Period, Table, ratio

TITLE = "经营看板"
SHOWN = (
    "gmv_paid",
    "gmv_shipped",
    "gmv_settled",
    "orders_paid",
    "orders_shipped",
    "aov",
    "refunds_done",
    "net_sales",
    "fulfilment_rate",
    "on_time_rate",
)
METRICS = (*SHOWN, "turnover_days", "growth")
COLUMNS = (
    Column("指标", "", 24),
    Column("本期", "", 16),
    Column("前一期", "", 16),
    Column("环比", "percent", 10, metric="growth"),
    Column("口径", "", 60, wrap=True),
)


class Half(NamedTuple):
    """One of the two periods: what is asked, and the sums found."""

    cut: Cut
    told: Values
    suffix: str


def build(connection: Connection, period: Period, scope: Scope = EVERYTHING) -> Table:
    """One row per metric; block ids begin with the metric's name."""
    table = Table("board", TITLE, period, COLUMNS, scope=scope.words)
    facts = facts_of(connection)
    before = previous(period)
    halves = [_half(facts, one, scope, suffix) for one, suffix in ((period, ""), (before, "|before"))]
    for name in SHOWN:
        now, then = (_cell(table, facts, half, name) for half in halves)
        table.rows.append([DICTIONARY[name].title, now, then, _growth(table, name, halves), DICTIONARY[name].sentence])
    _turnover(connection, table, period, scope)
    table.notes += [f"前一期：{before.first_day} 至 {before.last_day}。", *untold(facts, before)]
    return table


def _half(facts: Facts, period: Period, scope: Scope, suffix: str) -> Half:
    cut = Cut(SHOWN, (), period, scope)
    return Half(cut, sums(facts, cut)[()], suffix)


def _cell(table: Table, facts: Facts, half: Half, name: str) -> Cell:
    metric = DICTIONARY[name]
    shown = (name,) if metric.ratio is None else (metric.ratio.numerator, metric.ratio.denominator)
    block = block_of(table, facts, half.cut._replace(metrics=shown), None, name + half.suffix)
    (cell,) = cells(table, block, (name,), half.told)
    return cell


def _growth(table: Table, name: str, halves: list[Half]) -> Cell:
    now, then = (value_of(name, half.told) for half in halves)
    if not then or not now:
        return "—"
    words = f"({now} − {then}) ÷ {then}"
    return table.derived(
        table.blocks[f"{name}|before"], ratio(now - then, abs(then), 10_000), "percent", words, f"{name}-growth"
    )


def _turnover(connection: Connection, table: Table, period: Period, scope: Scope) -> None:
    """Stock is not split by shop, so a board of one shop shows none."""
    if scope != EVERYTHING:
        return
    figures = turnover.total(connection, table, facts_of(connection), period)
    metric = DICTIONARY["turnover_days"]
    if isinstance(figures[3], Figure):
        table.rows.append([metric.title, figures[3], "—", "—", metric.sentence])
