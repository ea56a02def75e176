"""One hash of what the books say: what the permutation and kill tests compare."""

import hashlib
import json
from collections.abc import Iterable

from sqlalchemy import Connection, Table, select

from storage.database.tables import metadata
from storage.database.tables.base import WALL_CLOCK

LEFT_OUT = WALL_CLOCK | {"run_id"}


def digest(connection: Connection, tables: Iterable[str] | None = None) -> str:
    """A sha256 over all rows of `tables` (default: all), whatever their order and whichever database holds them.

    Moments of our own (WALL_CLOCK) and run ids are left out: two nights that did the same are equal.
    """
    parts = digests(connection, tables)
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def digests(connection: Connection, tables: Iterable[str] | None = None) -> dict[str, str]:
    """The same for each table on its own, so that a difference can be found."""
    names = sorted(metadata.tables) if tables is None else sorted(tables)
    return {name: _table(connection, metadata.tables[name]) for name in names}


def _table(connection: Connection, table: Table) -> str:
    columns = [column for column in table.c if column.name not in LEFT_OUT]
    rows = connection.execute(select(*columns))
    leaves = sorted(hashlib.sha256(json.dumps(list(row), ensure_ascii=False).encode()).digest() for row in rows)
    return hashlib.sha256(b"".join(leaves)).hexdigest()
