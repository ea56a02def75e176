"""Where no `yeban serve` is, a short command that had to read the program leaves a warm process to those after it.

The way of Gradle's and Bazel's servers: the first command of a while is as slow as a program that is begun, the next
ones are not. It ends when nobody has come for `ALONE_S`, when its home is gone, or when the program has changed.
Standard library only.
"""
# Read at the end of a command that may be the only one: pathlib takes longer to import than all of this.
# ruff: noqa: PTH112, PTH118

import os
import sys
import time
from contextlib import suppress

from schedules.warm.client import ROOT, may_answer
from schedules.warm.letter import starts_by
from schedules.warm.place import home_folder, lock_path

ALONE_S = 3600.0
AGAIN_AFTER_S = 60.0
"""One that cannot stand here is not begun anew with each command."""
TAKES_ALONG = frozenset({b"HOME", b"LANG", b"LANGUAGE", b"PATH", b"TZ", b"XDG_RUNTIME_DIR"})
"""Besides what libraries start by. Each command brings its own environment; keys and passwords in that of the first
one are nobody's who comes later."""


def leave_one(words: list[str]) -> bool:
    """Whether a warm process was begun for those who come after this command line (without `yeban`).

    Not by commands that could not use it, not where one stands or has just been tried, and not in CI, whose machines
    wait for what is left behind.
    """
    home = home_folder(ROOT)
    if not may_answer(words) or os.environ.get("CI") or not os.path.isdir(home):
        return False
    lock = lock_path(home)
    if _tried_lately(lock) or _is_held(lock):
        return False
    with suppress(OSError):
        os.utime(lock)
    try:
        _begin(home)
    except OSError:
        return False  # no room for a process, or for what it says: the command itself is done
    return True


def _tried_lately(lock: str) -> bool:
    try:
        ago_s = time.time() - os.stat(lock).st_mtime  # noqa: PTH116
    except OSError:
        return False
    return 0 <= ago_s < AGAIN_AFTER_S


def _is_held(lock: str) -> bool:
    """Whether a warm process stands there, or is about to."""
    import fcntl

    try:
        held = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(held)
    return False


def _begin(home: str) -> None:
    import subprocess

    folder = os.path.join(home, "logs")
    os.makedirs(folder, exist_ok=True)  # noqa: PTH103
    program = [sys.executable, "-P", "-m", "schedules.warm", home, str(ALONE_S)]
    environment = {name: value for name, value in os.environb.items() if name in TAKES_ALONG or name[:3] == b"LC_"}
    environment |= starts_by(os.environb) | {b"YEBAN_HOME": os.fsencode(home)}
    with open(os.path.join(folder, "warm.txt"), "wb") as errors:  # noqa: PTH123
        left = subprocess.Popen(
            program, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors,
            start_new_session=True,  # the terminal may be closed, and its Ctrl-C is for others
        )  # fmt: skip
    left.returncode = 0  # nobody waits for it, and subprocess need not say so
