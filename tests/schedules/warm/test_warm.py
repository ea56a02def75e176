"""A command in the warm process is the command: same terminal, same end, done once; what is odd, is left alone."""

import fcntl
import json
import os
import pty
import signal
import socket
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from schedules.homes import own_home
from schedules.warm.client import LOST
from schedules.warm.keeping import Pace, kept_warm
from schedules.warm.place import LONGEST, home_folder, socket_path
from schedules.warm.standing import OUT_OF_DATE, TOLD_TO_END
from schedules.warm.words import BARE, WARM, may_be_warm
from schedules.warm.words import COLD as STAY_COLD
from tests.schedules.warm import small

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a warm process is a matter of Linux")

COLD = 99
TYPED = (
    "import os, signal, sys; from schedules.warm import client; "
    "signal.signal(signal.SIGINT, signal.default_int_handler); "  # a shell begins what is in the background deaf to it
    "client.ANSWERS_WITHIN_S = float(os.environ['PATIENCE_S']); "
    "code = client.answered(['yeban', 'runs', *sys.argv[1:]], client.as_begun); "
    f"sys.exit({COLD} if code is None else code)"
)
BEGUN = {"YEBAN_WARM": "1", "PYTHONPATH": small.ROOT, "PYTHONUTF8": "1", "PATIENCE_S": "20"}
"""How all of these begin. They have patience: the machine may be busy with other tests."""


def until(what: Callable[[], object]) -> None:
    """Until it is so, for twenty seconds at most."""
    looked = threading.Event()
    for _ in range(2000):
        if what():
            return
        looked.wait(0.01)
    raise AssertionError("it never came")


class Small:
    """A small warm process in a home, and people who type commands there."""

    def __init__(self, home: Path) -> None:
        self.home = home
        home.mkdir()
        (home / "code.py").write_text("first")
        self.environment = {**os.environ, **BEGUN, "YEBAN_HOME": str(home)}
        program = [sys.executable, "-S", small.__file__, str(home)]
        self.process = subprocess.Popen(program, stdin=subprocess.PIPE, env=self.environment, cwd="/")
        until(lambda: self.typed("--leave", "0").returncode == 0)

    def command(self, *words: str, **facts: object) -> "subprocess.Popen[str]":
        """A command that was just typed."""
        told = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True,
                "env": self.environment, "cwd": "/"}  # fmt: skip
        return subprocess.Popen([sys.executable, "-S", "-c", TYPED, *words], **(told | facts))  # type: ignore[call-overload,no-any-return]

    def typed(self, *words: str, said: str = "", **facts: object) -> "subprocess.CompletedProcess[str]":
        """A command to its end."""
        command = self.command(*words, **facts)
        out, err = command.communicate(said, 20)
        return subprocess.CompletedProcess(words, command.returncode, out, err)

    def end(self) -> int:
        """Told to end, as when serve is gone; how it ended."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.process.wait(20)


@pytest.fixture
def warm(tmp_path: Path) -> Iterator[Small]:
    """A small warm process, gone at the end."""
    one = Small(tmp_path / "home")
    yield one
    one.process.kill()
    one.process.wait()


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    """One for the tests that leave it as it is."""
    one = Small(tmp_path_factory.mktemp("warm") / "home")
    yield one
    assert one.end() == TOLD_TO_END


def test_a_command_stands_in_its_senders_place(standing: Small, tmp_path: Path) -> None:
    """Words, folder, umask, environment, input, encodings: all is the sender's."""
    environment = {**standing.environment, "SAID": "夜班"}
    heard = standing.typed("--tell", "一 二", said="问", cwd=tmp_path, umask=0o027, env=environment)
    facts = json.loads(heard.stdout)
    assert facts["argv"] == ["yeban", "runs", "--tell", "一 二"]
    assert (facts["folder"], facts["umask"], facts["said"], facts["read"]) == (str(tmp_path), 0o027, "夜班", "问")
    assert heard.returncode == 0


