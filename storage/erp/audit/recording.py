"""What a person changes, whichever function he calls: every row written in the transaction stands in the log.

`recording` is a write transaction under somebody's name. A table gets a trigger of this transaction's own the moment it
is first written to, so nothing that a function writes can be forgotten; what `audit.rows` has logged is logged once.
Not for bulk loads: a row costs two writes, and on PostgreSQL a table that is written to waits for one writer.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Table, event, select

from storage.database.bulk import WRITES_TO
from storage.database.connection import Database
from storage.database.tables.base import WALL_CLOCK
from storage.database.tables.privacy import audit_log
from storage.erp.audit.errors import ReasonlessChange
from storage.erp.audit.log import Entry, changed_all, head
from storage.erp.audit.rows import Row, subject

WRITTEN = "yeban_written"
HIDDEN = frozenset({"data", "payload"})
"""Columns of any table that may hold what belongs to a person: the log keeps their digest."""
HIDDEN_ENDINGS = ("_sealed", "_index", "counterparty", "remark")
_WRITE = re.compile(r'\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|REPLACE\s+INTO)\s+(?:\w+\.)?"?(\w+)"?', re.IGNORECASE)
BY_DRIVER = ("quant", "reservation")
"""Tables that the stock book's fast path writes past SQLAlchemy, so that their first write cannot be seen coming."""
_OURS = frozenset({"audit_log", "audit_head", WRITTEN})


DECISIONS = frozenset({"effect", "header_meaning", "quarantine", "raw_file", "row_fix"})
"""What a person decides about files and unsure effects. The rows that follow from it lead back to their file."""


