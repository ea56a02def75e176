"""The books that the tests of finance write into."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile

import pytest

from storage.database.connection import open_database
from storage.erp.finance.ledger import trial_balance
from tests.storage.erp.finance.small_books import Accounts


@pytest.fixture(scope="session")
def empty_books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with one warehouse, migrated once: the migrations take longer than most tests."""
    path = tmp_path_factory.mktemp("finance") / "empty.db"
    database = open_database(path)
    Accounts(database).lay_out()
    database.close()
    return path


@pytest.fixture
def books(tmp_path: Path, empty_books: Path) -> Iterator[Accounts]:
    """Empty books with one warehouse; whatever a test does, their trial balance is zero at the end."""
    database = open_database(copyfile(empty_books, tmp_path / "books.db"))
    yield Accounts(database)
    with database.read() as connection:
        assert sum(row.balance_fen for row in trial_balance(connection)) == 0
    database.close()
