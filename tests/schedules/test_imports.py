"""Every command starts at once: what only some commands need is read when they need it."""

import subprocess
import sys

from schedules.cli.app import app
from schedules.cli.panels import PANEL_OF, name_of

HEAVY = {"sqlalchemy", "alembic", "playwright", "pandas", "openpyxl", "duckdb", "matplotlib", "statsmodels"}


def test_listing_the_commands_reads_no_heavy_library() -> None:
    """`yeban check`, which needs no books, pays for neither the database's library nor the browser's."""
    seen = subprocess.run(
        [sys.executable, "-c", "import schedules.cli.app, sys; sys.stdout.write(' '.join(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert "schedules.cli.report_commands" in seen
    assert HEAVY.isdisjoint(seen)
    assert "schedules.desk" not in seen


def test_every_command_stands_in_a_group_of_the_help() -> None:
    """`yeban --help` shows what one does in a day; no command is left over."""
    names = set(map(name_of, (*app.registered_commands, *app.registered_groups)))
    assert names - set(PANEL_OF) == set()
