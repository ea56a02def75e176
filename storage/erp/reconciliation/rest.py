"""What plain.py left over, as plain rows: the lines, orders and refunds that have to be looked at one by one.

Valid between `plain.decide_plain` and `plain.forget`, whose working tables it reads.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, text

from storage.erp.reconciliation.rows import BookOrder, BookRefund, StatementLine

_LINE = (
    "b.platform, b.shop, b.wallet, b.flow_no, b.fee_type, b.n, b.order_no, b.refund_no, b.amount_fen, b.at, b.file_sha"
)
_NOT_SURE = (
    "NOT EXISTS (SELECT 1 FROM recon_sure s WHERE s.order_no = {0}.order_no AND s.shop = {0}.shop"
    " AND s.platform = {0}.platform)"
)


def rest_lines(connection: Connection, periods: Mapping[str, tuple[str, str]]) -> list[StatementLine]:
    """Lines that are not of a plain order, withdrawals among them."""
    query = f"""SELECT {_LINE} FROM recon_rest x CROSS JOIN bill_line b
                 WHERE b.order_no = x.order_no AND {_NOT_SURE.format("b")}"""
    nowhere = ("", "")
    found = connection.execute(text(query)).all()
    return [StatementLine._make((*row[:10], *periods.get(row[10], nowhere))) for row in found]


def rest_orders(connection: Connection) -> list[BookOrder]:
    """Orders that are not plain; without those of which no line tells and nothing is due or refunded."""
    counted = connection.execute(
        text(
            "SELECT n.platform, n.shop, n.order_no, count(*)"
            " FROM recon_rest x CROSS JOIN platform_order o CROSS JOIN order_line n"
            " WHERE o.order_no = x.order_no"
            " AND n.platform = o.platform AND n.shop = o.shop AND n.order_no = o.order_no"
            " GROUP BY n.platform, n.shop, n.order_no"
        )
    )
    lines = {(platform, shop, order_no): count for platform, shop, order_no, count in counted}
    query = f"""SELECT o.platform, o.shop, o.order_no, o.paid_fen, o.platform_discount_fen, o.platform_status,
                       o.paid_at, o.finished_at
                  FROM platform_order o LEFT JOIN recon_shop h ON h.shop = o.shop AND h.platform = o.platform
                 WHERE {_NOT_SURE.format("o")}
                   AND (CASE WHEN h.shop IS NULL THEN 1=1 WHEN h.at_payment = 1 THEN o.paid_at <> ''
                             ELSE o.finished_at <> '' END
                        OR o.order_no IN (SELECT order_no FROM recon_rest)
                        OR EXISTS (SELECT 1 FROM recon_back k
                                    WHERE k.order_no = o.order_no AND k.shop = o.shop AND k.platform = o.platform))"""
    found = connection.execute(text(query)).all()
    return [BookOrder._make((*row, lines.get((row[0], row[1], row[2]), 1))) for row in found]


def rest_refunds(connection: Connection) -> list[BookRefund]:
    """Refunds of orders that are not plain."""
    query = f"""SELECT r.platform, r.shop, r.refund_no, r.order_no, r.amount_fen, r.done_at, r.status,
                       r.after_settlement
                  FROM refund r WHERE {_NOT_SURE.format("r")}"""
    return [BookRefund._make((*row[:7], bool(row[7]))) for row in connection.execute(text(query))]


def rest_sub_orders(connection: Connection) -> dict[str, str]:
    """Sub-order number -> order number, of the numbers on lines that are left."""
    return {row.sub_no: row.order_no for row in connection.execute(text("SELECT sub_no, order_no FROM recon_odd"))}
