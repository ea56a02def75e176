"""Several processes want the same goods at the same time."""

import subprocess
import sys

import pytest

BUYER = """
import random, sys
from storage.database.connection import open_database
from storage.erp.stock.book import ReservationLine, Reserved, Issue, consume, reserve, void
path, number = sys.argv[1], int(sys.argv[2])
database, chance = open_database(path), random.Random(number)
for attempt in range(150):
    owner = f"F{number}.{attempt}|s"
    codes = chance.sample(["A", "B", "C"], chance.randint(1, 3))
    with database.write() as connection:
        held = reserve(connection, owner, [ReservationLine("HZ", code, chance.randint(1, 3)) for code in codes])
    if isinstance(held, Reserved):
        with database.write() as connection:
            if chance.random() < 0.3:
                void(connection, owner)
            elif chance.random() < 0.8:
                consume(connection, owner, Issue(owner.split("|")[0], "s", "2026-11-21"))
"""


@pytest.mark.slow
def test_four_processes_never_oversell(books, tmp_path):
    """Four buyers on three hot codes: nothing is sold twice, every piece is accounted for, and they sell out."""
    books.stock(HZ={"A": 200, "B": 150, "C": 100})
    path = str(tmp_path / "books.db")
    buyers = [subprocess.Popen([sys.executable, "-c", BUYER, path, str(number)]) for number in range(4)]
    assert [buyer.wait(timeout=120) for buyer in buyers] == [0, 0, 0, 0]
    totals = books.rows("SELECT code, on_hand, reserved FROM quant ORDER BY code")
    gone = dict(books.rows("SELECT code, SUM(qty) FROM move WHERE doc_type = 'issue' GROUP BY code"))
    assert {code: on_hand + gone.get(code, 0) for code, on_hand, _ in totals} == {"A": 200, "B": 150, "C": 100}
    assert min(on_hand - reserved for _, on_hand, reserved in totals) < 3
    held = dict(books.rows("SELECT code, SUM(qty) FROM reservation WHERE state = 'held' GROUP BY code"))
    assert {code: reserved for code, _, reserved in totals} == {code: held.get(code, 0) for code in "ABC"}
