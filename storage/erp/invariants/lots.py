"""What must hold of lots, serial numbers, conditions and holds (I-20 and what I-19 asks of lots)."""

from storage.erp.invariants.findings import Invariant

CHECKS: dict[str, Invariant] = {}
