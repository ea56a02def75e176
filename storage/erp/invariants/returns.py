"""What must hold of returns, refunds and purchase documents."""

from storage.erp.invariants.findings import Invariant

CHECKS: dict[str, Invariant] = {}
