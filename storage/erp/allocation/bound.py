"""A certificate for a batch: no allocation that the policy allows could cost less than `bound_fen`.

Batch and bound are counted in the same prices (`Costs`: trips, pieces, splits, what is left short by priority and
deadline, orders that are not complete). Linear programs find what one more piece of scarce stock would be worth; with
that, rounded to whole fen, the bound is computed in integers: every order buys its cheapest way at these prices, and
the stock's worth is taken off again (Lagrangian relaxation; any non-negative prices give a true bound, good ones a
tight one). So neither the solver's tolerance nor a time limit can make the certificate wrong, only weaker; without a
solver the prices are 0 and the certificate says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from storage.erp.allocation.pattern import best
from storage.erp.allocation.task import Option, Problem, Task


@dataclass(frozen=True)
class Certificate:
    """cost_fen - bound_fen is the most that any other allocation could save; gap_bp is that in 1/100 of a percent."""

    cost_fen: int
    bound_fen: int
    prices_from: str

    @property
    def gap_bp(self) -> int:
        """(cost - bound) / cost in basis points, rounded up; 0 for an empty batch."""
        return -((self.bound_fen - self.cost_fen) * 10_000 // self.cost_fen) if self.cost_fen else 0

    @property
    def words(self) -> str:
        """One sentence for the report."""
        gap = f"{self.gap_bp // 100}.{self.gap_bp % 100:02d} %"
        return f"离理论最优最多差 {gap}（{self.prices_from}）"


def lower_bound(problem: Problem, prices: Sequence[int], least: Sequence[int] | None = None) -> int:
    """A cost in fen below which no allocation can come, exact in integers for any non-negative prices per shelf.

    `least`: from `least_of` where it is known, what each order costs at no prices.
    """
    least = least or least_of(problem, [best(task, None, None)[0] for task in problem.tasks])
    worth = sum(price * qty for price, qty in zip(prices, problem.stock, strict=True))
    pays: dict[int, bool] = {}  # the options of a sub-order are often the very same for many
    return (
        sum(
            _least(task, prices, None) if not task.sampled and _pays(task, prices, pays) else free
            for task, free in zip(problem.tasks, least, strict=True)
        )
        - worth
    )


def least_of(problem: Problem, ideal: Sequence[float]) -> list[int]:
    """The least that each order can cost if it alone had the stock; `ideal`: the costs of their ideal patterns."""
    return [_least(task, None, cost) for task, cost in zip(problem.tasks, ideal, strict=True)]


def _pays(task: Task, prices: Sequence[int], known: dict[int, bool]) -> bool:
    for options in task.options:
        if (pays := known.get(id(options))) is None:
            pays = known[id(options)] = any(prices[shelf] for option in options for shelf, _ in option.takes)
        if pays:
            return True
    return False


def _least(task: Task, prices: Sequence[int] | None, ideal: float | None) -> int:
    """The least that one order can cost if it alone had the stock and paid these prices for it."""
    if task.exact:
        return int(best(task, None, prices)[0] if ideal is None else ideal)
    filled = sum(
        min([short, *(_paid(option, prices) for option in options)])
        for options, short in zip(task.options, task.short_fen, strict=True)
    )
    return min(task.nothing_fen, filled + min(task.trips, default=0))


def _paid(option: Option, prices: Sequence[int] | None) -> int:
    return option.unit_fen + (sum(prices[shelf] * qty for shelf, qty in option.takes) if prices else 0)
