"""Empty books and an empty archive."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.archive import Archive
from storage.database.connection import Database, open_database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Empty books."""
    opened = open_database(tmp_path / "books.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """An empty archive."""
    return Archive(tmp_path / "archive")
