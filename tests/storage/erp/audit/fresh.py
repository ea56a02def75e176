"""Empty books at once: migrated one time in this process, copied from then on."""

import functools
import tempfile
from pathlib import Path

from storage.database.connection import Database, open_database


@functools.cache
def _template() -> bytes:
    with tempfile.TemporaryDirectory(prefix="yeban-empty-") as folder:
        path = Path(folder) / "books.db"
        open_database(path).close()
        return path.read_bytes()


def fresh(path: Path) -> Database:
    """An empty database in a new file."""
    path.write_bytes(_template())
    return open_database(path)
