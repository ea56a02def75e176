"""A question in SQL as one person may ask it: rows of his shops and warehouses, personal columns read as nothing."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from storage.database.connection import Database
from storage.erp.audit.scope import Reader, reader_of, reading
from storage.reports.personal import PERSONAL
from storage.reports.query import ROWS, SECONDS, STEPS, Answer, QueryRefused, QueryTooLong, ask


def ask_as(database: Database, who: str, question: str, rows: int = ROWS, seconds: float = SECONDS) -> Answer:
    """What the books answer to `who`: his grants decide which rows there are. Nobody without a grant sees any.

    Raises QueryRefused, QueryTooLong, ScopeBroken for SQL that would go round the limits.
    """
    with database.read() as connection:
        reader = reader_of(connection, who)
    if reader.unlimited:
        return ask(database, question, rows, seconds)
    return ask_within(database, reader, question, rows, seconds)


def ask_within(database: Database, reader: Reader, question: str, rows: int = ROWS, seconds: float = SECONDS) -> Answer:
    """The same for a reader with limits. Raises as `ask_as`."""
    question = question.strip().rstrip(";").strip()
    if not question:
        raise QueryRefused("没有写查询", "nothing was asked")
    try:
        with reading(database, reader, PERSONAL) as connection, _until(connection, seconds):
            found = connection.exec_driver_sql(question.replace("%", "%%") if _formats(connection) else question)
            columns = list(found.keys())
            told = [tuple(row) for row in found.fetchmany(rows + 1)]
    except SQLAlchemyError as error:
        said = str(getattr(error, "orig", None) or error).splitlines()[0]
        if "interrupted" in said or "statement timeout" in said:
            raise QueryTooLong(seconds) from error
        raise QueryRefused(said) from error
    return Answer(columns, told[:rows], len(told) > rows, sorted(_touched(question)))


def _formats(connection: Connection) -> bool:
    """Whether the driver reads `%` as a place for a value."""
    return connection.dialect.name == "postgresql"


@contextmanager
def _until(connection: Connection, seconds: float) -> Iterator[None]:
    """The question is stopped after so many seconds."""
    if connection.dialect.name == "postgresql":
        driver = connection.connection.cursor()
        driver.execute(f"SET LOCAL statement_timeout = {max(1, int(seconds * 1000))}")
        yield
        return
    raw = cast(sqlite3.Connection, connection.connection.dbapi_connection)
    until = time.monotonic() + seconds
    raw.set_progress_handler(lambda: int(time.monotonic() > until), STEPS)
    try:
        yield
    finally:
        raw.set_progress_handler(None, STEPS)


def _touched(question: str) -> Iterator[str]:
    lowered = question.lower()
    for table, names in PERSONAL.items():
        if table in lowered:
            yield from (f"{table}.{name}" for name in names)
