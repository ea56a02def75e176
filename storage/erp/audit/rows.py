"""The one door through which people's changes go into the books: what it writes, it logs, in the same transaction."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table

from storage.database.bulk import upsert
from storage.database.tables.base import WALL_CLOCK
from storage.erp.audit.log import Entry, changed_all

AT_ONCE = 100
"""Rows looked up in one statement: a key of five columns stays under SQLite's 999 values."""

Row = Mapping[str, Any]
Key = tuple[Any, ...]


def put(connection: Connection, table: Table, row: Row, *, who: str, why: str = "", hide: Sequence[str] = ()) -> bool:
    """Write one row and log it; False when it says what the books say already."""
    return put_all(connection, table, [row], who=who, why=why, hide=hide) == 1


def put_all(
    connection: Connection, table: Table, rows: Iterable[Row], *, who: str, why: str = "", hide: Sequence[str] = ()
) -> int:
    """Insert rows or change the columns that they name; returns how many rows differ now.

    Every row names the same columns, the key among them. `hide`: columns whose content stays out of the log (sealed
    personal data); that they changed is logged all the same.
    """
    wanted = {_key(table, row): dict(row) for row in rows}
    before = found(connection, table, wanted)
    fresh = {key: row for key, row in wanted.items() if _differs(row, before.get(key))}
    if not fresh:
        return 0
    changed_all(
        connection,
        [_entry(table, key, before.get(key), {**before.get(key, {}), **row}, who, why, hide)
         for key, row in fresh.items()],
    )  # fmt: skip
    upsert(connection, table, [row for key, row in fresh.items() if key not in before])
    # whole rows where there are rows: a CHECK looks at the columns that stay as well
    upsert(connection, table, [{**before[key], **row} for key, row in fresh.items() if key in before])
    return len(fresh)


def remove(connection: Connection, table: Table, key: Row, *, who: str, why: str = "") -> bool:
    """Delete one row and log what it was; False when it was not there."""
    return remove_all(connection, table, [_key(table, key)], who=who, why=why) == 1


def remove_all(connection: Connection, table: Table, keys: Iterable[Key], *, who: str, why: str = "") -> int:
    """Delete the rows with these keys and log what they were; returns how many were there."""
    before = found(connection, table, keys)
    changed_all(connection, [_entry(table, key, row, None, who, why, ()) for key, row in before.items()])
    gone = list(before)
    for begin in range(0, len(gone), AT_ONCE):
        connection.exec_driver_sql(*_by_keys(connection, table, "DELETE FROM", gone[begin : begin + AT_ONCE]))
    return len(before)


def found(connection: Connection, table: Table, keys: Iterable[Key]) -> dict[Key, dict[str, Any]]:
    """The rows with these keys that are in the books, by key."""
    wanted = list(keys)
    names = [column.name for column in table.columns]
    places = [names.index(column.name) for column in table.primary_key]
    result: dict[Key, dict[str, Any]] = {}
    for begin in range(0, len(wanted), AT_ONCE):
        query, values = _by_keys(
            connection, table, f"SELECT {_quoted(connection, names)} FROM", wanted[begin : begin + AT_ONCE]
        )
        for row in connection.exec_driver_sql(query, values).cursor.fetchall():
            result[tuple(row[place] for place in places)] = dict(zip(names, row, strict=True))
    return result


def _by_keys(connection: Connection, table: Table, verb: str, keys: Sequence[Key]) -> tuple[str, Key]:
    """`verb table WHERE key IN (…)` and its values; through the driver, as thousands of rows are looked up at once."""
    mark = "%s" if connection.dialect.name == "postgresql" else "?"
    marks = f"({', '.join(mark for _ in table.primary_key)})"
    names = _quoted(connection, [column.name for column in table.primary_key])
    listed = ", ".join(marks for _ in keys)
    return f"{verb} {table.name} WHERE ({names}) IN (VALUES {listed})", tuple(value for key in keys for value in key)


def _quoted(connection: Connection, names: Sequence[str]) -> str:
    return ", ".join(map(connection.dialect.identifier_preparer.quote, names))


def subject(table: Table, key: Key) -> str:
    """What the log calls a row: `price|P-1`."""
    return "|".join([table.name, *map(str, key)])


def _key(table: Table, row: Mapping[Any, Any]) -> Key:
    return tuple(row[column.name] for column in table.primary_key)


def _differs(row: Row, before: Row | None) -> bool:
    if before is None:
        return True
    return any(before[name] != value for name, value in row.items() if name not in WALL_CLOCK)


def _entry(
    table: Table, key: Key, before: Row | None, after: Row | None, who: str, why: str, hide: Sequence[str]
) -> Entry:
    what = "remove" if after is None else "add" if before is None else "change"
    old, new = _told(table, before, after, hide, "<before>"), _told(table, after, before, hide, "<after>")
    return Entry(who, f"{table.name}.{what}", subject(table, key), old, new, why)


def _told(table: Table, row: Row | None, other: Row | None, hide: Sequence[str], mark: str) -> dict[str, Any] | None:
    """What the log says of one side: the columns that differ from the other side, `mark` for hidden ones."""
    if row is None:
        return None
    keys = {column.name for column in table.primary_key} | WALL_CLOCK
    told = {name: value for name, value in row.items() if name not in keys and (other or {}).get(name) != value}
    return {name: mark if name in hide else value for name, value in told.items()}
