"""What the books say of an order's sub-orders when something is to come back or to be refunded. Read only."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, select

from storage.database.tables import fulfilment, fulfilment_line, order_line, platform_order, reservation
from storage.database.tables.purchasing import rma, rma_line
from storage.erp.aftersales.rules import COMES_BACK, SubOrder
from storage.erp.allocation.model import OrderKey
from storage.erp.allocation.read import NO_REFUND

IN_FORCE = ("requested", "approved")


def sub_orders(connection: Connection, key: OrderKey, *, besides: str = "") -> dict[str, SubOrder]:
    """Every sub-order of an order. `besides`: the after-sale whose own lines are left out."""
    line = order_line.c
    sent, returned = shipped(connection, key), _returned(connection, key, besides)
    refunded = _refunded(connection, key, besides)
    columns = (line.sub_no, line.code, line.qty, line.paid_share_fen, line.refunded_fen)
    query = select(*columns).where(*_of(line, key)).order_by(line.sub_no)
    return {
        row.sub_no: SubOrder(
            row.sub_no, row.code, row.qty, min(sent.get(row.sub_no, 0), row.qty), returned.get(row.sub_no, 0),
            row.paid_share_fen, max(row.refunded_fen, refunded.get(row.sub_no, 0)),
        )
        for row in connection.execute(query)
    }  # fmt: skip


def shipped(connection: Connection, key: OrderKey) -> dict[str, int]:
    """Pieces of each sub-order that left: in parcels of ours that were consumed, or as the platform's export says."""
    f, part, r = fulfilment.c, fulfilment_line.c, reservation.c
    owner = f.fulfilment_id + "|" + f.platform + "|" + f.shop + "|" + f.order_no + "|" + part.sub_no
    gone = select(r.owner).where(r.state == "consumed")
    query = (
        select(part.sub_no, func.sum(part.qty))
        .join_from(fulfilment, fulfilment_line, f.fulfilment_id == part.fulfilment_id)
        .where(*_of(f, key), owner.in_(gone))
        .group_by(part.sub_no)
    )
    found = {sub_no: int(qty) for sub_no, qty in connection.execute(query)}
    line, o = order_line.c, platform_order.c
    same = and_(line.platform == o.platform, line.shop == o.shop, line.order_no == o.order_no)
    told = (
        select(line.sub_no, line.qty)
        .join_from(order_line, platform_order, same)
        .where(
            *_of(line, key), (line.waybill_no != "") | ((o.ship_state == "shipped") & line.refund_status.in_(NO_REFUND))
        )
    )
    for sub_no, qty in connection.execute(told):
        found[sub_no] = max(found.get(sub_no, 0), qty)
    return found


def parcels_of(connection: Connection, key: OrderKey, sub_nos: Iterable[str]) -> dict[str, str]:
    """The parcel in which each sub-order left, the last one by name."""
    f, part = fulfilment.c, fulfilment_line.c
    query = (
        select(part.sub_no, func.max(f.fulfilment_id))
        .join_from(fulfilment, fulfilment_line, f.fulfilment_id == part.fulfilment_id)
        .where(*_of(f, key), f.state != "cancelled", part.sub_no.in_(sorted(sub_nos)))
        .group_by(part.sub_no)
    )
    return {sub_no: str(parcel) for sub_no, parcel in connection.execute(query)}


def _returned(connection: Connection, key: OrderKey, besides: str) -> dict[str, int]:
    part = rma_line.c
    query = (
        select(part.sub_no, func.sum(part.qty))
        .join_from(rma, rma_line, rma.c.rma_id == part.rma_id)
        .where(*_of(rma.c, key), rma.c.kind.in_(COMES_BACK), rma.c.decision.in_(IN_FORCE), rma.c.rma_id != besides)
        .group_by(part.sub_no)
    )
    return {sub_no: int(qty) for sub_no, qty in connection.execute(query)}


def _refunded(connection: Connection, key: OrderKey, besides: str) -> dict[str, int]:
    """Promised by after-sales in force; an exchange promises the value of what comes back in other goods."""
    part = rma_line.c
    query = (
        select(part.sub_no, func.sum(part.refund_fen))
        .join_from(rma, rma_line, rma.c.rma_id == part.rma_id)
        .where(*_of(rma.c, key), rma.c.decision.in_(IN_FORCE), rma.c.rma_id != besides)
        .group_by(part.sub_no)
    )
    found: dict[str, int] = defaultdict(int)
    for sub_no, fen in connection.execute(query):
        found[sub_no] += int(fen)
    return found


def _of(columns: Any, key: OrderKey) -> tuple[ColumnElement[bool], ...]:
    return (columns.platform == key.platform, columns.shop == key.shop, columns.order_no == key.order_no)
