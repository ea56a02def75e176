"""The order history: when each order was placed, paid, shipped, finished or refunded, and its exact money.

Times inside the making of a world are whole seconds since the first day's midnight; they become text once, at the
end. Nothing here has happened after `Calendar.cutoff`, the last second of the last day.
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from random import Random

from bots.practice.world.catalog import Catalog, Sku
from bots.practice.world.fen import share
from bots.practice.world.shops import SHOPS
from bots.practice.world.sizes import DAY_S, HOUR_S, WorldSize

_HOUR_WEIGHTS = (9, 5, 3, 2, 2, 3, 6, 12, 22, 34, 42, 40, 38, 40, 42, 44, 44, 42, 40, 48, 62, 68, 54, 26)
_WEEKDAY_WEIGHTS = (96, 94, 97, 100, 106, 116, 120)
_SCENARIOS = ("refund_unshipped", "refund_shipped", "refund_part", "refund_after", "refund_open")
_SCENARIO_WEIGHTS = (25, 20, 40, 45, 8)
_PLACES = (
    ("浙江", "杭州", 12),
    ("浙江", "宁波", 5),
    ("江苏", "南京", 8),
    ("上海", "上海", 9),
    ("广东", "广州", 10),
    ("广东", "深圳", 9),
    ("福建", "厦门", 4),
    ("四川", "成都", 8),
    ("重庆", "重庆", 4),
    ("湖北", "武汉", 5),
    ("河北", "石家庄", 4),
    ("北京", "北京", 8),
    ("山东", "济南", 6),
    ("陕西", "西安", 4),
    ("新疆", "乌鲁木齐", 1),
)
_FAMILY_NAMES = "王李张刘陈杨黄赵周吴徐孙胡朱高林"
_NOTES = ("尽快发货，谢谢", "请发顺丰", "送人的，不要放价格", "周末送货", "麻烦检查好再发")
CARRIERS: tuple[str, ...] = ("中通快递", "圆通速递", "申通快递", "韵达快递", "顺丰速运")
_CARRIER_PREFIX = {"中通快递": "7838", "圆通速递": "YT88", "申通快递": "7730", "韵达快递": "4632", "顺丰速运": "SF14"}


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of the world; `text` is the only way from its seconds to what books and files hold."""

    first_day: date
    days: int

    @property
    def cutoff(self) -> int:
        """The last second that has happened."""
        return self.days * DAY_S - 1

    def text(self, second: int) -> str:
        """`YYYY-MM-DD HH:MM:SS`, Asia/Shanghai."""
        return (datetime.combine(self.first_day, time()) + timedelta(seconds=second)).isoformat(" ")

    def day(self, second: int) -> date:
        """The business date of a second."""
        return self.first_day + timedelta(days=second // DAY_S)


@dataclass(slots=True)
class Line:
    """One sub-order."""

    sub_no: str
    sku: Sku
    qty: int
    discount_share_fen: int = 0
    paid_share_fen: int = 0
    refunded_fen: int = 0
    refund_status: str = "无售后"
    shipped_at: int | None = None
    carrier: str = ""
    waybill_no: str = ""


@dataclass(slots=True)
class Refund:
    """One after-sales case; `done_at` None while it is being handled."""

    refund_no: str
    sub_no: str
    amount_fen: int
    created_at: int
    done_at: int | None
    after_settlement: bool


@dataclass(slots=True)
class Order:
    """One order with its lines and after-sales."""

    number: int
    order_no: str
    shop_id: str
    created_at: int
    paid_at: int | None
    scenario: str
    status: str = "等待买家付款"
    shipped_at: int | None = None
    finished_at: int | None = None
    goods_fen: int = 0
    freight_fen: int = 0
    seller_discount_fen: int = 0
    platform_discount_fen: int = 0
    paid_fen: int = 0
    refunded_fen: int = 0
    place: tuple[str, str] = ("", "")
    receiver: str = ""
    phone: str = ""
    note: str = ""
    priority: int = 0
    modified_at: int = 0
    lines: list[Line] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)

    @property
    def settled_fen(self) -> int:
        """What the platform paid out when the order finished: paid less what went back before."""
        return self.paid_fen - sum(
            r.amount_fen for r in self.refunds if r.done_at is not None and not r.after_settlement
        )


