"""The bench of reports still runs, on few lines: every report has rows, and the copies that are fed have some."""

from storage.reports import REPORTS
from tests.bench import reports


async def test_every_report_is_measured() -> None:
    """One round over two thousand lines ends with a figure for each report that there is and the rates of two feeds."""
    results = await reports.run(1, lines=2_000, feed_lines=400)
    assert [result.name for result in results[:-2]] == [f"report {name}" for name in REPORTS]
    assert all(result.ours_s > 0 for result in results)
