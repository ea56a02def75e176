"""Pages share memory in memory where the machine has enough of it."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from bots.browser import choice
from bots.browser.choice import BrowserChoice


@pytest.mark.parametrize(("free_bytes", "left_out"), [(8 << 30, ["--disable-dev-shm-usage"]), (64 << 20, [])])
def test_files_on_the_disk_only_where_memory_is_short(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free_bytes: int, left_out: list[str]
) -> None:
    """A container's 64 MB are left to Playwright's flag; a machine with room does without it."""
    monkeypatch.setattr(choice, "SHARED_MEMORY", tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free_bytes))
    assert BrowserChoice(Path("/usr/bin/chromium"), "chromium").left_out == left_out


def test_no_such_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """macOS and Windows have no such folder, and nothing is changed there."""
    monkeypatch.setattr(choice, "SHARED_MEMORY", tmp_path / "none")
    assert BrowserChoice(Path("chromium"), "chromium").left_out == []
