"""The best way to serve one order: which sub-orders from which places, at a price per piece if there is one. Pure."""

from collections.abc import Sequence

from storage.erp.allocation.task import LEFT, Option, Pattern, Task

_SEARCH_STEPS = 5_000
_NOWHERE = (float("inf"), LEFT)
Offers = Sequence[dict[int, tuple[float, int]]]  # per sub-order: place -> (cost, which option)


def best(task: Task, free: Sequence[int] | None, prices: Sequence[float] | None) -> tuple[float, Pattern]:
    """(cost in fen, pattern) of the cheapest way; ties go to fewer parcels, then to the places' own order.

    `free`: pieces left on each shelf, None for no limit; `prices`: what a piece of each shelf is worth, None for
    nothing. Without a limit the cost is never above that of any allocation of this order at these prices.
    """
    if free is not None and task.joint:
        return _best_joint(task, free, prices)
    offers = [_offers(options, free, prices) for options in task.options]
    if len(offers) == 1:
        return _best_single(task, offers[0])
    return _best_of_subsets(task, offers)


def _offers(
    options: Sequence[Option], free: Sequence[int] | None, prices: Sequence[float] | None
) -> dict[int, tuple[float, int]]:
    found: dict[int, tuple[float, int]] = {}
    for number, (place, unit_fen, takes) in enumerate(options):
        cost: float = unit_fen
        for shelf, qty in takes:
            if free is not None and free[shelf] < qty:
                break
            if prices is not None:
                cost += qty * prices[shelf]
        else:
            if place not in found or cost < found[place][0]:  # a set can be drawn in several ways in one place
                found[place] = (cost, number)
    return found


def _best_single(task: Task, offers: dict[int, tuple[float, int]]) -> tuple[float, Pattern]:
    least: float = task.nothing_fen
    chosen = LEFT
    for place, (cost, number) in offers.items():
        total = cost + task.trips[place]
        if total < least:
            least, chosen = total, number
    return least, (chosen,)


def _best_of_subsets(task: Task, offers: Offers) -> tuple[float, Pattern]:
    least: float = task.nothing_fen
    found: Pattern = (LEFT,) * len(offers)
    useful = {place for offer in offers for place in offer}
    cheapest = sum(
        min([short, *[cost for cost, _ in offer.values()]]) for offer, short in zip(offers, task.short_fen, strict=True)
    )
    for fixed, subset in task.subsets:
        if fixed + cheapest >= least:
            break
        if not useful.issuperset(subset):
            continue
        complete, full, partly, part = _from_subset(task, offers, subset)
        if complete is not None and fixed + complete < least:
            least, found = fixed + complete, full
        if not task.whole and fixed + partly < least:
            least, found = fixed + partly, part
    return least, found


def _from_subset(task: Task, offers: Offers, subset: tuple[int, ...]) -> tuple[float | None, Pattern, float, Pattern]:
    """The sub-orders all from these places, None if they cannot, and each only where that is cheaper than short."""
    complete: float | None = 0
    partly: float = task.incomplete_fen
    full, part = [], []
    for offer, short in zip(offers, task.short_fen, strict=True):
        cost, number = _NOWHERE
        for place in subset:
            if place in offer and offer[place][0] < cost:
                cost, number = offer[place]
        if number == LEFT:
            complete = None
        elif complete is not None:
            complete += cost
            full.append(number)
        filled = cost < short
        partly += cost if filled else short
        part.append(number if filled else LEFT)
    return complete, tuple(full), partly, tuple(part)


def _best_joint(task: Task, free: Sequence[int], prices: Sequence[float] | None) -> tuple[float, Pattern]:
    """The same where sub-orders share a code: what one takes is gone for the next. Exact up to a number of steps."""
    left = {shelf: free[shelf] for each in task.options for option in each for shelf, _ in option.takes}
    least, found, steps = float(task.nothing_fen), (LEFT,) * len(task.options), 0
    chosen: list[int] = []

    def place(at: int, cost: float) -> None:
        nonlocal least, found, steps
        steps += 1
        if at == len(task.options):
            pattern = tuple(chosen)
            total = cost + fixed_fen(task, pattern)
            allowed = (LEFT not in pattern or not task.whole) and len(places_of(task, pattern)) <= task.max_parcels
            if total < least and allowed:
                least, found = total, pattern
            return
        for number, (_, unit_fen, takes) in [*enumerate(task.options[at]), (LEFT, (0, task.short_fen[at], ()))]:
            worth = sum(qty * prices[shelf] for shelf, qty in takes) if prices is not None else 0
            if steps > _SEARCH_STEPS or cost + unit_fen >= least or any(left[shelf] < qty for shelf, qty in takes):
                continue
            for shelf, qty in takes:
                left[shelf] -= qty
            chosen.append(number)
            place(at + 1, cost + unit_fen + worth)
            chosen.pop()
            for shelf, qty in takes:
                left[shelf] += qty

    place(0, 0.0)
    return least, found


def places_of(task: Task, pattern: Pattern) -> set[int]:
    """The places from which this pattern sends a parcel."""
    return {options[number].place for options, number in zip(task.options, pattern, strict=True) if number != LEFT}


def fixed_fen(task: Task, pattern: Pattern) -> int:
    """What a pattern costs besides its sub-orders: trips, splits, being incomplete."""
    places = places_of(task, pattern)
    trips = sum(task.trips[place] for place in places)
    return trips + task.split_fen * max(0, len(places) - 1) + task.incomplete_fen * (LEFT in pattern)


def cost_of(task: Task, pattern: Pattern) -> int:
    """What a pattern costs in fen, without any price of the goods."""
    lines = zip(task.options, pattern, task.short_fen, strict=True)
    return fixed_fen(task, pattern) + sum(
        short if number == LEFT else options[number].unit_fen for options, number, short in lines
    )


def takes_of(task: Task, pattern: Pattern) -> list[tuple[int, int]]:
    """(shelf, pieces) that a pattern takes; a shelf may come twice."""
    lines = zip(task.options, pattern, strict=True)
    return [take for options, number in lines if number != LEFT for take in options[number].takes]
