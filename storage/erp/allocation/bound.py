"""A certificate for a batch: no allocation whatever could cost less than `bound_fen`.

The linear relaxation (HiGHS) finds what one more piece of scarce stock would be worth. With those prices, rounded to
whole fen, the bound is then computed in integers: every order buys its cheapest way at these prices, and the stock's
worth is taken off again (Lagrangian relaxation; any non-negative prices give a true bound, good ones a tight one).
So neither the solver's tolerance nor a time limit can make the certificate wrong, only weaker; without a solver the
prices are 0 and the certificate says so.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

from storage.erp.allocation.costs import Costs
from storage.erp.allocation.cover import fits
from storage.erp.allocation.model import Batch, FreeStock, OpenLine, OpenOrder, Prices, Warehouse

_EXACT_WAREHOUSES = 8  # 255 combinations per order; with more, a weaker but true bound is used


@dataclass(frozen=True)
class Certificate:
    """cost_fen - bound_fen is the most that any other allocation could save; gap_bp is that in 1/100 of a percent."""

    cost_fen: int
    bound_fen: int
    prices_from: str

    @property
    def gap_bp(self) -> int:
        """(cost - bound) / cost in basis points, rounded up; 0 for an empty batch."""
        return -((self.bound_fen - self.cost_fen) * 10_000 // self.cost_fen) if self.cost_fen else 0

    @property
    def words(self) -> str:
        """One sentence for the report."""
        gap = f"{self.gap_bp // 100}.{self.gap_bp % 100:02d} %"
        return f"离理论最优最多差 {gap}（{self.prices_from}）"


class Scarcity(NamedTuple):
    """What a piece of scarce stock is worth to the batch, and in words where that is known from."""

    prices: Prices
    source: str


def scarcity(
    orders: Iterable[OpenOrder],
    stock: FreeStock,
    warehouses: Iterable[Warehouse],
    costs: Costs,
    *,
    time_limit_s: float = 10.0,
) -> Scarcity:
    """The worth of scarce stock by the linear relaxation; no prices where nothing is scarce or nobody can tell.

    600 orders take a quarter of a second, 5,000 six seconds when stock is scarce (2 cores).
    """
    open_orders = sorted(orders)
    scarce = _scarce(open_orders, stock)
    if not scarce:
        return Scarcity({}, "库存充足，无需线性规划")
    try:
        from storage.erp.allocation.lp import stock_prices  # HiGHS takes 0.1 s to import
    except ImportError:
        return Scarcity({}, "没有安装求解器 highspy，下界较松")
    found = stock_prices(open_orders, stock, sorted(warehouses), costs, scarce, time_limit_s)
    if found is None:
        return Scarcity({}, "求解器超时，下界较松")
    return Scarcity(found, "线性规划影子价，HiGHS")


def certificate(
    batch: Batch,
    orders: Iterable[OpenOrder],
    stock: FreeStock,
    warehouses: Iterable[Warehouse],
    costs: Costs,
    known: Scarcity | None = None,
) -> Certificate:
    """How far this batch can be from the best possible one; the better of the priced and the unpriced bound.

    `orders` and `stock` are what `allocate` was given; `known`: from `scarcity`, found here if it is not given.
    """
    places, open_orders = sorted(warehouses), sorted(orders)
    known = known or scarcity(open_orders, stock, places, costs)
    plain = lower_bound(open_orders, stock, places, costs, {})
    priced = lower_bound(open_orders, stock, places, costs, known.prices) if known.prices else plain
    return Certificate(batch.cost_fen, max(plain, priced), known.source)


def _scarce(orders: Sequence[OpenOrder], stock: FreeStock) -> frozenset[tuple[str, str]]:
    """The (warehouse, code) which could run out: only these can have a price."""
    wanted: Counter[str] = Counter()
    for order in orders:
        for line in order.lines:
            wanted.update(dict(line.needs))
    return frozenset(key for key, free in stock.items() if 0 < free < wanted[key[1]])


def lower_bound(
    orders: Iterable[OpenOrder], stock: FreeStock, warehouses: Sequence[Warehouse], costs: Costs, prices: Prices
) -> int:
    """A cost in fen below which no allocation can come, exact in integers for any non-negative prices."""
    worth = sum(price * max(0, stock.get(key, 0)) for key, price in prices.items())
    return sum(_cheapest(order, stock, warehouses, costs, prices) for order in orders) - worth


def _cheapest(order: OpenOrder, stock: FreeStock, warehouses: Sequence[Warehouse], costs: Costs, prices: Prices) -> int:
    """The least that one order can cost if it alone had the stock and paid these prices for it."""
    offers = [_offers(line, stock, warehouses, costs, prices) for line in order.lines]
    short = [costs.shortage_fen(order.priority, line.qty) for line in order.lines]
    useful = [w for w in warehouses if any(w.warehouse in offer for offer in offers)]
    trips = {w.warehouse: costs.trip_fen(w.province, order.province) for w in useful}
    if not useful:
        return sum(short)
    if len(useful) > _EXACT_WAREHOUSES:
        best = sum(min([left, *offer.values()]) for left, offer in zip(short, offers, strict=True))
        return min(sum(short), best + min(trips.values()))
    least = sum(short)
    for size in range(1, min(len(useful), len(offers)) + 1):
        for subset in combinations(trips, size):
            fixed = sum(trips[name] for name in subset) + costs.split_fen * (size - 1)
            if fixed >= least:
                continue
            filled = (
                min([left, *(offer[n] for n in subset if n in offer)])
                for left, offer in zip(short, offers, strict=True)
            )
            least = min(least, fixed + sum(filled))
    return least


def _offers(
    line: OpenLine, stock: FreeStock, warehouses: Sequence[Warehouse], costs: Costs, prices: Prices
) -> dict[str, int]:
    """What filling this sub-order costs from each warehouse that has all of it, without the parcel."""
    return {
        w.warehouse: costs.unit_fen * line.qty
        + sum(qty * prices.get((w.warehouse, code), 0) for code, qty in line.needs)
        for w in warehouses
        if fits(line, w.warehouse, stock)
    }
