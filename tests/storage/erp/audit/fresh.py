"""Empty books at once: migrated one time in this process, copied from then on."""

import functools
import tempfile
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection

from storage.database.connection import Database, open_database

Fill = Callable[[Connection], object]


@functools.cache
def _template(fill: Fill | None) -> bytes:
    with tempfile.TemporaryDirectory(prefix="yeban-empty-") as folder:
        path = Path(folder) / "books.db"
        database = open_database(path)
        if fill is not None:
            with database.write() as connection:
                fill(connection)
        database.close()
        return path.read_bytes()


def fresh(path: Path, fill: Fill | None = None) -> Database:
    """A database in a new file, empty or with what `fill` wrote when it was first asked for."""
    path.write_bytes(_template(fill))
    return open_database(path)
