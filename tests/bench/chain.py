"""A platform's export of 100,000 orders to reserved goods: parse, pool, review, allocate and reserve, step by step.

One 抖店 file with 2.15 sub-orders an order goes the whole way that a real one goes, through the archive and the raw
rows and in durable transactions, into SQLite and into PostgreSQL. Of a hundred orders four or five are held for a
reason (a buyer's wish, a refund, a code that nobody knows, not paid); stock is ample but for one code in fifty, of
which there is half of what is asked for. What came out is checked: every order has one outcome, and what is reserved is
what is held. The seconds are by the clock; those of our processor beside them tell whether the machine was busy with
something else.
"""

import csv
import gc
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, text

from schedules.cli import NEW_OBJECTS_BEFORE_A_LOOK
from storage.archive import Archive, Facts
from storage.database.connection import Database, open_database
from storage.database.tables import raw_file, sku, warehouse, waybill
from storage.documents.douyin_order import LAYOUT
from storage.erp.allocation.model import AllocationPolicy
from storage.erp.orders.dispatch import DispatchPolicy, dispatch
from storage.erp.orders.pool import collect
from storage.erp.orders.review import review
from storage.erp.stock.book import MoveRow, record_moves
from storage.ingest import ingest
from tests.bench.measure import Measured, within
from tests.bench.reserve import server_for
from tests.support.postgres import empty_database

ORDERS = 100_000
LIMIT_S = 60.0
CODES, SCARCE_EVERY = 1_000, 50
NIGHT, NOW = "2026-11-22", "2026-11-22 00:00:00"
PLATFORMS = ("douyin",)
PLACES = (("CD", "四川"), ("GZ", "广东"), ("HZ", "浙江"), ("SJ", "河北"), ("WH", "湖北"))
TO = (("浙江省", "杭州市", "西湖区"), ("广东省", "广州市", "天河区"), ("四川省", "成都市", "武侯区"),
      ("河北省", "石家庄市", "长安区"), ("湖北省", "武汉市", "武昌区"), ("北京市", "北京市", "朝阳区"))  # fmt: skip
FACTS = Facts(name="orders.csv", shop="shop_d", received_at="2026-11-21T16:00:00+00:00")
STEPS = ("parse", "pool", "review", "allocate, reserve")
_FIRST = datetime(2026, 11, 20)  # noqa: DTZ001 (as files write it)


class Chain(NamedTuple):
    """One run: seconds of each step by the clock, and of our processor in all."""

    steps_s: tuple[float, ...]
    processor_s: float


async def run(rounds: int) -> list[Measured]:
    """The whole way at its full size, into both databases, in a process that is set up as the command line is."""
    gc.set_threshold(NEW_OBJECTS_BEFORE_A_LOOK, 20, 20)
    return [*held_against(rounds, ORDERS, "sqlite", sqlite), *held_against(rounds, ORDERS, "postgresql", postgresql)]


def held_against(
    rounds: int, orders: int, name: str, opened: Callable[[], AbstractContextManager[Database]]
) -> list[Measured]:
    """Seconds of so many orders and of each step against the minute that 100,000 may take."""
    chains = []
    with tempfile.TemporaryDirectory() as folder:
        export = Path(folder) / "orders.csv"
        lines = write_export(export, orders)
        for _ in range(rounds):
            with opened() as database:
                chains.append(measured_once(database, export, orders, lines))
    return _results(name, chains, orders, lines)


def _results(name: str, chains: list[Chain], orders: int, lines: int) -> list[Measured]:
    limit = LIMIT_S * orders / ORDERS
    rows = [
        within(f"{name}: {step}", [chain.steps_s[n] for chain in chains], limit_s=limit, what="part of the limit")
        for n, step in enumerate(STEPS)
    ]
    processor = [chain.processor_s for chain in chains]
    rows.append(within(f"{name}: processor", processor, limit_s=limit, what="of ours, all steps"))
    whole = [sum(chain.steps_s) for chain in chains]
    rows.append(within(f"chain {name}", whole, limit_s=limit, what=f"{orders:,} orders, {lines:,} lines"))
    return rows


def measured_once(database: Database, export: Path, orders: int, lines: int) -> Chain:
    """The way of one file through a new database; raises if anything was lost or promised twice on it."""
    with database.write() as connection:
        lay_out(connection, orders)
    gc.collect()
    processor, marks = time.process_time(), [time.perf_counter()]
    with tempfile.TemporaryDirectory() as folder:
        taken = ingest(database, Archive(Path(folder)), export, facts=FACTS)
        marks.append(time.perf_counter())
        with database.write() as connection:
            pooled = collect(connection)
        marks.append(time.perf_counter())
        with database.write() as connection:
            reviewed = review(connection, NOW, platforms=PLATFORMS)
        marks.append(time.perf_counter())
        with database.write() as connection:
            done = dispatch(connection, NIGHT, NOW, policy())
        marks.append(time.perf_counter())
    spent = time.process_time() - processor
    if (taken.rows, pooled.created, reviewed.orders, done.orders) != (lines, orders, orders, reviewed.passed):
        raise AssertionError(f"{taken}, {pooled}, {reviewed.orders}, {done}")
    with database.read() as connection:
        check(connection, orders)
    return Chain(tuple(after - before for before, after in pairwise(marks)), spent)


def policy() -> DispatchPolicy:
    """The house's own, for the platform's orders."""
    return DispatchPolicy(allocation=AllocationPolicy(platforms=PLATFORMS))


