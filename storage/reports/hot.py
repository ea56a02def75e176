"""What sells best: the first so many items by money, with their growth against the period before."""

from functools import partial

from sqlalchemy import Connection

from storage.reports.cube import metric_column
from storage.reports.facts.copy import facts_of
from storage.reports.goods import NOTHING, previous, sold, sold_rows, titles_of, untold
from storage.reports.scope import EVERYTHING, Scope
from storage.reports.table import Chart, Column, Figure, Period, Table, ratio

TITLE = "热销商品"
METRICS = ("parts_qty", "parts_revenue", "growth")
COLUMNS = (
    Column("名次", "", 6),
    Column("商家编码", "", 18),
    Column("商品", "", 30),
    metric_column("parts_qty"),
    metric_column("parts_revenue"),
    metric_column("parts_revenue", "前一期"),
    metric_column("growth"),
)
MEASURES = (("销量", "pieces"), ("金额", "fen"))


def build(connection: Connection, period: Period, scope: Scope = EVERYTHING) -> Table:
    """The first `scope.top` items; of equal money the smaller code comes first, so every run is the same."""
    table = Table("hot", TITLE, period, COLUMNS, scope=scope.words)
    facts, before = facts_of(connection), previous(period)
    now, then = sold(facts, period, scope), sold(facts, before, scope)
    now.pop("", None)
    titles = titles_of(connection)
    for place, code in enumerate(sorted(now, key=lambda code: (-now[code].fen, code))[: scope.top], 1):
        block = table.block(code, code, MEASURES)
        block.load = partial(sold_rows, facts, code, period, scope)
        old = table.block(f"{code}|before", f"{code} 前一期", MEASURES)
        old.load = partial(sold_rows, facts, code, before, scope)
        fen, base = now[code].fen, then.get(code, NOTHING).fen
        growth: Figure | str = "新上榜"
        if base:
            growth = table.derived(block, ratio(fen - base, base, 10_000), "percent", f"({fen} − {base}) ÷ {base}")
        figures = [table.stated(block, 0, now[code].qty), table.stated(block, 1, fen), table.stated(old, 1, base)]
        table.rows.append([str(place), code, titles.get(code, ""), *figures, growth])
    table.notes.append(
        f"前一期：{before.first_day} 至 {before.last_day}；按单品实付排，组合商品已拆开；金额相同的按编码排。"
    )
    table.notes += untold(facts, before)
    table.chart = Chart("across", 1, (4,))
    return table
