"""Stock to reorder: cover days from the last 14 days' demand, and how much to order so that stock lasts again."""

from collections import defaultdict
from datetime import date, timedelta

from sqlalchemy import Connection, select

from storage.database.tables import bundle, move, order_line, platform_order, reservation, sku
from storage.erp.stock.book import VIRTUAL_PLACES
from storage.reports.table import Block, Cell, Column, Period, Table, ratio

TITLE = "补货"
WINDOW_DAYS = 14
TARGET_DAYS = 21
COLUMNS = (
    Column("商家编码", "", 16),
    Column("商品", "", 34),
    Column("14 日销量", "pieces", 11, metric="demand_14_days"),
    Column("日均", "ratio", 9, metric="demand_a_day"),
    Column("在库", "pieces", 10, metric="stock_on_hand"),
    Column("已占用", "pieces", 10, metric="stock_reserved"),
    Column("可用", "pieces", 10, metric="stock_free"),
    Column("可销天数", "days", 11, metric="cover_days_14"),
    Column("建议补货", "pieces", 12, metric="restock_qty"),
    Column("算式", "", 52),
)
MEASURES = (("14 日销量", "pieces"), ("在库", "pieces"), ("已占用", "pieces"), ("可用", "pieces"))


def build(connection: Connection, period: Period) -> Table:
    """One row per stocked code whose cover is below the target, the shortest cover first."""
    table = Table("restock", TITLE, period, COLUMNS)
    _demand(connection, table)
    _stock(connection, table)
    _reserved(connection, table)
    titles = dict(connection.execute(select(sku.c.code, sku.c.title)).all())
    for code in sorted(table.blocks, key=lambda code: (_cover(table, code), code)):
        if _suggestion(table, code) > 0:
            table.rows.append(_row(table, code, titles.get(code, "")))
    shown = {str(row[0]) for row in table.rows}
    table.blocks = {code: block for code, block in table.blocks.items() if code in shown}
    table.sum_up("合计", (2, 4, 5, 6, 8))
    words = (
        f"建议补货 = {WINDOW_DAYS} 日销量 ÷ {WINDOW_DAYS} × {TARGET_DAYS} 天 − 可用，向上取整；组合商品按构成拆到单品。"
    )
    table.notes.append(words)
    return table


def _row(table: Table, code: str, title: str) -> list[Cell]:
    block = table.blocks[code]
    sold, free, wanted = block.total(0), block.total(3), _suggestion(table, code)
    words = f"{sold} ÷ {WINDOW_DAYS} × {TARGET_DAYS} − {free} = {wanted}"
    figures = [
        table.figure(block, 0),
        table.derived(block, ratio(sold, WINDOW_DAYS, 100), "ratio", f"{sold} ÷ {WINDOW_DAYS}"),
        table.figure(block, 1),
        table.figure(block, 2),
        table.figure(block, 3),
        table.derived(block, _cover(table, code), "days", f"{free} ÷ ({sold} ÷ {WINDOW_DAYS})"),
        table.derived(block, wanted, "pieces", words),
    ]
    return [code, title, *figures, words]


def _cover(table: Table, code: str) -> int:
    """Days that free stock lasts at the window's pace, in hundredths; a code that does not sell lasts for ever."""
    block = table.blocks[code]
    sold, free = block.total(0), max(block.total(3), 0)
    return ratio(free * WINDOW_DAYS, sold, 100) if sold else 10**9


def _suggestion(table: Table, code: str) -> int:
    block = table.blocks[code]
    wanted = -(-block.total(0) * TARGET_DAYS // WINDOW_DAYS)
    return max(wanted - block.total(3), 0)


def _demand(connection: Connection, table: Table) -> None:
    """Pieces of orders paid in the window, bundles taken apart; what was refunded before it was shipped still sold."""
    last = date.fromisoformat(table.period.last_day)
    first = (last - timedelta(days=WINDOW_DAYS - 1)).isoformat()
    parts = _parts(connection)
    n, o = order_line.c, platform_order.c
    same = (n.platform == o.platform) & (n.shop == o.shop) & (n.order_no == o.order_no)
    query = (
        select(n.code, n.qty, n.sub_no, n.file_sha, n.row_no)
        .select_from(order_line.join(platform_order, same))
        .where(o.paid_at >= first, o.paid_at < f"{table.period.last_day} 99", o.pay_state.not_in(("unpaid", "closed")))
        .order_by(n.sub_no)
    )
    for code, qty, sub_no, sha, row_no in connection.execute(query):
        for component, each in parts.get(code, {code: 1}).items():
            _block(table, component).add(sha, row_no, f"子订单 {sub_no}", qty * each, 0, 0, 0)


def _parts(connection: Connection) -> dict[str, dict[str, int]]:
    parts: dict[str, dict[str, int]] = defaultdict(dict)
    for code, component, qty in connection.execute(select(bundle.c.code, bundle.c.component, bundle.c.qty)):
        parts[code][component] = qty
    return parts


def _stock(connection: Connection, table: Table) -> None:
    """On hand is the sum of moves into our warehouses minus the moves out of them."""
    m = move.c
    query = select(m.code, m.from_place, m.to_place, m.qty, m.doc_type, m.doc_id, m.file_sha, m.row_no)
    for code, origin, target, qty, doc_type, doc_id, sha, row_no in connection.execute(query.order_by(m.at, m.doc_id)):
        change = qty * ((target not in VIRTUAL_PLACES) - (origin not in VIRTUAL_PLACES))
        if change:
            _block(table, code).add(sha, row_no, f"{doc_type} {doc_id} {origin}→{target}", 0, change, 0, change)


def _reserved(connection: Connection, table: Table) -> None:
    r = reservation.c
    query = select(r.code, r.owner, r.warehouse, r.qty).where(r.state == "held").order_by(r.owner, r.warehouse)
    for code, owner, warehouse, qty in connection.execute(query):
        _block(table, code).add("", 0, f"占用 {owner} {warehouse}", 0, 0, qty, -qty)


def _block(table: Table, code: str) -> Block:
    return table.block(code, f"商品 {code}", MEASURES)
