"""Which warehouses can fill a set of sub-orders together: fewest parcels first, then the cheapest. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, islice
from operator import itemgetter

from storage.erp.allocation.costs import Costs
from storage.erp.allocation.model import FreeStock, OpenLine, OpenOrder, Prices, Warehouse

_SEARCH_STEPS = 5_000


@dataclass(frozen=True)
class Choice:
    """A set of warehouses, what it costs in parts, and which sub-order comes from which of them."""

    warehouses: tuple[Warehouse, ...]
    parts: Mapping[str, int]
    by_sub: Mapping[str, str]

    @property
    def cost_fen(self) -> int:
        """The sum of the parts."""
        return sum(self.parts.values())


def cost_parts(
    order: OpenOrder, lines: Sequence[OpenLine], subset: Sequence[Warehouse], costs: Costs
) -> dict[str, int]:
    """What sending `lines` from every warehouse of `subset` costs in fen: parcel, zone, unit, split."""
    trips = sum(costs.trip_fen(one.province, order.province) for one in subset)
    parcels = costs.parcel_fen * len(subset)
    return {
        "parcel": parcels,
        "zone": trips - parcels,
        "unit": costs.unit_fen * sum(line.qty for line in lines),
        "split": costs.split_fen * (len(subset) - 1),
    }


@dataclass(frozen=True)
class Limits:
    """How far to look, and what taking a piece from a warehouse takes away from the other orders (may be empty)."""

    max_parcels: int
    max_subsets: int
    prices: Prices

    def worth(self, line: OpenLine, warehouse: str) -> int:
        """What a sub-order's goods are worth to the others where they lie, in fen."""
        return sum(qty * self.prices.get((warehouse, code), 0) for code, qty in line.needs) if self.prices else 0


def fits(line: OpenLine, warehouse: str, free: FreeStock) -> bool:
    """Whether one warehouse has everything this sub-order takes."""
    return all(free.get((warehouse, code), 0) >= qty for code, qty in line.needs)


def covers(
    order: OpenOrder,
    lines: Sequence[OpenLine],
    warehouses: Sequence[Warehouse],
    free: FreeStock,
    costs: Costs,
    limits: Limits,
) -> Iterator[Choice]:
    """All ways with the fewest parcels that fill every one of `lines`, cheapest first; nothing if there is none.

    With prices in `limits`, what the goods are worth to the other orders counts as a cost in the choice.
    """
    can = {line.sub_no: {w.warehouse for w in warehouses if fits(line, w.warehouse, free)} for line in lines}
    if not lines or not all(can.values()):
        return
    budget = limits.max_subsets
    for size in range(1, min(limits.max_parcels, len(warehouses), len(lines)) + 1):
        subsets = list(islice(combinations(warehouses, size), budget))
        budget -= len(subsets)
        priced = sorted((_priced(order, lines, subset, costs, can, limits) for subset in subsets), key=itemgetter(0, 1))
        found = False
        for _, _, parts, subset in priced:
            by_sub = _assign(lines, [w.warehouse for w in subset], can, free, limits)
            if by_sub is not None:
                found = True
                yield Choice(subset, parts, by_sub)
        if found or budget <= 0:
            return


def _priced(
    order: OpenOrder,
    lines: Sequence[OpenLine],
    subset: tuple[Warehouse, ...],
    costs: Costs,
    can: Mapping[str, set[str]],
    limits: Limits,
) -> tuple[int, list[tuple[int, str]], dict[str, int], tuple[Warehouse, ...]]:
    """What a subset counts in the choice, its rank among equals, its cost parts, itself."""
    parts = cost_parts(order, lines, subset, costs)
    counts = sum(parts.values()) + _least_worth(lines, subset, can, limits)
    return counts, [(w.rank, w.warehouse) for w in subset], parts, subset


def _least_worth(
    lines: Sequence[OpenLine], subset: Sequence[Warehouse], can: Mapping[str, set[str]], limits: Limits
) -> int:
    if not limits.prices:
        return 0
    return sum(
        min((limits.worth(line, w.warehouse) for w in subset if w.warehouse in can[line.sub_no]), default=0)
        for line in lines
    )


def _assign(
    lines: Sequence[OpenLine], subset: Sequence[str], can: Mapping[str, set[str]], free: FreeStock, limits: Limits
) -> dict[str, str] | None:
    """A warehouse of `subset` for each sub-order so that what they take together is there, every warehouse used.

    The sub-order with the fewest choices goes first; the search is exact up to a fixed number of steps.
    """
    ordered = sorted(lines, key=lambda line: (len(can[line.sub_no].intersection(subset)), line.sub_no))
    left = dict.fromkeys(((w, code) for w in subset for line in lines for code, _ in line.needs), 0)
    left = {key: free.get(key, 0) for key in left}
    chosen: dict[str, str] = {}
    steps = 0

    def place(position: int) -> bool:
        nonlocal steps
        steps += 1
        if position == len(ordered):
            return len(set(chosen.values())) == len(subset)
        line = ordered[position]
        for warehouse in sorted(subset, key=lambda name: limits.worth(line, name)):
            if steps > _SEARCH_STEPS or warehouse not in can[line.sub_no]:
                continue
            if any(left[warehouse, code] < qty for code, qty in line.needs):
                continue
            _move(left, warehouse, line, -1)
            chosen[line.sub_no] = warehouse
            if place(position + 1):
                return True
            del chosen[line.sub_no]
            _move(left, warehouse, line, +1)
        return False

    return chosen if place(0) else None


def _move(left: dict[tuple[str, str], int], warehouse: str, line: OpenLine, sign: int) -> None:
    for code, qty in line.needs:
        left[warehouse, code] += sign * qty


def partial_covers(
    order: OpenOrder,
    warehouses: Sequence[Warehouse],
    free: FreeStock,
    costs: Costs,
    limits: Limits,
) -> Choice | None:
    """The way that fills the most sub-orders of an order that cannot be filled whole, then the cheapest; or None."""
    possible = [line for line in order.lines if any(fits(line, w.warehouse, free) for w in warehouses)]
    budget = limits.max_subsets
    for size in range(len(possible), 0, -1):
        best: Choice | None = None
        for lines in islice(combinations(possible, size), budget):
            budget -= 1
            choice = next(covers(order, lines, warehouses, free, costs, limits), None)
            if choice and (best is None or choice.cost_fen < best.cost_fen):
                best = choice
        if best is not None:
            return best
        if budget <= 0:
            return next(covers(order, possible[:1], warehouses, free, costs, limits), None)
    return None