def test_it_writes_on_the_senders_terminal(standing: Small) -> None:
    """A terminal is a terminal, as wide as it is."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", 24, 77, 0, 0))
    environment = {name: value for name, value in standing.environment.items() if name not in {"COLUMNS", "LINES"}}
    command = standing.command("--tell", stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    assert command.wait(20) == 0
    assert json.loads(os.read(ours, 10_000))["width"] == 77
    os.close(ours)
    os.close(theirs)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--leave", "5"), 5, ""),
        (("--leave", "a sentence"), 1, "a sentence"),
        (("--fault",), 1, "ValueError: a fault"),
        (("--interrupted",), -signal.SIGINT, ""),
        (("--killed",), LOST, "went away half way"),
    ],
)
def test_it_ends_as_the_command_does(standing: Small, words: tuple[str, ...], code: int, said: str) -> None:
    """Exit codes, sentences, traces and signals; a process that is gone is told, and its command not done again."""
    ended = standing.typed(*words)
    assert (ended.returncode, said in ended.stderr) == (code, True)


def under_way(warm: Small, note: Path) -> "subprocess.Popen[str]":
    """A command that waits until it is ended."""
    command = warm.command("--wait", str(note))
    until(lambda: note.exists() and note.read_text())
    return command


def gone(pid: int) -> bool:
    """Whether there is no such process any more; it may go while it is looked at."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"


def test_ctrl_c_reaches_it(standing: Small, tmp_path: Path) -> None:
    """It puts down what it holds, and the sender ends with its code."""
    command = under_way(standing, tmp_path / "note")
    command.send_signal(signal.SIGINT)
    assert command.wait(20) == 130
    assert (tmp_path / "note").read_text() == "put down"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_sender_that_is_ended_takes_its_command_along(standing: Small, tmp_path: Path, number: int) -> None:
    """Nobody is left who writes on a terminal that is not there any more."""
    command = under_way(standing, tmp_path / "note")
    pid = int((tmp_path / "note").read_text())
    command.send_signal(number)
    assert command.wait(20) == -number
    until(lambda: gone(pid))


def test_the_end_of_serve_ends_what_is_under_way(warm: Small, tmp_path: Path) -> None:
    """The sender is told, and goes on to nothing by itself; nobody listens any more."""
    command = under_way(warm, tmp_path / "note")
    assert warm.end() == TOLD_TO_END
    assert command.wait(20) == LOST
    until(lambda: gone(int((tmp_path / "note").read_text())))
    assert not Path(socket_path(str(warm.home))).exists()


def test_changed_code_is_not_run(warm: Small) -> None:
    """The command goes the cold way, and the warm process ends, to be begun anew."""
    (warm.home / "code.py").write_text("second")
    assert warm.typed("--leave", "0").returncode == COLD
    assert warm.process.wait(20) == OUT_OF_DATE


def test_one_that_was_killed_is_not_waited_for(warm: Small) -> None:
    """Its socket lies there; the command goes the cold way at once."""
    warm.process.kill()
    warm.process.wait()
    assert Path(socket_path(str(warm.home))).exists()
    assert warm.typed("--leave", "0").returncode == COLD


def test_a_late_answer_comes_to_nothing(warm: Small, tmp_path: Path) -> None:
    """Who has gone the cold way meanwhile is not done a second time: nothing begins without "go"."""
    warm.process.send_signal(signal.SIGSTOP)
    hurried = {**warm.environment, "PATIENCE_S": "0.1"}
    assert warm.typed("--wait", str(tmp_path / "note"), env=hurried).returncode == COLD
    warm.process.send_signal(signal.SIGCONT)
    assert warm.typed("--leave", "3").returncode == 3
    assert not (tmp_path / "note").exists()


@pytest.mark.parametrize("other", [{"PYTHONHASHSEED": "1"}, {"YEBAN_WARM": "0"}, {"FORCE_COLOR": "1"}])
def test_another_beginning_is_the_cold_way(standing: Small, other: dict[str, str]) -> None:
    """What Python and libraries read when they start has to be the same; and there is a switch."""
    assert standing.typed("--leave", "0", env={**standing.environment, **other}).returncode == COLD


def heard_by(path: Path, user: int) -> bytes:
    """What somebody else hears at the socket: a fork that has become that user."""
    ours, theirs = socket.socketpair()
    if (pid := os.fork()) == 0:
        try:
            os.setuid(user)
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
                line.connect(str(path))
                theirs.sendall(b"heard " + line.recv(1))
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    theirs.close()
    return ours.recv(100)


