"""The books that the tests of finance write into."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.database.connection import open_database
from tests.storage.erp.finance.small_books import Accounts


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Accounts]:
    """Empty books with one warehouse."""
    database = open_database(tmp_path / "books.db")
    found = Accounts(database)
    found.lay_out()
    yield found
    database.close()
