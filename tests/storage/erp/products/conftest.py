"""Small books of products: two platforms, three shops, people with rights."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection, select

from storage.database.tables import (
    bot_result,
    bundle,
    channel_sku,
    command,
    fulfilment,
    order_line,
    platform_order,
    raw_file,
    warehouse,
)
from storage.erp.audit.actors import Actor, register
from storage.erp.commands.results import apply_results
from storage.erp.products import activities, listings
from storage.erp.products.codes import NewSku, add_sku
from storage.erp.stock.book import MoveRow, record_moves
from tests.storage.erp.audit.fresh import fresh
from tests.support.books import SmallBooks

T = TypeVar("T")
NIGHT, NEXT = "2026-11-21", "2026-11-22"


class Shop(SmallBooks):
    """Writes what ingestion would write, and what a bot would answer."""

    def sku(self, code: str, *, kind: str = "normal", cost_fen: int = 0, stock: int = 0) -> None:
        """A SKU of the house, with stock in HZ at a cost."""
        self.write(lambda c: add_sku(c, NewSku(code, f"商品{code}", kind=kind), who="anna"))
        if stock:
            move = MoveRow("opening", "QC", code, 1, code, "opening", "HZ", stock, cost_fen, "2026-11-20", "sha", 1)
            self.write(lambda c: record_moves(c, [move]))

    def listed(
        self, platform_sku: str, code: str, *, exported_at: str = "2026-11-20T00:00:00+00:00", **facts: Any
    ) -> None:
        """What a shop's export tells of one SKU; said again it replaces the former."""
        row = {"platform": "practice", "shop": "shop_a", "platform_sku": platform_sku, "product_id": f"P{platform_sku}",
               "title": "杯", "status": "上架",
               "code": code, "price_fen": 9900, "file_sha": "sha", **facts}  # fmt: skip
        with self.database.write() as connection:
            keys = [channel_sku.c[name] == row[name] for name in ("platform", "shop", "platform_sku")]
            connection.execute(channel_sku.delete().where(*keys))
            connection.execute(channel_sku.insert(), [{**row, "exported_at": exported_at}])

    def bundle(self, code: str, **parts: int) -> None:
        """What a bundle is made of."""
        self.write(
            lambda c: c.execute(bundle.insert(), [{"code": code, "component": k, "qty": n} for k, n in parts.items()])
        )

    def parcel(self, order_no: str, *, shop: str = "shop_a", title: str = "", **facts: Any) -> None:
        """An order with a parcel, and a line where it has a title."""
        order = {"platform": "practice", "shop": shop, "order_no": order_no}
        part = {**order, "fulfilment_id": f"F{order_no}", "warehouse": "HZ", "state": "labelled"}
        line = {**order, "sub_no": order_no, "title": title, "code": title, "qty": 1, "paid_share_fen": 1000}
        with self.database.write() as connection:
            connection.execute(platform_order.insert(), [{**order, "pay_state": "paid", "file_sha": "sha", **facts}])
            connection.execute(fulfilment.insert(), [part])
            if title:
                connection.execute(order_line.insert(), [{**line, "file_sha": "sha"}])

    def answer(
        self,
        command_id: str,
        outcome: str,
        *,
        run_id: str = "R1",
        at: str = "2026-11-21T02:00:00+08:00",
        reason: str = "",
    ) -> None:
        """A bot's result row, taken into the books twice: the second time must not matter."""
        with self.database.write() as connection:
            asked = connection.execute(select(command).where(command.c.command_id == command_id)).one()
            row = {"run_id": run_id, "command_id": command_id, "worklist": asked.worklist, "shop": asked.shop,
                   "outcome": outcome, "reason": reason, "at": at, "file_sha": "results"}  # fmt: skip
            connection.execute(bot_result.insert(), [row])
        for _ in range(2):
            with self.database.write() as connection:
                apply_results(connection, run_id)
                listings.apply_answers(connection, run_id)
                activities.apply_answers(connection, run_id)

    def commands(self) -> dict[str, str]:
        """Every command's state."""
        return {row.command_id: row.state for row in self.read(lambda c: c.execute(select(command)).all())}


def _people(connection: Connection) -> None:
    connection.execute(warehouse.insert(), [{"warehouse": "HZ", "name": "杭州仓", "province": "浙江", "rank": 0}])
    connection.execute(raw_file.insert(), [{"file_sha": "sha", "kind": "practice_products", "state": "read"}])
    register(connection, Actor("boss", "person", "owner", "", ""), by="boss")
    register(connection, Actor("anna", "person", "products", "", ""), by="boss")
    register(connection, Actor("bot-1", "bot", "bot", "robot", ""), by="boss")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Empty books in which anna keeps the products and the boss may do everything."""
    database = fresh(tmp_path / "books.db", _people)
    yield Shop(database)
    database.close()


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The same for tests of one module that leave nothing behind: what they try is refused."""
    database = fresh(tmp_path_factory.mktemp("quiet") / "books.db", _people)
    yield Shop(database)
    database.close()
