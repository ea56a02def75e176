"""The ways in which pick-one sets and lucky bags can be drawn from what lies in one place. Pure.

A way says which base codes all pieces of a sub-order take together. The first way is the one that leaves most of
whatever it takes, of equal ones the first by code; so the same goods give the same ways whatever came before.
"""

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations_with_replacement, pairwise, product
from math import comb, prod
from typing import NamedTuple

from storage.erp.catalog.sets import Member, Sets

WAYS_MAX = 24  # of one sub-order in one place: enough for a bag of three of three drawn once
Bag = tuple[Member, ...]
Way = tuple[tuple[str, int], ...]
Demand = tuple[Bag, int]


class Ways(NamedTuple):
    """Ways to draw, each (base code, pieces) in code order; `complete`: there are no others that the goods allow."""

    ways: tuple[Way, ...]
    complete: bool


def codes_of(bags: Iterable[Bag]) -> tuple[str, ...]:
    """The codes that the bags draw from, each once, sorted."""
    return tuple(sorted({member.code for bag in bags for member in bag}))


def ways_of(bags: Sequence[Bag], qty: int, free: Mapping[str, int], most: int = WAYS_MAX) -> Ways:
    """The ways to draw `qty` pieces from each bag with the pieces that are `free`; none if there are not enough.

    Where there are more than `most`, one per member: the way that takes as much of it as can be.
    """
    usable = [tuple(member for member in bag if free.get(member.code, 0) >= member.qty) for bag in bags]
    if not bags or not all(usable):
        return Ways((), complete=True)
    complete = prod(comb(qty + len(bag) - 1, qty) for bag in usable) <= most
    found = set(_every(usable, qty, free) if complete else _of_each_member(usable, qty, free))
    return Ways(tuple(sorted(found, key=lambda way: (_least_left(way, free), way))[:most]), complete)


def _least_left(way: Way, free: Mapping[str, int]) -> int:
    """The negative of what the way leaves of the code that it leaves least of."""
    return -min(free[code] - pieces for code, pieces in way)


def _every(bags: Sequence[Bag], qty: int, free: Mapping[str, int]) -> Iterable[Way]:
    for drawn in product(*(combinations_with_replacement(bag, qty) for bag in bags)):
        total = Counter[str]()
        for members in drawn:
            for member in members:
                total[member.code] += member.qty
        if all(pieces <= free[code] for code, pieces in total.items()):
            yield tuple(sorted(total.items()))


def _of_each_member(bags: Sequence[Bag], qty: int, free: Mapping[str, int]) -> Iterable[Way]:
    demands = [(bag, qty) for bag in bags]
    for first in ("", *sorted({member.code for bag in bags for member in bag})):
        way = drawn_together(demands, free, first)
        if way is not None:
            yield way


def drawn_together(demands: Sequence[Demand], free: Mapping[str, int], first: str = "") -> Way | None:
    """What bags take together, each drawn so many times, or None if the free pieces are not enough for all of them.

    Draws are moved from member to member until all fit (augmenting paths), so None means that no choice does it; a
    code that two sets take in different numbers counts by the larger. `first`: the code to take before others.
    """
    largest: dict[str, int] = {}
    for member in (member for bag, _ in demands for member in bag):
        largest[member.code] = max(largest.get(member.code, 0), member.qty)
    flow = _Flow([bag for bag, _ in demands], {code: max(0, free.get(code, 0)) // qty for code, qty in largest.items()})
    if not all(flow.fill(number, times, first) for number, (_, times) in enumerate(demands)):
        return None
    total = Counter[str]()
    for (bag, _), drawn in zip(demands, flow.drawn, strict=True):
        for member in bag:
            total[member.code] += drawn[member.code] * member.qty
    return tuple(sorted((code, pieces) for code, pieces in total.items() if pieces))


def is_drawn(bags: Sequence[Bag], qty: int, took: Mapping[str, int]) -> bool:
    """Whether these pieces are a way to draw `qty` from each bag, nothing more and nothing less."""
    return drawn_together([(bag, qty) for bag in bags], took) == tuple(sorted(took.items()))


class Line(NamedTuple):
    """`qty` of a sold code."""

    code: str
    qty: int


def choose(
    lines: Sequence[Line], sets: Sets, made_of: Mapping[str, Mapping[str, int]], free: Mapping[str, int]
) -> dict[str, int] | None:
    """What all lines of one order take together, base code → pieces, or None if they cannot all be served.

    Shared components are counted jointly: what one line takes is gone for the next. Sets draw from what the rest of
    the order leaves.
    """
    total = Counter[str]()
    for line in lines:
        if line.code not in sets:
            parts = made_of.get(line.code, {line.code: 1})
            total.update({base: count * line.qty for base, count in parts.items()})
    if any(free.get(code, 0) < qty for code, qty in total.items()):
        return None
    demands = [(bag, line.qty) for line in lines if line.code in sets for bag in sets[line.code].bags]
    left = {code: free.get(code, 0) - total[code] for code in codes_of(bag for bag, _ in demands)}
    drawn = drawn_together(demands, left)
    if drawn is None:
        return None
    total.update(dict(drawn))
    return {code: total[code] for code in sorted(total) if total[code]}


class _Flow:
    """Draws by bag and member; `left`: how often each code can still be drawn."""

    def __init__(self, bags: Sequence[Bag], left: Mapping[str, int]) -> None:
        self.bags, self.left = bags, dict(left)
        self.drawn = [Counter[str]() for _ in bags]

    def fill(self, bag: int, times: int, first: str) -> bool:
        """Draw from a bag so many times, others changing their draws for it; whether that can be."""
        while times:
            path = self._path(bag, first)
            if path is None:
                return False
            given_up = [(taker, code) for (_, code), (taker, _) in pairwise(path)]
            last = path[-1][1]
            many = min(times, self.left[last], *(self.drawn[taker][code] for taker, code in given_up))
            for taker, code in path:
                self.drawn[taker][code] += many
            for taker, code in given_up:
                self.drawn[taker][code] -= many
            self.left[last] -= many
            times -= many
        return True

    def _path(self, bag: int, first: str) -> list[tuple[int, str]] | None:
        """Who draws what: the first from the bag asked, each other what it draws instead of the code before it.

        The shortest that ends with a code of which there is some left.
        """
        queue, seen = deque[tuple[int, list[tuple[int, str]]]]([(bag, [])]), {bag}
        while queue:
            taker, path = queue.popleft()
            members = self.bags[taker]
            for member in sorted(members, key=lambda m: (m.code != first, -self.left[m.code], m.code)):
                if self.left[member.code]:
                    return [*path, (taker, member.code)]
            for member in sorted(members):
                for other, drawn in enumerate(self.drawn):
                    if other not in seen and drawn[member.code]:
                        seen.add(other)
                        queue.append((other, [*path, (taker, member.code)]))
        return None
