"""Sales by day and shop: orders paid, what buyers paid, discounts, refunds that were done, and what is left."""

from sqlalchemy import Connection, func, select

from storage.database.tables import platform_order, refund
from storage.reports.table import Block, Column, Period, Table

TITLE = "销售"
COLUMNS = (
    Column("日期", "", 12),
    Column("店铺", "", 14),
    Column("付款订单", "count", 10, metric="orders_paid"),
    Column("实付金额", "fen", 15, metric="gmv_paid"),
    Column("商家优惠", "fen", 13, metric="seller_discount"),
    Column("平台补贴", "fen", 13, metric="platform_discount"),
    Column("退款完成", "fen", 13, metric="refunds_done"),
    Column("净销售", "fen", 15, metric="net_sales"),
)
METRICS = tuple(column.metric for column in COLUMNS[2:])
MEASURES = tuple((column.title, column.unit) for column in COLUMNS[2:])


def build(connection: Connection, period: Period) -> Table:
    """One row per business day (of payment, of refund) and shop, newest first."""
    table = Table("sales", TITLE, period, COLUMNS)
    _orders(connection, table)
    _refunds(connection, table)
    for block_id in sorted(table.blocks, key=_newest_first):
        block = table.blocks[block_id]
        day, shop = block_id.split("|", 1)
        table.rows.append([day, shop, *(table.figure(block, measure) for measure in range(len(MEASURES)))])
    table.sum_up("合计", range(2, len(COLUMNS)))
    table.notes.append("按付款日计销售，按完成日计退款；净销售 = 实付金额 − 退款完成。")
    return table


def _newest_first(block_id: str) -> tuple[int, str]:
    day, shop = block_id.split("|", 1)
    return -int(day.replace("-", "")), shop


def _block(table: Table, day: str, shop: str) -> Block:
    return table.block(f"{day}|{shop}", f"{day} {shop}", MEASURES)


def _orders(connection: Connection, table: Table) -> None:
    o = platform_order.c
    day = func.substr(o.paid_at, 1, 10)
    query = (
        select(
            day, o.shop, o.file_sha, o.row_no, o.order_no, o.paid_fen, o.seller_discount_fen, o.platform_discount_fen
        )
        .where(day.between(*table.period), o.pay_state != "unpaid")
        .order_by(o.shop, o.paid_at, o.order_no)
    )
    for paid_day, shop, sha, row_no, order_no, paid, seller, platform in connection.execute(query):
        _block(table, paid_day, shop).add(sha, row_no, order_no, 1, paid, seller, platform, 0, paid)


def _refunds(connection: Connection, table: Table) -> None:
    r = refund.c
    day = func.substr(r.done_at, 1, 10)
    query = (
        select(day, r.shop, r.file_sha, r.row_no, r.refund_no, r.amount_fen)
        .where(day.between(*table.period))
        .order_by(r.shop, r.done_at, r.refund_no)
    )
    for done_day, shop, sha, row_no, refund_no, amount in connection.execute(query):
        _block(table, done_day, shop).add(sha, row_no, refund_no, 0, 0, 0, 0, amount, -amount)