class Recorded(Database):
    """The same books for what one person does with them: whatever is written to these tables is logged under the name.

    For functions that take the whole database and open their transactions themselves. `tables`: those that are looked
    at; a file that is released may bring a million rows, each of which says already which file it is from.
    """

    def __init__(self, database: Database, who: str, why: str, tables: Collection[str] = DECISIONS) -> None:
        super().__init__(database.engine)
        self._books, self._who, self._why, self._tables = database, who, why, tables

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A write transaction as `recording` makes it. Raises ReasonlessChange."""
        with recording(self._books, self._who, self._why, self._tables) as connection:
            yield connection


@contextmanager
def recording(database: Database, who: str, why: str, tables: Collection[str] | None = None) -> Iterator[Connection]:
    """A write transaction in which every changed row is logged with its values before and after, under `who`.

    `tables`: those that are looked at, default all. Raises ReasonlessChange without a name or a reason. An exception
    undoes the changes and their log together.
    """
    if not who.strip() or not why.strip():
        raise ReasonlessChange
    with database.write() as connection:
        start = head(connection)[0]
        triggers = _Triggers(connection, _tables().keys() if tables is None else tables)
        event.listen(connection, "before_cursor_execute", triggers.see)
        connection.info[WRITES_TO] = triggers.attach
        try:
            yield connection
            _log(connection, start, who, why)
        except BaseException:
            if connection.dialect.name == "sqlite":
                triggers.drop()  # the temporary table outlives the transaction there; PostgreSQL undoes all of it
            raise
        else:
            triggers.drop()
        finally:
            del connection.info[WRITES_TO]
            event.remove(connection, "before_cursor_execute", triggers.see)


def _tables() -> Mapping[str, Table]:
    """Every table; read when somebody changes something, which most commands that know of it do not."""
    from storage.database.tables import metadata

    return metadata.tables


class _Triggers:
    """The triggers of one transaction: on every table that it writes to, put there before the first write."""

    def __init__(self, connection: Connection, tables: Collection[str]) -> None:
        self._tables = frozenset(tables) - _OURS
        self._dialect = connection.dialect.name
        self._cursor = connection.connection.cursor()
        self._names: set[str] = set()
        self._ever: set[str] = set()
        self._cursor.execute(f"CREATE TEMP TABLE {WRITTEN} (seq INTEGER, name TEXT, before TEXT, after TEXT)")
        for name in BY_DRIVER:
            self.attach(name)

    def see(self, _connection: object, _cursor: object, statement: str, *_more: object) -> None:
        """A statement is about to run. Going back to a savepoint takes away the triggers that were made after it."""
        if statement.startswith("ROLLBACK TO"):
            self._names.clear()
            return
        for name in BY_DRIVER:
            self.attach(name)
        found = _WRITE.match(statement)
        if found:
            self.attach(found.group(1))

    def attach(self, name: str) -> None:
        """The table is about to be written to."""
        if name in self._tables and name not in self._names:
            self._names.add(name)
            self._ever.add(name)
            for trigger in _triggers(self._dialect, _tables()[name]):
                self._cursor.execute(trigger)

    def drop(self) -> None:
        """Leave nothing behind."""
        for name in sorted(self._ever):
            for drop in _drops(self._dialect, name):
                self._cursor.execute(drop)
        self._cursor.execute(f"DROP TABLE {WRITTEN}")


def _trigger(name: str, action: str) -> str:
    return f"yeban_{action}_{name}"


def _drops(dialect: str, name: str) -> list[str]:
    if dialect == "postgresql":
        return [f"DROP TRIGGER IF EXISTS {_trigger(name, 'any')} ON {name}"]
    return [f"DROP TRIGGER IF EXISTS {_trigger(name, action)}" for action in ("insert", "update", "delete")]


def _triggers(dialect: str, table: Table) -> list[str]:
    if dialect == "postgresql":
        body = (f"BEGIN INSERT INTO {WRITTEN} VALUES ((SELECT count(*) FROM {WRITTEN}), TG_TABLE_NAME, "
                "CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_json(OLD)::text END, "
                "CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_json(NEW)::text END); RETURN NULL; END")  # fmt: skip
        return [
            *_drops(dialect, table.name),
            f"CREATE OR REPLACE FUNCTION pg_temp.yeban_write() RETURNS trigger LANGUAGE plpgsql AS $${body}$$",
            f"CREATE TRIGGER {_trigger(table.name, 'any')} AFTER INSERT OR UPDATE OR DELETE ON {table.name} "
            "FOR EACH ROW EXECUTE FUNCTION pg_temp.yeban_write()",
        ]

    def row(side: str) -> str:
        return "json_object(" + ", ".join(f"'{c.name}', {side}.\"{c.name}\"" for c in table.columns) + ")"

    sides = {"insert": ("NULL", row("NEW")), "update": (row("OLD"), row("NEW")), "delete": (row("OLD"), "NULL")}
    return _drops(dialect, table.name) + [
        f"CREATE TEMP TRIGGER {_trigger(table.name, action)} AFTER {action.upper()} ON main.{table.name} BEGIN "
        f"INSERT INTO {WRITTEN} VALUES ((SELECT count(*) FROM {WRITTEN}), '{table.name}', {before}, {after}); END"
        for action, (before, after) in sides.items()
    ]


def _log(connection: Connection, start: int, who: str, why: str) -> None:
    """One entry for each row that is other than it was when the transaction began."""
    changes: dict[tuple[str, tuple[Any, ...]], list[Row | None]] = {}
    for name, *sides in connection.exec_driver_sql(f"SELECT name, before, after FROM {WRITTEN} ORDER BY seq"):
        before, after = (None if side is None else json.loads(side) for side in sides)
        there = before or after or {}
        key = name, tuple(there[column.name] for column in _tables()[name].primary_key)
        changes.setdefault(key, [before, after])[1] = after
    logged = set(connection.execute(select(audit_log.c.subject).where(audit_log.c.seq > start)).scalars())
    entries = []
    for (name, key), (before, after) in changes.items():
        table = _tables()[name]
        if before != after and subject(table, key) not in logged:
            entries.append(_entry(table, key, before, after, who, why))
    changed_all(connection, entries)


def _entry(table: Table, key: tuple[Any, ...], before: Row | None, after: Row | None, who: str, why: str) -> Entry:
    what = "remove" if after is None else "add" if before is None else "change"
    old, new = _told(table, before, after), _told(table, after, before)
    return Entry(who, f"{table.name}.{what}", subject(table, key), old, new, why)


def _told(table: Table, row: Row | None, other: Row | None) -> dict[str, Any] | None:
    if row is None:
        return None
    left_out = {column.name for column in table.primary_key} | WALL_CLOCK
    told = {name: value for name, value in row.items() if name not in left_out and (other or {}).get(name) != value}
    return {name: _hidden(value) if name in HIDDEN or name.endswith(HIDDEN_ENDINGS) else value
            for name, value in told.items()}  # fmt: skip


def _hidden(value: Any) -> str:
    return "sha256:" + sha256(str(value).encode()).hexdigest()[:16] if value else ""
