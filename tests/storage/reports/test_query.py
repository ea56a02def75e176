"""Questions in SQL: they read, and whatever they try besides leaves the books as they were."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, insert, text

from storage.database.connection import Database, open_database
from storage.database.digest import digest
from storage.database.tables import bill_line, platform_order, raw_row, sku
from storage.reports.personal import PERSONAL, unknown
from storage.reports.query import QueryRefused, QueryTooLong, ask
from tests.storage.reports.books import Books
from tests.support.postgres import empty_database

PHONE = "13800138000"
WRITES = [
    "DELETE FROM sku",
    "INSERT INTO sku (code, title) VALUES ('x', 'x')",
    "UPDATE sku SET title = 'x'",
    "REPLACE INTO sku (code) VALUES ('x')",
    "DROP TABLE sku",
    "ALTER TABLE sku ADD COLUMN x TEXT",
    "CREATE TABLE mine (x)",
    "CREATE TEMP TABLE mine AS SELECT * FROM sku",
    "CREATE VIEW mine AS SELECT 1",
    "CREATE TRIGGER t AFTER INSERT ON sku BEGIN DELETE FROM sku; END",
    "WITH a AS (SELECT 1) DELETE FROM sku",
    "WITH gone AS (DELETE FROM sku RETURNING *) SELECT * FROM gone",
    "SELECT 1; DELETE FROM sku",
    "SELECT 1) AS asked; DELETE FROM sku; --",
    "COMMIT; DELETE FROM sku",
    "ROLLBACK",
    "BEGIN IMMEDIATE",
    "SAVEPOINT a",
    "ATTACH DATABASE 'other.db' AS other",
    "DETACH DATABASE main",
    "VACUUM",
    "VACUUM INTO 'other.db'",
    "REINDEX",
    "ANALYZE",
    "PRAGMA query_only = 0",
    "PRAGMA journal_mode = DELETE",
    "PRAGMA writable_schema = 1",
    "PRAGMA user_version = 7",
    "PRAGMA wal_checkpoint(TRUNCATE)",
    "SELECT load_extension('evil')",
    "SELECT * FROM pragma_user_version",
    "EXPLAIN DELETE FROM sku",
    "TRUNCATE sku",
    "COPY sku TO '/tmp/yeban-copy'",
    "COPY (SELECT 1) TO PROGRAM 'touch /tmp/yeban-copy'",
    "SET TRANSACTION READ WRITE",
    "SET default_transaction_read_only = off",
    "SELECT set_config('transaction_read_only', 'off', false)",
    "SELECT lo_create(7)",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_terminate_backend(1)",
    "DO $$ BEGIN DELETE FROM sku; END $$",
    "CALL something()",
    "LOCK TABLE sku",
    "SELECT * INTO mine FROM sku",
    "",
    ";",
    "不是 SQL",
]


def filled(database: Database) -> Database:
    """Books with one item, one order, one raw row and one statement line that name a person."""
    said = '{"收件人": "王小明", "电话": "' + PHONE + '"}'
    with database.write() as connection:
        connection.execute(insert(sku), [{"code": f"A{n}", "title": "甲"} for n in range(25)])
        connection.execute(insert(platform_order), [{"platform": "p", "shop": "s", "order_no": "1", "paid_fen": 7}])
        connection.execute(insert(raw_row), [{"file_sha": "f", "row_no": 1, "payload": said}])
        connection.execute(insert(bill_line), [{"platform": "p", "shop": "s", "wallet": "alipay", "flow_no": "1",
                           "fee_type": "payment", "n": 1, "amount_fen": 7, "counterparty": "王小明"}])  # fmt: skip
    return database


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The books in SQLite."""
    books = Books(tmp_path_factory.mktemp("query"))
    yield filled(books.database)
    books.database.close()


@pytest.fixture(scope="module")
def postgres(postgres_server: URL) -> Iterator[Database]:
    """The books in PostgreSQL."""
    with empty_database(postgres_server) as url:
        database = open_database(url)
        yield filled(database)
        database.close()


def _state(database: Database) -> str:
    with database.read() as connection:
        return digest(connection, ["sku", "platform_order", "raw_row", "bill_line"])


def test_nothing_writes_to_sqlite(sqlite: Database) -> None:
    """Every way to write that we know is refused with a reason, and the file is byte for byte the same."""
    path = Path(str(sqlite.engine.url.database))
    before, content = _state(sqlite), hashlib.sha256(path.read_bytes()).hexdigest()
    for statement in WRITES:
        with pytest.raises(QueryRefused) as refused:
            ask(sqlite, statement)
        assert refused.value.message("zh")
    assert _state(sqlite) == before
    assert hashlib.sha256(path.read_bytes()).hexdigest() == content
    assert not (path.parent / "other.db").exists()
    assert not Path("other.db").exists()


