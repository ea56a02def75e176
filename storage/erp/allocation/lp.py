"""What a piece of scarce stock is worth, and which orders the best mixture of patterns serves in one way: by HiGHS.

min Σ cost·λ   s.t.   Σ λ ≤ 1 per order,   Σ takes·λ ≤ stock per shelf     (λ: share of an order served by a pattern)

Patterns are far too many to write down, so they are generated (Dantzig-Wolfe): the program over those known says what
pieces are worth, each order names its best pattern at these prices, and those that are new join, until none is. Large
programs are solved by the interior-point method: as fast as the simplex method from 2,000 orders on, ten times as fast
for ten thousand, and its prices swing less; small ones by the simplex method, in half the time. Ten thousand orders
take about five seconds.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import highspy
import numpy as np

from storage.erp.allocation.pattern import best, cost_of, takes_of
from storage.erp.allocation.task import LEFT, Pattern, Problem

_ROUNDS = 12
_NEAR = 0.0005  # the programs end when their value is proved to this share
_SURE = 1e-6
_SMALL = 1_000
"""Programs about fewer orders than this are small."""
Best = Callable[[int, Sequence[float]], tuple[float, Pattern]]


@dataclass(frozen=True)
class Relaxed:
    """Fen per piece of each shelf, whole; the pattern of each task that the mixture serves in one way; solved or not.

    Taken together these patterns never want more than there is. `ended`: False if the time was over first.
    """

    prices: tuple[int, ...]
    chosen: dict[int, Pattern]
    ended: bool


@dataclass
class _Master:
    """The program over the patterns known so far; columns are only ever added."""

    problem: Problem
    rows: dict[int, int]  # task -> its row
    seconds: float
    columns: list[tuple[int, Pattern]] = field(default_factory=list)
    known: set[tuple[int, Pattern]] = field(default_factory=set)
    sent: int = 0

    def __post_init__(self) -> None:
        self.solver = highspy.Highs()  # type: ignore[no-untyped-call]
        self.solver.setOptionValue("output_flag", False)
        self.solver.setOptionValue("threads", 1)  # the same answer on every machine of one solver version
        self.solver.setOptionValue("solver", "simplex" if len(self.rows) < _SMALL else "ipm")
        self.solver.setOptionValue("run_crossover", "off")
        self.solver.setOptionValue("presolve", "off")  # without crossover, what it took away has no true price
        self.solver.setOptionValue("time_limit", self.seconds)
        lp = highspy.HighsLp()
        lp.num_row_ = len(self.rows) + len(self.problem.stock)
        lp.row_lower_ = np.full(lp.num_row_, -highspy.kHighsInf)
        lp.row_upper_ = np.array([*(1.0 for _ in self.rows), *map(float, self.problem.stock)])
        lp.a_matrix_.start_ = np.array([0], dtype=np.int32)
        self.solver.passModel(lp)

    def add(self, number: int, pattern: Pattern) -> bool:
        """Whether the pattern is new and could be had at all."""
        takes: Counter[int] = Counter()
        for shelf, qty in takes_of(self.problem.tasks[number], pattern):
            takes[shelf] += qty
        stock = self.problem.stock
        if not takes or (number, pattern) in self.known or any(qty > stock[shelf] for shelf, qty in takes.items()):
            return False
        self.known.add((number, pattern))
        self.columns.append((number, pattern))
        return True

    def solve(self) -> bool:
        """Send the new columns and solve; False if the time is over.

        Without crossover the interior-point method may end close to the optimum without being sure of it: its prices
        serve as well.
        """
        costs: list[float] = []
        starts: list[int] = []
        index: list[int] = []
        value: list[float] = []
        for number, pattern in self.columns[self.sent :]:
            task = self.problem.tasks[number]
            costs.append(float(cost_of(task, pattern) - task.nothing_fen))
            starts.append(len(index))
            index.append(self.rows[number])
            value.append(1.0)
            takes: Counter[int] = Counter()
            for shelf, qty in takes_of(task, pattern):
                takes[shelf] += qty
            index += [len(self.rows) + shelf for shelf in takes]
            value += map(float, takes.values())
        count = len(costs)
        zeros, ones = np.zeros(count), np.full(count, highspy.kHighsInf)
        places, entries = np.array(index, dtype=np.int32), np.array(value)
        begins = np.array(starts, dtype=np.int32)
        self.solver.addCols(count, np.array(costs), zeros, ones, len(index), begins, places, entries)
        self.sent = len(self.columns)
        self.solver.run()
        good = (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kUnknown)
        return bool(self.solver.getModelStatus() in good)

    def duals(self) -> tuple[list[float], list[float]]:
        """(what serving each order one way more would save, what a piece of each shelf is worth)."""
        duals = self.solver.getSolution().row_dual
        return list(duals[: len(self.rows)]), [max(0.0, -value) for value in duals[len(self.rows) :]]

    def value(self) -> float:
        """The program's value: what is saved against sending nothing, negative."""
        return float(self.solver.getInfo().objective_function_value)

    def served_one_way(self) -> dict[int, Pattern]:
        """The tasks that a corner of the solution serves in one way, or not at all."""
        self.solver.setOptionValue("run_crossover", "on")
        self.solver.run()
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return {}
        mixed: set[int] = set()
        chosen: dict[int, Pattern] = {}
        for (number, pattern), share in zip(
            self.columns[: self.sent], self.solver.getSolution().col_value, strict=True
        ):
            if share > 1 - _SURE:
                chosen[number] = pattern
            elif share > _SURE:
                mixed.add(number)
        nothing = self.rows.keys() - chosen.keys() - mixed
        return {**chosen, **{one: (LEFT,) * len(self.problem.tasks[one].options) for one in nothing}}


def relax(problem: Problem, contested: Iterable[int], seconds: float) -> Relaxed:
    """Solve the mixture over the `contested` tasks, with all of the problem's stock for them."""
    numbers = list(contested)
    master = _Master(problem, {number: row for row, number in enumerate(numbers)}, seconds)
    nothing = sum(problem.tasks[number].nothing_fen for number in numbers)
    prices, saves = [0.0] * len(problem.stock), [0.0] * len(numbers)
    bound, value, kept, ended = float("-inf"), float(nothing), prices, True
    for _ in range(_ROUNDS):
        found = -sum(price * qty for price, qty in zip(prices, problem.stock, strict=True))
        fresh = 0
        for row, number in enumerate(numbers):
            cost, pattern = best(problem.tasks[number], None, prices)
            found += cost
            if cost - problem.tasks[number].nothing_fen < saves[row] - 0.5:
                fresh += master.add(number, pattern)
        if found > bound:
            bound, kept = found, prices
        if not fresh or value - bound <= _NEAR * abs(value):
            break
        if not master.solve():
            ended = False
            break
        saves, prices = master.duals()
        value = nothing + master.value()
    chosen = master.served_one_way() if ended and master.sent else {}
    return Relaxed(tuple(round(price) for price in kept), chosen, ended)
