"""Worlds of demand whose truth is known, and books to keep them in."""

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from storage.database.connection import Database, open_database
from storage.database.tables import order_line, platform_order

LAST = "2026-11-20"
WEEKDAY_FACTORS = (0.8, 0.9, 1.0, 1.0, 1.2, 1.4, 0.7)


def day(back: int) -> str:
    """So many days before LAST."""
    return (date.fromisoformat(LAST) - timedelta(days=back)).isoformat()


def steady(random: Random, mean: float, days: int) -> list[int]:
    """Demand around a mean with a weekly pattern and overdispersed counts."""
    result = []
    for number in range(days):
        rate = mean * WEEKDAY_FACTORS[number % 7] * random.gammavariate(8, 1 / 8)
        result.append(counted(random, rate))
    return result


def sparse(random: Random, chance: float, size: int, days: int) -> list[int]:
    """Mostly nothing, now and then some."""
    return [random.randint(1, size) if random.random() < chance else 0 for _ in range(days)]


def counted(random: Random, rate: float) -> int:
    """A Poisson count (Knuth 1969); rates up to some hundreds."""
    threshold, product, count = 2.718281828459045**-rate, random.random(), 0
    while product > threshold:
        product *= random.random()
        count += 1
    return count


class Demand:
    """Writes orders as ingestion would."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.orders = 0

    def sell(self, code: str, *pieces: int, platform: str = "practice", pay_state: str = "paid") -> None:
        """One order a day with so many pieces, the last one on LAST."""
        orders, lines = [], []
        for back, qty in enumerate(reversed(pieces)):
            if qty:
                self.orders += 1
                key = {"platform": platform, "shop": "shop_a", "order_no": f"{code}-{self.orders}"}
                orders.append({**key, "pay_state": pay_state, "paid_at": f"{day(back)} 12:00:00"})
                lines.append({**key, "sub_no": f"{code}-{self.orders}-1", "code": code, "qty": qty})
        with self.database.write() as connection:
            connection.execute(platform_order.insert(), orders)
            connection.execute(order_line.insert(), lines)


@pytest.fixture(scope="session")
def empty_books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Books that each test copies: making the tables takes longer than most tests."""
    path = tmp_path_factory.mktemp("demand") / "books.db"
    open_database(path).close()
    return path


@pytest.fixture
def demand(empty_books: Path, tmp_path: Path) -> Iterator[Demand]:
    """Empty books."""
    database = open_database(shutil.copy(empty_books, tmp_path / "books.db"))
    yield Demand(database)
    database.close()
