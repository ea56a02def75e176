"""Give parcels their waybill numbers from the carriers' pool: the smallest free one, once each, never given back.

A number whose parcel is cancelled stays used: a label may have been printed with it.
"""

from collections import defaultdict, deque
from collections.abc import Mapping

from sqlalchemy import Connection, and_, select

from storage.database.tables import fulfilment, platform_order, warehouse, waybill
from storage.erp.allocation.costs import zone


def label_parcels(connection: Connection, carriers: Mapping[int, tuple[str, ...]]) -> tuple[int, int]:
    """Label every parcel that has no waybill number yet; returns (labelled now, still waiting for a number).

    `carriers`: zone -> carriers in order of preference; after those, any carrier with free numbers, by name.
    """
    waiting = _waiting(connection)
    if not waiting:
        return 0, 0
    pool = _pool(connection)
    labelled = 0
    for fulfilment_id, where in waiting:
        preferred = [*carriers.get(where, ()), *sorted(pool)]
        labelled += any(_take(connection, fulfilment_id, carrier, pool.get(carrier)) for carrier in preferred)
    return labelled, len(waiting) - labelled


def _waiting(connection: Connection) -> list[tuple[str, int]]:
    """Parcels without a number and their zone, in id order."""
    f, o, w = fulfilment.c, platform_order.c, warehouse.c
    query = (
        select(f.fulfilment_id, w.province.label("origin"), o.province)
        .join_from(fulfilment, warehouse, f.warehouse == w.warehouse)
        .join(platform_order, and_(o.platform == f.platform, o.shop == f.shop, o.order_no == f.order_no))
        .where(f.state == "allocated")
    )
    return sorted((row.fulfilment_id, zone(row.origin, row.province)) for row in connection.execute(query))


def _pool(connection: Connection) -> dict[str, deque[str]]:
    c = waybill.c
    pool: dict[str, deque[str]] = defaultdict(deque)
    free = connection.execute(select(c.carrier, c.waybill_no).where(c.fulfilment_id == "")).all()
    for carrier, number in sorted(free, key=lambda row: (row[0], len(row[1]), row[1])):
        pool[carrier].append(number)
    return dict(pool)


def _take(connection: Connection, fulfilment_id: str, carrier: str, numbers: deque[str] | None) -> bool:
    """Take the smallest number that is still free: another machine may have been faster."""
    while numbers:
        number = numbers.popleft()
        mine = waybill.update().where(
            waybill.c.carrier == carrier, waybill.c.waybill_no == number, waybill.c.fulfilment_id == ""
        )
        if connection.execute(mine.values(fulfilment_id=fulfilment_id)).rowcount == 1:
            labelled = fulfilment.update().where(fulfilment.c.fulfilment_id == fulfilment_id)
            connection.execute(labelled.values(state="labelled", carrier=carrier, waybill_no=number))
            return True
    return False
