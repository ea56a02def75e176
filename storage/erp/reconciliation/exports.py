"""What may not be said of a line while the exports that could explain it are not in: it waits for them. Pure."""

from typing import NamedTuple

from storage.erp.reconciliation.contracts import Contracts
from storage.erp.reconciliation.outcomes import COMPONENTS, Outcome
from storage.erp.reconciliation.rows import Answer, Coverage, StatementLine
from storage.erp.reconciliation.words import yuan


class Exports(NamedTuple):
    """The exports of orders and refunds at hand, asked for one line at a time."""

    contracts: Contracts
    coverage: Coverage

    def nobodys(self, line: StatementLine, why: str) -> Answer:
        """The answer to a line whose order is not in the books: an order nobody has, or one that was not fetched."""
        words = f"{COMPONENTS.get(line.fee_type, line.fee_type)} {yuan(line.amount_fen)}：{why}"
        age = self.contracts.order_age_days
        lacking = self.coverage.orders_lacking(line.platform, line.shop, line.at[:10], age)
        if lacking:
            return Answer(Outcome.TIMING, "orders_not_in", line.amount_fen, f"{words}；{lacking}")
        return Answer(Outcome.MISSING_IN_BOOKS, "order_unknown", 0, words)

    def awaiting_refunds(self, line: StatementLine, answer: Answer, *, refunded: bool) -> Answer:
        """The answer itself, or that the line waits for the shop's refunds when one of them could explain it.

        `refunded`: whether the order has refund lines in the statement.
        """
        if not _refund_may_explain(line, answer, refunded=refunded):
            return answer
        lacking = self.refunds_lacking(line.platform, line.shop, line.at[:10])
        if not lacking:
            return answer
        return Answer(Outcome.TIMING, "refunds_not_in", line.amount_fen, f"{answer.reason}；{lacking}")

    def refunds_lacking(self, platform: str, shop: str, day: str) -> str:
        """Which refunds up to that day are not in, in words; "" when all are."""
        return self.coverage.refunds_lacking(platform, shop, day, self.contracts.order_age_days)


def _refund_may_explain(line: StatementLine, answer: Answer, *, refunded: bool) -> bool:
    """A refund lowers what is due, is what a refund line is about, and gives commission back; it explains no more."""
    if line.fee_type == "refund":
        guessed = answer.difference == "refund_amount" and not line.refund_no
        return guessed or answer.difference == "refund_unknown"
    if line.fee_type == "refund_commission":
        return answer.outcome in (Outcome.AMOUNT, Outcome.DUPLICATE, Outcome.PARTIAL)
    if line.fee_type not in ("payment", "subsidy", "commission"):
        return False
    if answer.outcome not in (Outcome.AMOUNT, Outcome.FEE_RATE, Outcome.PARTIAL):
        return False
    less = abs(line.amount_fen) < abs(answer.expected_fen) or answer.outcome is Outcome.PARTIAL
    return less or (refunded and answer.expected_fen == 0)
