"""Give every box its carrier and its number: from the carrier's pool, once each, never given back, voided when printed
for nothing. A box of several orders has one number, and each of its orders carries it.
"""

import json
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, and_, func, select

from storage.database.bulk import change, insert_missing, looked_up
from storage.database.tables import fulfilment, fulfilment_line, platform_order, warehouse, waybill
from storage.database.tables.review import carrier_gap, carrier_rate, order_detail, waybill_void
from storage.erp.allocation.costs import zone
from storage.erp.allocation.model import OpenLine, OrderKey
from storage.erp.allocation.taken import taken
from storage.erp.catalog.components import components, needs
from storage.erp.orders.carriers import Choice, Gap, Offer, Prices, Rate
from storage.erp.orders.merging import members
from storage.erp.orders.rows import rows_of
from storage.erp.orders.split import Goods, weight_g
from storage.erp.orders.transition import Cause, note


class Box(NamedTuple):
    """What gets one number: the parcels in it, where from and to, its weight, and what the notes ask for."""

    fulfilments: tuple[str, ...]
    origin: str
    to: tuple[str, str, str]
    weight_g: int
    notes: tuple[str, ...]


class Label(NamedTuple):
    """A parcel with the number that it gets, why from that carrier, and the first parcel in its box."""

    fulfilment_id: str
    carrier: str
    waybill_no: str
    told: dict[str, object] | None
    first: str

    def on(self, explanation: str) -> str:
        """The parcel's explanation (JSON), which says from now on why this carrier."""
        if not self.told:
            return explanation
        said = {**json.loads(explanation or "{}"), "carrier": self.told}
        return json.dumps(said, ensure_ascii=False, sort_keys=True)


def prices_in_books(connection: Connection) -> Prices:
    """Rates and gaps as they stand."""
    c = carrier_rate.c
    rates = connection.execute(
        select(c.carrier, c.origin, c.province, c.first_g, c.first_fen, c.step_g, c.step_fen)
        .order_by(c.carrier, c.origin, c.province)
    )  # fmt: skip
    g = carrier_gap.c
    gaps = connection.execute(select(g.carrier, g.province, g.city, g.district))
    return Prices([Rate(*row) for row in rates], [Gap(*row) for row in gaps])


def assign(
    connection: Connection, prices: Prices, goods: Mapping[str, Goods], zones: Mapping[int, tuple[str, ...]]
) -> tuple[int, int]:
    """Number every box that has none; returns (parcels labelled now, parcels still waiting).

    With rates in the books the carrier is chosen by wish, reach and price and the choice is explained; without any, by
    `zones` (zone → carriers in order of preference), then by name.
    """
    boxes = _waiting(connection, goods)
    if not boxes:
        return 0, 0
    labels = numbered(connection, prices, boxes, zones)
    _write(connection, labels)
    return len(labels), sum(len(box.fulfilments) for box in boxes) - len(labels)


def numbered(
    connection: Connection, prices: Prices, boxes: Sequence[Box], zones: Mapping[int, tuple[str, ...]]
) -> list[Label]:
    """A label for every parcel in the boxes, as far as there are numbers; their rows are locked, nothing is written."""
    pool = _Pool.read(connection, len(boxes))
    labels: list[Label] = []
    for box in boxes:
        choice = prices.choose(box.origin, box.to, box.weight_g, box.notes) if prices.rates else None
        carriers = [offer.carrier for offer in _in_turn(choice)] if choice else pool.by_zone(box, zones)
        carrier, number = pool.take(carriers)
        if number:
            told = _told(choice, carrier)
            labels += [Label(name, carrier, number, told, box.fulfilments[0]) for name in box.fulfilments]
    return labels


def _in_turn(choice: Choice) -> list[Offer]:
    """The chosen carrier, then the others by price: its numbers may have run out."""
    return sorted(choice.offers, key=lambda offer: (offer.carrier != choice.carrier, offer))


