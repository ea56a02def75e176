"""Books of a small shop that buys: steady sellers, rules of supply, a supplier who is late."""

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Connection, Table

from storage.database.connection import Database, open_database
from storage.database.tables import order_line, platform_order, raw_file, warehouse
from storage.database.tables.purchasing import supplier, supply_rule
from storage.erp.stock.book import MoveRow, record_moves
from tests.support.books import SmallBooks

T = TypeVar("T")
TODAY = "2026-11-21"


def day(back: int) -> str:
    """So many days before TODAY."""
    return (date.fromisoformat(TODAY) - timedelta(days=back)).isoformat()


class Shop(SmallBooks):
    """Writes what ingestion and people would write."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.orders = 0

    def lay_out(self) -> None:
        """Two warehouses, one file, one supplier who is paid 30 days after goods come."""
        self.put(warehouse, *({"warehouse": w, "name": w, "province": "浙江", "rank": n} for n, w in enumerate("HG")))
        self.put(raw_file, {"file_sha": "sha", "kind": "practice_stock", "state": "read"})
        self.put(supplier, {"supplier": "S1", "name": "一号供应商", "pay_days": 30})

    def put(self, table: Table, *rows: dict[str, object]) -> None:
        """Rows of any table."""
        with self.database.write() as connection:
            connection.execute(table.insert(), list(rows))

    def stock(self, place: str = "H", **qty: int) -> None:
        """An opening count."""
        with self.database.write() as connection:
            record_moves(connection, [
                MoveRow("opening", f"QC-{place}", code, 1, code, "opening", place, pieces, 1000,
                        f"{day(190)} 08:00:00", "sha", 1)
                for code, pieces in qty.items()
            ])  # fmt: skip

    def sell(self, code: str, *pieces: int, ending: int = 1) -> None:
        """One order a day with so many pieces, the last one `ending` days before TODAY."""
        orders, lines = [], []
        for back, qty in enumerate(reversed(pieces)):
            if qty:
                self.orders += 1
                key = {"platform": "practice", "shop": "shop_a", "order_no": f"{code}-{self.orders}"}
                orders.append({**key, "pay_state": "paid", "ship_state": "shipped", "paid_fen": 1000,
                               "paid_at": f"{day(ending + back)} 12:00:00"})  # fmt: skip
                lines.append({**key, "sub_no": f"{code}-{self.orders}-1", "code": code, "qty": qty,
                              "paid_share_fen": 1000, "refund_status": "无售后", "waybill_no": "W"})  # fmt: skip
        self.put(platform_order, *orders)
        self.put(order_line, *lines)

    def rule(self, code: str, place: str = "H", **facts: object) -> None:
        """How a code is bought for a warehouse."""
        row = {"code": code, "warehouse": place, "supplier": "S1", "lead_days": 5, "review_days": 7, "moq": 1,
               "pack": 1, "price_fen": 500, "service_bp": 9500, "cover_limit_days": 90}  # fmt: skip
        self.put(supply_rule, {**row, **facts})

    def connection(self) -> Connection:
        """A connection for looking, to be closed by the caller."""
        return self.database.engine.connect()


@pytest.fixture(scope="session")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop's file that each test copies: making the tables takes longer than most tests."""
    path = tmp_path_factory.mktemp("shop") / "books.db"
    database = open_database(path)
    Shop(database).lay_out()
    database.close()
    return path


@pytest.fixture
def shop(laid_out: Path, tmp_path: Path) -> Iterator[Shop]:
    """An empty shop with warehouses and a supplier."""
    database = open_database(shutil.copy(laid_out, tmp_path / "books.db"))
    yield Shop(database)
    database.close()
