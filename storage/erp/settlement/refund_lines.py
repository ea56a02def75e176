"""Refunds as statements take them, each beside what was left of the payment before it (FMS-19)."""

from collections import defaultdict
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.database.tables import bill_line
from storage.erp.reconciliation.words import yuan
from storage.erp.settlement.facts import OrderKey, Pool


class RefundLine(NamedTuple):
    """One refund line. `left_fen`: paid less what was refunded before it; `over_fen`: what goes beyond that.

    `words` say it when something does, or when nobody knows the order.
    """

    order: OrderKey
    flow_no: str
    at: str
    amount_fen: int
    left_fen: int
    over_fen: int
    words: str
    file_sha: str
    row_no: int


def refund_lines(connection: Connection, pool: Pool) -> list[RefundLine]:
    """Every refund line that names an order, in the order of time; a refund that came back raises what is left."""
    b = bill_line.c
    query = select(b.at, b.platform, b.shop, b.flow_no, b.n, b.order_no, b.amount_fen, b.file_sha, b.row_no).where(
        b.fee_type == "refund", b.order_no != ""
    )
    gone: dict[OrderKey, int] = defaultdict(int)
    found = []
    for at, platform, shop, flow_no, _, number, fen, sha, row_no in sorted(connection.execute(query).all(), key=tuple):
        order = (platform, shop, pool.resolve(platform, shop, number))
        head = pool.heads.get(order)
        left = max((head.paid_fen if head else 0) - gone[order], 0)
        gone[order] -= fen
        over = max(-fen - left, 0)
        words = (
            _words(order[2], -fen, left, over) if head else f"订单 {order[2]} 不在订单库中，退款 {yuan(-fen)} 无从核对"
        )
        found.append(RefundLine(order, flow_no, at, -fen, left, over if head else 0, words, sha, row_no))
    return found


def _words(order_no: str, fen: int, left: int, over: int) -> str:
    if not over:
        return ""
    return f"订单 {order_no} 还剩 {yuan(left)} 可退，账单退了 {yuan(fen)}，多退 {yuan(over)}"


def exceptions(found: list[RefundLine]) -> list[RefundLine]:
    """Those that somebody has to look at."""
    return [line for line in found if line.words]
