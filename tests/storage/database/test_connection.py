"""Transactions: all or nothing, one writer, readers that see one moment."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from storage.database.connection import Database, open_database
from storage.errors import DatabaseAddressWrong, DatabaseUnreachable


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


@pytest.mark.parametrize(
    "address", ["postgresql:/books.example/yeban", "postgres:books", "mysql://books/yeban", "://", "postgresql://h:x/y"]
)
def test_a_slip_in_an_address_is_no_new_database(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be a file of that name, with empty books that know of nothing that was done."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DatabaseAddressWrong):
        open_database(address)
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_address_keeps_its_password_to_itself() -> None:
    """What is said of it is seen by others."""
    planted = "pl4nted"
    with pytest.raises(DatabaseAddressWrong) as caught:
        open_database(f"mysql://me:{planted}@books/yeban")
    assert planted not in caught.value.message("zh") + caught.value.message("en")


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    """A file stands where the database's folder should be."""
    (tmp_path / "taken").write_text("", "utf-8")
    with pytest.raises(DatabaseUnreachable):
        open_database(tmp_path / "taken" / "yeban.db")
