"""What sub-orders of sets took: the one place that knows is the reservation, for nothing is drawn before it is held."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import Connection, select

from storage.database.tables import fulfilment, fulfilment_line, reservation
from storage.database.tables.lots import stock_set

Taken = Mapping[tuple[str, str], Mapping[str, int]]


def taken(connection: Connection, parcels: Collection[str] = (), order_nos: Collection[str] = ()) -> Taken:
    """(parcel, sub-order) → base code → pieces, for the sub-orders of sets that hold goods or have shipped them.

    Only of `parcels`, or of the orders with these numbers, where some are given.
    """
    f, part, r = fulfilment.c, fulfilment_line.c, reservation.c
    owner = f.fulfilment_id + "|" + f.platform + "|" + f.shop + "|" + f.order_no + "|" + part.sub_no
    query = (
        select(f.fulfilment_id, part.sub_no, r.code, r.qty)
        .join_from(fulfilment, fulfilment_line, f.fulfilment_id == part.fulfilment_id)
        .join(stock_set, stock_set.c.code == part.code)
        .join(reservation, r.owner == owner)
        .where(r.state.in_(("held", "consumed")))
    )
    query = query.where(f.fulfilment_id.in_(parcels)) if parcels else query
    query = query.where(f.order_no.in_(order_nos)) if order_nos else query
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for fulfilment_id, sub_no, code, qty in connection.execute(query):
        found[fulfilment_id, sub_no][code] = qty
    return found
