"""What must hold of orders' states, beside the invariants of stock and money."""

from sqlalchemy import Connection

from storage.erp.invariants.findings import Finding, Invariant
from storage.erp.orders.transition import unfolded


def states_are_folded(connection: Connection) -> list[Finding]:
    """O-1: where an order stands is what its events say, on each axis."""
    return [Finding(order, words) for order, words in unfolded(connection)]


CHECKS: dict[str, Invariant] = {"O-1": states_are_folded}
