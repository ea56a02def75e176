"""Payment, refund and subsidy lines that name no order: by amount and day, only when exactly one order fits. Pure."""

from collections import defaultdict
from collections.abc import Sequence

from storage.erp.reconciliation.exports import Exports
from storage.erp.reconciliation.order import OrderCase
from storage.erp.reconciliation.outcomes import COMPONENTS, Outcome
from storage.erp.reconciliation.rows import Answer, Candidate, Decision, StatementLine, day_after, on_line
from storage.erp.reconciliation.words import yuan

CANDIDATES_MOST = 5


def match_unnamed(
    lines: Sequence[StatementLine], cases: Sequence[OrderCase], decisions: list[Decision], exports: Exports
) -> list[Candidate]:
    """Put each line into the one case it fits, else decide it here: nobody's, or several could be meant; the orders
    that those may be about.
    """
    if not lines:
        return []
    candidates: list[Candidate] = []
    wanted = _wanted(cases)
    takers: dict[int, list[StatementLine]] = defaultdict(list)
    found = {}
    for line in lines:
        found[line] = _fitting(line, wanted)
        for case in found[line]:
            takers[id(case)].append(line)
    for line in lines:
        fits = found[line]
        if len(fits) == 1 and len(takers[id(fits[0])]) == 1:
            fits[0].lines.setdefault(line.fee_type, []).append(line)
        else:
            decisions.append(_undecided(line, fits, exports))
            candidates += _candidates(line, fits)
    return candidates


def _candidates(line: StatementLine, fits: Sequence[OrderCase]) -> list[Candidate]:
    """The orders that lack just this amount, in the order of their numbers: nothing tells one from another."""
    orders = sorted((case.order for case in fits), key=lambda order: order.order_no)
    return [
        Candidate("orders", "statement", line.ref, f"order:{order.order_no}", rank, line.amount_fen,
                  f"订单 {order.order_no} 缺 {yuan(line.amount_fen)}，{(order.finished_at or order.paid_at)[:10]}")
        for rank, order in enumerate(orders[:CANDIDATES_MOST], 1)
    ]  # fmt: skip


def _wanted(cases: Sequence[OrderCase]) -> dict[tuple[str, str, str, int], list[OrderCase]]:
    """Orders by (platform, shop, component, amount) that still lack that component."""
    wanted: dict[tuple[str, str, str, int], list[OrderCase]] = defaultdict(list)
    for case in cases:
        order = case.order
        owner = (order.platform, order.shop)
        if not case.of("payment"):
            wanted[*owner, "payment", order.paid_fen].append(case)
        if not case.of("subsidy") and order.platform_discount_fen:
            wanted[*owner, "subsidy", order.platform_discount_fen].append(case)
        numbered = {line.refund_no for line in case.of("refund")}
        for refund in case.refunds:
            if refund.refund_no not in numbered:
                wanted[*owner, "refund", -refund.amount_fen].append(case)
    return wanted


def _fitting(line: StatementLine, wanted: dict[tuple[str, str, str, int], list[OrderCase]]) -> list[OrderCase]:
    """Cases in the line's shop that lack just this amount within the payout's days."""
    fits = wanted.get((line.platform, line.shop, line.fee_type, line.amount_fen), [])
    return [case for case in fits if _near(line, case)]


def _near(line: StatementLine, case: OrderCase) -> bool:
    order, day = case.order, line.at[:10]
    at_payment = case.wallet in case.contracts.paid_out_at_payment
    causes = [(order.paid_at if at_payment else order.finished_at)[:10]]
    if line.fee_type == "refund":
        causes = [refund.done_at[:10] for refund in case.refunds if refund.amount_fen == -line.amount_fen]
    lag = case.contracts.payout_lag_days
    return any(cause and cause <= day <= day_after(cause, lag) for cause in causes)


def _undecided(line: StatementLine, fits: Sequence[OrderCase], exports: Exports) -> Decision:
    name = COMPONENTS.get(line.fee_type, line.fee_type)
    if fits:
        numbers = "、".join(sorted(case.order.order_no for case in fits)[:3])
        words = f"{name} {yuan(line.amount_fen)} 没有订单号，{len(fits)} 个订单金额相符（{numbers}…），需人工确认"
        return on_line("orders", line, Answer(Outcome.AMBIGUOUS, "ambiguous", 0, words))
    answer = exports.nobodys(line, "没有订单号，也没有金额相符的订单")
    lacking = exports.refunds_lacking(line.platform, line.shop, line.at[:10]) if line.fee_type == "refund" else ""
    if lacking and answer.outcome is Outcome.MISSING_IN_BOOKS:
        answer = Answer(Outcome.TIMING, "refunds_not_in", line.amount_fen, f"{answer.reason}；{lacking}")
    return on_line("orders", line, answer)
