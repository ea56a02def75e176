"""The bench of the ledger still runs, on few orders."""

from tests.bench import ledger


async def test_documents_are_posted_once() -> None:
    """Every document of the bench's books becomes a voucher, a second run writes none, and stock is its layers, or the
    bench raises."""
    results = await ledger.held_against(1, 120)
    assert [result.name for result in results] == ["ledger post", "ledger again"]
    assert all(result.ratio > 0 for result in results)
