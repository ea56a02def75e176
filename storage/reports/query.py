"""A question in SQL to the books: only reading, only so many rows, only so long, personal data left out.

The connection cannot write (SQLite: opened read-only, and an authorizer that lets nothing but reading pass; PostgreSQL:
a read-only transaction that has begun, one statement by the extended protocol, wrapped as a subquery). Nothing of that
depends on reading the text of the question.
"""

import io
import re
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from storage.database.connection import Database
from storage.database.tables import metadata
from storage.documents.cells import EXACT_DIGITS
from storage.errors import DecisionError
from storage.reports.personal import PERSONAL, hidden

ROWS = 1_000
SECONDS = 30
VALUE_BYTES = 10_000_000
"""No single value is longer: one could fill the memory otherwise."""
STEPS = 20_000
"""Steps of SQLite's machine between two looks at the clock."""
READING = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})
OUTSIDE = re.compile(
    r"\b(pg_read_\w+|pg_ls_\w+|pg_stat_file|pg_write_\w+|lo_\w+|dblink\w*|pg_terminate_backend|pg_cancel_backend|"
    r"pg_reload_conf|pg_rotate_logfile|pg_switch_wal|pg_promote|set_config|query_to_xml\w*|table_to_xml\w*|"
    r"cursor_to_xml|database_to_xml\w*|schema_to_xml\w*|pg_temp|public|pg_catalog|information_schema|pg_\w+)\b|U&[\"']",
    re.IGNORECASE,
)
"""What PostgreSQL would do outside the books' tables; SQLite's authorizer refuses such things by itself."""


class QueryRefused(DecisionError):
    """The question is no single SELECT, or wants more than to read the books."""

    code = "E-QUERY-REFUSED"
    zh = "这条查询不能执行：{zh_reason}"
    en = "this query is refused: {en_reason}"
    zh_hint = '只能读：yeban query "SELECT shop, count(*) FROM platform_order GROUP BY shop"'
    en_hint = 'reading only: yeban query "SELECT shop, count(*) FROM platform_order GROUP BY shop"'

    def __init__(self, zh: str, en: str = "") -> None:
        """Why, in both languages; `en` is left out where the database says it."""
        super().__init__(zh_reason=zh, en_reason=en or zh)


class QueryTooLong(DecisionError):
    """The question took longer than it may; it was stopped, and nothing is left behind."""

    code = "E-QUERY-TIME"
    zh = "查询超过 {seconds} 秒，已经停下"
    en = "the query took more than {seconds} seconds and was stopped"
    zh_hint = "加条件缩小范围，或者用 --seconds 放宽"
    en_hint = "narrow it down, or allow more with --seconds"

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds=f"{seconds:g}")


class Answer(NamedTuple):
    """Columns and rows; `cut`: there were more rows; `masked`: personal columns that the question touched."""

    columns: list[str]
    rows: list[tuple[Any, ...]]
    cut: bool
    masked: list[str]


def ask(database: Database, question: str, rows: int = ROWS, seconds: float = SECONDS) -> Answer:
    """What the books answer. Personal columns read as NULL, also inside conditions, so that nothing can be guessed.

    Raises QueryRefused, QueryTooLong.
    """
    said = question.strip().rstrip(";").strip()
    if not said:
        raise QueryRefused("没有写查询", "nothing was asked")
    if "\x00" in said:
        raise QueryRefused("有看不见的字符", "a NUL character")
    if database.dialect == "postgresql":
        return _ask_postgres(database, said, rows, seconds)
    return _ask_sqlite(database.engine, said, rows, seconds)


def _ask_sqlite(engine: Engine, question: str, rows: int, seconds: float) -> Answer:
    path = engine.url.database
    if not path or path == ":memory:":
        raise QueryRefused("账不在文件里", "the books are not in a file")
    connection = sqlite3.connect(f"{Path(path).resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)
    masked: set[str] = set()
    try:
        connection.execute("PRAGMA query_only=1")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, VALUE_BYTES)
        connection.set_authorizer(_authorizer(masked))
        until = time.monotonic() + seconds
        connection.set_progress_handler(lambda: int(time.monotonic() > until), STEPS)
        cursor = connection.execute(question)
        if cursor.description is None:
            raise QueryRefused("不是 SELECT", "not a SELECT")
        found = cursor.fetchmany(rows + 1)
        columns = [str(column[0]) for column in cursor.description]
    except sqlite3.Error as error:
        raise _explained(error, seconds) from error
    finally:
        connection.close()
    return Answer(columns, found[:rows], len(found) > rows, sorted(masked))


