"""What allocation needs to know from the books: open orders, free stock, warehouses."""

from collections import defaultdict

from sqlalchemy import Connection, and_, select

from storage.database.tables import fulfilment, fulfilment_line, order_line, platform_order, warehouse
from storage.erp.allocation.model import AllocationPolicy, FreeStock, OpenLine, OpenOrder, OrderKey, Warehouse
from storage.erp.catalog.components import Components, needs, stock_by_warehouse
from storage.erp.stock.places import place_kinds, sells

PAID = ("paid", "part_refunded")
NO_REFUND = ("", "无售后", "无", "售后关闭", "退款关闭")  # anything else holds the sub-order back: deny by default
LIVE = ("allocated", "labelled", "shipped")


def open_orders(connection: Connection, policy: AllocationPolicy, made_of: Components) -> list[OpenOrder]:
    """Paid orders with the sub-orders that are not shipped, not being refunded and in no live parcel."""
    taken = _in_live_parcels(connection)
    o, line = platform_order.c, order_line.c
    joined = and_(o.platform == line.platform, o.shop == line.shop, o.order_no == line.order_no)
    query = (
        select(line.platform, line.shop, line.order_no, line.sub_no, line.code, line.qty, o.priority,
               o.latest_ship_at, o.province)
        .join_from(platform_order, order_line, joined)
        .where(o.platform.in_(policy.platforms), o.pay_state.in_(PAID), o.ship_state.in_(("none", "part", "")),
               line.waybill_no == "", line.refund_status.in_(NO_REFUND), line.qty > 0)
    )  # fmt: skip
    lines: dict[tuple[OrderKey, int, str, str], list[OpenLine]] = defaultdict(list)
    for row in connection.execute(query):
        key = OrderKey(row.platform, row.shop, row.order_no)
        if (key, row.sub_no) not in taken:
            wants = tuple(sorted(needs(row.code, row.qty, made_of).items()))
            found = OpenLine(row.sub_no, row.code, row.qty, wants)
            lines[key, row.priority, row.latest_ship_at, row.province].append(found)
    return [OpenOrder(*head, tuple(sorted(found))) for head, found in sorted(lines.items())]


def _in_live_parcels(connection: Connection) -> set[tuple[OrderKey, str]]:
    f, line = fulfilment.c, fulfilment_line.c
    query = (
        select(f.platform, f.shop, f.order_no, line.sub_no)
        .join_from(fulfilment, fulfilment_line, f.fulfilment_id == line.fulfilment_id)
        .where(f.state.in_(LIVE))
    )
    return {(OrderKey(row.platform, row.shop, row.order_no), row.sub_no) for row in connection.execute(query)}


def free_stock(connection: Connection) -> FreeStock:
    """Free pieces by (warehouse, base code)."""
    stock = stock_by_warehouse(connection)
    return {(name, code): qty for name, by_code in stock.items() for code, qty in by_code.items() if qty > 0}


def warehouses(connection: Connection) -> list[Warehouse]:
    """Every warehouse whose goods may be promised to anybody, in order of preference."""
    c, kinds = warehouse.c, place_kinds(connection)
    rows = connection.execute(select(c.warehouse, c.name, c.province, c.rank).order_by(c.rank, c.warehouse))
    return [Warehouse(*row) for row in rows if sells(row.warehouse, kinds)]
