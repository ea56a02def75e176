"""`yeban …` as a user types it, in a home of its own."""

from collections.abc import Callable
from pathlib import Path

import pytest

Yeban = Callable[..., tuple[int, str]]
"""Takes the words after `yeban`; returns the exit code and everything that was written."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder that is not there yet; a module whose home holds something has a fixture of this name."""
    return tmp_path / "home"


@pytest.fixture
def at_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home is the one that commands and `open_desk` find; they speak Chinese on a wide terminal."""
    monkeypatch.setenv("YEBAN_HOME", str(home))
    monkeypatch.setenv("YEBAN_LANG", "zh")
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("YEBAN_DATABASE", "YEBAN_KEY"):
        monkeypatch.delenv(name, raising=False)
    return home


@pytest.fixture
def yeban(at_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Yeban:
    """The command line in that home."""

    from schedules.cli.app import main  # not above: every session loads this module
    from schedules.cli.screen import look_again

    look_again()  # the consoles are older than this test and its wide terminal

    def run(*arguments: object) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["yeban", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        written = capsys.readouterr()
        return int(ended.value.code or 0), written.out + written.err

    return run
