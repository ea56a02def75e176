"""Small books to try stock, allocation and worklists on."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import select

from storage.database.connection import Database, open_database
from storage.database.tables import (
    bot_result,
    bundle,
    channel_sku,
    command,
    order_line,
    platform_order,
    raw_file,
    warehouse,
    waybill,
)
from storage.erp.stock.book import MoveRow, record_moves
from tests.support.books import SmallBooks

T = TypeVar("T")
PLACES = (("HZ", "杭州仓", "浙江"), ("GZ", "广州仓", "广东"), ("CD", "成都仓", "四川"), ("SJ", "石家庄仓", "河北"))


class Books(SmallBooks):
    """Writes the rows that ingestion would write."""

    def lay_out(self) -> None:
        """Four warehouses, the file everything comes from, ten waybill numbers of two carriers."""
        with self.database.write() as connection:
            rows = [{"warehouse": w, "name": n, "province": p, "rank": i} for i, (w, n, p) in enumerate(PLACES)]
            connection.execute(warehouse.insert(), rows)
            connection.execute(raw_file.insert(), [{"file_sha": "sha", "kind": "practice_stock", "state": "read"}])
            numbers = [("中通快递", f"ZT{n}") for n in range(8, 13)] + [("圆通速递", f"YT{n}") for n in range(5)]
            connection.execute(waybill.insert(), [{"carrier": c, "waybill_no": n} for c, n in numbers])

    def stock(self, **by_place: dict[str, int]) -> None:
        """An opening count: HZ={"A": 3}."""
        with self.database.write() as connection:
            record_moves(
                connection,
                [
                    MoveRow("opening", "QC-1", f"{place}/{code}", 1, code, "opening", place, qty, 1250,
                            "2026-11-20 08:00:00", "sha", 5)
                    for place, by_code in by_place.items()
                    for code, qty in by_code.items()
                ],
            )  # fmt: skip

    def order(self, order_no: str, *lines: tuple[str, int], shop: str = "shop_a", **facts: object) -> None:
        """A paid order; its sub-orders are <order_no>-1, -2 …"""
        head = {
            "platform": "practice", "shop": shop, "order_no": order_no, "pay_state": "paid", "ship_state": "none",
            "refund_state": "none", "province": "浙江", "priority": 0, "latest_ship_at": "2026-11-23 00:00:00",
            "paid_fen": 1000 * len(lines),
        }  # fmt: skip
        with self.database.write() as connection:
            connection.execute(platform_order.insert(), [{**head, **facts}])
            for number, (code, qty) in enumerate(lines, start=1):
                line = {"platform": "practice", "shop": shop, "order_no": order_no, "sub_no": f"{order_no}-{number}"}
                share = {"code": code, "qty": qty, "paid_share_fen": 1000, "refund_status": "无售后"}
                connection.execute(order_line.insert(), [{**line, **share}])

    def bundle(self, code: str, **parts: int) -> None:
        """What a bundle is made of."""
        rows = [{"code": code, "component": component, "qty": qty} for component, qty in parts.items()]
        with self.database.write() as connection:
            connection.execute(bundle.insert(), rows)

    def product(
        self, product_id: str, *codes: str, status: str = "上架", price_fen: int = 9990, **facts: object
    ) -> None:
        """A product of shop_a with one SKU per code."""
        with self.database.write() as connection:
            for code in codes:
                row = {"platform": "practice", "shop": "shop_a", "platform_sku": f"{product_id}/{code}",
                       "product_id": product_id, "title": f"商品{product_id}", "status": status, "code": code,
                       "price_fen": price_fen, "activity_ceiling_fen": 0}  # fmt: skip
                connection.execute(channel_sku.insert(), [{**row, **facts}])

    def answer(self, run_id: str, command_id: str, outcome: str, at: str = "2026-11-21 02:00:00") -> None:
        """A bot's result row."""
        with self.database.write() as connection:
            worklist = connection.execute(
                select(command.c.worklist).where(command.c.command_id == command_id)
            ).scalar_one()
            row = {"run_id": run_id, "command_id": command_id, "worklist": worklist, "shop": "shop_a",
                   "outcome": outcome, "at": at, "file_sha": "results"}  # fmt: skip
            connection.execute(bot_result.insert(), [row])

    def commands(self) -> dict[str, str]:
        """Every command's state."""
        return {str(name): str(state) for name, state in self.rows("SELECT command_id, state FROM command")}

    def data(self, sql: str) -> object:
        """One JSON cell."""
        return json.loads(str(self.rows(sql)[0][0]))


@pytest.fixture(scope="session")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Database]]:
    """Empty books, migrated once, and one engine for all tests: compiling statements anew took most of their time."""
    folder = tmp_path_factory.mktemp("laid_out")
    first = open_database(folder / "laid_out.db")
    Books(first).lay_out()
    first.close()  # the last connection writes the journal into the file
    shutil.copy(folder / "laid_out.db", folder / "books.db")
    database = open_database(folder / "books.db")
    yield folder, database
    database.close()


@pytest.fixture
def books(laid_out: tuple[Path, Database]) -> Iterator[Books]:
    """Empty books with warehouses and waybill numbers."""
    folder, database = laid_out
    database.close()
    for name in ("books.db-wal", "books.db-shm"):
        (folder / name).unlink(missing_ok=True)
    shutil.copy(folder / "laid_out.db", folder / "books.db")
    yield Books(database)
    database.close()