def test_only_this_user_is_let_in(standing: Small) -> None:
    """The socket is ours alone; were it open to others, who comes is asked who it is, and hears nothing."""
    path = Path(socket_path(str(standing.home)))
    assert path.stat().st_mode & 0o777 == 0o600
    if os.getuid() == 0:  # only then can one become another
        before = {one: one.stat().st_mode for one in (path, *path.parents) if one.is_relative_to("/tmp/")}
        for one in before:
            one.chmod(0o777)
        heard = heard_by(path, 65534), heard_by(path, 0)
        for one, mode in before.items():
            one.chmod(mode)
        assert heard == (b"heard ", b"heard H")


def test_serve_begins_it_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was ended is followed by another; the last one ends with serve."""
    for name, value in BEGUN.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "code.py").write_text("first")
    path = Path(socket_path(str(tmp_path)))
    with kept_warm(tmp_path, Pace(0, 0, 0, 0), ("-S", small.__file__)):
        until(path.exists)
        first = path.stat().st_mtime_ns
        (tmp_path / "code.py").write_text("second")
        environment = {**os.environ, "YEBAN_HOME": str(tmp_path)}
        told = [sys.executable, "-S", "-c", TYPED, "--leave", "0"]
        until(lambda: subprocess.run(told, env=environment).returncode == COLD)
        until(lambda: path.exists() and path.stat().st_mtime_ns != first)
        until(lambda: subprocess.run(told, env=environment).returncode == 0)
    assert not path.exists()


def test_both_look_in_the_same_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the quick beginning takes for the home is the home; a long name has a short socket."""
    for home in (str(tmp_path), "", "~/夜班", "../here"):
        monkeypatch.setenv("YEBAN_HOME", home)
        assert home_folder(small.ROOT) == str(own_home())
    long = str(tmp_path / ("长" * 60))
    assert len(os.fsencode(socket_path(long))) <= LONGEST
    assert socket_path(long) != socket_path(f"{long}长")


def test_the_commands_that_may_are_commands() -> None:
    """Each word of the list is a command, each second word one of that group."""
    from typer.main import get_command

    from schedules.cli.whole import app

    typed = get_command(app).commands  # type: ignore[attr-defined]
    assert set(WARM) <= set(typed)
    for first, seconds in WARM.items():
        group = set(getattr(typed[first], "commands", {}))
        named = {one for one in seconds if one != BARE and not one.startswith("-")}
        assert named <= group, first
        assert seconds or not group, first
        if BARE in seconds and group:
            assert group == {*STAY_COLD.get(first, ()), *named}, first


@pytest.mark.parametrize(
    ("line", "may"),
    [
        ("runs --open", True), ("timetable --week", True), ("timetable check a.yaml", True), ("inbox --past 3", True),
        ("inbox answer 3fa91c", False), ("inbox --past 3 answer 3fa91c", False), ("timetable --week run", False),
        ("secret list", True), ("secret set a b", False), ("recon decide 1", False), ("recon", False), ("", False),
        ("run practice/orders -a seller_a", False), ("serve", False), ("map 流水.csv", False),
        ("report", False), ("report --list", True), ("verify", False),
    ],
)  # fmt: skip
def test_what_asks_lasts_or_opens_a_browser_may_not(line: str, may: bool) -> None:
    """A prompt, a browser, a clock: in a process of their own."""
    assert may_be_warm(line.split()) is may


def test_the_beginning_reads_next_to_nothing() -> None:
    """Before it knows whether the warm process answers, a command has read what it asks with, and no library."""
    asks = "import sys; sys.path.append(sys.argv[1]); import schedules.warm.client; print(*sys.modules)"
    told = [sys.executable, "-I", "-S", "-c", asks, small.ROOT]
    read = set(subprocess.run(told, capture_output=True, text=True, check=True).stdout.split())
    assert {one for one in read if one.startswith("schedules")} == {
        "schedules", "schedules.warm", "schedules.warm.client", "schedules.warm.letter", "schedules.warm.place",
        "schedules.warm.words",
    }  # fmt: skip
    assert read.isdisjoint({"asyncio", "contextlib", "json", "pathlib", "re", "socket", "typing"})
