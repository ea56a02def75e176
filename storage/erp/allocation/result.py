"""From a plan in numbers back to parcels, shortages and explanations. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence

from storage.erp.allocation.choice import Choice, choice_of, complete_choices
from storage.erp.allocation.costs import zone
from storage.erp.allocation.model import Batch, OrderKey, Parcel, ShortLine, Warehouse
from storage.erp.allocation.search import Plan
from storage.erp.allocation.task import LEFT, Task
from storage.erp.allocation.words import explain, shortage_words


def batch_of(plan: Plan) -> Batch:
    """Parcels and shortages in the order in which the orders are served."""
    parcels: list[Parcel] = []
    shorts: list[ShortLine] = []
    explanations: dict[OrderKey, Mapping[str, object]] = {}
    free = _Left(plan)
    for number, task in enumerate(plan.problem.tasks):
        choice = choice_of(task, plan.pattern[number], plan.problem.places)
        missing = free.missing(number)
        rejected = free.rejected(number)
        if choice is not None:
            parcels += _parcels(task, choice)
        shorts += missing
        choices = [choice, *complete_choices(task, choice, plan.problem.places)] if choice is not None else []
        left_fen = plan.cost[number] - (choice.cost_fen if choice else 0)
        explanations[task.order.key] = explain(task.order, choices, rejected, missing, left_fen)
    shipping = sum(parcel.cost_fen for parcel in parcels)
    return Batch(tuple(parcels), tuple(shorts), shipping, plan.cost_fen - shipping, explanations)


def _parcels(task: Task, choice: Choice) -> list[Parcel]:
    """One parcel per warehouse; the first carries no split price, so that all add up to the choice's cost."""
    order, found = task.order, []
    for position, place in enumerate(sorted(choice.warehouses, key=lambda one: one.warehouse)):
        lines = tuple(line for line in order.lines if choice.by_sub.get(line.sub_no) == place.warehouse)
        cost = choice.trips[place.warehouse] + choice.units[place.warehouse]
        cost += task.split_fen if position else 0
        found.append(Parcel(order.key, place.warehouse, zone(place.province, order.province), lines, cost))
    return found


class _Left:
    """What one order could have: pieces that nobody else has."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.free = dict(zip(plan.problem.shelves, plan.free, strict=True))

    def _own(self, number: int) -> Counter[tuple[str, str]]:
        task, own = self.plan.problem.tasks[number], Counter[tuple[str, str]]()
        for options, chosen in zip(task.options, self.plan.pattern[number], strict=True):
            for shelf, qty in options[chosen].takes if chosen != LEFT else ():
                own[self.plan.problem.shelves[shelf]] += qty
        return own

    def rejected(self, number: int) -> list[tuple[Warehouse, str]]:
        """Every warehouse that cannot fill the whole order alone, and the first thing it lacks."""
        total: Counter[str] = Counter()
        for line in self.plan.problem.tasks[number].order.lines:
            total.update(dict(line.needs))
        own, found, codes = self._own(number), [], sorted(total)
        for place in self.plan.problem.places:
            for code in codes:
                has = self.free.get((place.warehouse, code), 0) + own[place.warehouse, code]
                if has < total[code]:
                    found.append((place, f"{code} 要 {total[code]} 件，可用 {has} 件"))
                    break
        return found

    def missing(self, number: int) -> list[ShortLine]:
        """The sub-orders that stay open, each with what it lacks."""
        order, found = self.plan.problem.tasks[number].order, []
        for line, chosen in zip(order.lines, self.plan.pattern[number], strict=True):
            if chosen == LEFT:
                lacks = tuple(self._lacks(line.needs))
                found.append(ShortLine(order.key, line, lacks, shortage_words(line, lacks)))
        return found

    def _lacks(self, needs: Sequence[tuple[str, int]]) -> list[tuple[str, int, int, int]]:
        lacks = []
        for code, qty in needs:
            each = [self.free.get((place.warehouse, code), 0) for place in self.plan.problem.places]
            if max(each, default=0) < qty:
                lacks.append((code, qty, max(each, default=0), sum(each)))
        return lacks
