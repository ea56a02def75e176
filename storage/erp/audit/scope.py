"""What a reader may see: one choke point for everything that reads.

`reading` gives a connection on which every table of the books is hidden behind a view of the same name that shows only
the rows in the reader's scope. So reports, exports, searches and SQL that people type need no filter of their own, and
cannot forget one. A table that no rule here is about is empty for a reader with limits: a new table leaks nothing.
"""

import re
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import cast

from sqlalchemy import Connection, Table, event, select

from storage.database.connection import Database
from storage.database.tables.privacy import actor, org_unit, reading_grant
from storage.erp.audit.errors import ScopeBroken

SHARED = frozenset({
    "attribute", "attribute_value", "bundle", "category", "category_place", "channel_attribute", "code_name",
    "family_attribute", "platform_category", "sku", "spu", "spu_axis", "variant",
})  # fmt: skip
"""The product library: everybody in the house sees it; it holds no money of anybody."""
SHOPLESS_TOO = frozenset({"header_meaning", "price"})
"""Tables in which shop "" means every shop."""
SCOPE = "yeban_scope"
_WORDS = re.compile(
    r"\b(main|temp|public|sqlite_\w+|pg_\w+|information_schema|set_config|dblink\w*|\w+_to_xml\w*|explain|yeban_scope)\b|U&",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"[\s(]*(SELECT|WITH|VALUES)\b", re.IGNORECASE)
_SECOND = re.compile(r";(?=\s*\S)")
_ALLOWED = frozenset({20, 21, 31, 33})  # SQLITE_READ, _SELECT, _FUNCTION, _RECURSIVE
_TRANSACTION = 22
Hidden = Mapping[str, Collection[str]]


@dataclass(frozen=True)
class Reader:
    """Who reads and what: None is everything of that kind, an empty set nothing."""

    who: str
    shops: frozenset[str] | None = frozenset()
    warehouses: frozenset[str] | None = frozenset()

    @property
    def unlimited(self) -> bool:
        """Whether every row may be seen."""
        return self.shops is None and self.warehouses is None


def reader_of(connection: Connection, who: str) -> Reader:
    """What the grants say that somebody may read; an org stands for its shops and warehouses.

    No grant: nothing; and nothing for a name that was closed, whatever it was granted.
    """
    g = reading_grant.c
    active = select(actor.c.who).where(actor.c.state == "active")
    granted = connection.execute(select(g.scope, g.name).where(g.who == who, g.who.in_(active)))
    names: dict[str, set[str]] = {"org": set(), "shop": set(), "warehouse": set()}
    for scope, name in granted:
        names.setdefault(scope, set()).add(name)
    for unit in connection.execute(select(org_unit)):
        if unit.org in names["org"]:
            names.setdefault(unit.scope, set()).add(unit.name)

    def seen(scope: str) -> frozenset[str] | None:
        return None if "*" in names[scope] | names["org"] else frozenset(names[scope])

    return Reader(who, seen("shop"), seen("warehouse"))


@contextmanager
def reading(database: Database, reader: Reader, hide: Hidden = MappingProxyType({})) -> Iterator[Connection]:
    """A read-only connection that shows only what the reader may see, whatever is asked on it.

    `hide`: table → columns that read as nothing for a reader with limits. SQL that names a schema (`main.`, `public.`),
    catalog tables or the planner is refused: raises ScopeBroken.
    """
    if reader.unlimited:
        with database.read() as connection:
            yield connection
        return
    opened = _sqlite if database.dialect == "sqlite" else _postgresql
    with opened(database, reader, hide) as connection:
        event.listen(connection, "before_cursor_execute", _guard(reader))
        yield connection


@contextmanager
def _sqlite(database: Database, reader: Reader, hide: Hidden) -> Iterator[Connection]:
    with database.engine.connect() as plain:
        plain.detach()  # the views must not come back from the pool with the connection
        raw = cast(sqlite3.Connection, plain.connection.dbapi_connection)
        raw.execute("PRAGMA query_only=0")  # it may have been a reading connection before
        raw.execute(f"CREATE TEMP TABLE {SCOPE} (kind TEXT, name TEXT)")
        raw.executemany(f"INSERT INTO {SCOPE} VALUES (?, ?)", _names(reader))
        for statement in _views(reader, "main", "TEMP VIEW temp.", "substr(owner, 1, instr(owner, '|') - 1)", hide):
            raw.execute(statement)
        connection = plain.execution_options(yeban_read_only=True)
        with connection.begin() as transaction:
            raw.set_authorizer(lambda action, name, *_: _may(action, name))
            yield connection
            transaction.rollback()


