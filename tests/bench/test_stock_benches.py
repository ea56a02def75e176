"""The benches of reservations and allocation still run at a tiny size, and check what they did."""

import tempfile

import pytest

from tests.bench import allocate, reserve


def test_a_small_rush_sells_what_is_there() -> None:
    """Two processes beside the plain driver: nothing oversold, else the bench itself would have raised."""
    with tempfile.TemporaryDirectory() as folder:
        ours = reserve.rush(f"sqlite:///{folder}/ours.sqlite", reserve._BUYER, 2, 300, 1)
        plain = reserve.rush(f"sqlite:///{folder}/plain.sqlite", reserve._PLAIN, 2, 300, 1)
    assert 0 < ours.p99_s < ours.spent_s
    assert plain.spent_s > 0


def test_every_change_of_stock_becomes_commands() -> None:
    """Each of ten changes is asked for at every shop that lists the code."""
    assert len(reserve.push_lags(30, 10)) == 10


@pytest.mark.parametrize("share", sorted(allocate.STOCK.values()))
def test_a_small_batch_is_near_the_best(share: float) -> None:
    """Two hundred orders are allocated with a certificate and nothing is promised twice.

    So few orders leave odd pieces everywhere, which the bound does not see: the gap is wider than at full size.
    """
    gap, spent = allocate.measured_once(allocate.world(1, 200, 60, share))
    assert 0 <= gap < 25
    assert spent > 0
