"""Metrics by dimensions over one period: figures from one query per fact, the rows of a figure when it is asked for.

A figure and the rows that it is walked back to come from the same condition, so their sums are the same.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection

from storage.metrics.dictionary import METRICS, base
from storage.metrics.metric import Metric
from storage.reports.facts.copy import Facts, facts_of
from storage.reports.facts.rollup import ROLLED, name_of, part_of
from storage.reports.scope import Scope
from storage.reports.table import Block, Cell, Column, Period, SourceRow, Table, ratio
from storage.reports.zones import in_shanghai

WIDTHS = {"fen": 15, "count": 10, "pieces": 10, "percent": 11, "ratio": 9, "days": 11}
KEYS = {
    "orders": "order_no",
    "lines": "order_no || '/' || sub_no",
    "parts": "order_no || '/' || sub_no",
    "refunds": "refund_no",
    "bills": "fee_type || ' ' || flow_no",
}
"""What a row of the fact is called when a figure is walked back."""

Values = dict[str, int]


class Dimension(NamedTuple):
    """A column that rows are told apart by: title, width, and its SQL over a fact for the metric's moment."""

    title: str
    width: int
    of: Callable[[Metric], str]
    rolled: str = ""  # its column in the tables of storage/reports/facts/rollup.py, "" where they do not have it


DAY = Dimension("日期", 12, lambda metric: f"{metric.at}::DATE", "day")


def column(name: str) -> Callable[[Metric], str]:
    """A dimension that is a column of every fact it is used with."""
    return lambda _: name


class Cut(NamedTuple):
    """One question to the facts: which metrics, told apart by what, in which days, limited to what."""

    metrics: tuple[str, ...]
    dimensions: tuple[Dimension, ...]
    period: Period
    scope: Scope
    more: str = ""  # a further condition in SQL, beginning with AND
    span: tuple[str, str] | None = None  # moments of Shanghai's clock instead of the period's days


def sums(facts: Facts, cut: Cut, *, dimensions: Sequence[Dimension] | None = None) -> dict[tuple[str, ...], Values]:
    """Dimension values -> base metric -> its sum; one query for each fact and moment."""
    by = cut.dimensions if dimensions is None else dimensions
    found: dict[tuple[str, ...], Values] = {}
    if not by:
        found[()] = {}
    for group in _groups(cut.metrics):
        parts = ", ".join(f"coalesce(sum({part_of(metric)}), 0)::BIGINT" for metric in group)
        keys = "".join(f"{dimension.of(group[0])}, " for dimension in by)
        condition, values = _condition(group[0], cut)
        grouped = f" GROUP BY {', '.join(str(n + 1) for n in range(len(by)))}" if by else ""
        query = f"SELECT {keys}{parts} FROM {group[0].fact} WHERE {condition}{grouped}"
        if _is_rolled(group[0], cut, by):
            query, values = _rolled(group, cut, by, grouped)
        for row in facts.rows(query, values):
            told = found.setdefault(tuple(str(value) for value in row[: len(by)]), {})
            told.update(zip((metric.name for metric in group), row[len(by) :], strict=True))
    return found


def _is_rolled(metric: Metric, cut: Cut, by: Sequence[Dimension]) -> bool:
    """Whether the small tables hold the answer: whole days of Shanghai's clock, by what they are kept by."""
    whole = not (cut.span or cut.more or cut.scope.zone)
    return whole and metric.fact in ROLLED and all(dimension.rolled for dimension in by)


def _rolled(group: Sequence[Metric], cut: Cut, by: Sequence[Dimension], grouped: str) -> tuple[str, list[object]]:
    keys = "".join(f"{dimension.rolled}, " for dimension in by)
    parts = ", ".join(f"coalesce(sum({metric.name}), 0)::BIGINT" for metric in group)
    limited, values = cut.scope.condition
    table = name_of(group[0].fact, group[0].at)
    return (
        f"SELECT {keys}{parts} FROM {table} WHERE day BETWEEN ?::DATE AND ?::DATE{limited}{grouped}",
        [*cut.period, *values],
    )


def _groups(names: Iterable[str]) -> list[list[Metric]]:
    """The base metrics by fact and moment, each once."""
    groups: dict[tuple[str, str], dict[str, Metric]] = {}
    for name in names:
        for _, metric in base(name):
            groups.setdefault((metric.fact, metric.at), {})[metric.name] = metric
    return [list(group.values()) for group in groups.values()]


def bounds(period: Period) -> tuple[str, str]:
    """The period as moments: from the first, up to and without the second."""
    after = date.fromisoformat(period.last_day) + timedelta(days=1)
    return f"{period.first_day} 00:00:00", f"{after} 00:00:00"


def _condition(metric: Metric, cut: Cut) -> tuple[str, list[object]]:
    limited, values = cut.scope.condition
    when = f"{metric.at} >= ?::TIMESTAMP AND {metric.at} < ?::TIMESTAMP"
    return f"{when}{limited}{cut.more}", [*_moments(cut), *values]


