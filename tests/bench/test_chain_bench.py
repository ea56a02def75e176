"""The bench of the whole chain still runs, on a few orders."""

from tests.bench import chain, feed


def test_a_platforms_file_goes_the_whole_way() -> None:
    """Sixty orders are parsed, pooled, reviewed, allocated and reserved; one that is lost would have raised."""
    results = chain.held_against(1, 60, "sqlite", chain.sqlite)
    assert [result.name for result in results][-1] == "chain sqlite"
    assert all(result.ours_s > 0 for result in results)


def test_orders_that_come_one_after_the_other_are_served_turn_by_turn() -> None:
    """Sixty orders at a fast pace each have their wait; one that was not judged or not settled would have raised."""
    result = feed.held_against(1, 60, 600, "feed sqlite", chain.sqlite)
    assert result.ours_s > 0
