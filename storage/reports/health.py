"""The health of stock: each item has exactly one status, from out of stock to dead, with the figures that decide it."""

from functools import partial

from sqlalchemy import Connection

from storage.reports.cube import metric_column
from storage.reports.facts.copy import facts_of
from storage.reports.goods import (
    NOTHING,
    Sold,
    held,
    moved_rows,
    reserved,
    reserved_rows,
    sold,
    sold_rows,
    titles_of,
    universe,
    until,
)
from storage.reports.scope import EVERYTHING, Scope
from storage.reports.table import Cell, Chart, Column, Figure, Period, Table, ratio

TITLE = "库存健康"
EVER = "0001-01-01"
SALES_DAYS = 30
DEAD_DAYS = 60
RISK_COVER, OVER_COVER = 7, 90
OUT, RISK, OK, OVER, DEAD = "缺货", "预警", "健康", "积压", "呆滞"
STATUSES = (OUT, RISK, DEAD, OVER, OK)
METRICS = ("stock_on_hand", "stock_reserved", "sold_30_days", "cover_days", "skus")
COLUMNS = (
    Column("状态", "", 8),
    Column("商家编码", "", 18),
    Column("商品", "", 30),
    metric_column("stock_on_hand"),
    metric_column("stock_reserved"),
    metric_column("sold_30_days"),
    metric_column("cover_days"),
    Column("为什么", "", 40),
)


def build(connection: Connection, period: Period, scope: Scope = EVERYTHING) -> Table:
    """One row per item that the books know; what needs somebody comes first.

    Stock is that of the night after the last day, when the day's files have come; sales end with the last day.
    """
    table = Table("health", TITLE, period, COLUMNS, scope=scope.words)
    facts, last, night = facts_of(connection), period.last_day, period.night
    month = until(last, SALES_DAYS)
    stock = {code: sum(places.values()) for code, places in held(facts, night).items()}
    taken, recent = reserved(connection), sold(facts, month, scope)
    sales = sold(facts, until(last, DEAD_DAYS), scope)
    titles, rows = titles_of(connection), []
    for code in universe(connection, facts):
        qty, pace = stock.get(code, 0), recent.get(code, NOTHING)
        status, why = judge(qty - taken.get(code, 0), pace.qty, sold_lately=code in sales)
        block = table.block(code, code, (("在库", "pieces"), ("价值", "fen")))
        block.load = partial(moved_rows, connection, code, EVER, night)
        paid = table.block(f"{code}|sold", f"{code} 近 30 天", (("销量", "pieces"), ("金额", "fen")))
        paid.load = partial(sold_rows, facts, code, month, scope)
        kept = table.block(f"{code}|held", f"{code} 占用", (("占用", "pieces"),))
        kept.load = partial(reserved_rows, connection, code)
        cover: Cell = "—"
        if pace.qty:
            cover = _cover(table, code, qty - taken.get(code, 0), pace)
        figures = [table.stated(block, 0, qty), table.stated(kept, 0, taken.get(code, 0))]
        cells: list[Cell] = [status, code, titles.get(code, ""), *figures, table.stated(paid, 0, pace.qty), cover, why]
        rows.append(cells)
    table.rows = sorted(rows, key=lambda row: (STATUSES.index(str(row[0])), str(row[1])))
    _count(table)
    table.notes.append(f"在库算到 {night} 夜里，销量算到 {last}。")
    return table


def judge(free: int, sold_30_days: int, *, sold_lately: bool) -> tuple[str, str]:
    """The one status of an item, and why: the first that holds of out, dead, risk, over; else it is well."""
    if free <= 0:
        return OUT, "可用为零" if sold_30_days else "可用为零，近 30 天也没有卖"
    if not sold_lately:
        return DEAD, f"有货，{DEAD_DAYS} 天没有卖出"
    if not sold_30_days:
        return OVER, f"有货，近 {SALES_DAYS} 天没有卖出"
    cover = free * SALES_DAYS // sold_30_days
    if cover < RISK_COVER:
        return RISK, f"只够卖 {cover} 天（不到 {RISK_COVER} 天）"
    if cover > OVER_COVER:
        return OVER, f"够卖 {cover} 天（超过 {OVER_COVER} 天）"
    return OK, f"够卖 {cover} 天"


def _cover(table: Table, code: str, free: int, pace: Sold) -> Figure:
    days = ratio(max(free, 0) * SALES_DAYS, pace.qty, 100)
    block = table.blocks[f"{code}|sold"]
    return table.derived(block, days, "days", f"可用 {free} × {SALES_DAYS} ÷ {pace.qty}", "cover")


def _count(table: Table) -> None:
    """How many items have which status, in a note; together they are all items."""
    counts = {status: sum(row[0] == status for row in table.rows) for status in STATUSES}
    words = "、".join(f"{status} {count}" for status, count in counts.items())
    table.notes.append(f"{len(table.rows)} 个单品：{words}。每个单品恰有一个状态。")
    table.notes.append(
        f"依次看：可用 ≤ 0 缺货；{DEAD_DAYS} 天没卖 呆滞；可销不到 {RISK_COVER} 天 预警；"
        f"超过 {OVER_COVER} 天或近 30 天没卖 积压；其余健康。"
    )
    table.sum_up("合计", (3, 4, 5))
    table.total[1] = f"{len(table.rows)} 个单品"
    table.chart = Chart("count", 0, ())