def _told(choice: Choice | None, carrier: str) -> dict[str, object] | None:
    if choice is None:
        return None
    out = "" if carrier == choice.carrier else f"；{choice.carrier} 的单号用完了，改用 {carrier}"
    return {
        "chosen": carrier,
        "offers": [{"carrier": offer.carrier, "cost_fen": offer.cost_fen} for offer in choice.offers],
        "rejected": [{"carrier": name, "because": because} for name, because in choice.rejected],
        "words": choice.words + out,
    }


def use(connection: Connection, labels: Iterable[Label]) -> None:
    """The labels' numbers belong to their boxes from now on."""
    used = {(one.carrier, one.waybill_no): one.first for one in labels}
    rows = [(*number, first) for number, first in used.items()]
    change(connection, waybill, ("carrier", "waybill_no"), ("fulfilment_id",), rows)


def _write(connection: Connection, labels: Sequence[Label]) -> None:
    if not labels:
        return
    use(connection, labels)
    labelled = [(one.fulfilment_id, "labelled", one.carrier, one.waybill_no) for one in labels]
    change(connection, fulfilment, ("fulfilment_id",), ("state", "carrier", "waybill_no"), labelled)
    told = {one.fulfilment_id: one for one in labels if one.told}
    known = looked_up(connection, fulfilment, {}, "fulfilment_id", sorted(told), ("explanation",))
    changed = [(name, told[name].on(said)) for name, said in known]
    change(connection, fulfilment, ("fulfilment_id",), ("explanation",), changed)


def _waiting(connection: Connection, goods: Mapping[str, Goods]) -> list[Box]:
    """Every box without a number, in the order of its first parcel."""
    f, o, w, d = fulfilment.c, platform_order.c, warehouse.c, order_detail.c
    query = (
        select(f.fulfilment_id, w.province.label("origin"), o.province, o.city, d.district, d.buyer_memo, d.seller_memo)
        .join_from(fulfilment, warehouse, f.warehouse == w.warehouse)
        .join(platform_order, and_(o.platform == f.platform, o.shop == f.shop, o.order_no == f.order_no))
        .outerjoin(order_detail, and_(d.platform == f.platform, d.shop == f.shop, d.order_no == f.order_no))
        .where(f.state == "allocated")
        .order_by(f.fulfilment_id)
    )
    rows = {row.fulfilment_id: row for row in connection.execute(query).all()}
    if not rows:
        return []
    boxed = members(connection)
    inside = {name for names in boxed.values() for name in names}
    bunches = [tuple(names) for names in boxed.values() if all(name in rows for name in names)]
    bunches += [(name,) for name in rows if name not in inside]
    weights = _weights(connection, set(rows), goods)
    found = []
    for names in sorted(bunches):
        first = rows[names[0]]
        notes = tuple(text for name in names for text in (rows[name].seller_memo, rows[name].buyer_memo) if text)
        to = (first.province, first.city, first.district or "")
        found.append(Box(names, first.origin, to, sum(weights.get(name, 0) for name in names), notes))
    return found


class Fresh(NamedTuple):
    """A parcel that is not written yet: its id, its order, where it leaves from, where to, and what is in it."""

    fulfilment_id: str
    key: OrderKey
    warehouse: str
    province: str
    lines: tuple[OpenLine, ...]


def is_any_waiting(connection: Connection) -> bool:
    """Whether a parcel of the books waits for its number."""
    waiting = select(fulfilment.c.fulfilment_id).where(fulfilment.c.state == "allocated").limit(1)
    return connection.execute(waiting).first() is not None


