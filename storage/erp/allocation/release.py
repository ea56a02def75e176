"""Give back what is held for sub-orders that will not ship any more: refunded, being refunded, or closed."""

from collections.abc import Iterable

from sqlalchemy import Connection, and_, or_, select

from storage.database.tables import fulfilment, fulfilment_line, order_line, platform_order, reservation
from storage.erp.allocation.model import OrderKey
from storage.erp.allocation.read import NO_REFUND, PAID
from storage.erp.stock.book import void


def release_closed(connection: Connection) -> int:
    """Void the reservations of unshipped parcels whose sub-order is refunded or whose order is closed.

    A parcel with nothing left is cancelled; in one that goes on, the sub-order is taken out. Returns how many
    sub-orders were given back; a second call gives back nothing.
    """
    touched: dict[str, int] = {}
    for fulfilment_id, key, sub_no in _closed(connection):
        owner = "|".join((fulfilment_id, *key, sub_no))
        if void(connection, owner):
            touched[fulfilment_id] = touched.get(fulfilment_id, 0) + 1
            _settle(connection, fulfilment_id, sub_no)
    return sum(touched.values())


def cancel_parcels(connection: Connection, owners: Iterable[str]) -> int:
    """Let the parcels go whose goods were given up (expired lot, goods that a count did not find); returns how many.

    `owners`: of reservations that have ended as expired or void. The sub-orders are open again for allocation. Owners
    that are no parcel's are left alone; a second call cancels nothing more.
    """
    cancelled = 0
    for owner in owners:
        fulfilment_id, sub_no = owner.split("|")[0], owner.rsplit("|", 1)[-1]
        part = fulfilment_line.c
        known = connection.execute(
            select(part.sub_no).where(part.fulfilment_id == fulfilment_id, part.sub_no == sub_no)
        ).first()
        if known is not None:
            _settle(connection, fulfilment_id, sub_no)
            cancelled += 1
    return cancelled


def _closed(connection: Connection) -> list[tuple[str, OrderKey, str]]:
    f, held, line, o = fulfilment.c, fulfilment_line.c, order_line.c, platform_order.c
    same_order = and_(o.platform == f.platform, o.shop == f.shop, o.order_no == f.order_no)
    same_line = and_(
        line.platform == f.platform, line.shop == f.shop, line.order_no == f.order_no, line.sub_no == held.sub_no
    )
    query = (
        select(f.fulfilment_id, f.platform, f.shop, f.order_no, held.sub_no)
        .join_from(fulfilment, fulfilment_line, f.fulfilment_id == held.fulfilment_id)
        .join(platform_order, same_order)
        .join(order_line, same_line)
        .where(f.state.in_(("allocated", "labelled")))
        .where(or_(o.pay_state.not_in(PAID), line.refund_status.not_in(NO_REFUND)))
    )
    found = connection.execute(query).all()
    return sorted((row.fulfilment_id, OrderKey(row.platform, row.shop, row.order_no), row.sub_no) for row in found)


def _settle(connection: Connection, fulfilment_id: str, sub_no: str) -> None:
    """The parcel after one of its sub-orders was given back: cancelled, complete, or one sub-order smaller."""
    states = set(
        connection.execute(
            select(reservation.c.state).where(reservation.c.owner.startswith(f"{fulfilment_id}|", autoescape=True))
        ).scalars()
    )
    mine = fulfilment.update().where(fulfilment.c.fulfilment_id == fulfilment_id)
    if states <= {"void", "expired"}:
        connection.execute(mine.values(state="cancelled"))
        return
    gone = fulfilment_line.delete().where(
        fulfilment_line.c.fulfilment_id == fulfilment_id, fulfilment_line.c.sub_no == sub_no
    )
    connection.execute(gone)
    if "held" not in states:
        connection.execute(mine.values(state="shipped"))
