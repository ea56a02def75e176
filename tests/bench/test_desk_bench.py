"""The bench of the order desk still runs, on a few orders."""

from tests.bench import desk


async def test_the_order_desk_is_held_against_its_limit() -> None:
    """Every order that was laid out was reviewed and got a parcel."""
    (found,) = await desk.run(1, 60)
    assert found.ours_s > 0
    assert desk.measure(60).parcels == 60
