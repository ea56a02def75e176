"""Every command starts at once: what only some commands need is read when they need it."""

import subprocess
import sys

import pytest

from schedules.cli.app import command_line
from schedules.cli.panels import MODULE_OF, names_in
from schedules.cli.whole import app

HEAVY = {"sqlalchemy", "alembic", "playwright", "pandas", "openpyxl", "duckdb", "matplotlib", "statsmodels"}


def read_by(program: str) -> set[str]:
    """The modules that a program has read when it ends."""
    told = [sys.executable, "-c", f"{program}; import sys; sys.stdout.write(' '.join(sys.modules))"]
    return set(subprocess.run(told, capture_output=True, text=True, check=True).stdout.split())


def test_listing_the_commands_reads_no_heavy_library() -> None:
    """`yeban check`, which needs no books, pays for neither the database's library nor the browser's."""
    seen = read_by("import schedules.cli.whole")
    assert "schedules.cli.report_commands" in seen
    assert HEAVY.isdisjoint(seen)
    assert "schedules.desk" not in seen


def test_a_command_does_not_read_the_others() -> None:
    """`yeban run` has no use for the modules of forty other commands, and does not wait for them."""
    seen = read_by("from schedules.cli.app import command_line; command_line('run')")
    assert {one for one in seen if one.startswith("schedules.cli.") and one.endswith("_commands")} == {
        "schedules.cli.flow_commands"
    }


def test_every_command_stands_in_a_group_of_the_help() -> None:
    """`yeban --help` shows what one does in a day; no command is left over and none is promised that is not there."""
    assert sorted(names_in(app)) == sorted(MODULE_OF)


@pytest.mark.parametrize("name", sorted(MODULE_OF))
def test_a_command_is_in_the_module_that_is_named_for_it(name: str) -> None:
    """The one module that is read for a command has it, and nothing else is then in the program."""
    assert names_in(command_line(name)) == [name]
