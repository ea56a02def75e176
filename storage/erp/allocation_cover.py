"""Which warehouses can fill a set of sub-orders together: fewest parcels first, then the cheapest. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, islice

from storage.erp.allocation_costs import Costs
from storage.erp.allocation_model import FreeStock, OpenLine, OpenOrder, Warehouse

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


def fits(line: OpenLine, warehouse: str, free: FreeStock) -> bool:
    """Whether one warehouse has everything this sub-order takes."""
    return all(free.get((warehouse, code), 0) >= qty for code, qty in line.needs)


def covers(
    order: OpenOrder,
    lines: Sequence[OpenLine],
    warehouses: Sequence[Warehouse],
    free: FreeStock,
    costs: Costs,
    limits: tuple[int, int],
) -> Iterator[Choice]:
    """All ways with the fewest parcels that fill every one of `lines`, cheapest first; nothing if there is none.

    `limits`: the most parcels, the most combinations looked at.
    """
    can = {line.sub_no: {w.warehouse for w in warehouses if fits(line, w.warehouse, free)} for line in lines}
    if not lines or not all(can.values()):
        return
    max_parcels, budget = limits
    for size in range(1, min(max_parcels, len(warehouses), len(lines)) + 1):
        subsets = list(islice(combinations(warehouses, size), budget))
        budget -= len(subsets)
        priced = sorted(
            ((sum(parts.values()), [w[3:] + w[:1] for w in subset], parts, subset)
             for subset in subsets
             for parts in [cost_parts(order, lines, subset, costs)]),
            key=lambda entry: entry[:2],
        )  # fmt: skip
        found = False
        for _, _, parts, subset in priced:
            by_sub = _assign(lines, [w.warehouse for w in subset], can, free)
            if by_sub is not None:
                found = True
                yield Choice(subset, parts, by_sub)
        if found or budget <= 0:
            return


def _assign(
    lines: Sequence[OpenLine], subset: Sequence[str], can: Mapping[str, set[str]], free: FreeStock
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
        for warehouse in subset:
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
    limits: tuple[int, int],
) -> Choice | None:
    """The way that fills the most sub-orders of an order that cannot be filled whole, then the cheapest; or None."""
    possible = [line for line in order.lines if any(fits(line, w.warehouse, free) for w in warehouses)]
    budget = limits[1]
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
