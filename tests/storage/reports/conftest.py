"""One reconciled night for the tests that only read."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Connection

from bots.practice.world import SMALL
from storage.erp.reconciliation.reconcile import reconcile
from storage.reports import Period
from tests.storage.erp.recon.worlds import LAST_DAY, Night


@pytest.fixture(scope="session")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    """A small mall's files in the books, reconciled."""
    night = Night(tmp_path_factory.mktemp("reports"), replace(SMALL, orders=300), 7)
    night.take_all()
    with night.database.write() as connection:
        reconcile(connection, night.contracts, LAST_DAY)
    yield night
    night.database.close()


@pytest.fixture(scope="session")
def reading(night: Night) -> Iterator[Connection]:
    """One reading connection for many reports: what they add up is fed once."""
    with night.database.read() as connection:
        yield connection


@pytest.fixture(scope="session")
def period() -> Period:
    """The whole history of the small mall."""
    return Period("2026-10-12", LAST_DAY.isoformat())
