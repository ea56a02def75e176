"""How good answers are: which outcome each fault got, what was confirmed that must not be, what was accused wrongly."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.labelled.books import Books, Fault

CONFIRMED = frozenset({1, 2, 3, 6})
EXCEPTIONS = frozenset({4, 7, 8, 9, 10, 11, 12, 13, 15})

Item = Mapping[str, Any]


@dataclass
class Score:
    """`matrix`: kind of fault -> outcome -> how many. `confirmed`: faults of which something was confirmed wrongly.
    `missed`: faults nobody was told of. `misnamed`: told, under another outcome than any that names it.
    `accused`: answers that accuse what is right. `automatic`, `lines`: lines in no need of a person, of all lines.
    """

    matrix: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    confirmed: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    misnamed: list[str] = field(default_factory=list)
    accused: list[Item] = field(default_factory=list)
    automatic: int = 0
    lines: int = 0

    def recall(self, faults: Iterable[Fault]) -> float:
        """Share of these faults that somebody was told of."""
        counted = [fault.kind for fault in faults]
        return 1 - sum((Counter(self.missed) & Counter(counted)).values()) / len(counted) if counted else 1.0

    def table(self) -> str:
        """The confusion matrix as text: one row per kind, outcomes with their counts."""
        rows = [f"{kind:28}" + "  ".join(f"{outcome:>2}×{count}" for outcome, count in sorted(found.items()))
                for kind, found in sorted(self.matrix.items())]  # fmt: skip
        return "\n".join(rows)


def score(books: Books, items: Iterable[Item]) -> Score:
    """Compare the answers with what was done to the books."""
    result = Score()
    answers = {(item["side"], item["ref"]): item for item in items}
    of_books: dict[str, list[Item]] = defaultdict(list)
    for item in answers.values():
        if item["side"] == "books":
            for number in {item["order_no"], *item["ref"].replace("|", ":").split(":")} - {""}:
                of_books[number].append(item)
        else:
            result.lines += 1
            result.automatic += item["outcome"] not in EXCEPTIONS
    told: set[tuple[str, str]] = set()
    for fault in books.faults:
        about = _about(fault, answers, of_books)
        told |= {(item["side"], item["ref"]) for item in about}
        _judge(result, fault, about, answers)
    spoilt = _spoilt(books)
    result.accused = [
        item
        for key, item in answers.items()
        if item["outcome"] in EXCEPTIONS and key not in told and item["order_no"] not in spoilt
    ]
    return result


def _about(fault: Fault, answers: Mapping[tuple[str, str], Item], of_books: Mapping[str, list[Item]]) -> list[Item]:
    """The answers about a fault: those of its lines, those of its numbers, and what shares a group with them."""
    found = [answers[line.ref] for line in fault.guilty if line.ref in answers]
    found += [item for number in fault.books for item in of_books.get(number, [])]
    groups = {item["group_id"] for item in found} - {""}
    held = {(item["side"], item["ref"]) for item in found}
    if groups:
        found += [item for key, item in answers.items() if item["group_id"] in groups and key not in held]
    return found


def _judge(result: Score, fault: Fault, about: list[Item], answers: Mapping[tuple[str, str], Item]) -> None:
    outcomes = {int(item["outcome"]) for item in about}
    named = outcomes & fault.wanted
    told = named or outcomes & EXCEPTIONS
    result.matrix[fault.kind][min(told) if told else min(outcomes, default=0)] += 1
    if not told:
        result.missed.append(fault.kind)
    elif not named:
        result.misnamed.append(fault.kind)
    mine = [int(answers[line.ref]["outcome"]) for line in fault.guilty if line.ref in answers]
    confirmed = [outcome for outcome in mine if outcome in CONFIRMED - (fault.wanted - {1, 2})]
    if len(confirmed) > fault.innocent:
        result.confirmed.append(fault.kind)


def _spoilt(books: Books) -> set[str]:
    """Orders on which something was done: what else is said about them is the same story."""
    orders = {line.order_no for fault in books.faults for line in fault.guilty if hasattr(line, "order_no")}
    numbers = {number for fault in books.faults for number in fault.books}
    of_refund = {refund.refund_no: refund.order_no for refund in books.refunds}
    return (orders | numbers | {of_refund[number] for number in numbers if number in of_refund}) - {""}
