"""`python -m tests.bench.month DAYS [HOME]`: the month, with every day's line and all figures."""

import sys
import tempfile
from pathlib import Path

from rich.console import Console

from schedules.logs import silence
from tests.bench.month.figures import month_figures


def main() -> None:
    """Play and say."""
    silence()
    console = Console(highlight=False)
    days = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    if len(sys.argv) > 2:
        month_figures(Path(sys.argv[2]), days, console.print)
        return
    with tempfile.TemporaryDirectory() as folder:
        month_figures(Path(folder), days, console.print)


if __name__ == "__main__":
    main()
