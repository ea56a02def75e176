"""What lies too long: items in stock that have not sold for a month, or that last longer than a season."""

from datetime import date
from functools import partial

from sqlalchemy import Connection

from storage.reports.cube import metric_column
from storage.reports.facts.copy import facts_of
from storage.reports.goods import NOTHING, held, moved_rows, sold, sold_rows, titles_of, until
from storage.reports.scope import EVERYTHING, Scope
from storage.reports.table import Column, Figure, Period, Table, ratio

TITLE = "滞销商品"
UNSOLD_DAYS = 30
COVER_DAYS = 90
SALES_DAYS = 30
EVER = "0001-01-01"
METRICS = ("stock_on_hand", "sold_30_days", "days_unsold", "cover_days")
COLUMNS = (
    Column("商家编码", "", 18),
    Column("商品", "", 30),
    metric_column("stock_on_hand"),
    metric_column("sold_30_days"),
    Column("最后卖出", "", 12),
    metric_column("days_unsold"),
    metric_column("cover_days"),
    Column("为什么在这里", "", 30),
)


def build(connection: Connection, period: Period, scope: Scope = EVERYTHING) -> Table:
    """One row per item, the longest unsold first; as of the last day of the period."""
    table = Table("slow", TITLE, period, COLUMNS, scope=scope.words)
    facts, last = facts_of(connection), period.last_day
    stock = {code: sum(places.values()) for code, places in held(facts, period.night).items()}
    month, ever = until(last, SALES_DAYS), Period(EVER, last)
    recent, sales = sold(facts, month, scope), sold(facts, ever, scope)
    arrived = dict(facts.rows("SELECT code, min(day)::VARCHAR FROM stock_moves GROUP BY code"))
    titles = titles_of(connection)
    rows: list[tuple[int, str]] = []
    for code in sorted(code for code, qty in stock.items() if qty > 0):
        last_sale = sales.get(code, NOTHING).last_day
        unsold = max((date.fromisoformat(last) - date.fromisoformat(last_sale or arrived[code])).days, 0)
        pace = recent.get(code, NOTHING).qty
        cover = ratio(stock[code] * SALES_DAYS, pace, 100)
        if unsold < UNSOLD_DAYS and cover <= COVER_DAYS * 100:
            continue
        because = f"{unsold} 天没有卖出" if unsold >= UNSOLD_DAYS else f"够卖 {cover // 100} 天"
        block = table.block(code, code, (("在库", "pieces"), ("价值", "fen")))
        block.load = partial(moved_rows, connection, code, EVER, period.night)
        paid = table.block(f"{code}|sold", f"{code} 近 30 天", (("销量", "pieces"), ("金额", "fen")))
        paid.load = partial(sold_rows, facts, code, month, scope)
        cover_figure: Figure | str = "—"
        if pace:
            cover_figure = table.derived(block, cover, "days", f"{stock[code]} × {SALES_DAYS} ÷ {pace}", "cover")
        days = table.derived(block, unsold * 100, "days", f"{last} − {last_sale or arrived[code]}", "unsold")
        rows.append((-unsold, code))
        figures = [table.stated(block, 0, stock[code]), table.stated(paid, 0, pace)]
        table.rows.append([code, titles.get(code, ""), *figures, last_sale or "从未", days, cover_figure, because])
    table.rows = [row for _, row in sorted(zip(rows, table.rows, strict=True), key=lambda pair: pair[0])]
    table.notes.append(f"有货且 {UNSOLD_DAYS} 天没卖出，或按近 {SALES_DAYS} 天的速度够卖 {COVER_DAYS} 天以上。")
    return table
