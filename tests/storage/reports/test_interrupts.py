"""Ctrl-C finds nothing half imported inside of a library that would lose it."""

import subprocess
import sys

ASKED = """\
import sys
from storage.reports.facts.copy import connected
assert "pandas" not in sys.modules
facts = connected()
before = set(sys.modules)
facts.execute("SELECT unnest(?)", [[1, 2]])
print(sorted({name.partition(".")[0] for name in set(sys.modules) - before}))
"""


def test_duckdb_imports_nothing_in_the_middle_of_a_query() -> None:
    """What it would look for by itself is there before: of its own imports it loses Ctrl-C, and takes all memory."""
    done = subprocess.run([sys.executable, "-c", ASKED], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