class Shelf:
    """Demand of one shop: few SKUs sell most of the pieces, off-shelf ones none."""

    def __init__(self, rng: Random, skus: list[Sku]) -> None:
        self.skus = [sku for sku in skus if sku.product.on_shelf]
        rng.shuffle(self.skus)
        self.empty = [sku for sku in self.skus if sku.product.role == "delist"]
        weights = [_demand(rank, sku.product.role) for rank, sku in enumerate(self.skus)]
        self._edges = list(accumulate(weights))

    def pick(self, rng: Random) -> Sku:
        """One SKU, popular ones more often."""
        return self.skus[bisect_right(self._edges, rng.random() * self._edges[-1])]


def _demand(rank: int, role: str) -> float:
    if role == "delist":
        return 0.004
    popular: float = (rank + 4) ** -0.85
    return popular + (0.04 if role == "scarce" else 0.0)


def make_orders(rng: Random, size: WorldSize, calendar: Calendar, catalog: Catalog) -> list[Order]:
    """Every order of the world, oldest first."""
    orders = _place(rng, size, calendar)
    pending = _pending(orders, size, calendar)
    shelves = {
        shop_id: Shelf(rng, [sku for sku in catalog.skus if sku.product.shop_id == shop_id])
        for shop_id in size.shop_ids
    }
    waits = 0
    for order in orders:
        if order.number in pending:
            waits += 1
        _fill(rng, order, shelves[order.shop_id], wants_empty=order.number in pending and waits % 25 == 2)
        _live(rng, size, calendar, order, waits_for_shipping=order.number in pending)
    return orders


def _place(rng: Random, size: WorldSize, calendar: Calendar) -> list[Order]:
    days = [(calendar.first_day + timedelta(days=i)).weekday() for i in range(calendar.days)]
    on_day = rng.choices(range(calendar.days), [_WEEKDAY_WEIGHTS[weekday] for weekday in days], k=size.orders)
    on_hour = rng.choices(range(24), _HOUR_WEIGHTS, k=size.orders)
    seconds = sorted(d * DAY_S + h * HOUR_S + rng.randrange(HOUR_S) for d, h in zip(on_day, on_hour, strict=True))
    shops = rng.choices(size.shop_ids, (45, 32, 23)[: len(size.shop_ids)], k=size.orders)
    return [_placed(rng, size, calendar, i, *pair) for i, pair in enumerate(zip(seconds, shops, strict=True))]


def _placed(rng: Random, size: WorldSize, calendar: Calendar, number: int, second: int, shop_id: str) -> Order:
    unpaid = rng.random() < 0.045
    wait_s = rng.randint(15, 900) if rng.random() < 0.95 else rng.randint(HOUR_S, 20 * HOUR_S)
    paid_at = None if unpaid or second + wait_s > calendar.cutoff else second + wait_s
    weights = [weight * size.refund_weight for weight in _SCENARIO_WEIGHTS]
    scenario = rng.choices((*_SCENARIOS, "plain"), (*weights, 1_000 - sum(weights)))[0]
    province, city, _ = rng.choices(_PLACES, [weight for *_, weight in _PLACES])[0]
    return Order(
        number=number,
        order_no=order_no_of(calendar, number, second, rng),
        shop_id=shop_id,
        created_at=second,
        paid_at=paid_at,
        scenario=scenario,
        place=(province, city),
        receiver=f"{rng.choice(_FAMILY_NAMES)}*",
        phone=f"1{rng.choice('35789')}{rng.randrange(10)}****{rng.randrange(10_000):04d}",
        note=rng.choice(_NOTES) if rng.random() < 0.04 else "",
        priority=1 if rng.random() < 0.05 else 0,
    )


def order_no_of(calendar: Calendar, number: int, second: int, rng: Random) -> str:
    """A 19-digit order number, unique per `number`, that does not sort by it."""
    day = calendar.day(second).toordinal()
    return f"27{day:06d}{number * 7_919 % 10_000_000:07d}{rng.randrange(10_000):04d}"


def _pending(orders: list[Order], size: WorldSize, calendar: Calendar) -> frozenset[int]:
    """The orders that wait for shipping: the last ones paid."""
    paid = [
        (order.paid_at, order.number)
        for order in orders
        if order.paid_at is not None and order.scenario != "refund_unshipped"
    ]
    return frozenset(number for paid_at, number in sorted(paid)[-size.pending :] if paid_at <= calendar.cutoff)


