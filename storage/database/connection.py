"""The books' database: SQLite by default, PostgreSQL by URL, always at the newest migration.

SQLite runs in WAL mode with `synchronous=FULL`: when a write transaction has ended, it survives a power cut too. The
journal needs that (nothing done twice), and one fsync per file ingested is nothing. Write transactions take the lock
when they begin (`BEGIN IMMEDIATE`): a deferred BEGIN got "locked" in 75 % of cases under load (measured.md).
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from storage.database.migrations import HEAD, create, upgrade
from storage.errors import DatabaseAddressWrong, DatabaseTooNew, DatabaseUnreachable

ADDRESS = re.compile(r"[A-Za-z+]{2,}:")
"""How an address begins, and no path does: a drive of Windows has one letter."""
BUSY_TIMEOUT_MS = 60_000
MIGRATION_LOCK = 7_203_911  # any number of our own: one migration at a time on PostgreSQL


class Database:
    """One open database; safe to share between threads.

    `write()` is one transaction: everything or nothing, durable when it ends. `read()` sees one moment and refuses
    to write. Neither may be nested inside a `write()` of the same thread: SQLite has one writer.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @property
    def dialect(self) -> str:
        """Which database it is: sqlite | postgresql."""
        return self.engine.dialect.name

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection inside one write transaction; an exception undoes all of it."""
        with self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one consistent moment and cannot write."""
        with self.engine.connect() as plain:
            connection = plain.execution_options(yeban_read_only=True, **_snapshot(self.dialect))
            with connection.begin() as transaction:
                yield connection
                transaction.rollback()

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


def open_database(url: str | Path) -> Database:
    """Open the database at `url` (a file path, `sqlite:///…` or `postgresql://…`) and bring it to the newest tables.

    Raises DatabaseAddressWrong, DatabaseUnreachable, or DatabaseTooNew when a newer program has written it.
    """
    where = _url(str(url))
    try:
        database = Database(_engine(where))
        _migrate(database)
    except (SQLAlchemyError, OSError) as error:
        raise DatabaseUnreachable(shown_url(str(url)), str(error).splitlines()[0]) from error
    return database


def shown_url(url: str) -> str:
    """The database at `url` as it may be shown, and compared with another: its password hidden."""
    return _url(url).render_as_string(hide_password=True)


def _url(text_url: str) -> URL:
    if "://" not in text_url:
        if ADDRESS.match(text_url):  # a slip in an address would be a file of that name: new books, and empty
            raise DatabaseAddressWrong(text_url)
        return URL.create("sqlite", database=text_url)
    try:
        where = make_url(text_url)
    except (ArgumentError, ValueError):
        raise DatabaseAddressWrong(text_url) from None
    if where.get_backend_name() not in {"sqlite", "postgres", "postgresql"}:
        raise DatabaseAddressWrong(text_url)
    if where.drivername in {"postgres", "postgresql"}:
        return where.set(drivername="postgresql+psycopg")
    return where


def _engine(where: URL) -> Engine:
    if where.get_backend_name() != "sqlite":
        return create_engine(where, pool_pre_ping=True)
    if where.database and where.database != ":memory:":
        Path(where.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(where, connect_args={"isolation_level": None, "timeout": BUSY_TIMEOUT_MS / 1000})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA cache_size=-65536")
    connection.execute("PRAGMA temp_store=MEMORY")


def _begin_sqlite(connection: Connection) -> None:
    read_only = bool(connection.get_execution_options().get("yeban_read_only"))
    connection.exec_driver_sql(f"PRAGMA query_only={int(read_only)}")
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _snapshot(dialect: str) -> dict[str, object]:
    if dialect == "postgresql":
        return {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}
    return {}


def _migrate(database: Database) -> None:
    with database.read() as connection:
        found = _version(connection)
    if found == HEAD:
        return
    if found > HEAD:
        raise DatabaseTooNew(found, HEAD)
    with database.write() as connection:
        if database.dialect == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        if _version(connection) == "" and not inspect(connection).get_table_names():
            create(connection)
        else:
            upgrade(connection)


def _version(connection: Connection) -> str:
    """The migration the database is at, "" when it is empty; migrations are numbered, so they compare as text."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found or ""
