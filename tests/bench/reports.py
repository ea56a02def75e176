"""Every report over five million order lines: how long until its figures are there, median and 95th percentile.

Books of a year and two million orders are made synthetically: the copies by column in the shape of their feeds
(storage/reports/facts), and in SQLite what reports read there (orders, statement lines, what reconciliation said of
them, runs, forecasts). Each report of `yeban report --list` is asked for a day, forty days, this year and all there is,
none is left out. The feeds are measured on books of a size that fits the bench: order lines per second from SQLite.

Five million lines take six minutes to make; YEBAN_BENCH_BOOKS=folder keeps them there for the next run.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import insert

from storage.database.connection import Database, open_database
from storage.database.tables import sku, warehouse
from storage.reports import REPORTS, Period
from storage.reports.facts.copy import SALES, Facts, Made, attach, open_copy
from storage.reports.facts.feed import create
from storage.reports.facts.ledger import LEDGER
from storage.reports.facts.profit import PROFIT
from storage.reports.facts.rollup import roll_up
from storage.reports.facts.settled import SETTLED
from storage.reports.scope import EVERYTHING
from storage.reports.sources import build_scoped
from tests.bench.measure import Measured, within
from tests.bench.report_books import fill_books, fill_copies

LINES = 5_000_000
LINES_PER_ORDER = 2.15
CODES_MOST = 5_000
GOAL_S = 0.5
RUNS = 10
FEED_LINES = 200_000
FEED_GOALS = {SALES: 15_000, PROFIT: 4_000}
YEAR = Period("2025-12-01", "2026-11-30")
PERIODS = {"day": Period("2026-11-20", "2026-11-20"), "40 days": Period("2026-10-22", "2026-11-30"),
           "this year": Period("2026-01-01", "2026-11-30"), "all": YEAR}  # fmt: skip
Copies = dict[Made, Facts]
MADE = "made"
"""A file that says that the books of a folder are whole."""


async def run(rounds: int, lines: int = LINES, feed_lines: int = FEED_LINES) -> list[Measured]:
    """The 95th percentile of each report against half a second, and the rates at which two copies are fed."""
    runs = max(rounds, RUNS) if lines == LINES else rounds
    with _folder() as folder, big_books(folder, lines) as (database, copies):
        found = [_report(name, database, copies, runs) for name in REPORTS]
    with tempfile.TemporaryDirectory() as made:
        found += _feeds(Path(made), feed_lines)
    return found


@contextmanager
def _folder() -> Iterator[Path]:
    """Where the books are made: for this run alone, or kept for the next where somebody says so."""
    if kept := os.environ.get("YEBAN_BENCH_BOOKS"):
        Path(kept).mkdir(parents=True, exist_ok=True)
        yield Path(kept)
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def _report(name: str, database: Database, copies: Copies, runs: int) -> Measured:
    """The worst 95th percentile of what people ask for: a day, the days of a morning report, a year, all there is."""
    highest, told = 0.0, []
    for asked, period in PERIODS.items():
        times, spent, rows = _asked(name, period, database, copies, runs)
        if asked == "all" and not rows:
            raise AssertionError(f"the report {name} has no rows")
        high = times[min(len(times) - 1, round(0.95 * len(times)))]
        highest = max(highest, high)
        told.append(f"{asked} {statistics.median(times) * 1000:.0f}/{high * 1000:.0f}/{spent * 1000:.0f}")
    what = f"half a second at p95 ({rows} rows; ms as median/p95/CPU: {', '.join(told)})"
    return within(f"report {name}", [highest], limit_s=GOAL_S, what=what)


def _asked(name: str, period: Period, database: Database, copies: Copies, runs: int) -> tuple[list[float], float, int]:
    """Sorted times, the median of what the processor spent, how many rows; the first time does not count."""
    times, spent, rows = [], [], 0
    for _ in range(runs + (runs > 1)):
        with database.read() as connection:
            for made, facts in copies.items():
                attach(connection, facts, made)
            started, busy = time.perf_counter(), time.process_time()
            rows = len(build_scoped(connection, name, period, EVERYTHING).rows)
            times.append(time.perf_counter() - started)
            spent.append(time.process_time() - busy)
    counted = slice(runs > 1, None)
    return sorted(times[counted]), statistics.median(spent[counted]), rows


@contextmanager
def big_books(folder: Path, lines: int) -> Iterator[tuple[Database, Copies]]:
    """Books with a catalog, and copies by column with that many lines; those in the folder where they are made."""
    import duckdb

    if not (folder / MADE).exists():
        make_books(folder, lines)
    database = open_database(folder / "books.db")
    copies = {
        kind: Facts(duckdb.connect(str(folder / name), read_only=True))
        for kind, name in (
            (SALES, "facts.duckdb"),
            *((kind, f"facts-{kind.name}.duckdb") for kind in (LEDGER, PROFIT, SETTLED)),
        )
    }
    yield database, copies
    for facts in copies.values():
        facts.close()
    database.close()


def make_books(folder: Path, lines: int) -> None:
    """Write the books and their copies into an empty folder."""
    import duckdb

    database = open_database(folder / "books.db")
    with database.write() as connection:
        connection.execute(insert(sku), [{"code": f"SKU{n}", "title": f"商品 {n}"} for n in range(codes_of(lines))])
        connection.execute(insert(warehouse), [{"warehouse": f"wh{n}", "name": f"{n} 号仓"} for n in range(3)])
    made = duckdb.connect(str(folder / "facts.duckdb"))
    create(made)
    for statement in _statements(lines):
        made.execute(statement)
    roll_up(made)
    with database.write() as connection:
        fill_books(connection, made)
    database.close()
    fill_copies(made, folder)
    made.close()
    (folder / MADE).touch()


def codes_of(lines: int) -> int:
    """How many items the catalog has."""
    return min(CODES_MOST, max(20, lines // 1_000))


def _statements(lines: int) -> list[str]:
    """A year of orders; everything follows from row numbers, so each run makes the same books."""
    orders = max(int(lines / LINES_PER_ORDER), 10)
    spread = f"(n * 31536000 // {orders})"
    head = f"""SELECT n, TIMESTAMP '2025-12-01' + to_seconds({spread}) AS created_at, 'p' || (n % 4) AS platform,
        'shop_' || (n % 12) AS shop, '26' || lpad(n::VARCHAR, 16, '0') AS order_no,
        CASE hash(n) % 20 WHEN 0 THEN 'unpaid' WHEN 1 THEN 'refunded' ELSE 'paid' END AS pay_state,
        'P' || (hash(n * 7) % 340 % 31) AS province, 'C' || (hash(n * 7) % 340) AS city, 'f' || (n // 20000) AS file_sha
        FROM range({orders}) t(n)"""
    return [
        f"CREATE TEMP TABLE head AS {head}",
        f"""INSERT INTO lines BY NAME SELECT strftime(created_at, '%Y-%m-%d') AS day, platform, shop, order_no,
            order_no || '-' || k AS sub_no,
            'SKU' || ((hash(n * 10 + k) % {codes_of(lines)}) * (hash(n + k) % 100) // 100) AS code, '商品' AS title,
            'G' || (n % 3000) AS product_id, 1 + (n + k) % 3 AS qty, 1000 + hash(n + k) % 20000 AS sold_fen,
            pay_state, created_at + INTERVAL 60 SECOND AS paid_at, province, city, file_sha,
            (n % 20000)::INTEGER AS row_no, false AS rest, false AS is_bundle
            FROM head, range(5) s(k) WHERE k < 1 + hash(n) % 4 LIMIT {lines}""",
        """INSERT INTO orders BY NAME SELECT strftime(h.created_at, '%Y-%m-%d') AS day, h.platform, h.shop, h.order_no,
            h.pay_state, CASE WHEN n % 50 = 0 THEN 'none' ELSE 'shipped' END AS ship_state, h.created_at,
            h.created_at + INTERVAL 60 SECOND AS paid_at,
            CASE WHEN n % 50 > 0 THEN h.created_at + to_hours((hash(n) % 60)::BIGINT) END AS shipped_at,
            h.created_at + INTERVAL 48 HOUR AS latest_ship_at, coalesce(l.fen, 0) AS paid_fen,
            100 AS seller_discount_fen, 50 AS platform_discount_fen, h.province, h.city, h.file_sha,
            (n % 20000)::INTEGER AS row_no FROM head h
            LEFT JOIN (SELECT order_no, sum(sold_fen)::BIGINT AS fen FROM lines GROUP BY 1) l USING (order_no)
            ORDER BY n""",
        """INSERT INTO refunds BY NAME SELECT day, platform, shop, 'R' || order_no AS refund_no, order_no,
            paid_fen AS amount_fen, created_at + INTERVAL 3 DAY AS created_at, created_at + INTERVAL 4 DAY AS done_at,
            'reason ' || (row_no % 9) AS reason, file_sha, row_no FROM orders WHERE row_no % 18 = 0""",
        """INSERT INTO bills BY NAME SELECT day, platform, shop, 'alipay' AS wallet, 'B' || order_no AS flow_no,
            CASE WHEN row_no % 450 = 5 AND f.fee_type <> 'payment' THEN 'unclassified' ELSE f.fee_type END AS fee_type,
            order_no, CASE f.fee_type WHEN 'payment' THEN paid_fen ELSE -paid_fen // 50 END AS amount_fen,
            created_at + INTERVAL 9 DAY AS billed_at, file_sha, row_no
            FROM orders, (VALUES ('payment'), ('commission')) f(fee_type)""",
        f"""INSERT INTO moves BY NAME SELECT strftime(DATE '2025-12-01' + d::INTEGER, '%Y-%m-%d') AS day,
            'SKU' || c AS code,
            CASE WHEN d % 30 = 0 THEN 'supplier' ELSE 'wh' || (c % 3) END AS from_place,
            CASE WHEN d % 30 = 0 THEN 'wh' || (c % 3) ELSE 'customer' END AS to_place,
            CASE WHEN d % 30 = 0 THEN 60 + c % 40 ELSE 2 END AS qty, qty * 1500 AS value_fen, 1 AS n
            FROM range(365) a(d), range({codes_of(lines)}) b(c) WHERE d % 30 = 0 OR (c + d) % 3 = 0""",
    ]


def _feeds(folder: Path, lines: int) -> list[Measured]:
    """Order lines per second from books in SQLite into the two big copies, the comparison with the books included."""
    make_books(folder, lines)
    database, found = open_database(folder / "books.db"), []
    with database.read() as connection:
        for made, goal_per_s in FEED_GOALS.items():
            started = time.perf_counter()
            facts = open_copy(connection, folder / f"fed-{made.name}.duckdb", made)
            spent = time.perf_counter() - started
            held = facts.rows(f"SELECT count(*) FROM {'lines' if made is SALES else 'parts'}")[0]
            facts.close()
            if not held[0]:
                raise AssertionError(f"nothing was fed into the copy {made.name}")
            what = f"{goal_per_s} order lines fed per second (here {lines / spent:,.0f}; {held[0]} rows)"
            found.append(within(f"feed of {made.name}", [spent], limit_s=lines / goal_per_s, what=what))
    database.close()
    return found
