"""The board of reconciliation: platform × outcome × age, each cell with the items behind it, and the automatic rate."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from storage.database.tables import bill_line, platform_order, recon_item
from storage.erp.reconciliation.outcomes import OUTCOMES
from storage.erp.reconciliation.reading import distinct

BUCKETS = ((3, "0–3 天"), (7, "4–7 天"), (15, "8–15 天"), (30, "16–30 天"))
OLDEST = "> 30 天"
BANK = "银行"
"""What stands for a platform where the line is a bank's, or the payment one of our own."""


class Cell(NamedTuple):
    """The place of items on the board."""

    platform: str
    outcome: int
    age: str


class Sum(NamedTuple):
    """How many items a cell has, and the amount of their lines in fen."""

    items: int
    amount_fen: int


class Rate(NamedTuple):
    """Lines that needed nobody, lines that did (or that a person decided), and lines that only wait."""

    automatic: int
    manual: int
    waiting: int

    @property
    def share(self) -> float:
        """The part of the decided lines that needed nobody; 1.0 without any line."""
        decided = self.automatic + self.manual
        return self.automatic / decided if decided else 1.0


def board(connection: Connection, as_of: date) -> dict[Cell, Sum]:
    """Every item in exactly one cell; its age is counted from the day of the line or of its cause."""
    i = recon_item.c
    day = func.substr(i.at, 1, 10)
    query = select(i.shop, i.side, i.outcome, day, func.count(), func.sum(i.amount_fen)).group_by(
        i.shop, i.side, i.outcome, day
    )
    platforms = platforms_of(connection)
    cells: dict[Cell, Sum] = defaultdict(lambda: Sum(0, 0))
    for shop, side, outcome, at, count, fen in connection.execute(query):
        cell = Cell(platforms.get(shop, BANK), outcome, age(at, as_of))
        known = cells[cell]
        cells[cell] = Sum(known.items + count, known.amount_fen + (int(fen) if side != "books" else 0))
    return dict(cells)


def items_of(connection: Connection, cell: Cell, as_of: date) -> list[Mapping[str, Any]]:
    """The items behind a cell, oldest first: what a click on it opens."""
    i = recon_item.c
    platforms = platforms_of(connection)
    rows = connection.execute(select(recon_item).where(i.outcome == cell.outcome).order_by(i.at, i.ref)).mappings()
    return [
        dict(row)
        for row in rows
        if platforms.get(row["shop"], BANK) == cell.platform and age(row["at"][:10], as_of) == cell.age
    ]


def automatic_rate(connection: Connection) -> Rate:
    """How many statement and bank lines were decided without a person."""
    i = recon_item.c
    counts = {"automatic": 0, "manual": 0, "waiting": 0}
    person = (i.decided_by != "").label("person")
    query = select(i.outcome, person, func.count()).where(i.side != "books").group_by(i.outcome, person)
    for outcome, decided, count in connection.execute(query):
        meaning = OUTCOMES[outcome]
        name = "manual" if decided or meaning.exception else "waiting" if outcome == 5 else "automatic"
        counts[name] += count
    return Rate(**counts)


def age(day: str, as_of: date) -> str:
    """How old a day is, in the five steps that finance uses."""
    days = (as_of - date.fromisoformat(day)).days if day else 0
    return next((words for most, words in BUCKETS if days <= most), OLDEST)


def platforms_of(connection: Connection) -> dict[str, str]:
    """Shop -> platform; a name that shops of several platforms share stands for all of them."""
    found: dict[str, set[str]] = defaultdict(set)
    for table in (bill_line, platform_order):
        for platform, shop in distinct(connection, table.c.platform, table.c.shop):
            found[shop].add(platform)
    return {shop: "、".join(sorted(platforms)) for shop, platforms in found.items()}
