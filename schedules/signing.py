"""Under whose name a change of the books is made."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection


def signer(who: str = "") -> str:
    """The name that was said, else that of who is logged in at this machine; "?" where the machine has none."""
    if who.strip():
        return who.strip()
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):  # no such account: a container that runs under a bare number
        return "?"


@contextmanager
def signed(who: str, why: str) -> "Iterator[tuple[Connection, str]]":
    """A logged transaction on the books of this home, and the name it is made under."""
    from schedules.desk import open_desk
    from storage.erp.audit.recording import recording

    person = signer(who)
    with open_desk() as desk, recording(desk.database, person, why) as connection:
        yield connection, person