@pytest.mark.postgres
def test_nothing_writes_to_postgres(postgres: Database) -> None:
    """The same in PostgreSQL, functions that reach outside the books included; the tables are still there and equal."""
    before = _state(postgres)
    tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
    with postgres.read() as connection:
        count = connection.execute(text(tables)).scalar_one()
    for statement in WRITES:
        with pytest.raises(QueryRefused) as refused:
            ask(postgres, statement)
        assert refused.value.message("en")
    assert _state(postgres) == before
    with postgres.read() as connection:
        assert connection.execute(text(tables)).scalar_one() == count
    assert not Path("/tmp/yeban-copy").exists()


@pytest.mark.postgres
def test_postgres_answers_like_sqlite(sqlite: Database, postgres: Database) -> None:
    """Columns, rows, the limit and what is masked are the same in both."""
    question = "SELECT code, title FROM sku ORDER BY code"
    assert ask(sqlite, question, rows=10) == ask(postgres, question, rows=10)
    for table in ("raw_row", "bill_line"):
        here, there = (ask(one, f"SELECT * FROM {table}") for one in (sqlite, postgres))
        assert here == there
        assert "王小明" not in repr(there)
        assert there.masked
    with pytest.raises(QueryRefused):
        ask(postgres, "SELECT payload FROM public.raw_row")
    with pytest.raises(QueryTooLong):
        ask(postgres, "SELECT count(*) FROM sku a, sku b, sku c, sku d, sku e, sku f", seconds=0.05)
    assert ask(postgres, "SELECT 1 AS one -- said").rows == [(1,)]


def test_rows_are_limited_and_the_cut_is_said(sqlite: Database) -> None:
    """No more rows than the limit come back, and whether there were more is known exactly."""
    assert ask(sqlite, "SELECT code FROM sku", rows=25).cut is False
    answer = ask(sqlite, "SELECT code FROM sku;", rows=24)
    assert (len(answer.rows), answer.cut, answer.columns) == (24, True, ["code"])


def test_a_question_that_takes_too_long_is_stopped(sqlite: Database) -> None:
    """An endless question ends after its time, says so, and the next one is answered."""
    with pytest.raises(QueryTooLong, match="已经停下"):
        ask(
            sqlite, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n", seconds=0.05
        )
    assert ask(sqlite, "SELECT 1").rows == [(1,)]


@pytest.mark.parametrize(
    "question",
    [
        "SELECT * FROM raw_row",
        "SELECT payload AS harmless FROM raw_row",
        "SELECT upper(r.payload) FROM raw_row r",
        "SELECT substr(payload, 1, 40) FROM raw_row",
        "SELECT (SELECT payload FROM raw_row) FROM sku LIMIT 1",
        "WITH x AS (SELECT payload AS p FROM raw_row) SELECT p FROM x",
        "SELECT group_concat(payload) FROM raw_row",
        f"SELECT count(*) AS n FROM raw_row WHERE payload LIKE '%{PHONE}%'",
        "SELECT counterparty FROM bill_line UNION SELECT title FROM sku",
        "SELECT order_no FROM platform_order ORDER BY (SELECT payload FROM raw_row)",
    ],
)
def test_personal_columns_read_as_nothing(sqlite: Database, question: str) -> None:
    """However it is asked, under another name, in a function or a condition, no name and no phone comes out."""
    answer = ask(sqlite, question)
    assert PHONE not in repr(answer.rows)
    assert "王小明" not in repr(answer.rows)
    assert answer.masked
    assert answer.rows != [(1,)]


def test_one_value_cannot_fill_the_memory(sqlite: Database) -> None:
    """A value of a gigabyte is never made, neither at once nor by doubling; one of a megabyte is."""
    doubled = "WITH RECURSIVE n(x) AS (SELECT 'xxxxxxxxxx' UNION ALL SELECT x || x FROM n) SELECT max(length(x)) FROM n"
    for huge in ("SELECT zeroblob(1000000000)", doubled):
        with pytest.raises(QueryRefused, match="too big"):
            ask(sqlite, huge)
    assert ask(sqlite, "SELECT length(zeroblob(1000000))").rows == [(1_000_000,)]


def test_personal_columns_are_columns_of_the_books() -> None:
    """A personal column that was renamed would be shown: every entry of the list is a column that exists."""
    assert PERSONAL
    assert unknown() == []