def _fill(rng: Random, order: Order, shelf: Shelf, *, wants_empty: bool) -> None:
    count = rng.choices((1, 2, 3, 4, 5), (58, 24, 10, 5, 3))[0]
    chosen: dict[str, Sku] = {}
    if wants_empty and shelf.empty:
        sku = rng.choice(shelf.empty)
        chosen[sku.sku_id] = sku
    while len(chosen) < count:
        sku = shelf.pick(rng)
        chosen[sku.sku_id] = sku
    skus = list(chosen.values())
    if count >= 3 and rng.random() < 0.05:
        skus[-1] = skus[0]  # the buyer put the same thing into the cart twice: one SKU, two sub-orders
    for i, sku in enumerate(skus):
        qty = rng.choices((1, 2, 3, 5), (80, 14, 5, 1))[0]
        order.lines.append(Line(f"{order.order_no}{i + 1:02d}", sku, qty))
    _price(rng, order)


def _price(rng: Random, order: Order) -> None:
    goods = [line.qty * line.sku.price_fen for line in order.lines]
    order.goods_fen = sum(goods)
    order.freight_fen = rng.choice((600, 800, 1_000, 1_200)) if rng.random() < 0.12 else 0
    if rng.random() < 0.35:
        order.seller_discount_fen = order.goods_fen * rng.randint(3, 15) // 100
    if SHOPS[order.shop_id].wallet == "alipay" and rng.random() < 0.30:
        order.platform_discount_fen = order.goods_fen * rng.randint(200, 800) // 10_000
    discount_fen = order.seller_discount_fen + order.platform_discount_fen
    order.paid_fen = order.goods_fen + order.freight_fen - discount_fen
    discounts, freights = share(discount_fen, goods), share(order.freight_fen, goods)
    for line, goods_fen, discount, freight in zip(order.lines, goods, discounts, freights, strict=True):
        line.discount_share_fen = discount
        line.paid_share_fen = goods_fen - discount + freight


def _live(rng: Random, size: WorldSize, calendar: Calendar, order: Order, *, waits_for_shipping: bool) -> None:
    """Lets the order live until the cutoff: status, shipping, finish, after-sales."""
    order.modified_at = order.created_at
    if order.paid_at is None:
        if order.created_at + DAY_S <= calendar.cutoff:
            order.status, order.modified_at = "交易关闭", order.created_at + DAY_S
        return
    order.status, order.modified_at = "等待卖家发货", order.paid_at
    if order.scenario == "refund_unshipped":
        _refund_before_shipping(rng, calendar, order)
        return
    if waits_for_shipping:
        if order.scenario == "refund_part" and len(order.lines) > 1:
            _refund_line_before_shipping(rng, calendar, order)
        return
    _ship(rng, calendar, order)
    _after_shipping(rng, size, calendar, order)


def _refund(
    order: Order, line: Line, amount_fen: int, span: tuple[int, int], cutoff: int, *, after: bool = False
) -> None:
    """Writes one case into the order; a case that ends after the cutoff is still open, one that begins there is not."""
    created_at, done_at = span
    if created_at > cutoff:
        return
    done = done_at if done_at <= cutoff else None
    refund_no = f"35{order.number:08d}{len(order.refunds) + 1:02d}{order.created_at % 1_000_000:06d}"
    order.refunds.append(Refund(refund_no, line.sub_no, amount_fen, created_at, done, after))
    order.modified_at = max(order.modified_at, done if done is not None else created_at)
    if done is None:
        line.refund_status = "退款中"
        return
    line.refund_status = "退款成功"
    line.refunded_fen += amount_fen
    order.refunded_fen += amount_fen


def _refund_all(order: Order, span: tuple[int, int], cutoff: int, *, after: bool = False) -> None:
    for line in order.lines:
        _refund(order, line, line.paid_share_fen, span, cutoff, after=after)


def _refund_before_shipping(rng: Random, calendar: Calendar, order: Order) -> None:
    paid_at = order.paid_at or 0
    created_at = paid_at + rng.randint(600, 5 * HOUR_S)
    done_at = created_at + rng.randint(600, 6 * HOUR_S)
    _refund_all(order, (created_at, done_at), calendar.cutoff)
    if done_at <= calendar.cutoff:
        order.status = "交易关闭"


