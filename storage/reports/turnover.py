"""How long money lies in stock: average cost of stock by the day against what was sold at cost, not at price."""

from datetime import date
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection

from storage.reports.cube import metric_column
from storage.reports.facts.copy import Facts, facts_of
from storage.reports.goods import moved_rows, sold, sold_rows, titles_of
from storage.reports.scope import EVERYTHING
from storage.reports.table import Block, Cell, Column, Figure, Period, SourceRow, Table, ratio

TITLE = "库存周转"
EVER = "0001-01-01"
METRICS = ("stock_cost_average", "cogs", "parts_revenue", "turnover_days", "turnover_days_by_revenue")
COLUMNS = (
    Column("商家编码", "", 18),
    Column("商品", "", 30),
    metric_column("stock_cost_average"),
    metric_column("cogs"),
    metric_column("parts_revenue"),
    metric_column("turnover_days"),
    metric_column("turnover_days_by_revenue"),
)


class Costs(NamedTuple):
    """One item over the period: the sum of its value at the end of each day, and what left to customers at cost."""

    day_ends_fen: int
    cogs_fen: int


def build(connection: Connection, period: Period) -> Table:
    """One row per item with stock or sales at cost, the longest lying first."""
    table = Table("turnover", TITLE, period, COLUMNS)
    facts, days = facts_of(connection), length(period)
    costs, revenue = costs_of(facts, period), sold(facts, period, EVERYTHING)
    titles = titles_of(connection)

    def lying(code: str) -> tuple[int, str]:
        return -ratio(costs[code].day_ends_fen, costs[code].cogs_fen, 100) if costs[code].cogs_fen else -(10**18), code

    for code in sorted((code for code in costs if any(costs[code])), key=lying):
        fen = revenue[code].fen if code in revenue else 0
        table.rows.append(
            [code, titles.get(code, ""), *_cells(connection, table, facts, period, code, costs[code], fen)]
        )
    if table.rows:
        table.total = ["合计", "", *total(connection, table, facts, period)]
    table.notes.append(
        f"周转天数 = 平均库存成本 ÷（销货成本 ÷ {days} 天）；成本取流水上的单位成本，没有成本的货按零算。"
    )
    table.notes.append("按售价算的天数偏短，只作对照。")
    return table


def length(period: Period) -> int:
    """How many days the period has."""
    return (date.fromisoformat(period.last_day) - date.fromisoformat(period.first_day)).days + 1


def costs_of(facts: Facts, period: Period) -> dict[str, Costs]:
    """Each item's costs: a move counts in every day from its own to the last, so no day has to be built up."""
    query = """
        SELECT code,
               sum(sign * value_fen * (date_diff('day', greatest(day, ?::DATE), ?::DATE) + 1))::BIGINT,
               sum(CASE WHEN day >= ?::DATE AND (from_place = 'customer' OR to_place = 'customer')
                   THEN -sign * value_fen ELSE 0 END)::BIGINT
        FROM stock_moves WHERE day <= ?::DATE AND sign <> 0 GROUP BY code"""
    first, last = period
    return {row[0]: Costs(row[1], row[2]) for row in facts.rows(query, [first, last, first, last])}


def _cells(
    connection: Connection, table: Table, facts: Facts, period: Period, code: str, costs: Costs, revenue_fen: int
) -> list[Cell]:
    lying = table.block(code, f"{code} 库存成本", (("成本", "fen"),))
    lying.load = partial(_values, connection, code, period.last_day)
    gone = table.block(f"{code}|cogs", f"{code} 销货成本", (("成本", "fen"),))
    gone.load = partial(_gone, connection, code, period)
    paid = table.block(f"{code}|sold", f"{code} 实付", (("金额", "fen"),))
    paid.load = partial(_paid, facts, code, period)
    return _figures(table, lying, gone, paid, costs, revenue_fen, length(period))


def _figures(
    table: Table, lying: Block, gone: Block, paid: Block, costs: Costs, revenue_fen: int, days: int
) -> list[Cell]:
    average = ratio(costs.day_ends_fen, days, 1)
    found: list[Cell] = [
        table.derived(lying, average, "fen", f"每天末库存成本之和 {costs.day_ends_fen} ÷ {days} 天", "average"),
        table.stated(gone, 0, costs.cogs_fen),
        table.stated(paid, 0, revenue_fen),
    ]
    for name, divisor, words in (("cogs", costs.cogs_fen, "销货成本"), ("revenue", revenue_fen, "实付")):
        cell: Figure | str = "—"
        if divisor > 0:
            value = ratio(costs.day_ends_fen, divisor, 100)
            cell = table.derived(lying, value, "days", f"{average} × {days} ÷ {words} {divisor}", name)
        found.append(cell)
    return found


def total(connection: Connection, table: Table, facts: Facts, period: Period) -> list[Cell]:
    """All items together: average cost of stock, cost of goods sold, revenue, and the days by either."""
    costs, revenue = costs_of(facts, period), sold(facts, period, EVERYTHING)
    codes = sorted(costs)
    lying = table.block("turnover|total", "合计 库存成本", (("成本", "fen"),))
    lying.load = lambda: (row for code in codes for row in _values(connection, code, period.last_day))
    gone = table.block("turnover|cogs", "合计 销货成本", (("成本", "fen"),))
    gone.load = lambda: (row for code in codes for row in _gone(connection, code, period))
    paid = table.block("turnover|sold", "合计 实付", (("金额", "fen"),))
    paid.load = lambda: (row for code in codes for row in _paid(facts, code, period))
    all_costs = Costs(sum(one.day_ends_fen for one in costs.values()), sum(one.cogs_fen for one in costs.values()))
    fen = sum(revenue[code].fen for code in codes if code in revenue)
    return _figures(table, lying, gone, paid, all_costs, fen, length(period))


def _values(connection: Connection, code: str, last_day: str) -> list[SourceRow]:
    return [row._replace(parts=row.parts[1:]) for row in moved_rows(connection, code, EVER, last_day)]


def _gone(connection: Connection, code: str, period: Period) -> list[SourceRow]:
    rows = moved_rows(connection, code, period.first_day, period.last_day)
    return [
        row._replace(parts=(-row.parts[1],)) for row in rows if row.key.endswith("→customer") or " customer→" in row.key
    ]


def _paid(facts: Facts, code: str, period: Period) -> list[SourceRow]:
    return [row._replace(parts=row.parts[1:]) for row in sold_rows(facts, code, period, EVERYTHING)]
