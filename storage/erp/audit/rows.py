"""The one door through which people's changes go into the books: what it writes, it logs, in the same transaction."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, and_, or_, select

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
    name = _key(table, key)
    before = found(connection, table, [name]).get(name)
    if before is None:
        return False
    changed_all(connection, [_entry(table, name, before, None, who, why, ())])
    connection.execute(table.delete().where(_is(table, name)))
    return True


def found(connection: Connection, table: Table, keys: Iterable[Key]) -> dict[Key, dict[str, Any]]:
    """The rows with these keys that are in the books, by key."""
    wanted = list(keys)
    result: dict[Key, dict[str, Any]] = {}
    for begin in range(0, len(wanted), AT_ONCE):
        where = or_(*(_is(table, key) for key in wanted[begin : begin + AT_ONCE]))
        for row in connection.execute(select(table).where(where)).mappings():
            result[_key(table, row)] = {str(name): value for name, value in row.items()}
    return result


def subject(table: Table, key: Key) -> str:
    """What the log calls a row: `price|P-1`."""
    return "|".join([table.name, *map(str, key)])


def _key(table: Table, row: Mapping[Any, Any]) -> Key:
    return tuple(row[column.name] for column in table.primary_key)


def _is(table: Table, key: Key) -> Any:
    return and_(*(column == value for column, value in zip(table.primary_key, key, strict=True)))


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
