"""Which items moved and which did not: sold in the period against what lay there, every item in stock listed."""

from collections.abc import Iterator
from functools import partial

from sqlalchemy import Connection

from storage.reports.cube import metric_column
from storage.reports.facts.copy import facts_of
from storage.reports.goods import NOTHING, days_before, held, moved_rows, received, sold, sold_rows, titles_of
from storage.reports.scope import EVERYTHING, Scope
from storage.reports.table import Column, Figure, Period, SourceRow, Table, ratio

TITLE = "动销分析"
EVER = "0001-01-01"
METRICS = ("stock_opening", "stock_received", "parts_qty", "stock_on_hand", "sell_through", "movement_rate")
COLUMNS = (
    Column("商家编码", "", 18),
    Column("商品", "", 30),
    Column("动销", "", 8),
    metric_column("stock_opening"),
    metric_column("stock_received"),
    metric_column("parts_qty"),
    metric_column("stock_on_hand"),
    metric_column("sell_through"),
)
MOVED, STILL = "动销", "零销"


def build(connection: Connection, period: Period, scope: Scope = EVERYTHING) -> Table:
    """One row per item that was in stock or sold; those that did not sell come first, the most stock first."""
    table = Table("movement", TITLE, period, COLUMNS, scope=scope.words)
    facts = facts_of(connection)
    eve = days_before(period.first_day, 1)
    opening = {c: sum(p.values()) for c, p in held(facts, eve).items()}
    closing = {c: sum(p.values()) for c, p in held(facts, period.last_day).items()}
    came, sales = received(facts, period), sold(facts, period, scope)
    stocked = {code for code in opening.keys() | closing.keys() | came.keys() if _stocked(code, opening, closing, came)}
    codes = (stocked | sales.keys()) - {""}
    titles = titles_of(connection)
    for code in sorted(codes, key=lambda code: (code in sales, -closing.get(code, 0), code)):
        rest = table.block(code, code, (("在库", "pieces"),))
        rest.load = partial(_pieces, connection, code, period.last_day)
        first = table.block(f"{code}|opening", f"{code} 期初", (("在库", "pieces"),))
        first.load = partial(_pieces, connection, code, eve)
        arrived = table.block(f"{code}|received", f"{code} 入库", (("入库", "pieces"),))
        arrived.load = partial(_incoming, connection, code, period)
        paid = table.block(f"{code}|sold", f"{code} 销量", (("销量", "pieces"), ("金额", "fen")))
        paid.load = partial(sold_rows, facts, code, period, scope)
        qty, base = sales.get(code, NOTHING).qty, opening.get(code, 0) + came.get(code, 0)
        rate: Figure | str = "—"
        if base > 0:
            rate = table.derived(paid, ratio(qty, base, 10_000), "percent", f"{qty} ÷ {base}")
            if not qty:
                rate = table.derived(arrived if came.get(code) else first, 0, "percent", f"0 ÷ {base}")
        figures = [
            table.stated(first, 0, opening.get(code, 0)),
            table.stated(arrived, 0, came.get(code, 0)),
            table.stated(paid, 0, qty),
            table.stated(rest, 0, closing.get(code, 0)),
        ]
        table.rows.append([code, titles.get(code, ""), MOVED if qty else STILL, *figures, rate])
    _total(table)
    return table


def _stocked(code: str, *books: dict[str, int]) -> bool:
    return any(book.get(code, 0) > 0 for book in books)


def _pieces(connection: Connection, code: str, last_day: str) -> Iterator[SourceRow]:
    return (row._replace(parts=row.parts[:1]) for row in moved_rows(connection, code, EVER, last_day))


def _incoming(connection: Connection, code: str, period: Period) -> Iterator[SourceRow]:
    found = moved_rows(connection, code, period.first_day, period.last_day)
    return (row._replace(parts=row.parts[:1]) for row in found if row.parts[0] > 0)


def _total(table: Table) -> None:
    """The share of items that moved; its sources are the rows of the table."""
    table.sum_up("合计", (3, 4, 5, 6))
    moved = sum(row[2] == MOVED for row in table.rows)
    if table.rows:
        share = ratio(moved, len(table.rows), 10_000)
        words = f"{moved} ÷ {len(table.rows)} = {share // 100}.{share % 100:02d} %"
        table.notes.append(f"动销率 = 卖出过的单品 ÷ 有货或卖出过的单品 = {words}。")
    table.notes.append("零销的排在前面；售罄率 = 当期销量 ÷（期初在库 + 当期入库）。")
