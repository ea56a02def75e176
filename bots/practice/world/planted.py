"""The known differences: each put on an order (or withdrawal) of its own, each written down with the money at stake.

`amount_fen` is what the seller has too much (+) or too little (-) compared with what orders, after-sales, contract
and withdrawals say. README.md beside this file describes every kind.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random

from bots.practice.world.fen import WXPAY_FEE_BP, basis_points
from bots.practice.world.money import BankLine, Flow, arrival, payment, refund, withdrawal
from bots.practice.world.orders import Calendar, Order, order_no_of
from bots.practice.world.shops import SHOPS
from bots.practice.world.sizes import DAY_S, WorldSize

_UNKNOWN_ORDER_NUMBERS_FROM = 5_000_000


@dataclass(slots=True)
class Planted:
    """One known difference. `flow` is its statement line, where there is one."""

    kind: str
    shop_id: str
    order_no: str | None
    flow: Flow | None
    amount_fen: int
    note: str


class Ground:
    """The orders and lines that differences are planted on; no order is taken twice."""

    def __init__(
        self, rng: Random, size: WorldSize, calendar: Calendar, orders: list[Order], flows: list[Flow]
    ) -> None:
        self.rng = rng
        self.calendar = calendar
        self.flows = flows
        self.wallet_shops = [shop_id for shop_id in size.shop_ids if SHOPS[shop_id].wallet == "alipay"]
        self._of_order: dict[str, list[Flow]] = {}
        for flow in flows:
            if flow.order_no is not None:
                self._of_order.setdefault(flow.order_no, []).append(flow)
        self._plain = self._early(o for o in orders if o.finished_at is not None and not o.refunds)
        self._refunded = self._early(o for o in orders if o.finished_at is not None and _refunded_once_after(o))
        self._closed = self._early(o for o in orders if o.status == "交易关闭" and o.paid_at is None)
        self._unknown = 0

    def _early(self, orders: Iterable[Order]) -> list[Order]:
        """The earlier part in random order: an old difference is not taken for one that time will settle."""
        ordered = sorted(orders, key=lambda order: (order.finished_at or order.created_at, order.number))
        early = ordered[: max(12, len(ordered) * 6 // 10)]
        self.rng.shuffle(early)
        return early

    def line(self, order: Order, kind: str) -> Flow:
        """The order's statement line of a kind."""
        return next(flow for flow in self._of_order[order.order_no] if flow.kind == kind)

    def plain(self, with_line: str = "payment") -> Order:
        """A settled order without after-sales that has a line of this kind."""
        return self._take(self._plain, lambda o: any(flow.kind == with_line for flow in self._of_order[o.order_no]))

    def refunded(self, *, alipay: bool = False) -> Order:
        """A settled order with exactly one refund, done after the payout."""
        return self._take(self._refunded, lambda o: not alipay or SHOPS[o.shop_id].wallet == "alipay")

    def closed(self) -> Order:
        """An order that was never paid and is closed."""
        return self._take(self._closed, lambda _: True)

    def of_shop(self, shop_id: str) -> Order:
        """A settled order of one shop."""
        return self._take(self._plain, lambda o: o.shop_id == shop_id)

    def moment(self) -> int:
        """A second in the earlier part of the statements."""
        return self.rng.choice(self._plain).finished_at or 0

    def unknown_order_no(self, at: int) -> str:
        """A well-formed order number that no shop has."""
        self._unknown += 1
        return order_no_of(self.calendar, _UNKNOWN_ORDER_NUMBERS_FROM + self._unknown, at, self.rng)

    @staticmethod
    def _take(pool: list[Order], fits: Callable[[Order], bool]) -> Order:
        for position, order in enumerate(pool):
            if fits(order):
                return pool.pop(position)
        raise LookupError("this world is too small for its planted differences")


def _refunded_once_after(order: Order) -> bool:
    return len(order.refunds) == 1 and order.refunds[0].after_settlement and order.refunds[0].done_at is not None


def _change(flow: Flow, by_fen: int) -> None:
    flow.amount_fen += by_fen
    if SHOPS[flow.shop_id].wallet == "wxpay":
        fee_fen = basis_points(abs(flow.amount_fen), WXPAY_FEE_BP)
        flow.fee_fen = fee_fen if flow.amount_fen > 0 else -fee_fen


def _paid_differently(ground: Ground, kind: str, by_fen: int, words: str) -> Planted:
    order = ground.plain()
    flow = ground.line(order, "payment")
    _change(flow, by_fen)
    return Planted(kind, order.shop_id, order.order_no, flow, by_fen, words)


