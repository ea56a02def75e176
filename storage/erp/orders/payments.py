"""What the buyer paid, payment by payment: several methods make one order whole."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import Connection, and_, func, select

from storage.database.bulk import Counts, merge
from storage.database.tables import platform_order
from storage.database.tables.review import order_payment
from storage.erp.allocation.asked import asked
from storage.erp.allocation.model import OrderKey
from storage.erp.orders.states import pay_of


class Payment(NamedTuple):
    """One payment or (negative) its return: the payer's number of it, the method in words, fen, when."""

    key: OrderKey
    payment_no: str
    method: str
    amount_fen: int
    paid_at: str


class Gap(NamedTuple):
    """An order whose platform says another pay state than its payments add up to."""

    key: OrderKey
    due_fen: int
    received_fen: int
    platform: str
    payments: str


def record_payments(connection: Connection, payments: Iterable[Payment]) -> Counts:
    """Write each payment once, by its number within the shop."""
    rows = [
        {"platform": p.key.platform, "shop": p.key.shop, "payment_no": p.payment_no, "order_no": p.key.order_no,
         "method": p.method, "amount_fen": p.amount_fen, "paid_at": p.paid_at}
        for p in payments
    ]  # fmt: skip
    return merge(connection, order_payment, rows, version=["paid_at"], source=())


def received(connection: Connection, keys: Collection[OrderKey] | None = None) -> dict[OrderKey, int]:
    """Order → the sum of its payments in fen, of all orders or of these; one without payment rows is not in it."""
    p = order_payment.c
    mine = (p.platform, p.shop, p.order_no)
    query = select(*mine, func.sum(p.amount_fen)).group_by(*mine)
    return {OrderKey(*row[:3]): int(row[3]) for row in asked(connection, query, mine, keys)}


def payment_gaps(connection: Connection) -> list[Gap]:
    """Every order whose payments and whose platform's word do not agree, with both figures."""
    o, paid = platform_order.c, received(connection)
    p = order_payment.c
    query = (
        select(o.platform, o.shop, o.order_no, o.paid_fen, o.pay_state)
        .join_from(platform_order, order_payment,
                   and_(p.platform == o.platform, p.shop == o.shop, p.order_no == o.order_no))
        .distinct()
        .order_by(o.platform, o.shop, o.order_no)
    )  # fmt: skip
    gaps = []
    for row in connection.execute(query):
        key = OrderKey(*row[:3])
        told = pay_of("unpaid", "none", paid[key], row.paid_fen)
        said = "paid" if row.pay_state in ("paid", "part_refunded", "refunded") else "unpaid"
        if told != said:
            gaps.append(Gap(key, row.paid_fen, paid[key], row.pay_state, told))
    return gaps
