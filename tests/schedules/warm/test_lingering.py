"""What a command leaves where no `serve` is: quick for who comes next, gone when nobody does, and no keys in it."""

import fcntl
import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from schedules.warm import lingering
from schedules.warm.client import ROOT
from schedules.warm.lingering import AGAIN_AFTER_S, leave_one
from schedules.warm.place import lock_path, socket_path
from schedules.warm.standing import TOLD_TO_END
from tests.schedules.warm import small
from tests.schedules.warm.test_warm import BEGUN, COLD, TYPED, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a warm process is a matter of Linux")

SECRET = "a-key-of-the-first-one"
LONG_AGO = (1.0, 1.0)


def standing_at(home: Path) -> int:
    """The process that listens for this home; 0 if there is none."""
    with socket.socket(socket.AF_UNIX) as line:
        try:
            line.connect(socket_path(str(home)))
        except OSError:
            return 0
        pid, _, _ = struct.unpack("3i", line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        return int(pid)


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., int]]:
    """A command as it is typed in this home, by itself; its exit code. What it left is ended after the test."""
    home = tmp_path / "home"
    home.mkdir()
    for name, value in {**BEGUN, "YEBAN_HOME": str(home), "YEBAN_KEY": SECRET}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("CI", raising=False)
    yeban = (sys.executable, "-m", "schedules.cli")
    yield lambda *words: subprocess.run([*yeban, *words], cwd=ROOT, timeout=60).returncode
    if pid := standing_at(home):
        os.kill(pid, signal.SIGTERM)


def test_the_next_command_is_a_warm_one(typed: Callable[..., int], tmp_path: Path) -> None:
    """A command leaves one process, which has no key of its sender's, and the one after that runs in it."""
    home = tmp_path / "home"
    assert typed("runs") == 0
    until(lambda: standing_at(home))
    pid = standing_at(home)
    assert SECRET.encode() not in Path(f"/proc/{pid}/environ").read_bytes()
    warmly = subprocess.run([sys.executable, "-c", TYPED], cwd=ROOT, timeout=60)
    assert warmly.returncode == 0 != COLD  # TYPED never goes the cold way
    os.utime(lock_path(str(home)), LONG_AGO)
    assert typed("runs") == 0
    assert standing_at(home) == pid


@pytest.mark.parametrize("why", ["another command", "in CI", "no home", "switched off", "tried lately", "held"])
def test_none_is_left(why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it would be of no use, or in the way; and where none of this is, one is."""
    begun: list[str] = []
    monkeypatch.setattr(lingering, "_begin", begun.append)
    monkeypatch.setenv("YEBAN_WARM", "1")
    monkeypatch.setenv("YEBAN_HOME", str(tmp_path))
    monkeypatch.delenv("CI", raising=False)
    lock = Path(lock_path(str(tmp_path)))
    lock.touch()
    os.utime(lock, LONG_AGO)
    assert leave_one(["runs"])
    assert begun == [str(tmp_path)]
    assert lock.stat().st_mtime > LONG_AGO[0] + AGAIN_AFTER_S
    if why != "tried lately":
        os.utime(lock, LONG_AGO)
    if why == "in CI":
        monkeypatch.setenv("CI", "true")
    if why == "no home":
        monkeypatch.setenv("YEBAN_HOME", str(tmp_path / "not there"))
    if why == "switched off":
        monkeypatch.setenv("YEBAN_WARM", "0")
    with lock.open() as held:
        if why == "held":
            fcntl.flock(held, fcntl.LOCK_EX)
        assert not leave_one(["serve" if why == "another command" else "runs"])
    assert begun == [str(tmp_path)]


def left(home: Path, alone_s: float) -> "subprocess.Popen[bytes]":
    """A small warm process without an owner, which listens."""
    home.mkdir()
    (home / "code.py").write_text("first")
    program = [sys.executable, "-S", small.__file__, str(home), str(alone_s)]
    process = subprocess.Popen(program, stdin=subprocess.DEVNULL, env={**os.environ, **BEGUN}, cwd="/")
    until(lambda: standing_at(home))
    return process


def test_it_ends_when_nobody_comes(tmp_path: Path) -> None:
    """Its door goes with it."""
    process = left(tmp_path / "home", 0.3)
    assert process.wait(20) == TOLD_TO_END
    assert not Path(socket_path(str(tmp_path / "home"))).exists()


def test_it_stays_while_a_command_is_under_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long that takes; only then it is alone."""
    process = left(tmp_path / "home", 0.3)
    for name, value in {**BEGUN, "YEBAN_HOME": str(tmp_path / "home")}.items():
        monkeypatch.setenv(name, value)
    note = tmp_path / "note"
    command = subprocess.Popen([sys.executable, "-S", "-c", TYPED, "--wait", str(note)], cwd="/")
    until(note.exists)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(1)
    command.send_signal(signal.SIGINT)
    assert command.wait(20) == 130
    assert process.wait(20) == TOLD_TO_END


def test_it_ends_with_its_home(tmp_path: Path) -> None:
    """Its door is not where it is looked for any more; what lies there now is another's, and left alone."""
    process = left(tmp_path / "home", 1000)
    door = Path(socket_path(str(tmp_path / "home")))
    door.rename(tmp_path / "moved")
    door.write_text("another's")
    assert process.wait(20) == TOLD_TO_END
    assert door.read_text() == "another's"
