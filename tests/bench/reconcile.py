"""Statement lines that are reconciled a second: new ones, and the same books a second time.

A line is one row of `bill_line`: a fee of one flow number on a wallet's statement. Timed is one write transaction from
rows in the books to outcomes in the books: reading lines, orders, their parts and refunds from the database, deciding,
writing one item with its reason per line and one group per order, counting them, and the end of the transaction,
after which they are on the disk. Not timed: how the rows came into the books. Wall time; seconds are compared with
what 100,000 lines a second would take.

The books: orders of three shops over thirty days, a quarter of them in two parts, a tenth refunded, a tenth not
finished, every hundredth with a fault, so that neither the quick way nor the slow one has it all to itself.
"""

import gc
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import func, select

from storage.database.bulk import upsert
from storage.database.connection import Database, open_database
from storage.database.tables import bill_line, order_line, platform_order, raw_file, raw_receipt, refund
from storage.erp.reconciliation.contracts import Contracts
from storage.erp.reconciliation.reconcile import reconcile
from tests.bench.measure import Measured, within

ORDERS = 1_000_000
LINES_PER_SECOND = 100_000
FIRST_DAY, DAYS = date(2026, 10, 1), 30
LAST_DAY = FIRST_DAY + timedelta(days=DAYS - 1)
SHOPS = {"A": ("alipay", 500), "B": ("alipay", 300), "W": ("wxpay", 0)}
CONTRACTS = Contracts(commission_bp={shop: bp for shop, (_, bp) in SHOPS.items() if bp})
PLATFORM = "practice"
PIECE = 50_000

Row = dict[str, object]


async def run(rounds: int) -> list[Measured]:
    """Rates at full size; one round is enough of so many lines."""
    return held_against(min(rounds, 1), ORDERS)


def held_against(rounds: int, orders: int) -> list[Measured]:
    """The first reconciliation of books of so many orders, and the second."""
    first_s, again_s, lines = [], [], 0
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            database = open_database(Path(folder) / "books.sqlite")
            lines = fill(database, orders)
            first_s.append(reconciling_s(database, lines, again=False))
            again_s.append(reconciling_s(database, lines, again=True))
            database.close()
    limit_s = lines / LINES_PER_SECOND
    what = f"{LINES_PER_SECOND:,} lines/s of {lines:,}"
    return [
        within("reconcile new", first_s, limit_s=limit_s, what=what),
        within("reconcile same", again_s, limit_s=limit_s, what=what),
    ]


def reconciling_s(database: Database, lines: int, *, again: bool) -> float:
    """Seconds of one reconciliation; raises when a line has no answer, or when a second one changes anything."""
    gc.collect()
    started = time.perf_counter()
    with database.write() as connection:
        summary = reconcile(connection, CONTRACTS, LAST_DAY)
    spent = time.perf_counter() - started
    if summary.lines != lines or (again and (summary.created, summary.changed, summary.removed) != (0, 0, 0)):
        raise AssertionError(str(summary))
    return spent


def fill(database: Database, orders: int) -> int:
    """Books of so many orders; how many statement lines they have."""
    rng = Random(5)
    with database.write() as connection:
        for begin in range(0, orders, PIECE):
            pooled: list[Row] = []
            parts: list[Row] = []
            lines: list[Row] = []
            refunds: list[Row] = []
            for number in range(begin, min(begin + PIECE, orders)):
                _order(rng, number, pooled, lines, refunds)
                parts += _parts(pooled[-1], number)
            upsert(connection, platform_order, pooled)
            upsert(connection, order_line, parts)
            upsert(connection, bill_line, lines)
            upsert(connection, refund, refunds)
        files = list(_files())
        upsert(connection, raw_file, (file for file, _ in files))
        upsert(connection, raw_receipt, (receipt for _, receipt in files))
        count: int = connection.execute(select(func.count()).select_from(bill_line)).scalar_one()
    return count


