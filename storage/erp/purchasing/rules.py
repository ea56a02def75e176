"""The arithmetic of replenishment. Pure; whole pieces, every part of the sum kept.

demand over lead and review time + safety - available - incoming in that time = net; net > 0 is rounded up to the
supplier's minimum and pack. Nothing is suggested when the cover is enough.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from statistics import NormalDist
from typing import NamedTuple

WHOLE_BP = 10_000
PART_TITLES = {
    "demand_qty": "预测需求",
    "safety_qty": "安全库存",
    "available_qty": "可用",
    "incoming_qty": "在途",
    "moq": "起订量",
    "pack": "箱规",
    "window_days": "覆盖天数",
}


class Lead(NamedTuple):
    """Days from order to receipt: mean and standard deviation in 1/1000 days, and the receipts that say so."""

    mean_milli: int
    sd_milli: int = 0
    receipts: int = 0

    @property
    def days(self) -> int:
        """Whole days, rounded up."""
        return -(-self.mean_milli // 1000)


class Demand(NamedTuple):
    """Demand of a window: mean and the quantile that the service level asks for, in 1/1000 pieces."""

    mean_milli: int
    high_milli: int


class Rounding(NamedTuple):
    """What the supplier sells at least, and in multiples of what."""

    moq: int
    pack: int


@dataclass(frozen=True)
class Need:
    """The arithmetic of one code in one warehouse, in pieces."""

    demand_qty: int
    safety_qty: int
    available_qty: int
    incoming_qty: int
    net_qty: int
    qty: int

    @property
    def words(self) -> str:
        """The sum as a person would write it."""
        return (
            f"预测 {self.demand_qty} + 安全 {self.safety_qty} − 可用 {self.available_qty} − 在途 {self.incoming_qty}"
            f" = {self.net_qty} → {self.qty}"
        )


def need(demand: Demand, lead: Lead, window_days: int, service_bp: int, available: int, incoming: int,
         rounding: Rounding) -> Need:  # fmt: skip
    """How many to order so that stock lasts over `window_days` at that service level."""
    demand_qty = -(-demand.mean_milli // 1000)
    safety_qty = safety(demand, lead, window_days, service_bp)
    net = demand_qty + safety_qty - available - incoming
    return Need(demand_qty, safety_qty, available, incoming, net, rounded(net, rounding))


def safety(demand: Demand, lead: Lead, window_days: int, service_bp: int) -> int:
    """Pieces against demand above its mean and against late deliveries: the root of both squares, rounded up."""
    above = max(demand.high_milli - demand.mean_milli, 0) / 1000
    a_day = demand.mean_milli / 1000 / window_days if window_days else 0.0
    late = max(NormalDist().inv_cdf(service_bp / WHOLE_BP), 0.0) * a_day * lead.sd_milli / 1000
    return ceil(sqrt(above * above + late * late) - 1e-9)


def rounded(net: int, rounding: Rounding) -> int:
    """Up to the minimum and then to whole packs; 0 when nothing is needed."""
    if net <= 0:
        return 0
    return -(-max(net, rounding.moq) // rounding.pack) * rounding.pack


def reorder_point(demand: Demand, lead: Lead, service_bp: int) -> int:
    """Below this, goods ordered now may come too late: demand of the lead time plus safety."""
    return -(-demand.mean_milli // 1000) + safety(demand, lead, lead.days, service_bp)


def split_by_share(whole: int, weights: Sequence[int]) -> list[int]:
    """`whole` split by weight with nothing lost: largest remainder, then the earlier one; even without weights."""
    if not weights:
        return []
    total = sum(weights)
    parts = weights if total else [1] * len(weights)
    total = total or len(weights)
    floors = [whole * weight // total for weight in parts]
    order = sorted(range(len(parts)), key=lambda n: (-(whole * parts[n] % total), n))
    for position in order[: whole - sum(floors)]:
        floors[position] += 1
    return floors


def thinned(demand: Demand, share_bp: int) -> Demand:
    """The demand of a warehouse that serves this share: the mean by the share, the spread by its root."""
    mean = demand.mean_milli * share_bp // WHOLE_BP
    spread = (demand.high_milli - demand.mean_milli) * sqrt(share_bp / WHOLE_BP)
    return Demand(mean, mean + round(spread))


def difference_words(before: Mapping[str, int], now: Mapping[str, int]) -> str:
    """Why a suggestion differs from the plan before, part by part; empty when its quantity is the same."""
    if before["qty"] == now["qty"]:
        return ""
    parts = [
        f"{title} {before[name]} → {now[name]}（{now[name] - before[name]:+d}）"
        for name, title in PART_TITLES.items()
        if before[name] != now[name]
    ]
    return f"上次建议 {before['qty']}，这次 {now['qty']}：" + "；".join(parts)