def _may(action: int, name: str | None) -> int:
    declared = action == sqlite3.SQLITE_UPDATE and name == "sqlite_master"  # how `json_each` says what columns it has
    allowed = action in _ALLOWED or action == _TRANSACTION or declared
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


@contextmanager
def _postgresql(database: Database, reader: Reader, hide: Hidden) -> Iterator[Connection]:
    with database.engine.connect() as plain:
        connection = plain.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin() as transaction:
            connection.exec_driver_sql(f"CREATE TEMP TABLE {SCOPE} (kind TEXT, name TEXT) ON COMMIT DROP")
            for kind, name in _names(reader):
                connection.exec_driver_sql(f"INSERT INTO {SCOPE} VALUES (%s, %s)", (kind, name))
            for statement in _views(reader, "public", "TEMP VIEW ", "split_part(owner, '|', 1)", hide):
                connection.exec_driver_sql(statement)
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")
            yield connection
            transaction.rollback()


def _names(reader: Reader) -> list[tuple[str, str]]:
    return [("shop", name) for name in sorted(reader.shops or ())] + [
        ("warehouse", name) for name in sorted(reader.warehouses or ())
    ]


def _views(reader: Reader, schema: str, create: str, parcel_of_owner: str, hide: Hidden) -> list[str]:
    """One view per table; those that ask another table come after it."""
    from storage.database.tables import metadata  # every table: only a reader with limits needs them all

    through = _through(reader, parcel_of_owner)
    tables = sorted(metadata.sorted_tables, key=lambda table: (table.name in through, table.name))
    return [
        f'CREATE {create}"{table.name}" AS SELECT {_columns(table, hide.get(table.name, ()))} '
        f'FROM {schema}."{table.name}" WHERE {_where(table, reader, through)}'
        for table in tables
    ]


def _columns(table: Table, hidden: Collection[str]) -> str:
    if not hidden:
        return "*"
    return ", ".join(f'{"NULL AS " if column.name in hidden else ""}"{column.name}"' for column in table.columns)


def _where(table: Table, reader: Reader, through: Mapping[str, str]) -> str:
    if table.name in SHARED:
        return "1=1"
    if table.name in through:
        return through[table.name]
    parts = []
    for column, names in (("shop", reader.shops), ("warehouse", reader.warehouses)):
        if column not in table.c:
            continue
        shopless = " OR shop = ''" if column == "shop" and table.name in SHOPLESS_TOO else ""
        parts.append("1=1" if names is None else f"({_listed(column, column)}{shopless})")
    return " AND ".join(parts) or "1=0"


def _listed(column: str, kind: str) -> str:
    return f"{column} IN (SELECT name FROM {SCOPE} WHERE kind = '{kind}')"


def _through(reader: Reader, parcel_of_owner: str) -> dict[str, str]:
    """Tables whose rows are seen when the row that they belong to is."""
    parcels, files = "(SELECT fulfilment_id FROM fulfilment)", "(SELECT file_sha FROM raw_file)"
    places = "1=1" if reader.warehouses is None else _listed("warehouse", "warehouse")
    ends = "1=1" if reader.warehouses is None else (
        f"({_listed('from_place', 'warehouse')} OR {_listed('to_place', 'warehouse')})"
    )  # fmt: skip
    held = "1=1" if reader.shops is None else f"{parcel_of_owner} IN {parcels}"
    issued = "1=1" if reader.shops is None else f"(doc_type <> 'issue' OR doc_id IN {parcels})"
    return {
        "fulfilment_line": f"fulfilment_id IN {parcels}",
        "move": f"{ends} AND {issued}",
        "quarantine": f"file_sha IN {files}",
        "raw_row": f"file_sha IN {files}",
        "recon_group": "group_id IN (SELECT group_id FROM recon_item)",
        "reservation": f"{places} AND {held}",
        "row_fix": f"file_sha IN {files}",
        "waybill": f"fulfilment_id IN {parcels}",
    }


def _guard(reader: Reader) -> Callable[..., None]:
    def check(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        found = _WORDS.search(statement) or _SECOND.search(statement)
        if found or not _QUESTION.match(statement):
            raise ScopeBroken(reader.who, found.group(0) if found else statement.split(maxsplit=1)[0])

    return check
