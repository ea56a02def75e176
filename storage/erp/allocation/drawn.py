"""What was drawn for the sets of an order, and why. Pure."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from storage.erp.allocation.model import OpenLine
from storage.erp.allocation.search import Plan
from storage.erp.allocation.task import LEFT, Option
from storage.erp.catalog.draws import Way, codes_of


class Draw(NamedTuple):
    """One sub-order's draw: `took` of what the place `had` before the batch; `rank`: which of its `ways` that is.

    The first way (0) leaves most of what it takes; another is taken where others need those goods more.
    """

    sub_no: str
    code: str
    qty: int
    bags: int
    warehouse: str
    took: Way
    had: Way
    rank: int
    ways: int

    @property
    def words(self) -> str:
        """The draw in one clause."""
        kind = "多选一" if self.bags == 1 else "福袋"
        took = "、".join(f"{code}×{qty}" for code, qty in self.took)
        had = "、".join(f"{code}×{qty}" for code, qty in self.had)
        why = "只有这一种抽法" if self.ways == 1 else f"{self.ways} 种抽法里取剩得最多的"
        if self.rank:
            why = f"{self.ways} 种抽法里没取剩得最多的，那些货别处更需要"
        what = f"{kind} {self.code}×{self.qty}"
        return f"子订单 {self.sub_no} 的{what} 在 {self.warehouse} 抽 {took}（本批开始时有 {had}，{why}）"


class Draws:
    """The draws of a plan's tasks, one task at a time."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    @cached_property
    def _stock(self) -> dict[tuple[str, str], int]:
        problem = self._plan.problem
        return dict(zip(problem.shelves, problem.stock, strict=False))  # after the shelves come the permits

    def of(self, number: int) -> tuple[Draw, ...]:
        """The draws of a task's sub-orders that are sent, in their order."""
        task = self._plan.problem.tasks[number]
        return tuple(
            self._draw(line, options, chosen)
            for line, options, chosen in zip(task.order.lines, task.options, self._plan.pattern[number], strict=True)
            if line.bags and chosen != LEFT
        )

    def _draw(self, line: OpenLine, options: Sequence[Option], chosen: int) -> Draw:
        shelves, place = self._plan.problem.shelves, options[chosen].place
        name = self._plan.problem.places[place].warehouse
        took = tuple(sorted((shelves[shelf][1], qty) for shelf, qty in options[chosen].takes if shelf < len(shelves)))
        had = tuple((code, self._stock.get((name, code), 0)) for code in codes_of(line.bags))
        alike = [number for number, option in enumerate(options) if option.place == place]
        return Draw(
            line.sub_no, line.code, line.qty, len(line.bags), name, took, had, alike.index(chosen), len(alike)
        )  # fmt: skip


def with_draws(said: Mapping[str, object], drawn: Sequence[Draw]) -> Mapping[str, object]:
    """An explanation with its draws: `drawn` [{sub_no, code, warehouse, took, had}] and a clause in its words."""
    if not drawn:
        return said
    facts = [
        {"sub_no": one.sub_no, "code": one.code, "warehouse": one.warehouse, "took": dict(one.took),
         "had": dict(one.had)} for one in drawn
    ]  # fmt: skip
    words = str(said["words"]).removesuffix("。")
    return {**said, "drawn": facts, "words": "；".join((words, *(one.words for one in drawn))) + "。"}
