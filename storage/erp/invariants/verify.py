"""The invariants of the books (model.md section 2.3) that apply so far, each a function that returns what breaks it.

They run after every night, in `yeban verify` and after each step of the property tests. I-15 (idempotent ingestion) is
proven by digests in the ingestion tests.
"""

from sqlalchemy import Connection

from storage.erp.invariants import ledger, lots, nightly, products, returns
from storage.erp.invariants.books import (
    everything_has_a_source,
    money_is_whole,
    newest_state_counts,
    outside_only_by_result,
    refunds_within_paid,
    shares_sum_back,
)
from storage.erp.invariants.findings import Finding, Invariant
from storage.erp.invariants.stock import (
    balance_is_moves,
    balances_in_range,
    bundles_jointly,
    moves_have_two_ends,
    parcels_within_order,
    reservations_end_once,
    reserved_is_held,
    reserved_where_goods_are,
)
from storage.erp.orders import invariants as orders
from storage.erp.reconciliation.reconcile import outcome_findings
from storage.erp.settlement import invariants as settlement


def one_outcome_per_line(connection: Connection) -> list[Finding]:
    """I-17: every statement line is in exactly one outcome, and the outcomes sum to the statement."""
    return [Finding(where, message.removeprefix("I-17：")) for where, message in outcome_findings(connection)]


INVARIANTS: dict[str, Invariant] = {
    "I-1": balance_is_moves,
    "I-2": moves_have_two_ends,
    "I-3": reserved_is_held,
    "I-4": balances_in_range,
    "I-5": reservations_end_once,
    "I-6": parcels_within_order,
    "I-7": money_is_whole,
    "I-8": shares_sum_back,
    "I-9": refunds_within_paid,
    "I-16": newest_state_counts,
    "I-17": one_outcome_per_line,
    "I-18": bundles_jointly,
    "I-19": reserved_where_goods_are,
    "I-22": everything_has_a_source,
    "I-25": outside_only_by_result,
    **ledger.CHECKS,
    **lots.CHECKS,
    **orders.CHECKS,
    **products.CHECKS,
    **returns.CHECKS,
    **settlement.CHECKS,
}


def verify(connection: Connection, night: str = "") -> list[Finding]:
    """Everything in the books that contradicts itself; empty when all is well. `where` begins with the invariant.

    `night`: only that night's share of what would go through a long history, see `nightly`; by default everything.
    """
    shares = nightly.SHARES if night and nightly.is_large(connection) else {}
    return [
        Finding(f"{name} {finding.where}", finding.message)
        for name, check in INVARIANTS.items()
        for finding in (shares[name](connection, night) if name in shares else check(connection))
    ]


__all__ = ["INVARIANTS", "Finding", "Invariant", "verify"]
