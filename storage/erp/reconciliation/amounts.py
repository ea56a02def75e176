"""One rule for every component: do these lines together make the amount expected? Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from storage.erp.reconciliation.outcomes import Outcome
from storage.erp.reconciliation.rows import StatementLine


class Verdict(NamedTuple):
    """The answer to one line: its outcome, the kind of difference ("" = none) and the amount it should have had."""

    line: StatementLine
    outcome: Outcome
    kind: str
    expected_fen: int


def judge_amounts(lines: Sequence[StatementLine], expected_fen: int, tolerance_fen: int) -> list[Verdict]:
    """One verdict per line. Kinds: rounding, short, over, parts_short, not_due, twice, extra."""
    if not lines:
        return []
    total = sum(line.amount_fen for line in lines)
    if total == expected_fen:
        return [Verdict(line, Outcome.MATCHED, "", line.amount_fen) for line in lines]
    if expected_fen == 0:
        return [Verdict(line, Outcome.AMOUNT, "not_due", 0) for line in lines]
    if len(lines) == 1:
        return [_single(lines[0], expected_fen, tolerance_fen)]
    return _several(lines, expected_fen, total, tolerance_fen)


def _single(line: StatementLine, expected_fen: int, tolerance_fen: int) -> Verdict:
    gap = line.amount_fen - expected_fen
    if gap == 0:
        return Verdict(line, Outcome.MATCHED, "", expected_fen)
    if abs(gap) <= tolerance_fen:
        return Verdict(line, Outcome.WITHIN_TOLERANCE, "rounding", expected_fen)
    short = abs(line.amount_fen) < abs(expected_fen) or (line.amount_fen < 0) != (expected_fen < 0)
    return Verdict(line, Outcome.AMOUNT, "short" if short else "over", expected_fen)


def _several(lines: Sequence[StatementLine], expected_fen: int, total_fen: int, tolerance_fen: int) -> list[Verdict]:
    """The line nearest to the amount expected is taken for it; the same amount again is a duplicate."""
    best = min(range(len(lines)), key=lambda i: (abs(lines[i].amount_fen - expected_fen), i))
    if abs(lines[best].amount_fen - expected_fen) <= tolerance_fen:
        return [_single(line, expected_fen, tolerance_fen) if i == best else _further(line, lines[best])
                for i, line in enumerate(lines)]  # fmt: skip
    if abs(total_fen - expected_fen) <= tolerance_fen:
        return _in_parts(lines, expected_fen, Outcome.WITHIN_TOLERANCE, "rounding")
    if abs(total_fen) < abs(expected_fen):
        return _in_parts(lines, expected_fen, Outcome.PARTIAL, "parts_short")
    return _in_parts(lines, expected_fen, Outcome.AMOUNT, "over")


def _further(line: StatementLine, taken: StatementLine) -> Verdict:
    if line.amount_fen == taken.amount_fen:
        return Verdict(line, Outcome.DUPLICATE, "twice", 0)
    return Verdict(line, Outcome.AMOUNT, "extra", 0)


def _in_parts(lines: Sequence[StatementLine], expected_fen: int, outcome: Outcome, kind: str) -> list[Verdict]:
    """All lines together stand for the expectation; the last one carries what is left of it."""
    rest = expected_fen - sum(line.amount_fen for line in lines[:-1])
    return [
        Verdict(line, outcome, kind, line.amount_fen if i < len(lines) - 1 else rest) for i, line in enumerate(lines)
    ]
