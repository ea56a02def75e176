"""The bench of reconciliation still runs, on few orders."""

from tests.bench import reconcile


def test_lines_are_reconciled_new_and_again() -> None:
    """Every line of the bench's books gets its answer, and a second run changes nothing, or the bench raises."""
    results = reconcile.held_against(1, 400)
    assert [result.name for result in results] == ["reconcile new", "reconcile same"]
    assert all(result.ratio > 0 for result in results)