def _payment_short(ground: Ground) -> Planted:
    return _paid_differently(ground, "payment_short", -ground.rng.randint(150, 900), "订单已完成，货款少付")


def _payment_over(ground: Ground) -> Planted:
    return _paid_differently(ground, "payment_over", ground.rng.randint(150, 2_500), "订单已完成，货款多付")


def _payment_rounding(ground: Ground) -> Planted:
    return _paid_differently(ground, "payment_rounding", ground.rng.choice((-1, 1)), "货款与订单实付相差 1 分")


def _payment_missing(ground: Ground) -> Planted:
    order = ground.plain()
    flow = ground.line(order, "payment")
    ground.flows.remove(flow)
    return Planted(
        "payment_missing", order.shop_id, order.order_no, None, -flow.amount_fen, "订单已完成，账单里没有货款"
    )


def _payment_duplicated(ground: Ground) -> Planted:
    order = ground.plain()
    first = ground.line(order, "payment")
    again = payment(order.shop_id, order, first.amount_fen, first.at + 40)
    ground.flows.append(again)
    return Planted(
        "payment_duplicated", order.shop_id, order.order_no, again, first.amount_fen, "同一订单货款付了两次，流水号不同"
    )


def _payment_closed_order(ground: Ground) -> Planted:
    order = ground.closed()
    flow = payment(order.shop_id, order, order.paid_fen, order.created_at + 2 * DAY_S)
    ground.flows.append(flow)
    return Planted(
        "payment_closed_order", order.shop_id, order.order_no, flow, flow.amount_fen, "未付款已关闭的订单却有货款入账"
    )


def _line_repeated(ground: Ground) -> Planted:
    order = ground.plain()
    flow = ground.line(order, "payment")
    flow.repeated = True
    return Planted(
        "line_repeated", order.shop_id, order.order_no, flow, flow.amount_fen, "同一流水号的一行在账单里出现两次"
    )


def _commission_rate(ground: Ground) -> Planted:
    order = ground.plain("commission")
    flow = ground.line(order, "commission")
    rate_bp = SHOPS[order.shop_id].commission_bp + ground.rng.choice((50, 80, 120))
    taken_fen = basis_points(order.settled_fen + order.platform_discount_fen, rate_bp)
    more_fen = taken_fen + flow.amount_fen
    flow.amount_fen = -taken_fen
    return Planted(
        "commission_rate",
        order.shop_id,
        order.order_no,
        flow,
        -more_fen,
        f"佣金按 {rate_bp / 100:.2f}% 收取，合同费率更低",
    )


def _missing(ground: Ground, planted_kind: str, order: Order, kind: str, words: str) -> Planted:
    flow = ground.line(order, kind)
    ground.flows.remove(flow)
    return Planted(planted_kind, order.shop_id, order.order_no, None, -flow.amount_fen, words)


def _commission_missing(ground: Ground) -> Planted:
    return _missing(ground, "commission_missing", ground.plain("commission"), "commission", "订单已结算，没有收佣金")


def _subsidy_missing(ground: Ground) -> Planted:
    return _missing(ground, "subsidy_missing", ground.plain("subsidy"), "subsidy", "平台优惠没有补贴给商家")


def _refund_missing(ground: Ground) -> Planted:
    order = ground.refunded()
    return _missing(ground, "refund_missing", order, "refund", "售后显示已退款，账单里没有退款")


def _commission_back_missing(ground: Ground) -> Planted:
    order = ground.refunded(alipay=True)
    return _missing(ground, "commission_back_missing", order, "refund_commission", "结算后退款，佣金没有退回")


def _refund_over(ground: Ground) -> Planted:
    order = ground.refunded()
    flow = ground.line(order, "refund")
    more_fen = ground.rng.randint(100, 600)
    _change(flow, -more_fen)
    return Planted("refund_over", order.shop_id, order.order_no, flow, -more_fen, "账单退款比售后金额多")


