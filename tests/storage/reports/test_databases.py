"""The same night in either database gives the same outcomes, figures and findings."""

from pathlib import Path

import pytest
from sqlalchemy import select

from bots.practice.world import TINY
from storage.database.connection import Database
from storage.database.digest import digest
from storage.database.tables import recon_item
from storage.erp.reconciliation.reconcile import outcome_findings, reconcile
from storage.reports import REPORTS, Period
from storage.reports.table import Figure
from tests.storage.database.conftest import database
from tests.storage.erp.recon.worlds import LAST_DAY, Night

__all__ = ["database"]

PERIOD = Period("2026-11-11", LAST_DAY.isoformat())


def _reconciled(folder: Path, database: Database | None = None) -> Night:
    night = Night(folder, TINY, 7, database)
    night.take_all()
    with night.database.write() as connection:
        reconcile(connection, night.contracts, LAST_DAY)
    return night


def _figures(night: Night) -> list[tuple[str, int]]:
    with night.database.read() as connection:
        tables = [build(connection, PERIOD) for build in REPORTS.values()]
    cells = [cell for table in tables for row in (*table.rows, table.total) for cell in row]
    return sorted((cell.figure_id, cell.value) for cell in cells if isinstance(cell, Figure))


Found = tuple[str, list[tuple[str, int]]]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """Outcomes and figures of the night in a file of its own."""
    return _found(_reconciled(tmp_path_factory.mktemp("here")))


def _found(night: Night) -> Found:
    with night.database.read() as connection:
        outcomes = digest(connection, ["recon_item", "recon_group"])
    found = outcomes, _figures(night)
    night.database.close()
    return found


def test_either_database_gives_the_same_figures(tmp_path: Path, database: Database, here: Found) -> None:
    """Outcomes and every report agree with those in SQLite, and running again changes nothing."""
    there = _reconciled(tmp_path / "there", database)
    with there.database.read() as connection:
        assert outcome_findings(connection) == []
        assert connection.execute(select(recon_item.c.ref)).first() is not None
    with there.database.write() as connection:
        again = reconcile(connection, there.contracts, LAST_DAY)
        assert (again.created, again.changed, again.removed) == (0, 0, 0)
    assert _found(there) == here
