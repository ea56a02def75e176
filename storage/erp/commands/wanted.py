"""What the core wants done outside tonight, from the books: one `Wanted` per row of a worklist."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, and_, select

from storage.database.tables import (
    channel_sku,
    fulfilment,
    fulfilment_line,
    order_line,
    platform_order,
    quant,
    reservation,
)
from storage.erp.allocation.read import NO_REFUND, PAID
from storage.erp.allocation.words import yuan
from storage.erp.catalog.components import components, exists_anywhere, sellable_of, stock_by_warehouse
from storage.erp.catalog.sets import read_sets

SHIP_OWN = "to_ship_own"
"""Parcels of orders that no platform knows: there is no page to enter the number into, somebody says that they left."""
SHIP = ("to_ship_form", "to_ship_batch", SHIP_OWN)
WORKLISTS = ("to_delist", "to_enrol", "to_list", *sorted(SHIP))
HOUSE = ("aftersale", "manual")
"""Platforms of our own: what is sent instead, and orders entered by hand."""


@dataclass(frozen=True)
class PublishPolicy:
    """What may be asked of the bots.

    `activity_id`: the running activity of each shop ("" as the key means every shop); without one nothing is enrolled.
    `list_at`: pieces that must be sellable before a product goes on the shelf again. `enrol_min`: pieces that
    every SKU of a product must have to be enrolled; `enrol_stock`: the most pieces offered to the activity (its own
    limits are the platform's to refuse); `enrol_limit`: products of a shop in one activity. `price_percent`: of the
    lowest price. Nothing is offered above the activity's ceiling.
    `ship_form_parcels`: the first parcels of a shop are entered one by one, the rest, and at
    least half of them rounded down, go into the batch sheet.
    `delist_share`: if more than this share (percent) of a shop's products, and more than `delist_free` of them, would
    go off the shelf at once, a person decides: an empty or wrong stock file must not empty a shop.
    """

    activity_id: Mapping[str, str] = field(default_factory=dict)
    enrol_limit: int = 10
    enrol_min: int = 100
    enrol_stock: int = 500
    price_percent: int = 90
    list_at: int = 10
    ship_form_parcels: int = 3
    delist_share: int = 20
    delist_free: int = 20


class Wanted(NamedTuple):
    """One row for a bot: `subject` is what it is about, `data` the row, `state` published or person."""

    worklist: str
    shop: str
    subject: str
    data: dict[str, str]
    reason: str
    state: str = "published"


@dataclass(frozen=True)
class Product:
    """A product of a shop as its last export shows it, with what can be sold of each of its codes."""

    shop: str
    product_id: str
    title: str
    on_shelf: bool
    price_fen: int
    ceiling_fen: int
    codes: tuple[str, ...]
    sellable: int
    lowest: int
    exists: bool


def products(connection: Connection) -> list[Product]:
    """Every product that the shops' exports name, by shop and id.

    An unknown stock is not an empty one: nothing while no stock was ever counted, and no product that has a SKU
    without a code (商家编码).
    """
    if connection.execute(select(quant.c.code).limit(1)).first() is None:
        return []
    groups: dict[tuple[str, str], list[tuple[str, str, str, int, int]]] = defaultdict(list)
    c = channel_sku.c
    order = (c.shop, c.product_id, c.platform_sku)
    for row in connection.execute(select(channel_sku).order_by(*order)):
        found = (row.title, row.status, row.code, row.price_fen, row.activity_ceiling_fen)
        groups[row.shop, row.product_id].append(found)
    made_of, free, held = (
        components(connection),
        stock_by_warehouse(connection),
        stock_by_warehouse(connection, held=True),
    )
    codes = {entry[2] for entries in groups.values() for entry in entries}
    sets = read_sets(connection)
    amounts = sellable_of(codes, made_of, free, sets)
    exists = {code for code in codes if exists_anywhere(code, made_of, held, sets)}
    return [
        _product(*key, entries, amounts, exists)
        for key, entries in groups.items()
        if all(entry[2] for entry in entries)
    ]


def _product(
    shop: str,
    product_id: str,
    entries: Iterable[tuple[str, str, str, int, int]],
    amounts: Mapping[str, int],
    exists: set[str],
) -> Product:
    titles, states, codes, prices, ceilings = zip(*entries, strict=True)
    return Product(
        shop=shop,
        product_id=product_id,
        title=titles[0],
        on_shelf="上架" in states,
        price_fen=min(prices),
        ceiling_fen=min((ceiling for ceiling in ceilings if ceiling > 0), default=0),
        codes=tuple(sorted(set(codes))),
        sellable=sum(amounts[code] for code in set(codes)),
        lowest=min(amounts[code] for code in codes),
        exists=any(code in exists for code in codes),
    )


def shelf(found: Iterable[Product], policy: PublishPolicy) -> list[Wanted]:
    """to_delist and to_list. Pure."""
    result: list[Wanted] = []
    on_shelf: dict[str, int] = defaultdict(int)
    empty: dict[str, list[Product]] = defaultdict(list)
    for product in found:
        on_shelf[product.shop] += product.on_shelf
        if product.on_shelf and product.sellable == 0 and not product.exists:
            empty[product.shop].append(product)
        elif not product.on_shelf and product.lowest >= policy.list_at:
            reason = f"可售 {product.sellable} 件，达到上架线 {policy.list_at} 件"
            result.append(Wanted("to_list", product.shop, product.product_id, _shelf_row(product), reason))
    for shop, gone in empty.items():
        too_many = len(gone) > policy.delist_free and len(gone) * 100 > on_shelf[shop] * policy.delist_share
        for product in gone:
            why = f"所有规格可售为 0，各仓都没有货（{'、'.join(product.codes[:3])}）"
            if too_many:
                why += f"；一次要下架 {len(gone)} 个，在架共 {on_shelf[shop]} 个，超过上限，等人确认"
            state = "person" if too_many else "published"
            result.append(Wanted("to_delist", shop, product.product_id, _shelf_row(product), why, state))
    return result


def _shelf_row(product: Product) -> dict[str, str]:
    return {"店铺": product.shop, "商品ID": product.product_id, "商品名称": product.title}


def enrolments(found: Iterable[Product], policy: PublishPolicy) -> list[Wanted]:
    """to_enrol: every on-shelf product with cover, best covered first; the publisher keeps to the limit. Pure."""
    by_shop: dict[str, list[Product]] = defaultdict(list)
    for product in found:
        if product.on_shelf and product.lowest >= policy.enrol_min and product.price_fen > 0:
            by_shop[product.shop].append(product)
    result: list[Wanted] = []
    for shop in sorted(by_shop):
        activity = policy.activity_id.get(shop) or policy.activity_id.get("", "")
        best = sorted(by_shop[shop], key=lambda product: (-product.lowest, product.product_id))
        if activity:
            result += [_enrolment(product, activity, policy) for product in best]
    return result


def _enrolment(product: Product, activity: str, policy: PublishPolicy) -> Wanted:
    price = product.price_fen * policy.price_percent // 100
    if product.ceiling_fen:
        price = min(price, product.ceiling_fen)
    row = {
        "店铺": product.shop,
        "活动ID": activity,
        "商品ID": product.product_id,
        "活动价": yuan(price),
        "活动库存": str(min(policy.enrol_stock, product.lowest)),
    }
    ceiling = f"，活动最高价 {yuan(product.ceiling_fen)} 元" if product.ceiling_fen else ""
    reason = f"每个规格至少可售 {product.lowest} 件；原价 {yuan(product.price_fen)} 元{ceiling}"
    return Wanted("to_enrol", product.shop, f"{activity}|{product.product_id}", row, reason)


def shipments(connection: Connection) -> dict[str, list[tuple[str, Wanted]]]:
    """Per shop, (parcel, row) for every sub-order that has a waybill number, is held, and is still to ship.

    Parcels of the house's own orders go to their own worklist; for the others it is left "": which of the two a parcel
    goes to is the publisher's choice.
    """
    f, part, o, line, held = fulfilment.c, fulfilment_line.c, platform_order.c, order_line.c, reservation.c
    owner = f.fulfilment_id + "|" + f.platform + "|" + f.shop + "|" + f.order_no + "|" + part.sub_no
    query = (
        select(f.fulfilment_id, f.shop, f.order_no, part.sub_no, f.carrier, f.waybill_no, f.warehouse, f.platform)
        .join_from(fulfilment, fulfilment_line, f.fulfilment_id == part.fulfilment_id)
        .join(platform_order, and_(o.platform == f.platform, o.shop == f.shop, o.order_no == f.order_no))
        .join(order_line, and_(line.platform == f.platform, line.shop == f.shop, line.order_no == f.order_no,
                               line.sub_no == part.sub_no))
        .join(reservation, and_(held.owner == owner, held.state == "held"))
        .where(f.state == "labelled", o.pay_state.in_(PAID), line.refund_status.in_(NO_REFUND), line.waybill_no == "")
        .distinct()
    )  # fmt: skip
    result: dict[str, list[tuple[str, Wanted]]] = defaultdict(list)
    for row in sorted(connection.execute(query).all(), key=tuple):
        data = {
            "店铺": row.shop,
            "主订单编号": row.order_no,
            "子订单编号": row.sub_no,
            "快递公司": row.carrier,
            "运单号": row.waybill_no,
        }
        reason = f"已从 {row.warehouse} 配货并贴单"
        worklist = SHIP_OWN if row.platform in HOUSE else ""
        result[row.shop].append((row.fulfilment_id, Wanted(worklist, row.shop, row.sub_no, data, reason)))
    return result
