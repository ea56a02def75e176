"""Files that hold secrets: whole or not at all, and for their owner only."""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TURN_S = 30.0
"""How long one who writes waits for another one."""


def write_private(path: Path, content: bytes) -> None:
    """Write atomically, readable by the owner only (where the system knows such a thing)."""
    temporary = path.with_suffix(path.suffix + ".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)


def write_once(path: Path, content: bytes) -> None:
    """The file is there, whole, and never over one that was: of several processes the first one's is kept."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    mine = Path(name)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    try:
        os.link(mine, path)
    except OSError:  # another process was quicker, or the disk knows no hard links
        if not path.exists():
            mine.replace(path)
    finally:
        mine.unlink(missing_ok=True)


@contextmanager
def one_at_a_time(home: Path) -> Iterator[None]:
    """Of those that change the secrets of a home, one at a time; the system frees it however its holder dies."""
    path = home / ".vault.lock"
    path.touch(mode=0o600)
    turn = sqlite3.connect(path, timeout=TURN_S, isolation_level=None)
    try:
        turn.execute("BEGIN EXCLUSIVE")
        yield
    finally:
        turn.close()
