"""The order desk on the practice mall's own orders: clean ones pass alone, and what ships is what allocation ships."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from bots.practice.world import sizes
from bots.practice.world.exports import ExportRequest, export
from bots.practice.world.generation import build
from schedules.books import STEPS
from storage.archive import Archive, Facts
from storage.database.connection import open_database
from storage.database.digest import digests
from storage.erp.allocation.allocate import allocate_open_orders
from storage.erp.commands import worklists as commands
from storage.erp.commands.wanted import PublishPolicy
from storage.erp.orders import holds
from storage.erp.orders.dispatch import dispatch
from storage.erp.orders.review import passed_share, review
from storage.erp.orders.transition import unfolded
from storage.ingest import ingest

KINDS = ("practice_products", "practice_stock", "practice_waybills", "practice_orders", "practice_refunds")
NIGHT, NOW = "2026-11-21", "2026-11-21 00:00:00"


@pytest.fixture
def mall_books(tmp_path: Path):
    """The path of books into which the tiny mall's exports were taken."""
    world = build(tmp_path / "mall.db", seed=7, last_day=date(2026, 11, 20), size=sizes.TINY)
    database, archive = open_database(tmp_path / "books.db"), Archive(tmp_path / "archive")
    for kind in KINDS:
        found = export(world, kind, ExportRequest())
        assert ingest(database, archive, found.content, kind=kind, facts=Facts(name=found.file_name)).state == "read"
    database.close()
    return tmp_path / "books.db"


def test_the_night_ships_the_same_with_and_without_the_review(mall_books: Path, tmp_path: Path):
    """Reviewed and dispatched, the mall's orders get the parcels, numbers and worklists that allocation alone gives.

    Only unpaid orders, orders that are refunded as a whole and orders without goods are held; nothing needs a person.
    """
    shutil.copy(mall_books, tmp_path / "plain.db")
    plain, books = open_database(tmp_path / "plain.db"), open_database(mall_books)
    with plain.write() as connection:
        allocate_open_orders(connection, NIGHT)
        commands.publish(connection, NIGHT, PublishPolicy())
    with books.write() as connection:
        found = review(connection, NOW)
        dispatch(connection, NIGHT, NOW)
        commands.publish(connection, NIGHT, PublishPolicy())
        assert unfolded(connection) == []
        assert set(holds.held_count(connection)) <= {"NOT_PAID", "OUT_OF_STOCK", "REFUND_OPEN"}
        assert passed_share(connection)[0] == found.passed > 3
    tables = ("command", "quant", "reservation", "waybill", "fulfilment", "fulfilment_line")
    with plain.read() as one, books.read() as other:
        assert digests(one, tables) == digests(other, tables)
    plain.close()
    books.close()


def test_the_desk_has_the_step():
    """A plan can ask for the review by name."""
    assert STEPS["review"].__doc__