def boxes_of(connection: Connection, fresh: Sequence[Fresh], prices: Prices, goods: Mapping[str, Goods]) -> list[Box]:
    """Each of these parcels in a box of its own, in the order of their ids.

    Towns and notes are looked up where there are prices, which alone ask for them.
    """
    w = warehouse.c
    origins = {row.warehouse: row.province for row in connection.execute(select(w.warehouse, w.province))}
    keys = sorted({one.key for one in fresh}) if prices.rates else []
    city = dict(rows_of(connection, platform_order, keys, ("city",)))
    said = ("district", "seller_memo", "buyer_memo")
    detail = {key: told for key, *told in rows_of(connection, order_detail, keys, said)}
    found = []
    for one in sorted(fresh):
        district, *notes = detail.get(one.key, ("",))
        to = (one.province, city.get(one.key, ""), district)
        grams = weight_g(one.lines, goods) if goods else 0
        found.append(Box((one.fulfilment_id,), origins[one.warehouse], to, grams, tuple(filter(None, notes))))
    return found


def _weights(connection: Connection, wanted: set[str], goods: Mapping[str, Goods]) -> dict[str, int]:
    if not goods:
        return {}
    part, made_of, drawn = fulfilment_line.c, components(connection), taken(connection)
    total: dict[str, int] = defaultdict(int)
    for row in connection.execute(select(part.fulfilment_id, part.sub_no, part.code, part.qty)):
        if row.fulfilment_id in wanted:
            own = drawn.get((row.fulfilment_id, row.sub_no)) or needs(row.code, row.qty, made_of)
            line = OpenLine(row.sub_no, row.code, row.qty, tuple(own.items()))
            total[row.fulfilment_id] += weight_g([line], goods)
    return dict(total)


@dataclass
class _Pool:
    """Free numbers by carrier, the smallest first; locked until the transaction ends."""

    numbers: dict[str, deque[str]]

    @classmethod
    def read(cls, connection: Connection, most: int) -> "_Pool":
        c = waybill.c
        numbers = {}
        for carrier in connection.execute(select(c.carrier).where(c.fulfilment_id == "").distinct()).scalars().all():
            query = select(c.waybill_no).where(c.fulfilment_id == "", c.carrier == carrier)
            query = query.order_by(func.length(c.waybill_no), c.waybill_no).limit(most)
            numbers[carrier] = deque(connection.execute(query.with_for_update(skip_locked=True)).scalars())
        return cls(numbers)

    def take(self, carriers: Sequence[str]) -> tuple[str, str]:
        """(carrier, number) of the first carrier that has one left, or two empty texts."""
        for carrier in carriers:
            if self.numbers.get(carrier):
                return carrier, self.numbers[carrier].popleft()
        return "", ""

    def by_zone(self, box: Box, zones: Mapping[int, tuple[str, ...]]) -> list[str]:
        """The carriers preferred for the box's zone, then any by name."""
        return [*zones.get(zone(box.origin, box.to[0]), ()), *sorted(self.numbers)]


def void_number(connection: Connection, fulfilment_id: str, cause: Cause) -> bool:
    """A printed number must not travel: it is kept as void, and the parcel waits for another. False without a number.

    A number that other orders in the box still travel under is not void; take the parcel out of the box first.
    """
    f = fulfilment.c
    query = select(f.platform, f.shop, f.order_no, f.carrier, f.waybill_no).where(f.fulfilment_id == fulfilment_id)
    row = connection.execute(query).one()
    if not row.waybill_no:
        return False
    values = {"carrier": row.carrier, "waybill_no": row.waybill_no, "fulfilment_id": fulfilment_id,
              "because": cause.words, "voided_at": cause.at}  # fmt: skip
    insert_missing(connection, waybill_void, [values])
    mine = fulfilment.update().where(f.fulfilment_id == fulfilment_id, f.state.in_(("labelled", "cancelled")))
    connection.execute(mine.where(f.state == "labelled").values(state="allocated", carrier="", waybill_no=""))
    told = Cause(cause.at, cause.actor, cause.cause, f"面单 {row.carrier} {row.waybill_no} 作废：{cause.words}")
    note(connection, OrderKey(*row[:3]), f"waybill_void:{row.carrier}:{row.waybill_no}", told)
    return True