def _refund_line_before_shipping(rng: Random, calendar: Calendar, order: Order) -> None:
    line = rng.choice(order.lines)
    created_at = (order.paid_at or 0) + rng.randint(600, 2 * HOUR_S)
    _refund(order, line, line.paid_share_fen, (created_at, created_at + rng.randint(600, 2 * HOUR_S)), calendar.cutoff)


def _ship(rng: Random, calendar: Calendar, order: Order) -> None:
    """All sub-orders leave within two days, one order in twelve as two parcels, none after the cutoff."""
    paid_at = order.paid_at or 0
    room_s = max(1, calendar.cutoff - paid_at)
    first = paid_at + min(rng.randint(4 * HOUR_S, 38 * HOUR_S), room_s * 9 // 10)
    second = first + min(rng.randint(HOUR_S, 20 * HOUR_S), max(0, calendar.cutoff - first) // 2)
    parts = 2 if len(order.lines) > 1 and rng.random() < 0.08 else 1
    parcels = [(first, *waybill(rng)), (second, *waybill(rng))]
    for i, line in enumerate(order.lines):
        line.shipped_at, line.carrier, line.waybill_no = parcels[i % parts]
    order.shipped_at = max(line.shipped_at or 0 for line in order.lines)
    order.status, order.modified_at = "卖家已发货", order.shipped_at


def waybill(rng: Random, *, drawn_from: int = 0) -> tuple[str, str]:
    """A carrier and a number; `drawn_from` moves the number range, so that the unused pool never meets history."""
    carrier = rng.choice(CARRIERS)
    return carrier, f"{_CARRIER_PREFIX[carrier]}{drawn_from}{rng.randrange(10**9):09d}"


def _after_shipping(rng: Random, size: WorldSize, calendar: Calendar, order: Order) -> None:
    shipped_at, cutoff = order.shipped_at or 0, calendar.cutoff
    low, high = size.receive_days
    finished_at = shipped_at + rng.randint(low * DAY_S, high * DAY_S)
    if order.scenario == "refund_shipped":
        created_at = shipped_at + rng.randint(DAY_S // 2, low * DAY_S)
        done_at = created_at + rng.randint(HOUR_S, 2 * DAY_S)
        _refund_all(order, (created_at, done_at), cutoff)
        if done_at <= cutoff:
            order.status = "交易关闭"
        return
    if order.scenario == "refund_part":
        created_at = shipped_at + rng.randint(HOUR_S, low * DAY_S // 2)
        line, amount_fen = _part(rng, order)
        _refund(order, line, amount_fen, (created_at, created_at + rng.randint(HOUR_S, low * DAY_S // 3)), cutoff)
    if order.scenario == "refund_open" and finished_at > cutoff:
        line, amount_fen = _part(rng, order)
        _refund(order, line, amount_fen, (max(shipped_at, cutoff - rng.randint(1, DAY_S)), cutoff + 1), cutoff)
    if finished_at + 60 > cutoff:
        return
    order.status, order.finished_at = "交易成功", finished_at
    order.modified_at = max(order.modified_at, finished_at)
    if order.scenario == "refund_after":
        _refund_after(rng, size, order, cutoff)


def _refund_after(rng: Random, size: WorldSize, order: Order, cutoff: int) -> None:
    """A refund after the payout, up to two weeks later: the whole order or one line. Its lines take a minute."""
    longest_days = 14 if size.days >= 20 else 2
    created_at = (order.finished_at or 0) + rng.randint(HOUR_S, longest_days * DAY_S)
    span = (created_at, created_at + rng.randint(HOUR_S, DAY_S) + 60)
    if cutoff - 60 < span[1] <= cutoff:
        span = (created_at, cutoff + 1)
    if rng.random() < 0.3:
        _refund_all(order, span, cutoff, after=True)
    else:
        line, amount_fen = _part(rng, order)
        _refund(order, line, amount_fen, span, cutoff, after=True)


def _part(rng: Random, order: Order) -> tuple[Line, int]:
    """A refund that leaves some of the order paid: one whole line of several, or part of one line."""
    line = rng.choice(order.lines)
    if len(order.lines) > 1 and rng.random() < 0.6:
        return line, line.paid_share_fen
    return line, max(1, line.paid_share_fen * rng.randint(5, 50) // 100)