def _authorizer(masked: set[str]) -> Any:
    def allowed(action: int, first: str | None, second: str | None, _database: str | None, _inner: str | None) -> int:
        if action not in READING or (action == sqlite3.SQLITE_FUNCTION and str(second).lower() in FORBIDDEN):
            return sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_READ and hidden(str(first), str(second)):
            masked.add(f"{first}.{second}")
            return sqlite3.SQLITE_IGNORE
        return sqlite3.SQLITE_OK

    return allowed


FORBIDDEN = frozenset({"load_extension", "writefile", "readfile", "edit", "fts3_tokenizer"})


def _explained(error: sqlite3.Error, seconds: float) -> DecisionError:
    if "interrupted" in str(error):
        return QueryTooLong(seconds)
    if "not authorized" in str(error) or "readonly" in str(error):
        return QueryRefused("只能读账", "the books may only be read")
    return QueryRefused(str(error))


def _ask_postgres(database: Database, question: str, rows: int, seconds: float) -> Answer:
    """Temporary views stand before the tables with personal columns, so that those cannot be read at all."""
    outside = OUTSIDE.search(question)
    if outside:
        raise QueryRefused(f"{outside.group(0)} 不在账里", f"{outside.group(0)} is none of the books")
    wrapped = f"SELECT * FROM (\n{question}\n) AS asked LIMIT {int(rows) + 1}"
    with database.engine.connect() as connection:
        try:
            _shield(connection)
            connection.commit()
            driver: Any = connection.connection.dbapi_connection
            with closing(driver.cursor()) as cursor:
                cursor.execute("SET TRANSACTION READ ONLY")
                cursor.execute(f"SET LOCAL statement_timeout = {max(1, int(seconds * 1000))}")
                cursor.execute("SELECT 1")
                cursor.execute(wrapped.encode(), prepare=True)
                found = cursor.fetchall()
                columns = [str(column.name) for column in cursor.description or ()]
        except QueryRefused:
            raise
        except Exception as error:
            raise _told(error, seconds) from error
        finally:
            connection.invalidate()
    touched = [f"{table}.{name}" for table, names in PERSONAL.items() for name in names if _names(question, table)]
    return Answer(columns, [tuple(row) for row in found[:rows]], len(found) > rows, sorted(touched))


def _told(error: Exception, seconds: float) -> DecisionError:
    module = type(error).__module__.split(".")[0]
    if module != "psycopg" and not isinstance(error, SQLAlchemyError):
        raise error
    if type(error).__name__ == "QueryCanceled":
        return QueryTooLong(seconds)
    return QueryRefused(str(error).splitlines()[0])


def _shield(connection: Connection) -> None:
    for table in PERSONAL:
        columns = ", ".join(
            f"NULL::text AS {column.name}" if hidden(table, column.name) else column.name
            for column in metadata.tables[table].c
        )
        connection.execute(text(f"CREATE TEMP VIEW {table} AS SELECT {columns} FROM {table}"))


def _names(question: str, table: str) -> bool:
    return re.search(rf"\b{table}\b", question, re.IGNORECASE) is not None


def shown_rows(answer: Answer) -> Sequence[Sequence[str]]:
    """The rows as text: nothing for NULL."""
    return [["" if value is None else str(value) for value in row] for row in answer.rows]


def to_workbook(answer: Answer) -> bytes:
    """One sheet: figures are numbers that can be summed; ids, and numbers that a sheet would round, are text."""
    import xlsxwriter

    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Sheet1")
        text = book.add_format({"num_format": "@"})
        for row_no, row in enumerate([answer.columns, *answer.rows]):
            for place, cell in enumerate(row):
                if _is_figure(cell):
                    sheet.write_number(row_no, place, cell)
                elif cell is not None:
                    sheet.write_string(row_no, place, str(cell), text)
    return target.getvalue()


def _is_figure(cell: Any) -> bool:
    known = isinstance(cell, int | float | Decimal) and not isinstance(cell, bool) and isfinite(cell)
    return known and abs(cell) < 10**EXACT_DIGITS
