"""The order desk on many orders: review, allocate, reserve, split, label and instruct, in seconds of processor time.

`python -m tests.bench.desk 20000` prints the rates. Nothing else does the same, so it is held against a limit: what is
left of the minute that 100,000 orders may take after 20 seconds for reading and posting them. Processor time is what is
told, because other work on the machine must not look like ours.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection

from storage.database.connection import open_database
from storage.database.tables import order_line, platform_order, raw_file, sku, warehouse, waybill
from storage.erp.allocation.model import AllocationPolicy
from storage.erp.orders.dispatch import DispatchPolicy, dispatch
from storage.erp.orders.review import PLATFORMS, review
from storage.erp.stock.book import MoveRow, record_moves
from tests.bench.measure import Measured

LIMIT_S = 40.0
"""For 100,000 orders."""
PLACES = (("CD", "四川"), ("GZ", "广东"), ("HZ", "浙江"), ("SJ", "河北"), ("WH", "湖北"))
NOW = "2026-11-21 00:00:00"


class Rates(NamedTuple):
    """Seconds of processor time of one run, and what came of it."""

    orders: int
    lines: int
    review_s: float
    dispatch_s: float
    again_s: float
    parcels: int


def lay_out(connection: Connection, orders: int, seed: int = 1) -> int:
    """Warehouses, ample stock of a thousand codes and so many paid orders of one to four lines; returns the lines."""
    chance = random.Random(seed)
    codes = [f"K{number:04}" for number in range(1000)]
    connection.execute(raw_file.insert(), [{"file_sha": "sha", "kind": "practice_stock", "state": "read"}])
    rows = [{"warehouse": w, "name": w, "province": p, "rank": n} for n, (w, p) in enumerate(PLACES)]
    connection.execute(warehouse.insert(), rows)
    connection.execute(sku.insert(), [{"code": code, "title": code} for code in codes])
    record_moves(connection, [
        MoveRow("opening", "O", f"{place}/{code}", 1, code, "opening", place, max(20, orders), 100,
                "2026-11-20 00:00:00", "sha", 1)
        for place, _ in PLACES
        for code in codes
    ])  # fmt: skip
    numbers = [{"carrier": "中通快递", "waybill_no": f"ZT{number:09}"} for number in range(orders + orders // 3)]
    connection.execute(waybill.insert(), numbers)
    heads, lines = [], []
    for number in range(orders):
        mine = {"platform": "practice", "shop": f"shop_{number % 5}", "order_no": f"{number:08}"}
        pieces = [chance.choice([1, 1, 1, 2]) for _ in range(chance.choice([1, 1, 2, 2, 3, 4]))]
        heads.append({
            **mine, "pay_state": "paid", "ship_state": "none", "refund_state": "none", "city": "",
            "province": chance.choice(["浙江", "广东", "四川", "河北", "湖北", "北京"]), "paid_fen": 1000 * sum(pieces),
            "created_at": "2026-11-20 10:00:00", "paid_at": "2026-11-20 10:00:00",
            "latest_ship_at": "2026-11-22 10:00:00",
        })  # fmt: skip
        lines += [
            {**mine, "sub_no": f"{number:08}-{n}", "code": codes[int(chance.paretovariate(1.2) * 10) % 1000],
             "qty": qty, "paid_share_fen": 1000 * qty, "refund_status": "无售后"}
            for n, qty in enumerate(pieces)
        ]  # fmt: skip
    connection.execute(platform_order.insert(), heads)
    connection.execute(order_line.insert(), lines)
    return len(lines)


def measure(orders: int) -> Rates:
    """One run on a new SQLite database; the linear program for scarce stock is given a second."""
    policy = DispatchPolicy(allocation=AllocationPolicy(platforms=PLATFORMS, bound_seconds=1.0))
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(Path(folder) / "books.db")

        def timed(work: Callable[[Connection], object]) -> tuple[float, object]:
            begin = time.process_time()
            with database.write() as connection:
                found = work(connection)
            return time.process_time() - begin, found

        _, lines = timed(lambda connection: lay_out(connection, orders))
        review_s, _ = timed(lambda connection: review(connection, NOW))
        dispatch_s, summary = timed(lambda connection: dispatch(connection, NOW[:10], NOW, policy))
        again_s, _ = timed(lambda connection: dispatch(connection, NOW[:10], NOW, policy))
        database.close()
    return Rates(orders, int(str(lines)), review_s, dispatch_s, again_s, getattr(summary, "parcels", 0))


async def run(rounds: int, orders: int = 20_000) -> list[Measured]:
    """The medians of some rounds against the limit, in proportion to the orders."""
    found = sorted(rates.review_s + rates.dispatch_s for rates in (measure(orders) for _ in range(rounds)))
    ours, limit = found[len(found) // 2], LIMIT_S * orders / 100_000
    return [Measured("order desk", ours, limit, ours / limit, 1.0, rounds, f"limit for {orders} orders")]


if __name__ == "__main__":
    told = measure(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
    sys.stdout.write(f"{told}\n{told.orders / (told.review_s + told.dispatch_s):.0f} orders/s\n")
