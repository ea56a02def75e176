"""The migrations make exactly the tables that the code names."""

import json
from importlib import import_module
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, select, text

from storage.database import migrations
from storage.database.connection import Database, open_database
from storage.database.tables import metadata, raw_file, raw_row
from storage.errors import DatabaseTooNew, DatabaseUnreachable


def test_migrated_schema_is_the_metadata(database: Database) -> None:
    """A migrated database has no table, column, type, default, CHECK or index more or less than a new one."""
    with database.write() as connection:
        created = _schema(connection)
        _emptied(connection)
        assert _schema(connection) == set()
        migrations.upgrade(connection)
        migrated = _schema(connection)
    assert migrated == created
    assert sum("CHECK" in line for line in created) >= 5
    assert sum("ix_" in line for line in created) >= 6


def test_alembic_finds_nothing_to_do(database: Database) -> None:
    """Alembic's own comparison of a migrated database with the metadata is empty, and so is that of a new one."""
    with database.write() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        _emptied(connection)
        migrations.upgrade(connection)
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def _emptied(connection: Connection) -> None:
    metadata.drop_all(connection)
    connection.execute(text("DROP TABLE alembic_version"))


def _schema(connection: Connection) -> set[str]:
    if connection.dialect.name == "postgresql":
        query = """SELECT table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable || ' '
                     || coalesce(column_default, '') FROM information_schema.columns
                    WHERE table_schema = 'public' AND table_name <> 'alembic_version'
                   UNION SELECT conrelid::regclass || conname || pg_get_constraintdef(oid) FROM pg_constraint
                    WHERE contype IN ('c', 'p') AND conname <> 'alembic_version_pkc'
                      AND connamespace = 'public'::regnamespace
                   UNION SELECT indexdef FROM pg_indexes
                    WHERE schemaname = 'public' AND tablename <> 'alembic_version'"""
        return set(connection.execute(text(query)).scalars())
    query = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'alembic_version'"
    tables = connection.execute(text(query)).all()
    return {f"{name} {line.strip().rstrip(',')}" for name, sql in tables for line in sql.splitlines()}


def test_rows_without_their_titles_get_them_back_when_an_older_program_is_wanted(database: Database) -> None:
    """What a list says under its file's titles, its row says alone after the way back, and still on the way forth."""
    newest = import_module("storage.database.migrations.versions.0026_titles_once")
    said = {"订单编号": "1", "#3": "x"}
    with database.write() as connection:
        connection.execute(raw_file.insert(), [{"file_sha": "f", "name": "单.csv", "titles": '["订单编号", "备注"]'}])
        rows = [
            {"file_sha": "f", "row_no": n, "payload": one} for n, one in ((2, '["1", "", "x"]'), (3, '{"备注": "["}'))
        ]
        connection.execute(raw_row.insert(), rows)
        with Operations.context(MigrationContext.configure(connection)):
            newest.downgrade()
            told = connection.execute(select(raw_row.c.payload).order_by(raw_row.c.row_no)).scalars().all()
            assert [json.loads(one) for one in told] == [said, {"备注": "["}]
            newest.upgrade()
        assert connection.execute(select(raw_file.c.name, raw_file.c.titles)).one() == ("单.csv", "")


def test_head_is_the_newest_migration() -> None:
    """HEAD, by which opening an up-to-date database skips Alembic, is the newest file."""
    config = Config()
    config.set_main_option("script_location", Path(migrations.__file__).parent.as_posix())
    assert ScriptDirectory.from_config(config).get_current_head() == migrations.HEAD


def test_opening_twice_changes_nothing(tmp_path: Path) -> None:
    """A second opening finds the database up to date and its rows there."""
    with open_database(tmp_path / "books.sqlite").write() as connection:
        connection.execute(metadata.tables["warehouse"].insert().values(warehouse="W1"))
    with open_database(f"sqlite:///{tmp_path / 'books.sqlite'}").read() as connection:
        assert connection.execute(text("SELECT warehouse FROM warehouse")).scalars().all() == ["W1"]


def test_books_of_a_newer_program_are_left_alone(tmp_path: Path) -> None:
    """A database that a newer program migrated is refused, in words that say what to do."""
    with open_database(tmp_path / "books.sqlite").write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num='9999'"))
    with pytest.raises(DatabaseTooNew) as caught:
        open_database(tmp_path / "books.sqlite")
    assert "9999" in caught.value.message("zh")
    assert caught.value.hint("en") == "update the program"


def test_unreachable_database_says_so(tmp_path: Path) -> None:
    """A file that is no database is an operator's problem with a sentence, not a stack trace of the driver."""
    (tmp_path / "books.sqlite").write_text("this is not a database, it is a letter")
    with pytest.raises(DatabaseUnreachable):
        open_database(tmp_path / "books.sqlite")


def test_older_tables_are_migrated_under_one_lock(tmp_path: Path) -> None:
    """A database without any table is brought to the newest migration in one transaction of the caller."""
    engine = create_engine(f"sqlite:///{tmp_path / 'x.sqlite'}")
    with engine.begin() as connection:
        migrations.upgrade(connection)
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == migrations.HEAD
