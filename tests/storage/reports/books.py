"""Books of a small shop, written by hand: each test says what is in them and knows what must come out."""

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, insert

from storage.database.connection import Database, open_database
from storage.database.tables import (
    bill_line,
    bundle,
    channel_sku,
    move,
    order_line,
    platform_order,
    raw_row,
    refund,
    sku,
    warehouse,
)
from storage.reports import REPORTS, Period
from storage.reports.scope import EVERYTHING, Scope
from storage.reports.sources import build_scoped
from storage.reports.table import Figure, Table

T = TypeVar("T")
NOVEMBER = Period("2026-11-01", "2026-11-30")


@cache
def _empty() -> bytes:
    """Books without rows: migrated once, not for each test."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        open_database(path).close()
        return path.read_bytes()


class Books:
    """One database; `order`, `stock` and the rest write what their names say."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "books.db").write_bytes(_empty())
        self.database: Database = open_database(folder / "books.db")
        self.row_no = 0

    def put(self, table: Any, **row: object) -> None:
        """One row as it is, with a source of its own where the table has one; the raw row is there too."""
        with self.database.write() as connection:
            if "row_no" in table.c and "row_no" not in row:
                self.row_no += 1
                row = {**row, "file_sha": "f", "row_no": self.row_no}
                said = json.dumps({"退款原因": row.pop("reason", "")}, ensure_ascii=False)
                connection.execute(insert(raw_row), [{"file_sha": "f", "row_no": self.row_no, "payload": said}])
            connection.execute(insert(table), [row])

    def order(self, no: str, *lines: tuple[str, int, int], at: str = "2026-11-10 10:00:00", shop: str = "s1",
              paid_fen: int | None = None, **facts: object) -> None:  # fmt: skip
        """A paid order of lines (code, pieces, fen)."""
        key = {"platform": "practice", "shop": shop, "order_no": no}
        total = sum(line[2] for line in lines) if paid_fen is None else paid_fen
        head = {"pay_state": "paid", "ship_state": "none", "paid_fen": total, "created_at": at, "paid_at": at,
                "province": "浙江", "city": "杭州"}  # fmt: skip
        self.put(platform_order, **key, **{**head, **facts})
        for number, (code, qty, fen) in enumerate(lines, 1):
            self.put(order_line, **key, sub_no=f"{no}-{number}", code=code, title=code, qty=qty, paid_share_fen=fen)

    def refund(self, no: str, order_no: str, fen: int, at: str = "2026-11-12 10:00:00", reason: str = "") -> None:
        """A refund that was asked for and done at that moment."""
        self.put(refund, platform="practice", shop="s1", refund_no=no, order_no=order_no, amount_fen=fen,
                 created_at=at, done_at=at, reason=reason)  # fmt: skip

    def bill(self, no: str, fee_type: str, fen: int, at: str = "2026-11-15 10:00:00") -> None:
        """A line of a statement."""
        self.put(bill_line, platform="practice", shop="s1", wallet="alipay", flow_no=no, fee_type=fee_type, n=1,
                 order_no="", amount_fen=fen, at=at)  # fmt: skip

    def moved(self, code: str, qty: int, origin: str, target: str, day: str = "2026-11-01", cost: int = 0) -> None:
        """A move of stock."""
        self.row_no += 1
        self.put(move, doc_type="test", doc_id=f"M{self.row_no}", doc_line="1", leg=1, code=code, qty=qty,
                 from_place=origin, to_place=target, unit_cost_fen=cost, at=f"{day} 09:00:00")  # fmt: skip

    def product(self, code: str, price_fen: int = 0) -> None:
        """An item of the catalog, with a list price where it has one."""
        self.put(sku, code=code, title=f"商品{code}")
        if price_fen:
            self.put(channel_sku, platform="practice", shop="s1", platform_sku=code, code=code, price_fen=price_fen)

    def bundle(self, code: str, **parts: int) -> None:
        """What a bundle is made of."""
        for component, qty in parts.items():
            self.put(bundle, code=code, component=component, qty=qty)

    def warehouse(self, name: str) -> None:
        """A warehouse."""
        self.put(warehouse, warehouse=name, name=f"{name}仓")

    @contextmanager
    def table(self, name: str, period: Period = NOVEMBER, scope: Scope = EVERYTHING) -> Iterator[Table]:
        """The report, as long as its connection is open."""
        with self.database.read() as connection:
            yield build_scoped(connection, name, period, scope)

    def values(self, name: str, period: Period = NOVEMBER, scope: Scope = EVERYTHING) -> list[list[object]]:
        """The rows of a report with figures as numbers, the total last."""
        with self.table(name, period, scope) as table:
            return [numbers(row) for row in (*table.rows, *([table.total] if table.total else []))]

    def read(self, call: Callable[[Connection], T]) -> T:
        """Run one thing on a reading connection."""
        with self.database.read() as connection:
            return call(connection)


def numbers(row: list[Any]) -> list[object]:
    """A row with figures as numbers."""
    return [cell.value if isinstance(cell, Figure) else cell for cell in row]


def figures(table: Table) -> Iterator[Figure]:
    """Every figure of a table, totals too."""
    for row in (*table.rows, table.total, *table.subtotals.values()):
        yield from (cell for cell in row if isinstance(cell, Figure))


def metric_total(table: Table, metric: str) -> int:
    """The total of the column of that metric."""
    place = next(n for n, column in enumerate(table.columns) if column.metric == metric)
    cell = table.total[place]
    assert isinstance(cell, Figure)
    return cell.value


__all__ = ["NOVEMBER", "REPORTS", "Books", "figures", "metric_total", "numbers"]
