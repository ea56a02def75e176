"""Make a plan cheaper by letting orders give way to one another, until nothing is gained any more. Deterministic.

An order that is not served as well as it could be wishes for its best pattern, where pieces that are taken cost what
they are worth. Whoever can give them up at the least cost gives way and is served anew, and may in turn make others
give way (an ejection chain, up to `depth` links). A chain is kept only if the whole of it is cheaper; so the plan only
ever gets better, and it is a whole plan at every moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from storage.erp.allocation.pattern import best, cost_of, takes_of
from storage.erp.allocation.task import LEFT, Pattern, Problem

DEPTHS = (1, 1, 2, 2)
_WISHES = 2
_GIVE_WAY = (8, 4)  # how many are asked to give way, at the first link of a chain and at the others
_FORBIDDEN = 1e12
_STEPS = 150_000  # patterns looked for in all: a limit that is the same on every machine


@dataclass
class Plan:
    """What is decided so far: each task's pattern and cost, the pieces left, who holds pieces of which shelf."""

    problem: Problem
    prices: list[float]
    free: list[int] = field(init=False)
    pattern: list[Pattern] = field(init=False)
    cost: list[int] = field(init=False)
    holders: list[set[int]] = field(init=False)

    def __post_init__(self) -> None:
        self.free = list(self.problem.stock)
        self.pattern = [(LEFT,) * len(task.options) for task in self.problem.tasks]
        self.cost = [task.nothing_fen for task in self.problem.tasks]
        self.holders = [set() for _ in self.problem.stock]
        self._trail: list[tuple[int, Pattern]] = []
        self._without: dict[tuple[int, int], float] = {}
        self._asked = [0.0] * len(self.free)
        self._steps = 0

    @property
    def cost_fen(self) -> int:
        """What the whole plan costs."""
        return sum(self.cost)

    def put(self, number: int, pattern: Pattern) -> None:
        """Serve a task by this pattern instead of its present one; `free` may go below zero on the way."""
        task = self.problem.tasks[number]
        for shelf, qty in takes_of(task, self.pattern[number]):
            self.free[shelf] += qty
            self.holders[shelf].discard(number)
        for shelf, qty in takes_of(task, pattern):
            self.free[shelf] -= qty
            self.holders[shelf].add(number)
        self.pattern[number], self.cost[number] = pattern, cost_of(task, pattern)

    def serve(self, number: int, ideal: Pattern) -> None:
        """The cheapest way with the pieces that are left. `ideal`: the cheapest if nothing were missing."""
        task = self.problem.tasks[number]
        if not task.joint and all(self.free[shelf] >= qty for shelf, qty in takes_of(task, ideal)):
            self.put(number, ideal)
        else:
            self.put(number, best(task, self.free, None)[1])

    def improve(self, ideal: Sequence[float]) -> None:
        """Let orders give way to one another until that gains nothing or the steps are used up.

        `ideal`: what each task would cost if nobody else wanted anything.
        """
        for depth in DEPTHS:
            gained = False
            for number, least in enumerate(ideal):
                if self.cost[number] > least and self._steps < _STEPS:
                    gained |= self._better(number, depth)
            if depth == DEPTHS[-1] and not gained:
                return

    def _better(self, number: int, depth: int) -> bool:
        """One order served anew, with all that follows, if that is cheaper in all."""
        self._trail.clear()
        before = self.cost[number]
        self._move(number, (LEFT,) * len(self.pattern[number]))
        if self._settle(number, before, depth, frozenset()) is not None:
            return True
        self._undo(0)
        return False

    def _settle(self, number: int, limit: float, depth: int, locked: frozenset[int]) -> int | None:
        """Serve a released task, others giving way; what that costs in all if it is below `limit`, else nothing done.

        The trail says what was done.
        """
        task = self.problem.tasks[number]
        self._steps += 1
        plain, pattern = best(task, self.free, None)
        if depth:
            banned: set[int] = set()
            for _ in range(_WISHES):
                total = self._wish(number, min(limit, plain), depth, locked, banned)
                if total is not None:
                    return total
        if plain < limit:
            self._move(number, pattern)
            return int(plain)
        return None

    def _wish(self, number: int, limit: float, depth: int, locked: frozenset[int], banned: set[int]) -> int | None:
        """The best pattern with the pieces of others at their worth; what it costs with their giving way."""
        task, mark = self.problem.tasks[number], len(self._trail)
        for options in task.options:
            for _, _, takes in options:
                for shelf, qty in takes:
                    lacking = _FORBIDDEN if shelf in banned else self.prices[shelf] + 1
                    self._asked[shelf] = 0 if self.free[shelf] >= qty else lacking
        self._steps += 1
        hoped, pattern = best(task, None, self._asked)
        if hoped >= limit:
            return None
        self._move(number, pattern)
        total = self.cost[number]
        lacking_shelves = sorted({shelf for shelf, _ in takes_of(task, pattern) if self.free[shelf] < 0})
        for shelf in lacking_shelves:
            while self.free[shelf] < 0:
                loss = self._give_way(shelf, limit - total, depth - 1, locked | {number})
                if loss is None:
                    banned.add(shelf)
                    self._undo(mark)
                    return None
                total += loss
        if total < limit:
            return total
        self._undo(mark)
        banned.update(lacking_shelves[:1])
        return None

    def _give_way(self, shelf: int, limit: float, depth: int, locked: frozenset[int]) -> int | None:
        """Let the holder of a shelf's pieces go that loses least by it; what is lost, if that is below `limit`."""
        asked = sorted((self._loss(number, shelf), number) for number in self.holders[shelf] - locked)
        mark, least = len(self._trail), limit
        done: list[tuple[int, Pattern]] | None = None
        for hoped, number in asked[: _GIVE_WAY[0 if depth else 1]]:
            if hoped >= least:
                break
            before = self.cost[number]
            self._move(number, (LEFT,) * len(self.pattern[number]))
            total = self._settle(number, least + before, depth, locked)
            if total is not None:
                least = total - before
                done = [(one, self.pattern[one]) for one, _ in self._trail[mark:]]
            self._undo(mark)
        if done is None:
            return None
        for number, pattern in done:
            self._move(number, pattern)
        return int(least)

    def _loss(self, number: int, shelf: int) -> float:
        """About what a task loses without this shelf's pieces, goods counted at their worth."""
        task = self.problem.tasks[number]
        key = (number, shelf)
        if key not in self._without:
            price, self.prices[shelf] = self.prices[shelf], _FORBIDDEN
            self._without[key] = best(task, None, self.prices)[0]
            self.prices[shelf] = price
            self._steps += 1
        worth = sum(qty * self.prices[one] for one, qty in takes_of(task, self.pattern[number]))
        return self._without[key] - self.cost[number] - worth

    def _move(self, number: int, pattern: Pattern) -> None:
        self._trail.append((number, self.pattern[number]))
        self.put(number, pattern)

    def _undo(self, mark: int) -> None:
        while len(self._trail) > mark:
            self.put(*self._trail.pop())


def alike_in_turn(plan: Plan, tasks_alike: Sequence[Sequence[int]]) -> None:
    """Among tasks that are alike in all but their turn, the best served go to the first in turn; costs stay."""
    for alike in tasks_alike:
        served = sorted((plan.cost[number], plan.pattern[number]) for number in alike)
        if served == [(plan.cost[number], plan.pattern[number]) for number in alike]:
            continue
        for number, (_, pattern) in zip(alike, served, strict=True):
            plan.put(number, pattern)
