"""Which refund of the books a refund line of the statement is: by its number, else by amount and day. Pure."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from storage.erp.reconciliation.rows import BookRefund, StatementLine


class Pair(NamedTuple):
    """A refund line with its refund. `kind` without one: twice (again the same), unknown, ambiguous (two fit)."""

    line: StatementLine
    refund: BookRefund | None
    kind: str


def pair_refunds(lines: Sequence[StatementLine], refunds: Sequence[BookRefund]) -> list[Pair]:
    """Exactly one pair per line; a refund is used once."""
    free = {refund.refund_no: refund for refund in sorted(refunds, key=lambda refund: refund.refund_no)}
    known = set(free)
    pairs = [_by_number(line, free, known) for line in lines if line.refund_no]
    unnumbered = [line for line in lines if not line.refund_no]
    while unnumbered:
        line = unnumbered.pop(0)
        pair = _by_amount(line, free, 1 + sum(other.amount_fen == line.amount_fen for other in unnumbered))
        if pair.refund is not None:
            del free[pair.refund.refund_no]
        pairs.append(pair)
    return pairs


def _by_number(line: StatementLine, free: dict[str, BookRefund], known: set[str]) -> Pair:
    if line.refund_no in free:
        return Pair(line, free.pop(line.refund_no), "")
    return Pair(line, None, "twice" if line.refund_no in known else "unknown")


def _by_amount(line: StatementLine, free: dict[str, BookRefund], lines_alike: int) -> Pair:
    equal = [refund for refund in free.values() if refund.amount_fen == -line.amount_fen]
    if not equal:
        return Pair(line, next(iter(free.values())), "") if len(free) == 1 else Pair(line, None, "unknown")
    if len(equal) <= lines_alike:
        return Pair(line, equal[0], "")
    ranked = sorted((_days_apart(line.at, refund.done_at), refund.refund_no) for refund in equal)
    if ranked[0][0] == ranked[1][0]:
        return Pair(line, None, "ambiguous")
    return Pair(line, free[ranked[0][1]], "")


def _days_apart(at: str, done_at: str) -> int:
    if not at or not done_at:
        return 10_000
    return abs((date.fromisoformat(at[:10]) - date.fromisoformat(done_at[:10])).days)
