"""The warm process: it has read the program, listens on the home's socket, and forks once for each command.

It has one thread, no connection to anything and no database open, so that a fork of it is as good as a new process.
"""

import errno
import fcntl
import os
import select
import signal
import socket
import struct
import time
from pathlib import Path
from types import TracebackType
from typing import Final

from schedules.warm import guest
from schedules.warm.client import ROOT, Beginning
from schedules.warm.code import Seen, seen
from schedules.warm.letter import made_of
from schedules.warm.place import lock_path, socket_path

AT_ONCE: Final = 16
"""Commands; one more is run by itself, the cold way."""
LOOKS_AROUND_S = 30.0
"""One without an owner sees by then that it is not needed any more."""
TOLD_TO_END, OUT_OF_DATE, TAKEN, UNFIT = 0, 10, 11, 12
"""How the warm process ends: for good, to be begun anew, because another has this home, because it cannot be."""


class Door:
    """The home's socket, of which there is one: whoever holds the lock beside it may listen."""

    def __init__(self, home: Path) -> None:
        """Raises BlockingIOError when another process listens, OSError where none can."""
        self.path = Path(socket_path(str(home)))
        if self.path.parent != home:
            self.path.parent.mkdir(mode=0o700, exist_ok=True)
            if self.path.parent.lstat().st_uid != os.getuid():
                raise PermissionError(errno.EPERM, "not ours", str(self.path.parent))
        self.lock = os.open(lock_path(str(home)), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self.path.unlink(missing_ok=True)
        self.line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        mask = os.umask(0o177)
        try:
            self.line.bind(str(self.path))
        finally:
            os.umask(mask)
        self.bound = self._there()

    def _there(self) -> tuple[int, int]:
        try:
            found = self.path.stat()
        except OSError:
            return 0, 0
        return found.st_dev, found.st_ino

    def is_there(self) -> bool:
        """Whether who looks for it in the home still finds it: the home may have been moved or removed."""
        return self._there() == self.bound

    def open(self) -> None:
        """Who comes is heard from now on; until now it was told that nobody is there."""
        self.line.listen(AT_ONCE)

    def __enter__(self) -> "Door":
        """Held until the block ends."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Nobody comes in any more."""
        self.close()

    def close(self) -> None:
        """Nobody comes in any more, and another process may listen here."""
        if self.line.fileno() >= 0:
            if self.is_there():
                self.path.unlink(missing_ok=True)
            self.forget()

    def forget(self) -> None:
        """The door is another process's: in a fork of the one that holds it."""
        self.line.close()
        os.close(self.lock)


class Standing:
    """Waits for letters, and forks for each."""

    def __init__(self, door: Door, run: guest.Run, begun: Beginning, code: Seen) -> None:
        """`begun`: how this process was; `code`: what it has read."""
        self.door, self.run, self.code = door, run, code
        self.made = made_of(ROOT, begun.prefix)
        self.utf8, self.environment = begun.utf8, begun.environment
        self.guests: set[int] = set()
        self.ending = self.out_of_date = False
        self.lifeline, self.held = os.pipe()

    def stand(self, owner: int | None, alone_s: float = 0) -> int:
        """Until told to end or the code is another; how it ended.

        Until `owner` (a descriptor) says that serve is gone; without one, until nobody has come for `alone_s` seconds,
        or the door is gone.
        """
        woken, wakes = socket.socketpair()
        wakes.setblocking(False)
        signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, self._told)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self.door.open()
        lines: list[int | socket.socket] = [woken] if owner is None else [woken, owner]
        pause_s = min(LOOKS_AROUND_S, alone_s) if owner is None else None
        until = time.monotonic() + alone_s
        while not self.ending and not (self.out_of_date and not self.guests):
            ready, _, _ = select.select(lines if self.out_of_date else [*lines, self.door.line], [], [], pause_s)
            if woken in ready:
                woken.recv(4096)
                self._reap()
            self.ending = self.ending or owner in ready
            if self.door.line in ready and not self.ending:
                self._let_in()
            if ready or self.guests:
                until = time.monotonic() + alone_s
            elif owner is None and (time.monotonic() >= until or not self.door.is_there()):
                return TOLD_TO_END
        for one in self.guests:
            os.kill(one, signal.SIGTERM)
        return OUT_OF_DATE if self.out_of_date else TOLD_TO_END

    def _told(self, *_: object) -> None:
        self.ending = True

    def _let_in(self) -> None:
        """Fork for who comes, if it is this user and the code is still what was read; else it goes the cold way."""
        try:
            line, _ = self.door.line.accept()
        except OSError:
            return  # it has gone again
        with line:
            _, uid, _ = struct.unpack("3i", line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
            if uid != os.getuid() or len(self.guests) >= AT_ONCE:
                return
            if seen(self.code) != self.code:
                self.out_of_date = True
                self.door.close()
                return
            pid = os.fork()
            if pid == 0:
                self._be_guest(line)
            self.guests.add(pid)

    def _be_guest(self, line: socket.socket) -> None:
        """The fork: runs the command and never returns."""
        code = 1
        try:
            self.door.forget()
            os.close(self.held)
            guest.hears_as_begun()
            if self._in_place(line):
                guest.ends_with(line.fileno(), self.lifeline)
                code = guest.ended(self.run)
                guest.tell_end(line, code)
        finally:
            os._exit(code & 0xFF)

    def _in_place(self, line: socket.socket) -> bool:
        """Whether this process stands in the sender's place and was told to go."""
        try:
            letter, descriptors = guest.received(line)
            if letter.made_of != self.made or not letter.starts_like(self.environment):
                return False
            if letter.utf8 != self.utf8:
                return False
            guest.takes_place(letter, descriptors)
            return guest.told_to_go(line)
        except (OSError, ValueError):
            return False  # it goes the cold way

    def _reap(self) -> None:
        """Forget the commands that have ended."""
        while self.guests:
            pid, _ = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            self.guests.discard(pid)
