"""A batch in numbers: per order its sub-orders, from which shelves each can come, what that and leaving it costs.

A shelf is one (warehouse, base code) with free pieces, or a permit (`permits`). A pattern says for every sub-order of
an order which of its options it takes, -1 for left short.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, islice
from typing import NamedTuple

from storage.erp.allocation.costs import Costs
from storage.erp.allocation.model import AllocationPolicy, FreeStock, OpenLine, OpenOrder, OrderKey, Stock, Warehouse
from storage.erp.allocation.permits import Permit, permits_of
from storage.erp.catalog.draws import Bag, codes_of, ways_of

Pattern = tuple[int, ...]
Subsets = Sequence[tuple[int, tuple[int, ...]]]
Takes = tuple[tuple[int, int], ...]
LEFT = -1
_EXACT_PLACES = 8  # 255 combinations per order; with more, the places that look best are searched


class Option(NamedTuple):
    """A sub-order from one place: its cost without the parcel, and the pieces it takes from which shelves."""

    place: int
    unit_fen: int
    takes: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Task:
    """An order to be decided. `trips` by place; `subsets`: (cost of their parcels, places), cheapest first.

    `joint`: two of its sub-orders want the same code. `whole`: all of it or nothing. `exact`: `subsets` has every set
    of places that could matter. `sampled`: a set of it can be drawn in other ways than its options.
    """

    order: OpenOrder
    options: tuple[tuple[Option, ...], ...]
    short_fen: tuple[int, ...]
    incomplete_fen: int
    parcel_fen: int
    split_fen: int
    trips: tuple[int, ...]
    subsets: Subsets
    max_parcels: int
    joint: bool
    whole: bool
    exact: bool
    sampled: bool = False

    @property
    def nothing_fen(self) -> int:
        """What it costs to send nothing."""
        return sum(self.short_fen) + self.incomplete_fen


@dataclass(frozen=True, slots=True)
class Problem:
    """All tasks in the order in which they are served, the shelves and how many pieces lie on each.

    `stock` goes on after the shelves with the permits. `has_sets`: some sub-order is a set that is to be drawn.
    """

    tasks: tuple[Task, ...]
    places: tuple[Warehouse, ...]
    shelves: tuple[tuple[str, str], ...]
    permits: tuple[Permit, ...]
    stock: tuple[int, ...]
    has_sets: bool = False

    @property
    def codes(self) -> tuple[str, ...]:
        """The base code of each shelf and permit."""
        return (*(code for _, code in self.shelves), *(one.code for one in self.permits))


def sequence(order: OpenOrder) -> tuple[int, bool, str, int, OrderKey]:
    """The sort key by which orders are served; an order without a deadline comes after those with one."""
    return (-order.priority, not order.latest_ship_at, order.latest_ship_at, -len(order.lines), order.key)


def state(
    orders: Iterable[OpenOrder],
    stock: FreeStock,
    warehouses: Iterable[Warehouse],
    costs: Costs,
    policy: AllocationPolicy,
) -> Problem:
    """The batch in numbers; the same whatever the order of the rows that come in."""
    served = sorted(map(_tidy, orders), key=sequence)
    places = tuple(sorted(warehouses, key=lambda w: (w.rank, w.warehouse)))
    shelves = tuple(sorted(key for key, qty in stock.items() if qty > 0))
    permits = tuple(permits_of(stock.kept if isinstance(stock, Stock) else (), stock))
    numbers = {key: number for number, key in enumerate(shelves)}
    has_sets = any(line.bags for order in served for line in order.lines)
    desk = _Desk(places, numbers, permits, stock, costs, policy, _first_day(served, policy), has_sets)
    tasks = tuple(desk.task(order) for order in served)
    pieces = (*(stock[key] for key in shelves), *(one.qty for one in permits))
    return Problem(tasks, places, shelves, permits, pieces, desk.has_sets)


def _tidy(order: OpenOrder) -> OpenOrder:
    if any(len(line.needs) > 1 for line in order.lines):
        order = order._replace(lines=tuple(line._replace(needs=tuple(sorted(line.needs))) for line in order.lines))
    return order._replace(lines=tuple(sorted(order.lines))) if len(order.lines) > 1 else order


def _first_day(orders: Sequence[OpenOrder], policy: AllocationPolicy) -> str:
    return policy.today or min((order.latest_ship_at[:10] for order in orders if order.latest_ship_at), default="")


@dataclass
class _Desk:
    """What the tasks of one batch have in common."""

    places: tuple[Warehouse, ...]
    shelf_of: Mapping[tuple[str, str], int]
    permits: Sequence[Permit]
    stock: FreeStock
    costs: Costs
    policy: AllocationPolicy
    today: str
    has_sets: bool

    def __post_init__(self) -> None:
        self.known: dict[tuple[str, tuple[int, ...], int], Subsets] = {}
        self.open: dict[tuple[tuple[tuple[str, int], ...], int], tuple[Option, ...]] = {}
        self.drawn: dict[tuple[tuple[Bag, ...], int], tuple[Option, ...]] = {}
        self.sampled: set[tuple[tuple[Bag, ...], int]] = set()  # sets that have more ways than were made options
        self.trips: dict[str, tuple[int, ...]] = {}
        self.permits_by_code: dict[str, list[tuple[int, Permit]]] = defaultdict(list)
        self.lying: dict[str, tuple[tuple[int, int, int], ...]] = {}  # code -> its places, shelves, pieces there
        for number, permit in enumerate(self.permits, start=len(self.shelf_of)):
            self.permits_by_code[permit.code].append((number, permit))

    def task(self, order: OpenOrder) -> Task:
        options = tuple(self._options(order, line) for line in order.lines)
        days_left = self._days_left(order)
        short = tuple(self.costs.shortage_fen(order.priority, line.qty, days_left) for line in order.lines)
        trips = self._trips(order.province)
        useful = tuple(sorted({option.place for each in options for option in each}))
        kept = self._kept(useful, options, trips)
        subsets = self._subsets(order.province, kept, trips, len(order.lines))
        wanted = [code for line in order.lines for code, _ in line.needs]
        sampled = False
        if self.has_sets:
            bags = [(line.bags, line.qty) for line in order.lines if line.bags]
            wanted += [code for each, _ in bags for code in codes_of(each)]
            sampled = not self.sampled.isdisjoint(bags)
        return Task(
            order, options, short, self.costs.incomplete_fen, self.costs.parcel_fen, self.costs.split_fen, trips,
            subsets, self.policy.max_parcels, len(wanted) > len(set(wanted)), not self.policy.ship_partial,
            kept == useful and len(subsets) < self.policy.max_subsets, sampled,
        )  # fmt: skip

    def _trips(self, province: str) -> tuple[int, ...]:
        if province not in self.trips:
            self.trips[province] = tuple(self.costs.trip_fen(place.province, province) for place in self.places)
        return self.trips[province]

    def _options(self, order: OpenOrder, line: OpenLine) -> tuple[Option, ...]:
        """The same for every order that wants as much of a code, unless something of it is kept from somebody."""
        if not line.needs:
            return self._set_options(order, line)
        if self.permits_by_code and any(code in self.permits_by_code for code, _ in line.needs):
            return self._permitted(order, line)
        key = (line.needs, line.qty)
        if key not in self.open:
            self.open[key] = self._single(line) if len(line.needs) == 1 else self._permitted(order, line)
        return self.open[key]

    def _single(self, line: OpenLine) -> tuple[Option, ...]:
        """What `_permitted` finds for most: of one code, nothing of which is kept from anybody."""
        ((code, qty),) = line.needs
        unit_fen = self.costs.unit_fen * line.qty
        if not qty:
            return tuple(Option(number, unit_fen, ()) for number in range(len(self.places)))
        if code not in self.lying:
            shelves = [(place.warehouse, code) for place in self.places]
            self.lying[code] = tuple(
                (number, self.shelf_of[shelf], self.stock[shelf])
                for number, shelf in enumerate(shelves)
                if shelf in self.shelf_of
            )
        return tuple(
            Option(number, unit_fen, ((shelf, qty),)) for number, shelf, most in self.lying[code] if most >= qty
        )

    def _permitted(self, order: OpenOrder, line: OpenLine) -> tuple[Option, ...]:
        found = []
        for number in range(len(self.places)):
            takes = self._takes(order, number, line.needs)
            if takes is not None:
                found.append(Option(number, self.costs.unit_fen * line.qty, takes))
        return tuple(found)

    def _takes(self, order: OpenOrder, number: int, needs: Sequence[tuple[str, int]]) -> Takes | None:
        """The pieces from the place's shelves and the permits that go with them; None if it has not enough."""
        place = self.places[number].warehouse
        if not all(self.stock.get((place, code), 0) >= qty for code, qty in needs):
            return None
        goods = [(self.shelf_of[place, code], qty) for code, qty in needs if qty]
        permits = [
            (shelf, qty, permit.qty)
            for code, qty in needs
            for shelf, permit in self.permits_by_code.get(code, ())
            if permit.warehouse in ("", place) and permit.needed_by(order)
        ]
        if not all(qty <= most for _, qty, most in permits):
            return None
        return (*goods, *((shelf, qty) for shelf, qty, _ in permits))

    def _set_options(self, order: OpenOrder, line: OpenLine) -> tuple[Option, ...]:
        """Each place's ways to draw the set, the first of every place before the second of any."""
        key, codes = (line.bags, line.qty), codes_of(line.bags)
        kept = any(code in self.permits_by_code for code in codes)
        if not kept and key in self.drawn:
            return self.drawn[key]
        found: list[tuple[int, Option]] = []
        for number in range(len(self.places)):
            ways, complete = ways_of(line.bags, line.qty, self._free(order, number, codes))
            if not complete:
                self.sampled.add(key)
            for rank, way in enumerate(ways):
                takes = self._takes(order, number, way)
                if takes is not None:
                    found.append((rank, Option(number, self.costs.unit_fen * line.qty, takes)))
        options = tuple(option for _, option in sorted(found, key=lambda each: (each[0], each[1].place)))
        if not kept:
            self.drawn[key] = options
        return options

    def _free(self, order: OpenOrder, number: int, codes: Iterable[str]) -> dict[str, int]:
        """What this order may have of each code in a place, had nobody else wanted anything."""
        place, most = self.places[number].warehouse, dict[str, int]()
        for code in codes:
            limits = [
                permit.qty
                for _, permit in self.permits_by_code.get(code, ())
                if permit.warehouse in ("", place) and permit.needed_by(order)
            ]
            most[code] = min([self.stock.get((place, code), 0), *limits])
        return most

    def _days_left(self, order: OpenOrder) -> int | None:
        if not order.latest_ship_at or not self.today:
            return None
        return (date.fromisoformat(order.latest_ship_at[:10]) - date.fromisoformat(self.today)).days

    def _kept(
        self, useful: tuple[int, ...], options: Sequence[Sequence[Option]], trips: Sequence[int]
    ) -> tuple[int, ...]:
        """All useful places, or of too many those that have most of the order and the nearest of each sub-order."""
        if len(useful) <= _EXACT_PLACES:
            return useful
        has = {place: sum(any(one.place == place for one in each) for each in options) for place in useful}
        best = sorted(useful, key=lambda place: (-has[place], trips[place], place))[:_EXACT_PLACES]
        nearest = [min(each, key=lambda one: (trips[one.place], one.place)).place for each in options if each]
        return tuple(sorted({*best, *nearest}))

    def _subsets(self, province: str, places: tuple[int, ...], trips: Sequence[int], lines: int) -> Subsets:
        most = min(self.policy.max_parcels, len(places), lines)
        key = (province, places, most)
        if key not in self.known:
            sets = (subset for size in range(1, most + 1) for subset in combinations(places, size))
            split = self.costs.split_fen
            priced = [
                (sum(trips[place] for place in subset) + split * (len(subset) - 1), subset)
                for subset in islice(sets, self.policy.max_subsets)
            ]
            self.known[key] = sorted(priced, key=lambda one: (one[0], len(one[1]), one[1]))
        return self.known[key]
