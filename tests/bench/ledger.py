"""Documents into the ledger: receipts, shipments, revenue, cost of sales and statement lines, with layers and vouchers.

A world of orders is written as ingestion and the stock book would leave it; measured is `post_events` over all of it in
one durable transaction, against a rate. What came out is checked: the trial balance is zero, 库存商品 is the layers.
"""

import gc
import statistics
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import Connection, Table, insert

from storage.database.connection import Database
from storage.database.tables import bill_line, fulfilment, move, order_line, platform_order
from storage.erp.finance.ledger import balances, trial_balance
from storage.erp.finance.post_events import post_events
from tests.bench.chain import postgresql, sqlite
from tests.bench.measure import Measured, within

ORDERS = 25_000
CODES = 500
DOCUMENTS_PER_SECOND = 10_000
UNTIL = "2026-06-30"
HEAD = {"platform": "practice", "shop": "shop_a"}


async def run(rounds: int) -> list[Measured]:
    """The rate at full size, in either database. Raises Missing."""
    return [*held_against(rounds, ORDERS, "sqlite", sqlite), *held_against(rounds, ORDERS, "postgresql", postgresql)]


def held_against(
    rounds: int, orders: int, name: str, books: Callable[[], AbstractContextManager[Database]]
) -> list[Measured]:
    """Seconds for every document of so many orders, and for a second run that finds nothing new."""
    first_s, again_s, documents = [], [], 0
    for _ in range(rounds):
        with books() as database:
            with database.write() as connection:
                write_world(connection, orders)
            spent, documents = posting_s(database)
            first_s.append(spent)
            again, none = posting_s(database)
            again_s.append(again)
            check(database, none)
    limit = documents / DOCUMENTS_PER_SECOND
    rate = f"here {documents / statistics.median(first_s):,.0f}/s"
    what = f"{DOCUMENTS_PER_SECOND:,} documents/s ({documents:,} documents, {rate})"
    return [
        within(f"ledger post {name}", first_s, limit_s=limit, what=what),
        within(f"ledger again {name}", again_s, limit_s=limit, what="nothing new, same limit"),
    ]


def posting_s(database: Database) -> tuple[float, int]:
    """Seconds from reading the facts to the end of the transaction, and how many vouchers were written."""
    gc.collect()
    started = time.perf_counter()
    with database.write() as connection:
        summary = post_events(connection, UNTIL)
    if summary.waiting:
        raise AssertionError(str(summary.waiting[:3]))
    return time.perf_counter() - started, summary.vouchers


def check(database: Database, again: int) -> None:
    """What was posted balances, and posting again wrote nothing."""
    with database.read() as connection:
        off = sum(row.balance_fen for row in trial_balance(connection))
        (stock,) = balances(connection, accounts=["1405"])
        layers = connection.exec_driver_sql("SELECT sum(value_left_fen) FROM cost_layer").scalar_one()
    if again or off or stock.balance_fen != layers:
        raise AssertionError(f"again {again}, trial balance {off}, stock {stock.balance_fen}, layers {layers}")


def write_world(connection: Connection, orders: int) -> None:
    """A fifth as many receipts as orders; each order has two lines, one parcel, a payment and a commission."""
    codes = [f"C{n:04d}" for n in range(min(CODES, orders))]
    receipts = max(orders // 5, len(codes))
    moves = [
        _move("receipt", f"RK{n}", "1", codes[n % len(codes)], "supplier", "HZ", 20, 1_000 + n % 97, n)
        for n in range(receipts)
    ]
    told: dict[Table, list[dict[str, object]]] = {platform_order: [], order_line: [], fulfilment: [], bill_line: []}
    for n in range(orders):
        number = f"{n:09d}"
        pair = (codes[n % len(codes)], codes[(n * 7 + 1) % len(codes)])
        told[platform_order].append(
            {
                **HEAD,
                "order_no": number,
                "pay_state": "paid",
                "paid_fen": 9_900 + n % 50,
                "finished_at": f"2026-06-{10 + n % 20:02d} 12:00:00",
                "file_sha": "s",
            }
        )
        told[fulfilment].append({**HEAD, "fulfilment_id": f"P{number}", "order_no": number, "state": "shipped"})
        for part, code in enumerate(pair, start=1):
            paid = 5_000 if part == 1 else 4_900 + n % 50
            told[order_line].append(
                {
                    **HEAD,
                    "order_no": number,
                    "sub_no": f"{number}-{part}",
                    "code": code,
                    "qty": 1,
                    "paid_share_fen": paid,
                    "file_sha": "s",
                }
            )
            moves.append(_move("issue", f"P{number}", f"{number}-{part}", code, "HZ", "customer", 1, 0, n))
        for fee, fen in (("payment", 9_900 + n % 50), ("commission", -495)):
            told[bill_line].append({**HEAD, "wallet": "alipay", "flow_no": f"{fee[0]}{number}", "fee_type": fee, "n": 1,
                                    "order_no": number, "amount_fen": fen, "at": "2026-06-29 01:00:00",
                                    "file_sha": "s"})  # fmt: skip
    for table, rows in ((move, moves), *told.items()):
        connection.execute(insert(table), rows)


def _move(
    kind: str, doc: str, line: str, code: str, origin: str, target: str, qty: int, cost: int, n: int
) -> dict[str, object]:
    day = "2026-06-01" if kind == "receipt" else f"2026-06-{3 + n % 7:02d}"
    return {"doc_type": kind, "doc_id": doc, "doc_line": line, "leg": 1, "code": code, "from_place": origin,
            "to_place": target, "qty": qty, "unit_cost_fen": cost, "at": f"{day} 08:00:00", "file_sha": "s",
            "row_no": 1}  # fmt: skip
