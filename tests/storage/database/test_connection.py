"""Transactions: all or nothing, one writer, readers that see one moment."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from storage.database.connection import Database, open_database


def test_an_exception_undoes_the_whole_write(database: Database) -> None:
    """Rows written before an exception are not there after it."""
    with pytest.raises(ZeroDivisionError), database.write() as connection:
        connection.execute(text("INSERT INTO warehouse (warehouse) VALUES ('W1')"))
        raise ZeroDivisionError
    with database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM warehouse")).scalar() == 0


def test_reading_refuses_to_write(database: Database) -> None:
    """A read connection cannot write, even by mistake."""
    with database.read() as connection, pytest.raises(DBAPIError):
        connection.execute(text("INSERT INTO warehouse (warehouse) VALUES ('W1')"))
    with database.write() as connection:
        connection.execute(text("INSERT INTO warehouse (warehouse) VALUES ('W1')"))


def test_a_reader_sees_one_moment(database: Database) -> None:
    """What is written after a reader's first look is not seen until it looks anew."""
    query = text("SELECT count(*) FROM warehouse")
    with database.read() as reader:
        assert reader.execute(query).scalar() == 0
        with database.write() as writer:
            writer.execute(text("INSERT INTO warehouse (warehouse) VALUES ('W1')"))
        assert reader.execute(query).scalar() == 0
    with database.read() as reader:
        assert reader.execute(query).scalar() == 1


def test_writers_wait_for_each_other(tmp_path: Path) -> None:
    """Eight writers at once that read before they write lose no addition and are never told "locked"."""
    database = open_database(tmp_path / "books.sqlite")
    with database.write() as connection:
        connection.execute(text("INSERT INTO warehouse (warehouse, rank) VALUES ('W1', 0)"))

    def add() -> None:
        for _ in range(10):
            with database.write() as connection:
                rank = connection.execute(text("SELECT rank FROM warehouse")).scalar_one()
                connection.execute(text("UPDATE warehouse SET rank = :rank"), {"rank": rank + 1})

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as connection:
        assert connection.execute(text("SELECT rank FROM warehouse")).scalar() == 80


def test_sqlite_writes_survive_a_power_cut(tmp_path: Path) -> None:
    """WAL with synchronous=FULL (2): a transaction that has ended is on the disk."""
    with open_database(tmp_path / "books.sqlite").read() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
