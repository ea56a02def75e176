"""What the tests of the order desk share: the night, the moment, one run of the dispatch."""

from storage.erp.orders.dispatch import DispatchPolicy, dispatch

NIGHT, NOW = "2026-11-21", "2026-11-21 10:00:00"


def run(desk, now=NOW, policy=None, night=NIGHT):
    """One dispatch."""
    return desk.write(lambda c: dispatch(c, night, now, policy or DispatchPolicy()))
