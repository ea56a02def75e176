"""How much of an order has come back, told from what the warehouse received: a return that is asked for is none yet."""

from collections import defaultdict

from sqlalchemy import Connection, func, select

from storage.database.tables import order_line
from storage.database.tables.purchasing import inbound, receipt, receipt_line, rma
from storage.erp.aftersales.facts import parts_of, shipped
from storage.erp.allocation.model import OrderKey
from storage.erp.catalog.components import components, needs
from storage.erp.catalog.sets import read_sets
from storage.erp.orders.rows import rows_of

Pieces = dict[tuple[str, str], int]
"""(sub-order, base code) → pieces"""


def came_back(connection: Connection) -> dict[OrderKey, str]:
    """part_returned, or returned where everything that had left is back, for every order of which something came."""
    back = _received(connection)
    if not back:
        return {}
    left = _left(connection, back)
    return {
        key: "returned" if all(came.get(one, 0) >= qty for one, qty in left[key].items()) else "part_returned"
        for key, came in back.items()
    }


def _received(connection: Connection) -> dict[OrderKey, Pieces]:
    """What came of each order's returns, sound or not."""
    a, i, r, line = rma.c, inbound.c, receipt.c, receipt_line.c
    query = (
        select(a.platform, a.shop, a.order_no, line.line_no, line.code, func.sum(line.qty))
        .join_from(receipt_line, receipt, r.receipt_id == line.receipt_id)
        .join(inbound, i.inbound_id == r.inbound_id)
        .join(rma, a.rma_id == i.source_id)
        .where(i.kind == "return")
        .group_by(a.platform, a.shop, a.order_no, line.line_no, line.code)
    )
    found: dict[OrderKey, Pieces] = defaultdict(lambda: defaultdict(int))
    for platform, shop, order_no, line_no, code, qty in connection.execute(query):
        found[OrderKey(platform, shop, order_no)][line_no.partition("|")[0], code] += int(qty)
    return found


def _left(connection: Connection, keys: dict[OrderKey, Pieces]) -> dict[OrderKey, Pieces]:
    """What had left of these orders."""
    gone, made_of, sets = shipped(connection, keys), components(connection), read_sets(connection)
    found: dict[OrderKey, Pieces] = {key: {} for key in keys}
    for key, sub_no, code in rows_of(connection, order_line, sorted(keys), ("sub_no", "code")):
        pieces = gone.get((key, sub_no), 0)
        drawn = parts_of(connection, key, [(sub_no, code, pieces)])[sub_no] if code in sets else None
        for base, qty in (drawn or needs(code, pieces, made_of)).items():
            if qty:
                found[key][sub_no, base] = qty
    return found
