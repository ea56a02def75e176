"""The orders of the books as profit needs them.

Rows are sorted here and not by the database: of equal remainders the earlier part gets the fen, and two databases may
sort text in two ways.
"""

from collections import defaultdict
from operator import itemgetter

from sqlalchemy import Connection, select

from storage.database.tables import order_line, platform_order
from storage.erp.reconciliation.expectations import CLOSED_WORDS
from storage.erp.settlement.facts import BookLine, Head, OrderKey, Pool


_numbers = itemgetter(0, 1, 2, 3)


def read_pool(connection: Connection) -> Pool:
    """Every order with its sub-orders, in the order of their numbers."""
    o, n = platform_order.c, order_line.c
    heads: dict[OrderKey, Head] = {}
    query = select(
        o.platform, o.shop, o.order_no, o.paid_fen, o.seller_discount_fen, o.platform_discount_fen, o.freight_fen,
        o.paid_at, o.finished_at, o.file_sha, o.row_no, o.platform_status,
    )  # fmt: skip
    for row in sorted(connection.execute(query).all(), key=_numbers):
        closed = any(word in row.platform_status.lower() for word in CLOSED_WORDS)
        recognised = "" if closed else row.finished_at[:10]
        head = Head(*row[:7], row.paid_at[:10], recognised, row.file_sha, row.row_no)
        heads[head.key] = head
    lines: dict[OrderKey, list[BookLine]] = defaultdict(list)
    subs: dict[tuple[str, str, str], str] = {}
    query_lines = select(
        n.platform, n.shop, n.order_no, n.sub_no, n.product_id, n.code, n.qty, n.price_fen, n.discount_share_fen,
        n.paid_share_fen, n.carrier, n.waybill_no, n.file_sha, n.row_no,
    )  # fmt: skip
    for platform, shop, order_no, *said in sorted(connection.execute(query_lines).all(), key=_numbers):
        line = BookLine(*said)
        lines[platform, shop, order_no].append(line)
        subs[platform, shop, line.sub_no] = order_no
    return Pool(heads, lines, subs)
