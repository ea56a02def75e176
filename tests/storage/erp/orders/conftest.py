"""Small books to review, split, merge and ship orders in."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from storage.database.connection import Database, open_database
from storage.database.tables import channel_sku, order_line, platform_order, raw_file, sku, warehouse, waybill
from storage.database.tables.review import order_detail
from storage.erp.allocation.model import OrderKey
from storage.erp.invariants.verify import verify
from storage.erp.orders.review import Reviewed, review
from storage.erp.orders.transition import states_of, unfolded
from storage.erp.stock.book import MoveRow, record_moves
from tests.support.books import SmallBooks

T = TypeVar("T")
NOW = "2026-11-21 10:00:00"
PLACES = (("HZ", "杭州仓", "浙江"), ("GZ", "广州仓", "广东"))


def key(order_no: str, shop: str = "shop_a", platform: str = "practice") -> OrderKey:
    """The key of an order of shop_a."""
    return OrderKey(platform, shop, order_no)


class Desk(SmallBooks):
    """The order desk over books of its own; writes the rows that ingestion would write."""

    def lay_out(self) -> None:
        """Two warehouses, ten codes, twenty waybill numbers."""
        with self.database.write() as connection:
            rows = [{"warehouse": w, "name": n, "province": p, "rank": i} for i, (w, n, p) in enumerate(PLACES)]
            connection.execute(warehouse.insert(), rows)
            connection.execute(raw_file.insert(), [{"file_sha": "sha", "kind": "practice_stock", "state": "read"}])
            numbers = [("中通快递", f"ZT{n}") for n in range(10, 22)] + [("圆通速递", f"YT{n}") for n in range(8)]
            numbers += [("顺丰速运", f"SF{n}") for n in range(4)]
            connection.execute(waybill.insert(), [{"carrier": c, "waybill_no": n} for c, n in numbers])
            connection.execute(sku.insert(), [{"code": code, "title": f"商品{code}"} for code in "ABCDEFGHIJ"])

    def stock(self, at: str = "2026-11-20 08:00:00", kind: str = "opening", **by_place: dict[str, int]) -> None:
        """Goods that are there: HZ={"A": 3}."""
        source = "opening" if kind == "opening" else "supplier"
        with self.database.write() as connection:
            record_moves(
                connection,
                [
                    MoveRow(kind, f"{kind}-{at}", f"{place}/{code}", 1, code, source, place, qty, 1250, at, "sha", 5)
                    for place, by_code in by_place.items()
                    for code, qty in by_code.items()
                ],
            )

    def arrive(self, at: str, **by_place: dict[str, int]) -> None:
        """Goods that come in later."""
        self.stock(at, "transfer", **by_place)

    def order(
        self, order_no: str, *lines: tuple[str, int], shop: str = "shop_a", detail: dict[str, object] | None = None,
        line_facts: dict[str, object] | None = None, **facts: object,
    ) -> OrderKey:  # fmt: skip
        """A paid order; its sub-orders are <order_no>-1, -2 …, each paid 10 yuan a piece."""
        paid = 1000 * sum(qty for _, qty in lines)
        mine = {"platform": "practice", "shop": shop, "order_no": order_no}
        head = {
            **mine, "pay_state": "paid", "ship_state": "none", "refund_state": "none", "province": "浙江",
            "city": "杭州市", "priority": 0, "latest_ship_at": "2026-11-23 00:00:00", "paid_fen": paid,
            "goods_fen": paid, "created_at": "2026-11-21 08:00:00", "paid_at": "2026-11-21 08:01:00",
            "platform_modified_at": "2026-11-21 08:01:00",
        }  # fmt: skip
        with self.database.write() as connection:
            connection.execute(platform_order.insert(), [{**head, **facts}])
            for number, (code, qty) in enumerate(lines, start=1):
                share = {"sub_no": f"{order_no}-{number}", "code": code, "qty": qty, "paid_share_fen": 1000 * qty,
                         "refund_status": "无售后"}  # fmt: skip
                connection.execute(order_line.insert(), [{**mine, **share, **(line_facts or {})}])
            if detail is not None:
                connection.execute(order_detail.insert(), [{**mine, **detail}])
        return OrderKey("practice", shop, order_no)

    def set_order(self, of: OrderKey, **facts: object) -> None:
        """The platform's next export says something else of an order."""
        o = platform_order.c
        mine = (o.platform == of.platform, o.shop == of.shop, o.order_no == of.order_no)
        self.write(lambda c: c.execute(platform_order.update().where(*mine).values(**facts)))

    def set_line(self, sub_no: str, **facts: object) -> None:
        """The platform's next export says something else of a sub-order."""
        self.write(lambda c: c.execute(order_line.update().where(order_line.c.sub_no == sub_no).values(**facts)))

    def set_detail(self, of: OrderKey, **facts: object) -> None:
        """What is known beside the platform's figures changes."""
        d = order_detail.c
        mine = (d.platform == of.platform, d.shop == of.shop, d.order_no == of.order_no)
        self.write(lambda c: c.execute(order_detail.update().where(*mine).values(**facts)))

    def price(self, platform_sku: str, code: str, price_fen: int = 1000) -> None:
        """A platform's SKU with the code it is mapped to."""
        row = {"platform": "practice", "shop": "shop_a", "platform_sku": platform_sku, "product_id": platform_sku,
               "title": "商品", "status": "上架", "code": code, "price_fen": price_fen}  # fmt: skip
        self.write(lambda c: c.execute(channel_sku.insert(), [row]))

    def review(self, now: str = NOW, **facts: object) -> Reviewed:
        """One run of the review."""
        return self.write(lambda c: review(c, now, **facts))

    def data(self, sql: str) -> object:
        """One JSON cell."""
        return json.loads(str(self.rows(sql)[0][0]))

    def codes(self, order_no: str) -> list[str]:
        """The codes by which an order is held now."""
        sql = f"SELECT code FROM order_hold WHERE order_no = '{order_no}' AND state = 'open' ORDER BY code"
        return [str(code) for (code,) in self.rows(sql)]

    def process(self, of: OrderKey) -> str:
        """The process state of an order."""
        with self.database.read() as connection:
            return states_of(connection, [of])[of].process

    def sound(self) -> bool:
        """Whether every invariant holds and every order's state is the fold over its events."""
        with self.database.read() as connection:
            assert verify(connection) == []
            assert unfolded(connection) == []
        return True


@pytest.fixture(scope="session")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Database]]:
    """Empty books with warehouses, codes and waybill numbers, migrated once, and the one engine that opens copies.

    One engine for all tests: each new one would compile every statement again.
    """
    folder = tmp_path_factory.mktemp("orders")
    first = open_database(folder / "laid_out.db")
    Desk(first).lay_out()
    first.close()
    shutil.copy(folder / "laid_out.db", folder / "books.db")
    database = open_database(folder / "books.db")
    yield folder, database
    database.close()


@pytest.fixture
def desk(laid_out: tuple[Path, Database]) -> Iterator[Desk]:
    """A desk over a fresh copy of those books; whatever a test did, they must be sound when it ends."""
    folder, database = laid_out
    database.close()
    for rest in folder.glob("books.db*"):
        rest.unlink()
    shutil.copy(folder / "laid_out.db", folder / "books.db")
    found = Desk(database)
    yield found
    assert found.sound()
