"""The two databases that the books may live in."""

from collections.abc import Iterator

import pytest

from storage.database.connection import Database, open_database
from tests.storage.erp.audit.fresh import fresh
from tests.support.postgres import empty_database


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def any_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Books in each of them, empty when a module begins."""
    if request.param == "sqlite":
        opened = fresh(tmp_path_factory.mktemp("books") / "books.db")
        yield opened
        opened.close()
        return
    with empty_database(request.getfixturevalue("postgres_server")) as url:
        opened = open_database(url)
        yield opened
        opened.close()
