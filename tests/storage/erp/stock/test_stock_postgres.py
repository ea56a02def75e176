"""The same night on SQLite and on PostgreSQL."""

from pathlib import Path

import pytest
from sqlalchemy import text

from storage.database.connection import open_database
from storage.database.digest import digests
from storage.database.tables import lots
from storage.erp.allocation.allocate import allocate_open_orders
from storage.erp.commands import worklists as commands
from storage.erp.commands.worklists import PublishPolicy
from storage.erp.invariants.verify import verify
from tests.storage.erp.stock.busy import busy_day
from tests.storage.erp.stock.test_stock_race import PROCESSES, at_once, expect_every_piece, fill, shop

NIGHT = "2026-11-21"
TABLES = (
    "allocation_batch", "command", "fulfilment", "fulfilment_line", "move", "order_event", "platform_order", "quant",
    "reservation", "waybill",
)  # fmt: skip
LOT_TABLES = (
    "cell", "cell_entry", "channel_stock", "lot", "overdraft", "serial", "serial_entry", "stock_alert",
    "stock_count_line", "stock_day", "stock_hold", "stock_set_member", "stock_transfer", "stock_transfer_line",
)  # fmt: skip


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


@pytest.mark.postgres
def test_crossing_orders_on_postgres(postgres_url: str):
    """Eight processes order crossing codes in any order, in batches and alone: no deadlock, nothing oversold."""
    opened = dict.fromkeys("ABCDE", 90)
    database = open_database(postgres_url)
    fill(database, **opened)
    database.close()
    assert at_once(shop, postgres_url) == [0] * PROCESSES
    expect_every_piece(database, opened)
    database.close()


@pytest.mark.postgres
def test_lots_and_shares_on_postgres(books, postgres_url: str, tmp_path: Path):
    """Lots, holds, transfers, counts, debts, alerts and shops' figures are equal in SQLite and in PostgreSQL."""
    other = type(books)(open_database(postgres_url))
    other.lay_out()
    tables = [name for name in lots.metadata.tables if name in LOT_TABLES] + ["command", "move", "quant", "reservation"]
    told = []
    for each in (books, other):
        busy_day(each)
        with each.database.read() as connection:
            told.append(digests(connection, tables))
            assert verify(connection) == []
    other.database.close()
    assert told[0] == told[1]
