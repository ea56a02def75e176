"""The command line's beginning: the warm process is asked to run the command, before anything else is imported.

Standard library only, for the machine's own Python runs it too (`bootstrap`). Whatever is odd, nothing was done and the
command goes the cold way; once "go" has been said, it is never done a second time.
"""
# Pathlib takes longer to import than all of this.
# ruff: noqa: PTH109, PTH110, PTH120

import os
import sys

from schedules.warm.letter import ENDED, GO, HELLO, LARGEST, NUMBER, READY, Letter, made_of
from schedules.warm.place import home_folder, socket_path
from schedules.warm.words import may_be_warm

TYPE_CHECKING = False
"""Type checkers take it for true; importing typing takes longer than all of this."""
if TYPE_CHECKING:
    from collections.abc import Callable
    from socket import socket
    from typing import Any

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
SWITCH = "YEBAN_WARM"
ANSWERS_WITHIN_S = 0.1
"""A warm process that has not said that it is ready by then is busy or gone; starting anew is as quick."""
LOST = 4
"""The exit code of a command whose process went away: whoever runs this machine looks (`problems.EXIT_CODES`)."""


def may_answer(words: list[str]) -> bool:
    """Whether it is worth asking: one of the commands that may, on a system that can, and not switched off."""
    return sys.platform.startswith("linux") and os.environ.get(SWITCH) != "0" and may_be_warm(words)


def answered(words: list[str], cold: "Callable[[], Beginning | None]") -> int | None:
    """The exit code of the command that the warm process has run; None if it has not and will not.

    `words`: the whole argv; `cold`: how the program would be begun without. A command that was ended by a signal ends
    this process by the same.
    """
    asked = _asked(words, cold) if may_answer(words[1:]) else None
    if asked is None:
        return None
    line, guest = asked
    ours = Signals(guest)
    try:
        line.sendall(GO)
    except OSError:
        return None  # it went before it had begun
    else:
        code = _code_from(line)
    finally:
        line.close()
        ours.restore()
    if code is None and ours.passed:
        code = -ours.passed[-1]
    if code is None:
        return _say_lost()
    return code if code >= 0 else _end_by(-code)


class Beginning:
    """How the program would have been begun the cold way."""

    def __init__(self, prefix: str, utf8: bytes, streams: list[str], environment: dict[bytes, bytes]) -> None:
        """`prefix`: of the Python's environment; `utf8`: its UTF-8 mode; `streams`: encoding:errors of all three."""
        self.prefix, self.utf8, self.streams, self.environment = prefix, utf8, streams, environment


def as_begun() -> Beginning | None:
    """The beginning of this very process; None where it has not the usual three streams."""
    streams: list[Any] = [sys.stdin, sys.stdout, sys.stderr]
    if any(one is None for one in streams):
        return None
    said = [f"{one.encoding}:{one.errors}" for one in streams]
    return Beginning(sys.prefix, b"%d" % sys.flags.utf8_mode, said, dict(os.environb))


def _asked(words: list[str], cold: "Callable[[], Beginning | None]") -> "tuple[socket, int] | None":
    """The line to a guest that waits for "go", and its process; None if there is none."""
    path = socket_path(home_folder(ROOT))
    begun = cold() if os.path.exists(path) else None
    if begun is None:
        return None
    from socket import AF_UNIX, SOCK_STREAM, socket

    line = socket(AF_UNIX, SOCK_STREAM)
    try:
        line.settimeout(ANSWERS_WITHIN_S)
        line.connect(path)
        guest = _ready(line, _letter(words, begun)) if _is_ours(line) else None
        line.settimeout(None)
    except OSError:
        guest = None
    if guest is None:
        line.close()
        return None
    return line, guest


def _letter(words: list[str], begun: Beginning) -> bytes:
    umask = os.umask(0o077)
    os.umask(umask)
    streams = [one.encode() for one in begun.streams]
    argv = [os.fsencode(one) for one in words]
    made = made_of(ROOT, begun.prefix)
    return Letter(made, begun.utf8, streams, os.fsencode(os.getcwd()), umask, argv,
                  begun.environment).packed()  # fmt: skip


def _is_ours(line: "socket") -> bool:
    """Whether who listens is a process of this user's."""
    from socket import SO_PEERCRED, SOL_SOCKET

    _, uid, _ = _three(line.getsockopt(SOL_SOCKET, SO_PEERCRED, 12))
    return uid == os.getuid()


def _three(told: bytes) -> tuple[int, int, int]:
    """Process, user and group as the system tells them of a line."""
    pid, uid, gid = (int.from_bytes(told[at : at + 4], sys.byteorder) for at in (0, 4, 8))
    return pid, uid, gid


def _ready(line: "socket", letter: bytes) -> int | None:
    """The guest's process when it is ready.

    The terminal is not sent to one that says nothing: there it would stay open, and who reads from it would wait.
    """
    from array import array
    from socket import SCM_RIGHTS, SOL_SOCKET

    if len(letter) > LARGEST or line.recv(len(HELLO)) != HELLO:
        return None
    terminal = array("i", [0, 1, 2])
    sent = line.sendmsg([letter], [(SOL_SOCKET, SCM_RIGHTS, terminal)])
    line.sendall(letter[sent:])
    return _number_after(READY, line)


def _code_from(line: "socket") -> int | None:
    try:
        return _number_after(ENDED, line)
    except OSError:
        return None


def _number_after(word: bytes, line: "socket") -> int | None:
    """The number that follows the word; None if the line ends, or says something else."""
    told = b""
    while len(told) < len(word) + NUMBER:
        more = line.recv(len(word) + NUMBER - len(told))
        if not more:
            return None
        told += more
    return int.from_bytes(told[len(word) :], "big", signed=True) if told.startswith(word) else None


class Signals:
    """What is sent to this process, Ctrl-C first of all, is sent on to the one that works."""

    def __init__(self, guest: int) -> None:
        """From now on; what this process does not hear, the other one does not either."""
        import signal

        self.guest = guest
        self.passed: list[int] = []
        ours: dict[int, Callable[[int, Any], None]] = {
            signal.SIGINT: self._pass_on, signal.SIGTERM: self._pass_on, signal.SIGHUP: self._pass_on,
            signal.SIGQUIT: self._pass_on, signal.SIGTSTP: self._stop_both,
        }  # fmt: skip
        heard = [one for one in ours if signal.getsignal(one) != signal.SIG_IGN]
        self.before = [(one, signal.signal(one, ours[one])) for one in heard]

    def restore(self) -> None:
        """As it was."""
        import signal

        for one, how in self.before:
            signal.signal(one, how)

    def _pass_on(self, number: int, _: object) -> None:
        self.passed.append(number)
        _send(self.guest, number)

    def _stop_both(self, *_: object) -> None:
        import signal

        _send(self.guest, signal.SIGSTOP)
        os.kill(os.getpid(), signal.SIGSTOP)
        _send(self.guest, signal.SIGCONT)


def _send(guest: int, number: int) -> None:
    try:
        os.kill(guest, number)
    except ProcessLookupError:
        return  # it has ended, and its answer is on the way


def _end_by(number: int) -> int:
    """End as the command did: by this signal."""
    import signal

    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    return 128 + number


def _say_lost() -> int:
    sys.stderr.write(
        "夜班：这条命令做到一半，它的进程没了（yeban serve 停了，或者被系统结束）。先看一眼做成了没有，再运行一次。\n"
        "Yeban: this command's process went away half way (yeban serve was ended, or the system ended it). "
        "Look whether it is done, then run it again.\n"
    )
    return LOST
