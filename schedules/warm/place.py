"""Where the warm process of a home listens: a socket in the home. Standard library only, and little of it."""
# Pathlib takes longer to import than all the rest of a warm command's beginning.
# ruff: noqa: PTH111, PTH118, PTH122

import os

NAME = "warm.sock"
LONGEST = 100
"""Bytes of a path that every system takes for a socket's name."""


def home_folder(root: str) -> str:
    """The same folder as `schedules.homes.own_home`, without what that imports."""
    return os.path.realpath(os.path.expanduser(os.environ.get("YEBAN_HOME") or os.path.join(root, ".yeban")))


def socket_path(home: str) -> str:
    """The socket's name; a home with a long name has it in a folder of this user's. Nothing is made here."""
    path = os.path.join(home, NAME)
    if len(os.fsencode(path)) <= LONGEST:
        return path
    from hashlib import sha256

    folder = os.path.join(os.environ.get("XDG_RUNTIME_DIR") or "/tmp", f"yeban-{os.getuid()}")
    return os.path.join(folder, sha256(os.fsencode(home)).hexdigest()[:24] + ".sock")


def lock_path(home: str) -> str:
    """Held by the process that listens, or is about to; its time says when one was begun last."""
    return os.path.splitext(socket_path(home))[0] + ".lock"
