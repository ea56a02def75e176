"""The benches of files and orders still run, on short files; and a long text takes no more memory than a short one."""

from tests.bench import files, ingest


async def test_files_are_compared_with_a_plain_read() -> None:
    """Both sides read the same rows; a side that did not would have raised."""
    results = await files.compared_with(1, 3_000, 300)
    assert [result.name for result in results] == ["files csv", "files xlsx"]
    assert all(result.ratio > 0 for result in results)


async def test_orders_are_posted_new_and_known() -> None:
    """New orders are all created, the same ones again change nothing, and the process tells its peak."""
    results = await ingest.held_against(1, 500, 2_000)
    assert [result.name for result in results] == ["ingest new", "ingest same", "ingest memory"]
    assert 20 < results[2].ours_s < ingest.MEMORY_MB_MAX


def test_memory_does_not_grow_with_the_file() -> None:
    """Reading 80,000 rows takes at most 25 MB more than 30,000, where the rows alone would take 150."""
    assert ingest.peak_mb(80_000, ingest.READ) - ingest.peak_mb(30_000, ingest.READ) < 25
