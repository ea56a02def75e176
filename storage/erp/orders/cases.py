"""The orders to judge, read from the books in a few questions however many they are."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, case, func, or_, select

from storage.database.bulk import change
from storage.database.tables import bundle, channel_sku, order_line, platform_order, quant, sku
from storage.database.tables.review import order_detail, order_state, presale_quota
from storage.erp.allocation.asked import among, asked
from storage.erp.allocation.model import OrderKey
from storage.erp.catalog.components import components, packable, stock_by_warehouse
from storage.erp.catalog.sets import Sets, available, read_sets
from storage.erp.orders.model import Case, CaseLine, History
from storage.erp.orders.payments import received as payments_received
from storage.erp.orders.rows import rows_of
from storage.erp.orders.transition import states_of

OPEN = ("new", "held", "approved")
"""Process states in which an order is still judged: later it is in the warehouse, and changes go by a pull-back."""


_HEAD = tuple(
    platform_order.c[name]
    for name in ("platform", "shop", "order_no", "pay_state", "ship_state", "refund_state", "paid_fen", "created_at",
                 "paid_at", "province", "city", "priority")
)  # fmt: skip


_NO_HISTORY = History()
_LINE = ("sub_no", "code", "qty", "paid_share_fen", "refund_status")
_DETAIL = ("oaid", "address_key", "order_type", "district", "address_state", "buyer", "buyer_memo", "seller_memo",
           "flag", "campaign", "balance_state")  # fmt: skip


def map_lines(connection: Connection) -> int:
    """Give every sub-order without a code the one that its platform SKU is mapped to; returns how many got one."""
    line, channel = order_line.c, channel_sku.c
    same = and_(channel.platform == line.platform, channel.shop == line.shop, channel.platform_sku == line.platform_sku)
    query = (
        select(line.platform, line.shop, line.order_no, line.sub_no, channel.code.label("mapped"))
        .join_from(order_line, channel_sku, same)
        .where(line.code == "", channel.code != "")
    )
    found = [tuple(row) for row in connection.execute(query).all()]
    return change(connection, order_line, ("platform", "shop", "order_no", "sub_no"), ("code",), found)


def read_cases(
    connection: Connection,
    now: str,
    platforms: Collection[str],
    keys: Collection[OrderKey] | None = None,
    process: Collection[str] = OPEN,
) -> list[Case]:
    """Every order of the platforms in these process states that is not shipped or closed; or of those `keys`."""
    return _cases(connection, now, _heads(connection, platforms, keys, process))


def read_past_cases(connection: Connection, begin: str, end: str, platforms: Collection[str]) -> list[Case]:
    """Every order created from `begin` to `end` (both included), whatever became of it, as if judged at `end`."""
    o = platform_order.c
    query = (
        select(*_HEAD)
        .where(o.platform.in_(sorted(platforms)), o.created_at >= begin, o.created_at <= end)
        .order_by(o.platform, o.shop, o.order_no)
    )
    heads = connection.execute(query).all()
    return _cases(connection, end, heads)


def _cases(connection: Connection, now: str, heads: Sequence[tuple[Any, ...]]) -> list[Case]:
    shelf, quotas = _Shelf.read(connection), _Quotas.read(connection)
    keyed = {OrderKey(*head[:3]): head for head in heads}
    lines: dict[OrderKey, list[CaseLine]] = {key: [] for key in keyed}
    for key, *line in rows_of(connection, order_line, keyed, _LINE):
        lines[key].append(shelf.line(key.shop, *line))
    details = {key: told for key, *told in rows_of(connection, order_detail, keyed, _DETAIL)}
    received = payments_received(connection, keyed.keys())
    past = _Past.read(connection, details.values())
    found = []
    for key, (*_, pay, ship, refund, paid_fen, created_at, paid_at, province, city, priority) in keyed.items():
        own = tuple(sorted(lines[key]))
        told = (key, now, pay, ship, refund, paid_fen, created_at, paid_at, province, city, own, priority,
                received.get(key))  # fmt: skip
        if (detail := details.get(key)) is None:
            found.append(Case(*told))
            continue
        case = _with_detail(told, *detail)
        if case.order_type == "presale":
            case = case._replace(lines=quotas.told(case))
        history = past.before(case)
        found.append(case if history == case.history else case._replace(history=history))
    return found


def _heads(
    connection: Connection, platforms: Collection[str], keys: Collection[OrderKey] | None, process: Collection[str]
) -> Sequence[tuple[Any, ...]]:
    o, s = platform_order.c, order_state.c
    mine = (o.platform, o.shop, o.order_no)
    query = (
        select(*_HEAD)
        .where(o.platform.in_(sorted(platforms)), o.ship_state.in_(("none", "part", "")),
               o.pay_state.not_in(("closed", "refunded")))
        .order_by(*mine)
    )  # fmt: skip
    if keys is None:
        same = and_(s.platform == o.platform, s.shop == o.shop, s.order_no == o.order_no)
        wanted = func.coalesce(s.process, "new").in_(sorted(process))
        return connection.execute(query.outerjoin_from(platform_order, order_state, same).where(wanted)).all()
    states = states_of(connection, keys)
    return [head for head in asked(connection, query, mine, keys) if states[OrderKey(*head[:3])].process in process]


@dataclass
class _Shelf:
    """What is known of codes: which exist, what they usually cost, how many can be packed in one warehouse."""

    known: set[str]
    usual: Mapping[tuple[str, str], int]
    made_of: Mapping[str, Mapping[str, int]]
    stock: Mapping[str, Mapping[str, int]]
    sets: Sets
    packed: dict[str, int]

    @classmethod
    def read(cls, connection: Connection) -> "_Shelf":
        made_of, sets = components(connection), read_sets(connection)
        known = set(made_of) | set(sets)
        for column in (sku.c.code, bundle.c.component, quant.c.code, channel_sku.c.code):
            known |= set(connection.execute(select(column).distinct()).scalars())
        c = channel_sku.c
        priced = connection.execute(select(c.shop, c.code, func.min(c.price_fen)).group_by(c.shop, c.code))
        usual = {(shop, code): int(price) for shop, code, price in priced}
        return cls(known - {""}, usual, made_of, stock_by_warehouse(connection), sets, {})

    def line(self, shop: str, sub_no: str, code: str, qty: int, paid_share_fen: int, refund_status: str) -> CaseLine:
        if code not in self.packed:
            one = self.sets.get(code)
            most = (available(one, free) if one else packable(code, self.made_of, free) for free in self.stock.values())
            self.packed[code] = max(most, default=0) if code in self.known else 0
        usual = self.usual.get((shop, code), 0)
        return CaseLine(sub_no, code, qty, paid_share_fen, refund_status, code in self.known, usual, self.packed[code])


def _with_detail(case: tuple[Any, ...], oaid: str, address_key: str, *told: Any) -> Case:
    """The case with what is known beside the platform's figures; the platform's token says best where it goes."""
    return Case._make((*case, *told[:3], oaid or address_key, *told[3:], _NO_HISTORY))


class _Bought(NamedTuple):
    """One order of a buyer."""

    created_at: str
    order_no: str
    refunded: bool
    campaign: str
    qty: int


@dataclass
class _Past:
    """What every buyer and every address did, in the order of time."""

    by_buyer: Mapping[str, list[_Bought]]
    buyers_at: Mapping[str, set[str]]

    @classmethod
    def read(cls, connection: Connection, details: Collection[Sequence[str]]) -> "_Past":
        """Of the buyers and the addresses in these details alone: years of orders lie behind those of a night."""
        told = [dict(zip(_DETAIL, detail, strict=True)) for detail in details]
        buyers = sorted({one["buyer"] for one in told} - {""})
        addresses = sorted({one["oaid"] or one["address_key"] for one in told} - {""})
        return cls(_bought(connection, buyers), _buyers_at(connection, addresses))

    def before(self, case: Case) -> History:
        """What happened before this order; orders of the same second go by their number."""
        buyers = len(self.buyers_at.get(case.address_key, ())) if case.address_key else 1
        if not case.buyer:
            return History(buyers_at_address=buyers) if buyers > 1 else _NO_HISTORY
        mine = self.by_buyer.get(case.buyer, [])
        earlier = mine[: bisect_left(mine, (case.created_at, case.key.order_no))]
        day_ago = (datetime.fromisoformat(case.created_at) - timedelta(days=1)).isoformat(" ")
        in_campaign = [one for one in earlier if one.campaign and one.campaign == case.campaign]
        return History(
            sum(one.created_at > day_ago for one in earlier), len(earlier), sum(one.refunded for one in earlier),
            max(1, buyers), len(in_campaign), sum(one.qty for one in in_campaign),
        )  # fmt: skip


def _bought(connection: Connection, buyers: Sequence[str]) -> dict[str, list[_Bought]]:
    """What each of the buyers has ordered, in the order of time."""
    o, d, line = platform_order.c, order_detail.c, order_line.c
    same = and_(o.platform == d.platform, o.shop == d.shop, o.order_no == d.order_no)
    own = (line.platform == d.platform, line.shop == d.shop, line.order_no == d.order_no)
    pieces = select(func.sum(line.qty)).where(*own).correlate(order_detail).scalar_subquery()
    query = (
        select(d.buyer, o.created_at, o.order_no, o.pay_state, d.campaign,
               case((d.campaign != "", pieces), else_=0))
        .join_from(order_detail, platform_order, same)
        .where(d.buyer != "", among(connection, d.buyer, buyers))
    )  # fmt: skip
    found: dict[str, list[_Bought]] = defaultdict(list)
    for buyer, created_at, order_no, pay_state, campaign, qty in connection.execute(query).all():
        refunded = pay_state in ("refunded", "part_refunded")
        found[buyer].append(_Bought(created_at, order_no, refunded, campaign, int(qty or 0)))
    return {buyer: sorted(orders) for buyer, orders in found.items()}


def _buyers_at(connection: Connection, addresses: Sequence[str]) -> dict[str, set[str]]:
    """Who has ever had something sent to each of the addresses, by the platform's token or else by our key."""
    d = order_detail.c
    query = (
        select(case((d.oaid != "", d.oaid), else_=d.address_key).label("address"), d.buyer)
        .where(d.buyer != "", or_(among(connection, d.oaid, addresses),
                                  and_(d.oaid == "", among(connection, d.address_key, addresses))))
    )  # fmt: skip
    found: dict[str, set[str]] = defaultdict(set)
    for address, buyer in connection.execute(query.distinct()):
        found[address].add(buyer)
    return found


