"""What the books say of orders' sub-orders when something is to come back or to be refunded. Read only.

Orders are read many at a time: the same functions serve one request and the nightly check of all of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import Connection, and_, func, select

from storage.database.tables import fulfilment, fulfilment_line, order_line, platform_order, reservation
from storage.database.tables.purchasing import rma, rma_line
from storage.erp.aftersales.rules import COMES_BACK, SubOrder
from storage.erp.allocation.model import OrderKey
from storage.erp.allocation.read import NO_REFUND
from storage.erp.allocation.taken import taken
from storage.erp.catalog.components import components, needs
from storage.erp.catalog.draws import drawn_together
from storage.erp.catalog.sets import read_sets

IN_FORCE = ("requested", "approved")
_AT_ONCE = 400

SubKey = tuple[OrderKey, str]


def sub_orders(connection: Connection, key: OrderKey) -> dict[str, SubOrder]:
    """Every sub-order of one order, by number."""
    return sub_orders_of(connection, [key]).get(key, {})


def sub_orders_of(connection: Connection, keys: Iterable[OrderKey]) -> dict[OrderKey, dict[str, SubOrder]]:
    """Every sub-order of each order, by number."""
    wanted = set(keys)
    sent, promised = shipped(connection, wanted), _promised(connection, wanted)
    line = order_line.c
    found: dict[OrderKey, dict[str, SubOrder]] = defaultdict(dict)
    columns = (line.platform, line.shop, line.order_no, line.sub_no, line.code, line.qty, line.paid_share_fen,
               line.refunded_fen)  # fmt: skip
    for numbers in _numbers(wanted):
        for row in connection.execute(select(*columns).where(line.order_no.in_(numbers)).order_by(line.sub_no)):
            key = OrderKey(*row[:3])
            if key in wanted:
                back, fen = promised.get((key, row.sub_no), (0, 0))
                found[key][row.sub_no] = SubOrder(
                    row.sub_no, row.code, row.qty, min(sent.get((key, row.sub_no), 0), row.qty), back,
                    row.paid_share_fen, max(row.refunded_fen, fen),
                )  # fmt: skip
    return dict(found)


def shipped(connection: Connection, keys: Iterable[OrderKey]) -> dict[SubKey, int]:
    """Pieces of each sub-order that left: in parcels of ours that were consumed, or as the platform's export says."""
    wanted = set(keys)
    found: dict[SubKey, int] = defaultdict(int)
    f, part = fulfilment.c, fulfilment_line.c
    line, o = order_line.c, platform_order.c
    same = and_(line.platform == o.platform, line.shop == o.shop, line.order_no == o.order_no)
    by_platform = (line.waybill_no != "") | ((o.ship_state == "shipped") & line.refund_status.in_(NO_REFUND))
    for numbers in _numbers(wanted):
        parcels = connection.execute(
            select(f.fulfilment_id, f.platform, f.shop, f.order_no, part.sub_no, part.qty)
            .join_from(fulfilment, fulfilment_line, f.fulfilment_id == part.fulfilment_id)
            .where(f.order_no.in_(numbers))
        ).all()
        gone = _consumed(connection, ["|".join(row[:5]) for row in parcels])
        for row in parcels:
            if "|".join(row[:5]) in gone:
                found[OrderKey(*row[1:4]), row[4]] += row[5]
        told = (
            select(line.platform, line.shop, line.order_no, line.sub_no, line.qty)
            .join_from(order_line, platform_order, same)
            .where(line.order_no.in_(numbers), by_platform)
        )
        for *names, sub_no, qty in connection.execute(told):
            found[OrderKey(*names), sub_no] = max(found[OrderKey(*names), sub_no], qty)
    return {key: qty for key, qty in found.items() if key[0] in wanted}


def _consumed(connection: Connection, owners: Sequence[str]) -> set[str]:
    r = reservation.c
    found: set[str] = set()
    for begin in range(0, len(owners), _AT_ONCE):
        some = owners[begin : begin + _AT_ONCE]
        found.update(connection.execute(select(r.owner).where(r.owner.in_(some), r.state == "consumed")).scalars())
    return found


def parcels_of(connection: Connection, key: OrderKey, sub_nos: Iterable[str]) -> dict[str, str]:
    """The parcel in which each sub-order left, the last one by name."""
    f, part = fulfilment.c, fulfilment_line.c
    query = (
        select(part.sub_no, func.max(f.fulfilment_id))
        .join_from(fulfilment, fulfilment_line, f.fulfilment_id == part.fulfilment_id)
        .where(f.platform == key.platform, f.shop == key.shop, f.order_no == key.order_no, f.state != "cancelled",
               part.sub_no.in_(sorted(sub_nos)))
        .group_by(part.sub_no)
    )  # fmt: skip
    return {sub_no: str(parcel) for sub_no, parcel in connection.execute(query)}


def parts_of(
    connection: Connection, key: OrderKey, pieces: Iterable[tuple[str, str, int]]
) -> dict[str, dict[str, int]]:
    """What `pieces` (sub-order, code, how many) consist of: by sub-order, base code → pieces.

    Of a set it is what was drawn when it left; of some of several, those members that come first by code.
    """
    made_of, sets, wanted = components(connection), read_sets(connection), list(pieces)
    drawn: dict[str, Mapping[str, int]] = {}
    if any(code in sets for _, code, _ in wanted):
        parcels = parcels_of(connection, key, [sub_no for sub_no, _, _ in wanted])
        took = taken(connection, parcels=sorted(parcels.values()))
        drawn = {sub_no: took.get((parcel, sub_no), {}) for sub_no, parcel in parcels.items()}
    found = {}
    for sub_no, code, qty in wanted:
        parts = needs(code, qty, made_of)
        if drawn.get(sub_no):
            some = drawn_together([(bag, qty) for bag in sets[code].bags], drawn[sub_no])
            parts = dict(some or drawn[sub_no].items())
        found[sub_no] = parts
    return found


def promised_fen(connection: Connection, keys: Iterable[OrderKey]) -> dict[SubKey, int]:
    """What after-sales in force promise of each sub-order, in fen."""
    return {key: fen for key, (_, fen) in _promised(connection, set(keys)).items()}


def _promised(connection: Connection, wanted: set[OrderKey]) -> dict[SubKey, tuple[int, int]]:
    """(pieces coming back, fen promised) by sub-order; an exchange promises what comes back is worth in other goods."""
    a, part = rma.c, rma_line.c
    found: dict[SubKey, tuple[int, int]] = {}
    for numbers in _numbers(wanted):
        query = (
            select(a.platform, a.shop, a.order_no, part.sub_no, a.kind, func.sum(part.qty), func.sum(part.refund_fen))
            .join_from(rma, rma_line, a.rma_id == part.rma_id)
            .where(a.order_no.in_(numbers), a.decision.in_(IN_FORCE))
            .group_by(a.platform, a.shop, a.order_no, part.sub_no, a.kind)
        )
        for *names, sub_no, kind, qty, fen in connection.execute(query):
            key = OrderKey(*names), sub_no
            back, promised = found.get(key, (0, 0))
            found[key] = (back + (int(qty) if kind in COMES_BACK else 0), promised + int(fen))
    return {key: value for key, value in found.items() if key[0] in wanted}


def _numbers(keys: Iterable[OrderKey]) -> Iterator[list[str]]:
    numbers = sorted({key.order_no for key in keys})
    for begin in range(0, len(numbers), _AT_ONCE):
        yield numbers[begin : begin + _AT_ONCE]
