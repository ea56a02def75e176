"""What allocation needs to know from the books: open orders, free stock, warehouses."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import Connection, and_, select

from storage.database.tables import channel_sku, fulfilment, fulfilment_line, order_line, platform_order, warehouse
from storage.database.tables.review import order_detail
from storage.erp.allocation.asked import asked
from storage.erp.allocation.model import AllocationPolicy, Kept, OpenLine, OpenOrder, OrderKey, Stock, Warehouse
from storage.erp.catalog.components import Components, needs, stock_by_warehouse
from storage.erp.catalog.sets import read_sets
from storage.erp.channels.publish import read_rules
from storage.erp.stock.limits import safety_by_place
from storage.erp.stock.picking import unshippable
from storage.erp.stock.places import place_kinds, sells

PAID = ("paid", "part_refunded")
NO_REFUND = ("", "无售后", "无", "售后关闭", "退款关闭")  # anything else holds the sub-order back: deny by default
LIVE = ("allocated", "labelled", "shipped")


def open_orders(
    connection: Connection, policy: AllocationPolicy, made_of: Components, keys: Collection[OrderKey] | None = None
) -> list[OpenOrder]:
    """Paid orders with the sub-orders that are not shipped, not being refunded and in no live parcel.

    A presale order is not paid before its balance is. Sub-orders of sets have their bags instead of what they need.
    `keys`: only these orders are looked at.
    """
    taken, sets = _in_live_parcels(connection, keys), read_sets(connection)
    o, line, told = platform_order.c, order_line.c, order_detail.c
    detail = and_(told.platform == o.platform, told.shop == o.shop, told.order_no == o.order_no)
    owing = and_(told.order_type == "presale", told.balance_state != "balance_paid")
    joined = and_(o.platform == line.platform, o.shop == line.shop, o.order_no == line.order_no)
    query = (
        select(line.platform, line.shop, line.order_no, line.sub_no, line.code, line.qty, o.priority,
               o.latest_ship_at, o.province)
        .join_from(platform_order, order_line, joined)
        .outerjoin(order_detail, and_(detail, owing))
        .where(o.platform.in_(policy.platforms), o.pay_state.in_(PAID), o.ship_state.in_(("none", "part", "")),
               line.waybill_no == "", line.refund_status.in_(NO_REFUND), line.qty > 0, told.order_no.is_(None))
    )  # fmt: skip
    wants: dict[tuple[str, int], tuple[tuple[str, int], ...]] = {}
    lines: dict[tuple[str, str, str, int, str, str], list[OpenLine]] = defaultdict(list)
    mine = (line.platform, line.shop, line.order_no)
    for platform, shop, order_no, sub_no, code, qty, priority, due, province in asked(connection, query, mine, keys):
        if taken and (OrderKey(platform, shop, order_no), sub_no) in taken:
            continue
        if (code, qty) not in wants:
            wants[code, qty] = () if code in sets else tuple(sorted(needs(code, qty, made_of).items()))
        head = (platform, shop, order_no, priority, due, province)
        need = wants[code, qty]
        lines[head].append(
            OpenLine(sub_no, code, qty, need) if need else OpenLine(sub_no, code, qty, (), sets[code].bags)
        )
    return [
        OpenOrder(OrderKey(platform, shop, order_no), priority, due, province, tuple(sorted(found)))
        for (platform, shop, order_no, priority, due, province), found in sorted(lines.items())
    ]


def _in_live_parcels(connection: Connection, keys: Collection[OrderKey] | None) -> set[tuple[OrderKey, str]]:
    f, line = fulfilment.c, fulfilment_line.c
    query = (
        select(f.platform, f.shop, f.order_no, line.sub_no)
        .join_from(fulfilment, fulfilment_line, f.fulfilment_id == line.fulfilment_id)
        .where(f.state.in_(LIVE))
    )
    found = asked(connection, query, (f.platform, f.shop, f.order_no), keys)
    return {(OrderKey(platform, shop, order_no), sub_no) for platform, shop, order_no, sub_no in found}


def free_stock(connection: Connection, day: str = "", policy: AllocationPolicy | None = None) -> Stock:
    """Free pieces by (warehouse, base code), and what of them is kept: safety stock, quotas of shops.

    `day`: lots that may not be shipped on it any more are no stock, though nobody has frozen them yet; "" does not
    look. Safety stock is for orders of `policy.safety_priority` and above.
    """
    stock, due = stock_by_warehouse(connection), unshippable(connection, day) if day else {}
    free = {
        (name, code): qty - due.get((name, code), 0)
        for name, by_code in stock.items()
        for code, qty in by_code.items()
        if qty > due.get((name, code), 0)
    }
    first = (policy or AllocationPolicy()).safety_priority
    safety = [
        Kept(code, name, qty, f"{name} 的安全库存", priority=first)
        for (name, code), qty in sorted(safety_by_place(connection).items())
    ]
    return Stock(free, (*safety, *_quotas(connection)))


def _quotas(connection: Connection) -> list[Kept]:
    """The fixed quotas of shops, by base code: goods that no other shop's order may take."""
    c, found = channel_sku.c, []
    rules = read_rules(connection)
    if not any(rule.mode == "quota" for rule in rules.values()):
        return []
    listed = connection.execute(select(c.platform, c.shop, c.code).where(c.code != "").distinct())
    for platform, shop, code in sorted(tuple(row) for row in listed):
        rule = rules.get((platform, shop, code)) or rules.get((platform, shop, ""))
        if rule and rule.mode == "quota":
            found.append(Kept(code, "", rule.quota_qty, f"{shop} 的额度", frozenset({(platform, shop)})))
    return found


def warehouses(connection: Connection) -> list[Warehouse]:
    """Every warehouse whose goods may be promised to anybody, in order of preference."""
    c, kinds = warehouse.c, place_kinds(connection)
    rows = connection.execute(select(c.warehouse, c.name, c.province, c.rank).order_by(c.rank, c.warehouse))
    return [Warehouse(*row) for row in rows if sells(row.warehouse, kinds)]
