"""The fork that runs one command in its sender's place: same terminal, folder, environment, exit code."""

import atexit
import io
import locale
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from select import select

from schedules.warm.letter import ENDED, GO, HELLO, LARGEST, LENGTH, NUMBER, READY, STREAMS, Letter, unpacked

PATIENCE_S = 1.0
"""For the letter and for "go"; who takes longer has gone another way by now."""
BROKEN_OUTPUT = 120
"""Python's exit code when what was written could not be brought out at the end."""

Run = Callable[[], None]


def received(line: socket.socket) -> tuple[Letter, list[int]]:
    """The letter and the three descriptors that came with it. Raises OSError or ValueError for anything else."""
    line.settimeout(PATIENCE_S)
    line.sendall(HELLO)
    body, descriptors, _, _ = socket.recv_fds(line, 1 << 16, STREAMS)
    while len(body) < LENGTH or len(body) < LENGTH + int.from_bytes(body[:LENGTH], "big") <= LARGEST:
        more = line.recv(1 << 16)
        if not more:
            raise ValueError("cut off")
        body += more
    if len(descriptors) != STREAMS:
        raise ValueError("no terminal")
    return unpacked(body[LENGTH:]), descriptors


def takes_place(letter: Letter, descriptors: Sequence[int]) -> None:
    """This process is where and how the letter says. Raises OSError where it may not be."""
    os.chdir(letter.folder)
    os.umask(letter.umask)
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.environb.clear()
    os.environb.update(letter.environment)
    sys.argv = [os.fsdecode(one) for one in letter.words]
    time.tzset()
    with suppress(locale.Error):  # a language that this machine does not have: Python starts all the same
        locale.setlocale(locale.LC_CTYPE, "")
    _streams(letter.streams)


def _streams(spoken: Sequence[bytes]) -> None:
    """stdin, stdout and stderr as Python makes them when it starts."""
    kinds = [one.decode().partition(":") for one in spoken]
    (read, _, read_errors), (out, _, out_errors), (err, _, err_errors) = kinds
    stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, "rb", closefd=False)), read, read_errors)
    stdout = io.TextIOWrapper(
        io.BufferedWriter(io.FileIO(1, "wb", closefd=False)), out, out_errors, "\n", line_buffering=os.isatty(1)
    )
    stderr = io.TextIOWrapper(
        io.BufferedWriter(io.FileIO(2, "wb", closefd=False)), err, err_errors, "\n", line_buffering=True
    )
    sys.stdin = sys.__stdin__ = stdin  # type: ignore[misc]
    sys.stdout = sys.__stdout__ = stdout  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = stderr  # type: ignore[misc]


def told_to_go(line: socket.socket) -> bool:
    """Say that this process is ready; whether the sender then says "go"."""
    line.sendall(READY + os.getpid().to_bytes(NUMBER, "big", signed=True))
    return line.recv(len(GO)) == GO


def hears_as_begun() -> None:
    """Signals do what they do in a Python that was just begun."""
    signal.set_wakeup_fd(-1)
    for one in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD, signal.SIGQUIT):
        signal.signal(one, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def ends_with(*lines: int) -> None:
    """A thread that ends this process as soon as its sender, or the warm process, is gone."""

    def watch() -> None:
        select(lines, [], [])
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="sender", daemon=True).start()


def ended(run: Run) -> int:
    """Run the command to its end; the exit code that Python would have had, below 0 for the signal that ended it."""
    try:
        run()
        code = 0
    except SystemExit as leaving:
        code = _code_of(leaving.code)
    except KeyboardInterrupt:
        code = -signal.SIGINT
    except BaseException:  # noqa: BLE001 (shown as Python shows it)
        sys.excepthook(*sys.exc_info())
        code = 1
    return _brought_out(code)


def _code_of(said: object) -> int:
    if said is None:
        return 0
    if isinstance(said, int):
        return said & 0xFF
    sys.stderr.write(f"{said}\n")
    return 1


def _brought_out(code: int) -> int:
    """What Python does at its end: wait for threads, say good-bye to libraries, bring out what was written."""
    for one in threading.enumerate():
        if one is not threading.current_thread() and not one.daemon:
            one.join()
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        return BROKEN_OUTPUT
    return code


def tell_end(line: socket.socket, code: int) -> None:
    """The sender knows the exit code; one that is gone does not need it."""
    try:
        line.sendall(ENDED + code.to_bytes(NUMBER, "big", signed=True))
    except OSError:
        return