def _moments(cut: Cut) -> tuple[str, str]:
    if cut.span:
        return cut.span
    first, after = bounds(cut.period)
    return in_shanghai(first, cut.scope.zone), in_shanghai(after, cut.scope.zone)


def value_of(name: str, told: Values) -> int:
    """A metric from the sums of its base metrics; nothing is zero."""
    metric = METRICS[name]
    if metric.terms:
        return sum(sign * value_of(term, told) for sign, term in metric.terms)
    if metric.ratio:
        numerator, denominator, scale = metric.ratio
        return ratio(value_of(numerator, told), value_of(denominator, told), scale)
    return int(told.get(name) or 0)


def source_rows(facts: Facts, cut: Cut, values: Sequence[str] | None, names: Sequence[str]) -> Iterator[SourceRow]:
    """The rows that the metrics `names` of one cell are the sums of; `values` None: of the total."""
    for group in _groups(names):
        condition, bound = _condition(group[0], cut)
        for dimension, value in zip(cut.dimensions, values or (), strict=values is not None):
            condition += f" AND {dimension.of(group[0])} = ?"
            bound.append(value)
        columns = ", ".join(f"coalesce({part_of(metric)}, 0)::BIGINT AS p{n}" for n, metric in enumerate(group))
        query = (
            f"SELECT * FROM (SELECT file_sha, row_no, {KEYS[group[0].fact]}, {columns} FROM {group[0].fact}"
            f" WHERE {condition}) WHERE {' OR '.join(f'p{n} <> 0' for n in range(len(group)))} ORDER BY 3, 2, 1"
        )
        for sha, row_no, key, *parts in facts.rows(query, bound):
            told = dict(zip((metric.name for metric in group), parts, strict=True))
            yield SourceRow(sha, row_no, key, tuple(value_of(name, told) for name in names))


def tabulate(
    connection: Connection,
    table: Table,
    cut: Cut,
    order: Callable[[tuple[str, ...], Values], Any],
    *,
    most: int | None = None,
    label: str = "合计",
) -> Table:
    """Fill the table: a row for each combination of dimension values in the given order, and the total of all rows.

    The total is computed from the rows of the books, not by adding up cells. `most`: only so many rows, said in a note.
    """
    facts = facts_of(connection)
    table.scope = cut.scope.words
    table.columns = columns_of(cut)
    found = sums(facts, cut)
    ordered = sorted(found, key=lambda key: order(key, found[key]))
    for key in ordered[:most]:
        block = block_of(table, facts, cut, key)
        table.rows.append([*key, *cells(table, block, cut.metrics, found[key])])
    if most is not None and len(ordered) > most:
        table.notes.append(f"只列前 {most} 行，一共 {len(ordered)} 行；合计是全部的。")
    told = sums(facts, cut, dimensions=())[()]
    texts = [label, *("" for _ in cut.dimensions[1:])]
    table.total = [*texts, *cells(table, block_of(table, facts, cut, None), cut.metrics, told)]
    table.notes += definitions(cut.metrics)
    return table


def columns_of(cut: Cut) -> tuple[Column, ...]:
    """The dimensions, then the metrics, each column naming its metric."""
    texts = [Column(dimension.title, "", dimension.width) for dimension in cut.dimensions]
    return (*texts, *(metric_column(name) for name in cut.metrics))


def metric_column(name: str, title: str = "") -> Column:
    """The column of a metric."""
    metric = METRICS[name]
    return Column(title or metric.title, metric.unit, WIDTHS[metric.unit], metric=name)


def block_of(table: Table, facts: Facts, cut: Cut, key: tuple[str, ...] | None, block_id: str = "") -> Block:
    """The block of one row, whose rows are read when somebody asks for them; `key` None: of the total."""
    names = [name for name in cut.metrics if METRICS[name].ratio is None]
    measures = [(METRICS[name].title, METRICS[name].unit) for name in names]
    named = block_id or ("total" if key is None else "|".join(("", *key)))
    block = table.block(named, " ".join(key or (block_id or "合计",)), measures)
    block.load = lambda: source_rows(facts, cut, key, names)
    return block


def cells(table: Table, block: Block, names: Sequence[str], told: Values) -> list[Cell]:
    """The figures of one row: sums with their measure in the block, ratios with their formula."""
    found: list[Cell] = []
    measure = 0
    for name in names:
        metric, value = METRICS[name], value_of(name, told)
        if metric.ratio is None:
            found.append(table.stated(block, measure, value))
            measure += 1
        elif not value_of(metric.ratio.denominator, told):
            found.append("—")
        else:
            numerator, denominator, _ = metric.ratio
            words = f"{value_of(numerator, told)} ÷ {value_of(denominator, told)}"
            found.append(table.derived(block, value, metric.unit, f"{metric.formula}：{words}", name))
    return found


def definitions(names: Iterable[str]) -> list[str]:
    """The sentence of each metric, for the notes under a table."""
    return [f"{METRICS[name].title}：{METRICS[name].sentence}。" for name in names]
