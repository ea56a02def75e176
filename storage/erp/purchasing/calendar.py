"""When to order and when to pay: the draft orders of a plan by day, and the cash they need, running."""

from typing import NamedTuple

from sqlalchemy import Connection, func, select

from storage.database.tables.purchasing import planned_order, purchase_order


class CalendarDay(NamedTuple):
    """Orders to place on a day with one supplier."""

    order_on: str
    supplier: str
    orders: int
    amount_fen: int


class CashDay(NamedTuple):
    """What falls due on a day, and everything that has fallen due by then."""

    pay_on: str
    amount_fen: int
    running_fen: int


def planned_amount(connection: Connection, plan_id: str) -> int:
    """What a plan orders over its whole horizon, in fen."""
    o = planned_order.c
    return int(
        connection.execute(select(func.coalesce(func.sum(o.amount_fen), 0)).where(o.plan_id == plan_id)).scalar_one()
    )


def calendar(connection: Connection, plan_id: str) -> list[CalendarDay]:
    """The plan's orders by day and supplier, those that were cancelled left out."""
    p = purchase_order.c
    query = (
        select(p.order_on, p.supplier, func.count(), func.sum(p.amount_fen))
        .where(p.plan_id == plan_id, p.state != "cancelled")
        .group_by(p.order_on, p.supplier)
        .order_by(p.order_on, p.supplier)
    )
    return [CalendarDay(day, name, count, int(fen)) for day, name, count, fen in connection.execute(query)]


def cash_curve(connection: Connection, plan_id: str) -> list[CashDay]:
    """The plan's orders by the day on which they are to be paid."""
    p = purchase_order.c
    query = (
        select(p.pay_on, func.sum(p.amount_fen))
        .where(p.plan_id == plan_id, p.state != "cancelled")
        .group_by(p.pay_on)
        .order_by(p.pay_on)
    )
    running, days = 0, []
    for pay_on, fen in connection.execute(query):
        running += int(fen)
        days.append(CashDay(pay_on, int(fen), running))
    return days
