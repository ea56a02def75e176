"""What must hold of vouchers, cost layers and open items (I-10 to I-14, I-21)."""

from storage.erp.invariants.findings import Invariant

CHECKS: dict[str, Invariant] = {}