@dataclass
class _Quotas:
    """What may still be promised in advance, order by order in the order of time."""

    quota: Mapping[tuple[str, str, str], int]
    taken: Mapping[tuple[str, str, str], list[tuple[str, str, int]]]

    @classmethod
    def read(cls, connection: Connection) -> "_Quotas":
        quota = {(q.platform, q.shop, q.code): q.qty for q in connection.execute(select(presale_quota))}
        taken: dict[tuple[str, str, str], list[tuple[str, str, int]]] = defaultdict(list)
        if quota:
            o, d, line = platform_order.c, order_detail.c, order_line.c
            query = (
                select(line.platform, line.shop, line.code, o.created_at, o.order_no, line.qty)
                .join_from(order_line, platform_order, and_(o.platform == line.platform, o.shop == line.shop,
                                                            o.order_no == line.order_no))
                .join(order_detail, and_(d.platform == o.platform, d.shop == o.shop, d.order_no == o.order_no))
                .where(d.order_type == "presale", o.pay_state.not_in(("closed", "refunded")))
            )  # fmt: skip
            for row in connection.execute(query):
                taken[row.platform, row.shop, row.code].append((row.created_at, row.order_no, row.qty))
        return cls(quota, taken)

    def told(self, case: Case) -> tuple[CaseLine, ...]:
        """The order's lines with what the orders before it left of each quota."""
        mine: Counter[str] = Counter()
        lines = []
        for line in case.lines:
            where = (case.key.platform, case.key.shop, line.code)
            if where in self.quota:
                before = sum(q for at, no, q in self.taken[where] if (at, no) < (case.created_at, case.key.order_no))
                line = line._replace(quota_left=self.quota[where] - before - mine[line.code])
                mine[line.code] += line.qty
            lines.append(line)
        return tuple(lines)
