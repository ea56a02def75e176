"""Judge orders of the past by rules that are not in force yet, and say what would be otherwise; writes nothing."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection

from storage.erp.allocation.model import OrderKey
from storage.erp.orders.cases import read_past_cases
from storage.erp.orders.model import Case
from storage.erp.orders.review import PLATFORMS
from storage.erp.orders.rules import RuleSet, judge


class Difference(NamedTuple):
    """One order that the two sets judge differently: which codes go, which come, and why they come."""

    key: OrderKey
    gone: tuple[str, ...]
    new: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class Replay:
    """What another set of rules would have done to the orders of a day."""

    orders: int
    held_before: int
    held_after: int
    differences: tuple[Difference, ...]

    def words(self) -> str:
        """The report's first line and one line per code that changes."""
        change = Counter(f"+{code}" for one in self.differences for code in one.new)
        change.update(f"-{code}" for one in self.differences for code in one.gone)
        listed = "，".join(f"{code} {count}" for code, count in sorted(change.items()))
        head = f"{self.orders} 单：拦截从 {self.held_before} 变为 {self.held_after}，{len(self.differences)} 单判得不同"
        return head + (f"（{listed}）" if listed else "")


def replay(
    connection: Connection, day: str, before: RuleSet, after: RuleSet, platforms: Collection[str] = PLATFORMS
) -> Replay:
    """The orders created on business day `day` (YYYY-MM-DD), judged by both sets as at the end of that day."""
    cases = read_past_cases(connection, f"{day} 00:00:00", f"{day} 23:59:59", platforms)
    return compare(cases, before, after)


def compare(cases: Sequence[Case], before: RuleSet, after: RuleSet) -> Replay:
    """The same for given cases. Pure."""
    found, held_before, held_after = [], 0, 0
    for case in cases:
        old, new = judge(case, before), judge(case, after)
        held_before += bool(old)
        held_after += bool(new)
        was, now = {reason.code for reason in old}, {reason.code for reason in new}
        if was != now:
            words = "；".join(reason.words for reason in new if reason.code not in was)
            found.append(Difference(case.key, tuple(sorted(was - now)), tuple(sorted(now - was)), words))
    return Replay(len(cases), held_before, held_after, tuple(found))