def _order(rng: Random, number: int, pooled: list[Row], lines: list[Row], refunds: list[Row]) -> None:
    shop = "AABW"[number % 4]
    wallet, rate = SHOPS[shop]
    day = (FIRST_DAY + timedelta(days=rng.randrange(2, DAYS - 3))).isoformat()
    at = f"{day} 12:{number % 60:02d}:00"
    no, paid, discount = f"31{number:017d}", rng.randrange(2_000, 60_000), 300 if number % 5 == 0 else 0
    finished, fault = number % 10 != 9, number % 100 == 7
    pooled.append(_pooled(shop, no, paid, discount, at, finished=finished))
    if wallet == "alipay" and not finished:
        return
    back = rng.randrange(100, paid // 2) if number % 10 == 3 else 0
    if back:
        refunds.append(_refund(shop, f"88{number:010d}", no, back, at))
    told = _trade(paid, back) if wallet == "wxpay" else _payout(paid, discount, rate, back)
    for place, (fee, fen) in enumerate(told):
        flow = (
            f"F{number:012d}{1 if fen * (fee != 'payment_fee') < 0 else 0}"
            if wallet == "wxpay"
            else (f"F{number:012d}{place}")
        )
        if wallet == "wxpay" and fee == "payment_fee":
            flow = f"F{number:012d}{1 if fen > 0 else 0}"
        if fault and place == 0:
            fen += 700
        refund_no = f"88{number:010d}" if fee in ("refund", "refund_commission") else ""
        lines.append(_line(shop, wallet, flow, fee, fen, no, refund_no, at))


def _trade(paid: int, back: int) -> list[tuple[str, int]]:
    told = [("payment", paid), ("payment_fee", -_share(paid, 60))]
    return told + ([("refund", -back), ("payment_fee", _share(back, 60))] if back else [])


def _payout(paid: int, discount: int, rate: int, back: int) -> list[tuple[str, int]]:
    told = [("payment", paid), ("commission", -_share(paid + discount, rate))]
    told += [("subsidy", discount)] if discount else []
    told += [("freight_insurance", -90)] if paid % 5 == 0 else []
    return told + ([("refund", -back), ("refund_commission", _share(back, rate))] if back else [])


def _share(fen: int, basis_points: int) -> int:
    return (fen * basis_points + 5_000) // 10_000


def _pooled(shop: str, no: str, paid: int, discount: int, at: str, *, finished: bool) -> Row:
    return {
        "platform": PLATFORM,
        "shop": shop,
        "order_no": no,
        "platform_status": "交易成功" if finished else "卖家已发货",
        "paid_fen": paid,
        "platform_discount_fen": discount,
        "created_at": at,
        "paid_at": at,
        "finished_at": at if finished else "",
        "file_sha": f"orders-{shop}",
    }


def _parts(order: Row, number: int) -> Iterator[Row]:
    """The order's lines, each with a number of its own."""
    for part in range(2 if number % 4 == 1 else 1):
        yield {
            **{name: order[name] for name in ("platform", "shop", "order_no")},
            "sub_no": f"{order['order_no']}{part}",
        }


def _refund(shop: str, no: str, order_no: str, fen: int, at: str) -> Row:
    return {
        "platform": PLATFORM,
        "shop": shop,
        "refund_no": no,
        "order_no": order_no,
        "amount_fen": fen,
        "created_at": at,
        "done_at": at,
        "status": "退款成功",
        "after_settlement": 1,
        "file_sha": f"refunds-{shop}",
    }


def _line(shop: str, wallet: str, flow: str, fee: str, fen: int, no: str, refund_no: str, at: str) -> Row:
    return {
        "platform": PLATFORM,
        "shop": shop,
        "wallet": wallet,
        "flow_no": flow,
        "fee_type": fee,
        "n": 1,
        "order_no": no,
        "refund_no": refund_no,
        "amount_fen": fen,
        "at": at,
        "file_sha": f"{wallet}-{shop}",
    }


def _files() -> Iterator[tuple[Row, Row]]:
    days = {"period_from": FIRST_DAY.isoformat(), "period_to": LAST_DAY.isoformat()}
    for shop, (wallet, _) in SHOPS.items():
        kinds = {"orders": "practice_orders", "refunds": "practice_refunds", wallet: f"{wallet}_statement"}
        for name, kind in kinds.items():
            sha = f"{name}-{shop}"
            file = {"file_sha": sha, "kind": kind, "platform": PLATFORM, "state": "read", "name": sha}
            told = wallet if name == wallet else ""
            yield {**file, "wallet": told, **days}, {"file_sha": sha, "name": sha, "shop": shop, "owner": shop, **days}
