"""One way to serve an order, with its cost in parts, and the ways there would have been on its own. Pure."""

from collections.abc import Mapping, Sequence
from heapq import nsmallest
from itertools import islice
from typing import NamedTuple

from storage.erp.allocation.model import Warehouse
from storage.erp.allocation.pattern import places_of
from storage.erp.allocation.task import LEFT, Option, Pattern, Task

_SHOWN = 4  # besides the one that was chosen


class Choice(NamedTuple):
    """A set of warehouses, which sub-order comes from which, and what that costs: trips and pieces by warehouse."""

    warehouses: tuple[Warehouse, ...]
    by_sub: Mapping[str, str]
    trips: Mapping[str, int]
    units: Mapping[str, int]
    parcel_fen: int
    split_fen: int

    @property
    def parts(self) -> dict[str, int]:
        """The cost in fen by what it is for."""
        parcels = self.parcel_fen * len(self.warehouses)
        return {
            "parcel": parcels,
            "zone": sum(self.trips.values()) - parcels,
            "unit": sum(self.units.values()),
            "split": self.split_fen * (len(self.warehouses) - 1),
        }

    @property
    def cost_fen(self) -> int:
        """The sum of the parts."""
        return sum(self.trips.values()) + sum(self.units.values()) + self.split_fen * (len(self.warehouses) - 1)


def choice_of(task: Task, pattern: Pattern, places: Sequence[Warehouse]) -> Choice | None:
    """What a pattern does, in warehouses; None if it sends nothing."""
    used = sorted(places_of(task, pattern))
    if not used:
        return None
    names = {place: places[place].warehouse for place in used}
    by_sub: dict[str, str] = {}
    units = dict.fromkeys(names.values(), 0)
    for line, options, chosen in zip(task.order.lines, task.options, pattern, strict=True):
        if chosen != LEFT:
            option: Option = options[chosen]
            by_sub[line.sub_no] = names[option.place]
            units[names[option.place]] += option.unit_fen
    trips = {names[place]: task.trips[place] for place in used}
    return Choice(tuple(places[place] for place in used), by_sub, trips, units, task.parcel_fen, task.split_fen)


def complete_choices(task: Task, chosen: Choice, places: Sequence[Warehouse]) -> list[Choice]:
    """The cheapest other ways that send the whole order from as many places, had nobody else wanted anything."""
    if len(chosen.warehouses) == 1:
        return _from_one_place(task, chosen, places)
    has = [{option.place for option in options} for options in task.options]
    fitting = (
        (fixed, subset)
        for fixed, subset in task.subsets
        if len(subset) == len(chosen.warehouses) and all(each.intersection(subset) for each in has)
    )
    others = []
    for _, subset in nsmallest(_SHOWN + 1, fitting):
        other = choice_of(task, _nearest(task, subset), places)
        if other is not None and other.warehouses != chosen.warehouses and len(other.warehouses) == len(subset):
            others.append(other)
    return others[:_SHOWN]


def _from_one_place(task: Task, chosen: Choice, places: Sequence[Warehouse]) -> list[Choice]:
    """The same for one parcel, which most orders are: `subsets` come by price already."""
    units = [{option.place: option.unit_fen for option in options} for options in task.options]
    fitting = (
        (fixed, place)
        for fixed, (place, *more) in task.subsets
        if not more and places[place] != chosen.warehouses[0] and all(place in each for each in units)
    )
    subs = [line.sub_no for line in task.order.lines]
    others = []
    for fixed, place in islice(fitting, _SHOWN):
        name, pieces = places[place].warehouse, sum(each[place] for each in units)
        trips = {name: fixed}
        others.append(
            Choice((places[place],), dict.fromkeys(subs, name), trips, {name: pieces}, task.parcel_fen, task.split_fen)
        )
    return others


def _nearest(task: Task, subset: Sequence[int]) -> Pattern:
    """Each sub-order from a place of `subset`, so that each place has something to do if that can be."""
    pattern: list[int] = []
    idle = set(subset)
    for options in task.options:
        here = [(option.place not in idle, number) for number, option in enumerate(options) if option.place in subset]
        number = min(here)[1]
        pattern.append(number)
        idle.discard(options[number].place)
    return tuple(pattern)
