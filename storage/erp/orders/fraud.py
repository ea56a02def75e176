"""How much an order looks like fraud: points that add up, each with its reason; at the threshold a person looks. Pure.

What is counted is what the trade counts: velocity of one buyer, several buyers at one address, a history of refunds, a
price far below the shop's own, an amount far above it, pieces that no household buys. No single harmless sign reaches
the threshold.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from storage.erp.allocation.words import yuan
from storage.erp.orders.checks import number
from storage.erp.orders.model import Case, Finding, Settings


class Sign(NamedTuple):
    """One suspicious sign: its name, its points and why, with the figures."""

    name: str
    points: int
    because: str


def velocity(case: Case, settings: Settings) -> Sign | None:
    """Many orders of one buyer within a day."""
    count = case.history.orders_day + 1
    if count < number(settings, "orders_day"):
        return None
    return Sign("velocity", 40 if count < 2 * number(settings, "orders_day") else 60, f"24 小时内第 {count} 单")


def cluster(case: Case, settings: Settings) -> Sign | None:
    """Many buyers at one address."""
    count = case.history.buyers_at_address
    if count < number(settings, "buyers_at_address"):
        return None
    return Sign("cluster", 40, f"同一地址有 {count} 个买家账号")


def refunds(case: Case, settings: Settings) -> Sign | None:
    """A buyer who sends most of it back; a few orders prove nothing."""
    orders, back = case.history.orders, case.history.refunded
    if orders < 4 or back * 100 < orders * number(settings, "refund_percent"):
        return None
    return Sign("refunds", 40, f"以前 {orders} 单退了 {back} 单")


def price(case: Case, settings: Settings) -> Sign | None:
    """A piece paid at a fraction of the shop's own price: a wrong price is being used up."""
    for line in case.lines:
        paid = line.paid_share_fen // line.qty if line.qty else 0
        if line.usual_fen and paid * 100 < line.usual_fen * number(settings, "price_percent"):
            return Sign("price", 60, f"{line.code} 成交价 {yuan(paid)} 元，平时 {yuan(line.usual_fen)} 元")
    return None


def pieces(case: Case, settings: Settings) -> Sign | None:
    """More of one thing than a household buys."""
    most = max((line.qty for line in case.lines), default=0)
    if most < number(settings, "pieces"):
        return None
    return Sign("pieces", 30, f"一个商品买了 {most} 件")


def amount(case: Case, settings: Settings) -> Sign | None:
    """A large amount from a buyer who never bought here."""
    if case.history.orders or not case.buyer or case.paid_fen < number(settings, "amount_fen"):
        return None
    return Sign("amount", 30, f"首次购买就付 {yuan(case.paid_fen)} 元")


SIGNS: dict[str, Callable[[Case, Settings], Sign | None]] = {
    "amount": amount,
    "cluster": cluster,
    "pieces": pieces,
    "price": price,
    "refunds": refunds,
    "velocity": velocity,
}


def signs(case: Case, settings: Settings) -> list[Sign]:
    """Every sign that the order shows, the heaviest first."""
    found = [sign for check in SIGNS.values() if (sign := check(case, settings))]
    return sorted(found, key=lambda sign: (-sign.points, sign.name))


def fraud(case: Case, settings: Settings) -> Sequence[Finding]:
    """Held for a person when the points reach `threshold`; every sign is told with its points."""
    found = signs(case, settings)
    if not found:
        return []
    score = sum(sign.points for sign in found)
    if score < number(settings, "threshold"):
        return []
    words = f"风险 {score} 分：" + "；".join(f"{sign.because}（{sign.points}）" for sign in found)
    facts = {"score": score, "signs": [sign._asdict() for sign in found]}
    return [Finding("FRAUD", words, ",".join(sorted(sign.name for sign in found)), facts)]
