"""The bench of the ledger still runs, on few orders."""

from tests.bench import __main__ as benches
from tests.bench import ledger
from tests.bench.chain import sqlite


def test_documents_are_posted_once() -> None:
    """Every document of the bench's books becomes a voucher, a second run writes none, and stock is its layers, or the
    bench raises."""
    results = ledger.held_against(1, 120, "sqlite", sqlite)
    assert [result.name for result in results] == ["ledger post sqlite", "ledger again sqlite"]
    assert benches.BENCHMARKS["ledger"] is ledger.run
    assert all(result.ratio > 0 for result in results)
