"""Pieces of rows that a second process makes while this one is busy with others: two processors for one file.

The second process is a copy of this one (fork): it sees what is in memory without being told, makes pieces, lays them
into a temporary file that both have open, and ends without tidying anything that belongs to the first. It touches no
database, no page and nobody's screen. Where there is no second processor, no fork (Windows) or none that is safe
(macOS), too little to do, or where the second process ends early for whatever reason, this one makes the pieces.
"""

import gc
import marshal
import os
import select
import signal
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from typing import Any, NoReturn, TypeVar

T = TypeVar("T")

ENOUGH_ROWS = 20_000
"""From so many rows on a second process is worth its start (some hundredths of a second)."""
ROOM_BYTES = 1 << 29
"""So much may lie ready; then the second process waits until some of it is taken."""
SILENT_S = 120.0
"""A second process from which nothing is heard for so long is ended."""
_WORD = 8


@contextmanager
def ahead(make: Callable[[], Iterable[T]], rows: int) -> Iterator[Iterator[T]]:
    """The pieces of `make()`, one after the other, being made from now on where that is worth it for so many rows.

    Pieces hold plain lists, tuples, dicts, text and whole numbers (what `marshal` knows). `make` must be pure: it may
    be called twice, in two processes, and what it does to anything else is lost. Errors of `make` are raised here.
    """
    if rows < ENOUGH_ROWS or not can_fork():
        yield iter(make())
        return
    second = _Second(make)
    try:
        yield second.pieces()
    finally:
        second.end()


def can_fork() -> bool:
    """Whether there is a second processor, and a system on which a copy of this process may work beside it."""
    return sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1


class _Second:
    """The second process, seen from the first."""

    def __init__(self, make: Callable[[], Iterable[Any]]) -> None:
        self._make = make
        self._file = tempfile.TemporaryFile(prefix="yeban-")  # noqa: SIM115 (closed by `end`)
        self._told, tells = os.pipe()
        hears, self._takes = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self._told)
            os.close(self._takes)
            _work(make, self._file.fileno(), tells, hears)
        os.close(tells)
        os.close(hears)

    def pieces(self) -> Iterator[Any]:
        """Each as soon as it is there; from where the second process ended early on, made here."""
        taken = 0
        while place := self._next():
            yield marshal.loads(_read(self._file.fileno(), *place))  # written by our own copy a moment ago
            taken += 1
            self._take()
        if not self._ended_well():
            yield from islice(self._make(), taken, None)

    def _next(self) -> tuple[int, int] | None:
        """Where the next piece begins and how long it is; None when there is none any more."""
        if not select.select([self._told], [], [], SILENT_S)[0]:
            return None
        told = os.read(self._told, 2 * _WORD)  # so few bytes come whole
        return (_number(told[:_WORD]), _number(told[_WORD:])) if len(told) == 2 * _WORD else None

    def _take(self) -> None:
        with suppress(BrokenPipeError):  # it has made its last one
            os.write(self._takes, b".")

    def _ended_well(self) -> bool:
        """Whether it had nothing left to make."""
        if select.select([self._told], [], [], 0)[0] and self._pid:
            pid, self._pid = self._pid, 0
            return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        return False

    def end(self) -> None:
        """Nothing of it is left."""
        if self._pid:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
            self._pid = 0
        os.close(self._told)
        os.close(self._takes)
        self._file.close()


def _work(make: Callable[[], Iterable[Any]], file: int, tells: int, hears: int) -> NoReturn:
    """The whole life of the second process. Nothing that it has from the first one is closed, flushed or collected."""
    code = 1
    try:
        gc.disable()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first one decides, and ends this one
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        room = _Room(hears)
        for piece in make():
            content = marshal.dumps(piece)
            place = room.place(len(content))
            _write(file, content, place)
            os.write(tells, place.to_bytes(_WORD, "little") + len(content).to_bytes(_WORD, "little"))
        code = 0
    finally:
        os._exit(code)


class _Room:
    """Where in the file the next piece may lie: it is used round and round, so that it does not grow without end."""

    def __init__(self, hears: int) -> None:
        self._hears = hears
        self._used: deque[tuple[int, int]] = deque()
        self._at = 0

    def place(self, size: int) -> int:
        """The first byte of so many that nobody needs any more; waits for the first process where there are none.

        Ends this process where the first one is not there any more.
        """
        begin = self._at if self._at + size <= ROOM_BYTES else 0
        while any(one < begin + size and begin < end for one, end in self._used):
            if not os.read(self._hears, 1):
                raise BrokenPipeError
            self._used.popleft()
        self._used.append((begin, begin + size))
        self._at = begin + size
        return begin


def _write(file: int, content: bytes, place: int) -> None:
    rest = memoryview(content)
    while rest:
        done = os.pwrite(file, rest, place)
        rest, place = rest[done:], place + done


def _read(file: int, place: int, size: int) -> bytes:
    told = bytearray()
    while len(told) < size:
        told += os.pread(file, size - len(told), place + len(told))
    return bytes(told)


def _number(told: bytes) -> int:
    return int.from_bytes(told, "little")
