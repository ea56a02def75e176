"""Decide what ships from where: pure, deterministic, the same whatever the order of the rows that come in.

What a plan costs says everything: trips, pieces, splits, and for what is left short a price by priority and deadline
(`Costs`), a further one for an order that is not sent complete. The plan with the least cost is looked for:

1. Linear programs say what scarce pieces are worth, and serve most orders in one way already.
2. The others take what is left in their turn: priority, deadline, more sub-orders, key.
3. Orders give way to one another as long as that makes the whole cheaper.
4. Among orders that are alike in all but their turn, the one that is due first is served best.

The certificate counts in the same prices. A sub-order with all its components stays whole in one parcel, because the
platform takes one waybill for it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from storage.erp.allocation.bound import Certificate, least_of, lower_bound
from storage.erp.allocation.costs import Costs
from storage.erp.allocation.model import AllocationPolicy, Batch, FreeStock, OpenOrder, Warehouse
from storage.erp.allocation.pattern import best, takes_of
from storage.erp.allocation.result import batch_of
from storage.erp.allocation.search import Plan, alike_in_turn
from storage.erp.allocation.task import Option, Pattern, Problem, Task, state

_LARGEST = 30_000  # orders that a linear program is asked about; more would take minutes


def allocate_best(
    orders: Iterable[OpenOrder],
    stock: FreeStock,
    warehouses: Iterable[Warehouse],
    costs: Costs,
    policy: AllocationPolicy,
) -> tuple[Batch, Certificate]:
    """Give every sub-order a warehouse or say what it lacks, nothing promised twice; and how far that is from best.

    Quantities in pieces, money in fen. Every order gets an explanation {chosen, candidates, rejected, short, words}.
    Measured on 10,000 orders (processor time, two seeds): 0.1 % over the bound in 2 s with ample stock, 0.7 % in 5 s
    with as much as is wanted, 2.1 to 2.4 % in 7 s with 85 % of it.
    """
    problem = state(orders, stock, warehouses, costs, policy)
    ideal = [best(task, None, None) for task in problem.tasks]
    prices, chosen, source = _relaxed(problem, [pattern for _, pattern in ideal], policy.bound_seconds)
    plan = Plan(problem, [float(price) for price in prices])
    for number, pattern in sorted(chosen.items()):
        plan.put(number, pattern)
    for number in range(len(problem.tasks)):
        if number not in chosen:
            plan.serve(number, ideal[number][1])
    least = least_of(problem, [cost for cost, _ in ideal])
    bound = max(sum(least), lower_bound(problem, prices, least))
    if plan.cost_fen > bound:
        plan.improve([cost for cost, _ in ideal])
    alike_in_turn(plan, _alike(problem.tasks))
    return batch_of(plan), Certificate(plan.cost_fen, bound, source)


def solver_read() -> bool:
    """Whether there is a solver; it is read now, which takes it 0.1 s once."""
    try:
        import storage.erp.allocation.lp  # noqa: F401
    except ImportError:
        return False
    return True


def _relaxed(
    problem: Problem, ideal: Sequence[Pattern], seconds: float
) -> tuple[Sequence[int], Mapping[int, Pattern], str]:
    """(worth of a piece of each shelf, tasks that are decided by it, where that is known from in words)."""
    none = [0] * len(problem.stock)
    contested = _contested(problem, ideal)
    free = {number: pattern for number, pattern in enumerate(ideal) if number not in contested}
    if not contested:
        return none, free, "库存充足，无需线性规划"
    if len(contested) > _LARGEST:
        return none, {}, f"争用库存的订单超过 {_LARGEST} 单，下界较松"
    if not solver_read():
        return none, {}, "没有安装求解器 highspy，下界较松"
    from storage.erp.allocation.lp import relax

    found = relax(problem, sorted(contested), seconds)
    source = "线性规划影子价，HiGHS" if found.ended else "求解器超时，下界较松"
    return found.prices, found.chosen, source


def _contested(problem: Problem, ideal: Sequence[Pattern]) -> set[int]:
    """The tasks that could use a shelf of which all ideal patterns together want more than there is."""
    wanted = [0] * len(problem.stock)
    for task, pattern in zip(problem.tasks, ideal, strict=True):
        for shelf, qty in takes_of(task, pattern):
            wanted[shelf] += qty
    short = {code for code, want, has in zip(problem.codes, wanted, problem.stock, strict=True) if want > has}
    return {
        number
        for number, task in enumerate(problem.tasks)
        if any(code in short for line in task.order.lines for code, _ in line.needs)
        or (problem.has_sets and any(m.code in short for line in task.order.lines for bag in line.bags for m in bag))
    }


def _alike(tasks: Sequence[Task]) -> list[list[int]]:
    """Numbers of tasks that can change places without changing any cost, in turn."""
    groups: dict[tuple[tuple[tuple[Option, ...], ...], tuple[int, ...], tuple[int, ...]], list[int]] = defaultdict(list)
    for number, task in enumerate(tasks):
        groups[task.options, task.short_fen, task.trips].append(number)
    return [numbers for numbers in groups.values() if len(numbers) > 1]
