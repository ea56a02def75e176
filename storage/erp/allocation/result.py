"""From a plan in numbers back to parcels, shortages and explanations. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from storage.erp.allocation.choice import Choice, choice_of, complete_choices
from storage.erp.allocation.costs import zone
from storage.erp.allocation.drawn import Draw, Draws, with_draws
from storage.erp.allocation.model import Batch, OpenLine, OpenOrder, OrderKey, Parcel, ShortLine, Warehouse
from storage.erp.allocation.pattern import takes_of
from storage.erp.allocation.permits import Permit
from storage.erp.allocation.search import Plan
from storage.erp.allocation.task import LEFT, Task
from storage.erp.allocation.words import chosen_words, explain, shortage_words
from storage.erp.catalog.draws import Way, codes_of, drawn_together
from storage.erp.catalog.sets import StockSet, available


def batch_of(plan: Plan) -> Batch:
    """Parcels and shortages in the order in which the orders are served. The plan must not change afterwards."""
    parcels: list[Parcel] = []
    shorts: list[ShortLine] = []
    free, draws = _Left(plan), Draws(plan)
    explanations = Explanations(plan, free)
    for number, task in enumerate(plan.problem.tasks):
        choice = choice_of(task, plan.pattern[number], plan.problem.places)
        missing = free.missing(number)
        drawn = draws.of(number) if plan.problem.has_sets else ()
        if choice is not None:
            parcels += _parcels(task, choice, {one.sub_no: one.took for one in drawn})
        shorts += missing
        explanations.add(choice, missing, drawn)
    shipping = sum(parcel.cost_fen for parcel in parcels)
    return Batch(tuple(parcels), tuple(shorts), shipping, plan.cost_fen - shipping, explanations)


class Explanations(Mapping[OrderKey, Mapping[str, object]]):
    """Why each order got what it got: put into words when it is asked for, the same whenever that is.

    Orders that any place could send whole and that go as far with as much share all but which sub-order comes from
    where (the very same `candidates`).
    """

    def __init__(self, plan: Plan, free: "_Left") -> None:
        self._plan, self._free = plan, free
        self._decided: list[tuple[Choice | None, Sequence[ShortLine], Sequence[Draw]]] = []
        self._alike: dict[tuple[object, ...], Mapping[str, object]] = {}

    def add(self, choice: Choice | None, missing: Sequence[ShortLine], drawn: Sequence[Draw]) -> None:
        """What was decided for the next order in turn."""
        self._decided.append((choice, missing, drawn))

    @cached_property
    def _numbers(self) -> Mapping[OrderKey, int]:
        return {task.order.key: number for number, task in enumerate(self._plan.problem.tasks)}

    def __len__(self) -> int:
        """How many orders there are."""
        return len(self._decided)

    def __iter__(self) -> Iterator[OrderKey]:
        """The orders, in the order in which they are served."""
        return iter(self._numbers)

    def __getitem__(self, key: OrderKey) -> Mapping[str, object]:
        """{chosen, candidates, rejected, short, words} of one order. Raises KeyError."""
        number = self._numbers[key]
        task, (choice, missing, drawn) = self._plan.problem.tasks[number], self._decided[number]
        rejected = self._free.rejected(number)
        if choice is not None and not missing and not rejected and not drawn and len(choice.warehouses) == 1:
            return self._of_one_place(task, choice)
        choices = [choice, *complete_choices(task, choice, self._plan.problem.places)] if choice is not None else []
        left_fen = self._plan.cost[number] - (choice.cost_fen if choice else 0)
        return with_draws(explain(task.order, choices, rejected, missing, left_fen), drawn)

    def _of_one_place(self, task: Task, choice: Choice) -> Mapping[str, object]:
        key = (task.order.province, choice.cost_fen, choice.warehouses, sum(choice.units.values()), id(task.subsets))
        if key not in self._alike:
            choices = [choice, *complete_choices(task, choice, self._plan.problem.places)]
            self._alike[key] = explain(task.order, choices, [], [], 0)
        return {**self._alike[key], "chosen": chosen_words(choice)}


def _parcels(task: Task, choice: Choice, drawn: Mapping[str, Way]) -> list[Parcel]:
    """One parcel per warehouse; the first carries no split price, so that all add up to the choice's cost.

    Sub-orders of sets need from here on what was drawn for them.
    """
    order, found = task.order, []
    for position, place in enumerate(sorted(choice.warehouses, key=lambda one: one.warehouse)):
        lines = tuple(line for line in order.lines if choice.by_sub.get(line.sub_no) == place.warehouse)
        if drawn:
            lines = tuple(line._replace(needs=drawn[line.sub_no], bags=()) if line.bags else line for line in lines)
        cost = choice.trips[place.warehouse] + choice.units[place.warehouse]
        cost += task.split_fen if position else 0
        found.append(Parcel(order.key, place.warehouse, zone(place.province, order.province), lines, cost))
    return found


class _Left:
    """What one order could have: pieces that nobody else has and that are not kept from it."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        shelves = plan.problem.shelves
        self.free = dict(zip(shelves, plan.free[: len(shelves)], strict=True))
        self.permits: dict[str, list[tuple[Permit, int]]] = defaultdict(list)
        for permit, left in zip(plan.problem.permits, plan.free[len(shelves) :], strict=True):
            self.permits[permit.code].append((permit, left))

    def _own(self, number: int) -> Counter[tuple[str, str]]:
        task, own = self.plan.problem.tasks[number], Counter[tuple[str, str]]()
        goods = self.plan.problem.shelves
        for shelf, qty in takes_of(task, self.plan.pattern[number]):
            if shelf < len(goods):
                own[goods[shelf]] += qty
        return own

    def rejected(self, number: int) -> list[tuple[Warehouse, str]]:
        """Every warehouse that cannot fill the whole order alone, and the first thing it lacks."""
        order, total = self.plan.problem.tasks[number].order, dict[str, int]()
        for line in order.lines:
            for code, qty in line.needs:
                total[code] = total.get(code, 0) + qty
        own, found, wanted = None, [], sorted(total.items())
        sets = self.plan.problem.has_sets and any(line.bags for line in order.lines)
        for place in self.plan.problem.places:
            for code, qty in wanted:
                has = self.free.get((place.warehouse, code), 0)
                if has >= qty and code not in self.permits:
                    continue
                own = self._own(number) if own is None else own
                has = self._has(order, place.warehouse, code)[0] + own[place.warehouse, code]
                if has < qty:
                    found.append((place, f"{code} 要 {qty} 件，可用 {has} 件"))
                    break
            else:
                if sets and (words := self._undrawable(number, place.warehouse, total)):
                    found.append((place, words))
        return found

    def _undrawable(self, number: int, place: str, fixed: Mapping[str, int]) -> str:
        """Why a place that has the order's other goods could not draw its sets as well; "" if it could."""
        order, own = self.plan.problem.tasks[number].order, self._own(number)
        sets = [line for line in order.lines if line.bags]
        codes = codes_of(bag for line in sets for bag in line.bags)
        has = {code: self._has(order, place, code)[0] + own[place, code] - fixed.get(code, 0) for code in codes}
        if drawn_together([(bag, line.qty) for line in sets for bag in line.bags], has) is not None:
            return ""
        wanted = "、".join(f"{line.code}×{line.qty}" for line in sets)
        return f"{wanted} 抽不齐（可用 {'、'.join(f'{code}×{max(0, has[code])}' for code in codes)}）"

    def _has(self, order: OpenOrder, warehouse: str, code: str) -> tuple[int, str]:
        """(pieces that this order could still have there, why it is not all that lies there or "")."""
        has, because = self.free.get((warehouse, code), 0), ""
        for permit, left in self.permits.get(code, ()) if has else ():
            if permit.warehouse in ("", warehouse) and left < has and permit.needed_by(order):
                has, because = left, permit.because
        return has, because

    def missing(self, number: int) -> list[ShortLine]:
        """The sub-orders that stay open, each with what it lacks."""
        order, found = self.plan.problem.tasks[number].order, list[ShortLine]()
        if LEFT not in self.plan.pattern[number]:
            return found
        for line, chosen in zip(order.lines, self.plan.pattern[number], strict=True):
            if chosen == LEFT:
                lacks, kept = self._lacks(order, line.needs) if line.needs else self._undrawn(order, line)
                found.append(ShortLine(order.key, line, lacks, shortage_words(line, lacks) + kept))
        return found

    def _lacks(
        self, order: OpenOrder, needs: Sequence[tuple[str, int]]
    ) -> tuple[tuple[tuple[str, int, int, int], ...], str]:
        lacks: list[tuple[str, int, int, int]] = []
        kept: set[str] = set()
        for code, qty in needs:
            each = [self._has(order, place.warehouse, code) for place in self.plan.problem.places]
            most = max((has for has, _ in each), default=0)
            if most < qty:
                lacks.append((code, qty, most, sum(has for has, _ in each)))
                kept.update(f"{code} {because}" for _, because in each if because)
        return tuple(lacks), f"（另有留着的：{'；'.join(sorted(kept))}）" if kept else ""

    def _undrawn(self, order: OpenOrder, line: OpenLine) -> tuple[tuple[tuple[str, int, int, int], ...], str]:
        """The same for a set: how many of it can be drawn, in the best place and in all together."""
        one, codes = StockSet(line.code, "", line.bags), codes_of(line.bags)
        each = [
            available(one, {code: self._has(order, place.warehouse, code)[0] for code in codes})
            for place in self.plan.problem.places
        ]
        lacks = ((line.code, line.qty, max(each, default=0), sum(each)),)
        return lacks, f"（可抽 {'、'.join(codes)}）"
