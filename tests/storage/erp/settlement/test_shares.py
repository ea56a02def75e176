"""Splits sum back, whatever is split."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.erp.settlement.shares import split, split_by_key


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=12))
def test_parts_sum_to_the_whole_and_are_fair(total: int, weights: list[int]) -> None:
    """The parts sum to the total, none differs from its exact share by a fen, and none has the other sign."""
    parts = split(total, weights)
    assert sum(parts) == total
    whole = sum(weights) or len(weights)
    for part, weight in zip(parts, weights if any(weights) else [1] * len(weights), strict=True):
        assert abs(part * whole - total * weight) < whole
        assert part * total >= 0


def test_ties_go_to_the_earlier_and_nothing_weighs_equally() -> None:
    """Equal remainders are settled by place; without weights everyone gets the same."""
    assert split(100, [1, 1, 1]) == [34, 33, 33]
    assert split(-100, [1, 1, 1]) == [-34, -33, -33]
    assert split(5, [0, 0]) == [3, 2]
    assert split_by_key(10, {"a": 1, "b": 3}) == {"a": 3, "b": 7}


def test_money_is_never_dropped() -> None:
    """An amount that nobody can take is refused instead of lost."""
    assert split(0, []) == []
    with pytest.raises(ValueError, match="nobody"):
        split(1, [])