def _refund_unknown(ground: Ground) -> Planted:
    order = ground.plain()
    amount_fen = max(1, order.paid_fen * ground.rng.randint(10, 60) // 100)
    at = (order.finished_at or 0) + ground.rng.randint(60, DAY_S)
    flow = refund(order.shop_id, order, f"35{ground.rng.randrange(10**16):016d}", amount_fen, at)
    ground.flows.append(flow)
    return Planted("refund_unknown", order.shop_id, order.order_no, flow, -amount_fen, "订单没有售后，账单却有退款")


def _order_unknown(ground: Ground) -> Planted:
    at = ground.moment()
    shop_id = ground.rng.choice(ground.wallet_shops)
    stranger = Order(0, ground.unknown_order_no(at), shop_id, at, at, "", receiver="钱*", phone="139****0000")
    flow = payment(shop_id, stranger, ground.rng.randint(2_000, 30_000), at)
    ground.flows.append(flow)
    return Planted("order_unknown", shop_id, stranger.order_no, flow, flow.amount_fen, "任何店铺都没有这个订单")


def _wrong_shop(ground: Ground) -> Planted:
    here, owner = ground.wallet_shops[0], ground.wallet_shops[1]
    order = ground.of_shop(owner)
    flow = ground.line(order, "payment")
    flow.shop_id = here
    return Planted("wrong_shop", here, order.order_no, flow, flow.amount_fen, f"{owner} 的订单货款记在 {here} 的账单里")


def _unknown_fee(ground: Ground) -> Planted:
    shop_id = ground.rng.choice(ground.wallet_shops)
    remark = f"服务市场扣款-{ground.rng.randint(1_000, 9_999)}"
    flow = Flow(ground.moment() + 7, shop_id, "unknown_fee", -ground.rng.randint(500, 6_000), remark=remark)
    flow.counterparty = "阿里云计算有限公司"
    ground.flows.append(flow)
    return Planted("unknown_fee", shop_id, None, flow, flow.amount_fen, f"没有规则认识的扣款：{remark}")


LINE_PLANTS: dict[str, Callable[[Ground], Planted]] = {
    "commission_back_missing": _commission_back_missing,
    "commission_missing": _commission_missing,
    "commission_rate": _commission_rate,
    "line_repeated": _line_repeated,
    "order_unknown": _order_unknown,
    "payment_closed_order": _payment_closed_order,
    "payment_duplicated": _payment_duplicated,
    "payment_missing": _payment_missing,
    "payment_over": _payment_over,
    "payment_rounding": _payment_rounding,
    "payment_short": _payment_short,
    "refund_missing": _refund_missing,
    "refund_over": _refund_over,
    "refund_unknown": _refund_unknown,
    "subsidy_missing": _subsidy_missing,
    "unknown_fee": _unknown_fee,
    "wrong_shop": _wrong_shop,
}


def plant_lines(ground: Ground, counts: dict[str, int]) -> list[Planted]:
    """Plants every kind of statement difference as often as asked; changes `ground.flows`."""
    return [plant(ground) for kind, plant in LINE_PLANTS.items() for _ in range(counts.get(kind, 0))]


def plant_withdrawals(
    rng: Random, calendar: Calendar, withdrawals: list[Flow], counts: dict[str, int]
) -> tuple[list[Planted], list[BankLine]]:
    """The bank's side of all withdrawals with the asked differences; adds to `withdrawals` where one becomes two."""
    due = [flow for flow in withdrawals if flow.at + 3 * DAY_S < calendar.cutoff]
    rng.shuffle(due)
    planted: list[Planted] = []
    special: dict[int, BankLine | None] = {}
    for _ in range(counts.get("withdrawal_not_arrived", 0)):
        flow = due.pop()
        special[id(flow)] = None
        planted.append(_of_withdrawal("withdrawal_not_arrived", flow, flow.amount_fen, "提现已扣款，银行没有到账"))
    for _ in range(counts.get("withdrawal_short", 0)):
        flow, less_fen = due.pop(), rng.randint(300, 5_000)
        line = arrival(rng, flow)
        line.amount_fen -= less_fen
        special[id(flow)] = line
        planted.append(_of_withdrawal("withdrawal_short", flow, -less_fen, "银行到账比提现少"))
    for _ in range(counts.get("withdrawal_ambiguous", 0)):
        flow = due.pop()
        flow.amount_fen = -(-flow.amount_fen // 2)
        twin = withdrawal(flow.shop_id, -flow.amount_fen, flow.at + 1_260)
        withdrawals.append(twin)
        special[id(twin)] = None
        planted.append(
            _of_withdrawal("withdrawal_ambiguous", twin, flow.amount_fen, "同日两笔同额提现，银行只到账一笔")
        )
    lines = [special[id(flow)] if id(flow) in special else arrival(rng, flow) for flow in withdrawals]
    return planted, [line for line in lines if line is not None and line.at <= calendar.cutoff]


def _of_withdrawal(kind: str, flow: Flow, amount_fen: int, note: str) -> Planted:
    return Planted(kind, flow.shop_id, None, flow, amount_fen, note)