def check(connection: Connection, orders: int) -> None:
    """Every order is with the warehouse or held for a reason; what is promised is there and is somebody's."""
    processes = dict(connection.execute(text("SELECT process, COUNT(*) AS n FROM order_state GROUP BY process")).all())
    held = connection.execute(text("SELECT COUNT(*) AS n FROM order_hold WHERE state = 'open'")).scalar_one()
    if set(processes) != {"held", "released"} or sum(processes.values()) != orders or held < processes["held"]:
        raise AssertionError(f"{processes}, {held} holds")
    sums = [
        connection.execute(text(query)).scalar_one()
        for query in (
            "SELECT SUM(reserved) FROM quant",
            "SELECT SUM(qty) FROM reservation WHERE state = 'held'",
            "SELECT SUM(qty) FROM pick_task WHERE state = 'open'",
            "SELECT SUM(qty) FROM fulfilment_line",
        )
    ]
    if len(set(sums)) != 1 or not sums[0]:
        raise AssertionError(f"reserved, held, to pick, in parcels: {sums}")


@contextmanager
def sqlite() -> Iterator[Database]:
    """New books in a file."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(Path(folder) / "books.sqlite")
        yield database
        database.close()


@contextmanager
def postgresql() -> Iterator[Database]:
    """New books in an embedded server of their own. Raises Missing."""
    with server_for("chain") as server, empty_database(server) as url:
        database = open_database(url)
        yield database
        database.close()


def lay_out(connection: Connection, orders: int) -> None:
    """Five warehouses, stock for so many orders, a waybill number for each and a third more."""
    connection.execute(raw_file.insert(), [{"file_sha": "sha", "kind": "practice_stock", "state": "read"}])
    places = [{"warehouse": w, "name": w, "province": p, "rank": n} for n, (w, p) in enumerate(PLACES)]
    connection.execute(warehouse.insert(), places)
    connection.execute(sku.insert(), [{"code": _code(n), "title": _code(n)} for n in range(CODES)])
    wanted = _demand(orders)
    record_moves(connection, [
        MoveRow("opening", "O", f"{place}/{_code(n)}", 1, _code(n), "opening", place, qty, 100, "2026-11-19 00:00:00",
                "sha", 1)
        for n in range(CODES)
        for place, _ in PLACES
        if (qty := wanted[n] // (2 * len(PLACES)) if n % SCARCE_EVERY == 0 else max(20, wanted[n]))
    ])  # fmt: skip
    numbers = [{"carrier": "中通快递", "waybill_no": f"ZT{n:09}"} for n in range(orders + orders // 3 + 20)]
    connection.execute(waybill.insert(), numbers)


def _code(number: int) -> str:
    return f"K{number:04}"


def _demand(orders: int) -> list[int]:
    """Pieces of each code that the orders ask for."""
    wanted = [0] * CODES
    for _, pieces in _orders(orders):
        for code, qty in pieces:
            wanted[code] += qty
    return wanted


def _orders(orders: int) -> Iterator[tuple[random.Random, list[tuple[int, int]]]]:
    """The dice of each order and its (code, pieces): 2.15 sub-orders on average; the same orders every time."""
    for number in range(orders):
        dice = random.Random(number)
        size = dice.choices((1, 2, 3, 4, 5), (40, 27, 17, 10, 6))[0]
        codes = dict.fromkeys(int(CODES * dice.random() ** 2) for _ in range(size))
        while len(codes) < size:
            codes[dice.randrange(CODES)] = None
        yield dice, [(code, dice.choice((1, 1, 1, 2))) for code in codes]


def write_export(path: Path, orders: int) -> int:
    """The platform's file of so many orders; returns its lines."""
    written = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, LAYOUT.columns, restval="-")
        writer.writeheader()
        for number, (dice, pieces) in enumerate(_orders(orders)):
            rows = _rows(number, dice, pieces)
            writer.writerows(rows)
            written += len(rows)
    return written


def _rows(number: int, dice: random.Random, pieces: list[tuple[int, int]]) -> list[dict[str, str]]:
    order_no = 6_912_345_000_000_000_001 + 1_000 * number
    at = _FIRST + timedelta(seconds=number)
    province, city, district = dice.choice(TO)
    trouble = dice.randrange(100)
    paid = "" if trouble == 0 else f"{at + timedelta(minutes=1)}"
    head = {
        "主订单编号": f"\t{order_no}", "省": province, "市": city, "区": district,
        "订单提交时间": f"{at}", "支付完成时间": paid, "承诺发货时间": f"{at + timedelta(days=2)}",
        "订单状态": "待发货" if paid else "待支付", "买家留言": "能不能明天再发" if trouble == 1 else "",
        "运费": "0.00", "平台优惠": "1.00", "商家优惠": "3.00",
    }  # fmt: skip
    rows = []
    for n, (code, qty) in enumerate(pieces):
        price = 990 + 100 * (code % 120)
        rows.append({
            **head, "子订单编号": f"\t{order_no + 1 + n}", "选购商品": f"商品 {code}", "商品数量": str(qty),
            "商品ID": f"\t35{code:06d}", "商家编码": "没有的编码" if trouble == 2 and n == 0 else _code(code),
            "商品单价": f"{price / 100:.2f}", "订单应付金额": f"{qty * price / 100:.2f}",
            "售后状态": "退款中" if trouble == 3 or (trouble == 4 and n == 0) else "-",
        })  # fmt: skip
    return rows
