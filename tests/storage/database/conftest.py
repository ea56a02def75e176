"""The two databases that the books may live in, empty and at the newest migration."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.database.connection import Database, open_database


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of each dialect."""
    url = tmp_path / "books.sqlite" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    opened = open_database(url)
    yield opened
    opened.close()
