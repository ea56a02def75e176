"""The warm process of the program itself: what a command says there is what it says by itself, to the letter."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from schedules.warm.client import SWITCH
from schedules.warm.keeping import Pace, kept_warm
from tests.support.command_line import Yeban

COLD = 99
TYPED = (
    "import sys; from schedules.warm import client; client.ANSWERS_WITHIN_S = 20; "
    "code = client.answered(['yeban', *sys.argv[1:]], client.as_begun); "
    f"sys.exit({COLD} if code is None else code)"
)
LINES = (("zh", "runs"), ("en", "inbox"), ("en", "runs --help"), ("zh", "runs --most nothing"), ("zh", "flows"))


def warmly(line: str) -> tuple[int, str]:
    """The exit code, and everything that was written, of a command in the warm process."""
    looked = threading.Event()
    for _ in range(400):
        done = subprocess.run([sys.executable, "-c", TYPED, *line.split()], capture_output=True)
        if done.returncode != COLD:
            return done.returncode, (done.stdout + done.stderr).decode()
        looked.wait(0.1)
    raise AssertionError("there is no warm process")


@pytest.mark.skipif(sys.platform != "linux", reason="a warm process is a matter of Linux")
def test_a_command_says_the_same_in_both_ways(at_home: Path, yeban: Yeban, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers, tables, slips, refusals and help, in the language and the width of who asks."""
    home = at_home.resolve()
    home.mkdir()
    monkeypatch.setenv("PYTHONUTF8", "1")
    monkeypatch.setenv(SWITCH, "1")
    with kept_warm(home, Pace(0, 0, 0, 0)):
        for lang, line in LINES:
            monkeypatch.setenv("YEBAN_LANG", lang)
            assert warmly(line) == yeban(*line.split()), line
