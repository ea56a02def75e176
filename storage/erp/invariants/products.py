"""What must hold of products, prices and what is published (I-23, I-24)."""

from storage.erp.invariants.findings import Invariant

CHECKS: dict[str, Invariant] = {}
