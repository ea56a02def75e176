"""What the command line tells the warm process: everything that a program is begun with. Standard library only.

The warm process says HELLO, and gets the letter; READY, and gets GO; and at the end it says ENDED. A letter is a length
(8 bytes, big end first) and its fields with NULs between, which none of them can contain.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION = b"yeban-warm-1"
LENGTH = 8
LARGEST = 1 << 20
"""Bytes. Who has more to say than a megabyte is run by itself."""
HELLO, READY, GO, ENDED = b"H", b"R", b"G", b"E"
NUMBER = 4
"""Bytes of a number: the guest's process after READY, after ENDED the exit code or, below 0, the signal."""
STREAMS = 3

STARTS_BY = ("PYTHON", "LOGURU_", "PYDANTIC_", "LD_", "TYPER_", "_TYPER_", "TERMINAL_WIDTH", "GITHUB_ACTIONS",
             "FORCE_COLOR", "PY_COLORS", "OPENSSL_", "SSL_", "MALLOC_")  # fmt: skip
"""Variables that are read once, when Python or a library starts: they have to be the same for both."""
OWN = frozenset({"PYTHONUTF8", "PYTHONDONTWRITEBYTECODE", "LOGURU_AUTOINIT", "PYDANTIC_DISABLE_PLUGINS"})
"""Of those, the ones that are compared in another way, or that we set ourselves."""

Environment = dict[bytes, bytes]


class Letter:
    """A command to be run: its words, and where and how."""

    def __init__(
        self, made_of: list[bytes], utf8: bytes, streams: list[bytes], folder: bytes, umask: int,
        words: list[bytes], environment: Environment,
    ) -> None:  # fmt: skip
        """`made_of`: see `made_of`; `streams`: encoding:errors of stdin, stdout, stderr; `words`: argv."""
        self.made_of, self.utf8, self.streams = made_of, utf8, streams
        self.folder, self.umask, self.words, self.environment = folder, umask, words, environment

    def packed(self) -> bytes:
        """The bytes on the wire."""
        pairs = [name + b"=" + value for name, value in self.environment.items()]
        fields = [VERSION, str(len(self.made_of)).encode(), *self.made_of, self.utf8, *self.streams, self.folder,
                  str(self.umask).encode(), str(len(self.words)).encode(), *self.words, *pairs]  # fmt: skip
        body = b"\0".join(fields)
        return len(body).to_bytes(LENGTH, "big") + body

    def starts_like(self, environment: Environment) -> bool:
        """Whether a program that was begun in this environment is like one begun in the letter's."""
        own = {os.fsencode(one) for one in OWN}
        ours, theirs = starts_by(environment), starts_by(self.environment)
        return all(ours.get(name) == theirs.get(name) for name in (ours.keys() | theirs.keys()) - own)


def unpacked(body: bytes) -> Letter:
    """The letter behind the length. Raises ValueError for anything else."""
    fields = iter(body.split(b"\0"))
    try:
        if next(fields) != VERSION:
            raise ValueError("another version")
        made = [next(fields) for _ in range(int(next(fields)))]
        utf8, streams = next(fields), [next(fields) for _ in range(STREAMS)]
        folder, umask = next(fields), int(next(fields))
        words = [next(fields) for _ in range(int(next(fields)))]
    except StopIteration:
        raise ValueError("cut off") from None
    pairs = (one.partition(b"=") for one in fields)
    return Letter(made, utf8, streams, folder, umask, words, {name: value for name, _, value in pairs})


def made_of(root: str, prefix: str) -> list[bytes]:
    """What a program is made of: its checkout, the Python that runs it, and the world that it sees (a container's)."""
    places = [os.fsencode(os.path.realpath(one)) for one in (root, prefix)]
    if not sys.platform.startswith("linux"):
        return places
    return [*places, *(os.fsencode(os.readlink(f"/proc/self/ns/{one}")) for one in ("mnt", "pid", "user"))]  # noqa: PTH115


def starts_by(environment: "Mapping[bytes, bytes]") -> Environment:
    """What of it Python and libraries start by."""
    names = tuple(os.fsencode(one) for one in STARTS_BY)
    return {name: value for name, value in environment.items() if name.startswith(names)}
