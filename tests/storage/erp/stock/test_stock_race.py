"""Several processes want the same goods at the same time."""

import multiprocessing
import random
from collections import Counter
from collections.abc import Callable
from multiprocessing.synchronize import Barrier

import pytest
from sqlalchemy import text

from storage.database.connection import Database, open_database
from storage.erp.stock.book import (
    Issue,
    MoveRow,
    ReservationDesk,
    ReservationLine,
    Reserved,
    consume,
    record_moves,
    void,
)

PROCESSES = 8
HALTS = (100, 200, 300)


def at_once(work: Callable[[str, int], None], url: str) -> list[int | None]:
    """Run `work(url, number)` in eight processes; their exit codes. Forked: nothing is loaded anew."""
    forked = multiprocessing.get_context("fork")
    running = [forked.Process(target=work, args=(url, number)) for number in range(PROCESSES)]
    for process in running:
        process.start()
    for process in running:
        process.join(timeout=120)
    return [process.exitcode for process in running]


def grab(url: str, number: int, halt: Barrier) -> None:
    """1,500 tries for one piece of one code, one by one; three times all buyers halt, so that somebody can look."""
    with ReservationDesk(open_database(url)) as desk:
        for attempt in range(1500):
            if attempt in HALTS:
                halt.wait(60)  # everybody is here
                halt.wait(60)  # it was looked
            desk.reserve(f"o{number}.{attempt}|s", [ReservationLine("HZ", "HOT", 1)])


def shop(url: str, number: int) -> None:
    """Orders of crossing codes, written in any order; held, given back or consumed, some in batches."""
    database, chance = open_database(url), random.Random(number)
    with ReservationDesk(database) as desk:
        for attempt in range(20):
            owners = [f"F{number}.{attempt}.{n}|s" for n in range(chance.choice([1, 1, 4]))]
            wanted = {
                owner: [ReservationLine("HZ", code, chance.randint(1, 2)) for code in chance.sample("ABCDE", 3)]
                for owner in owners
            }
            for owner, answer in desk.reserve_many(wanted).items():
                if isinstance(answer, Reserved):
                    with database.write() as connection:
                        settle(connection, owner, chance.random())


def settle(connection, owner, luck):
    """A third is given back, half is consumed, the rest stays held."""
    if luck < 0.3:
        void(connection, owner)
    elif luck < 0.8:
        consume(connection, owner, Issue(owner.partition("|")[0], "s", "2026-11-21"))


def fill(database: Database, **codes: int) -> None:
    """An opening of the warehouse HZ."""
    rows = [
        MoveRow("opening", "Q", code, 1, code, "opening", "HZ", qty, 1, "2026-11-20", "sha", 1)
        for code, qty in codes.items()
    ]
    with database.write() as connection:
        record_moves(connection, rows)


def expect_every_piece(database: Database, opened: dict[str, int]) -> None:
    """Nothing is sold twice and nothing is lost: what was there is there, gone, or held once."""
    with database.read() as connection:
        quants = connection.execute(text("SELECT code, on_hand, reserved FROM quant")).all()
        gone = Counter(dict(told(connection, "SELECT code, SUM(qty) FROM move WHERE doc_type = 'issue' GROUP BY code")))
        held = Counter(
            dict(told(connection, "SELECT code, SUM(qty) FROM reservation WHERE state='held' GROUP BY code"))
        )
    assert {row.code: row.on_hand + gone[row.code] for row in quants} == opened
    assert {row.code: row.reserved for row in quants} == {row.code: held[row.code] for row in quants}
    assert min(row.on_hand - row.reserved for row in quants) >= 0


def file_of(books) -> str:
    """Where the books lie, for other processes."""
    return str(books.database.engine.url.database)


def told(connection, sql):
    """(text, whole number) rows."""
    return [(row[0], int(row[1])) for row in connection.execute(text(sql))]


def available(database: Database) -> int:
    """What is shown as available at this moment, which is moves minus reservations at the same moment."""
    with database.read() as connection:
        shown = connection.execute(text("SELECT on_hand - reserved FROM quant")).scalar_one()
        moved = connection.execute(text("SELECT SUM(qty) FROM move WHERE to_place = 'HZ'")).scalar_one()
        held = connection.execute(text("SELECT COALESCE(SUM(qty), 0) FROM reservation")).scalar_one()
    assert shown == moved - held
    return int(shown)


@pytest.mark.slow
@pytest.mark.function("WMS-18", "WMS-19", "ERP-04")
def test_eight_buyers_of_one_code_get_exactly_what_is_there(books):
    """12,000 tries for 5,000 pieces grant exactly 5,000; whenever one looks, available is moves minus reservations."""
    fill(books.database, HOT=5000)
    path, seen = file_of(books), []
    books.database.close()
    forked = multiprocessing.get_context("fork")
    halt = forked.Barrier(PROCESSES + 1)
    buyers = [forked.Process(target=grab, args=(path, number, halt)) for number in range(PROCESSES)]
    for buyer in buyers:
        buyer.start()
    for tries in HALTS:
        halt.wait(60)
        assert available(books.database) == 5000 - PROCESSES * tries
        halt.wait(60)
    while any(buyer.is_alive() for buyer in buyers):
        seen.append(available(books.database))
        buyers[0].join(timeout=0.01)
    assert [buyer.exitcode for buyer in buyers] == [0] * PROCESSES
    assert sorted(seen, reverse=True) == seen
    assert books.rows("SELECT COUNT(*) FROM reservation") == [(5000,)]
    assert books.rows("SELECT on_hand, reserved FROM quant") == [(5000, 5000)]


@pytest.mark.slow
@pytest.mark.function("WMS-19")
def test_crossing_orders_neither_block_nor_oversell(books):
    """Eight processes order crossing codes in any order, each whole or not at all: no deadlock, no piece lost."""
    opened = dict.fromkeys("ABCDE", 90)
    fill(books.database, **opened)
    books.database.close()
    assert at_once(shop, file_of(books)) == [0] * PROCESSES
    expect_every_piece(books.database, opened)
    partly = books.rows("SELECT owner FROM reservation GROUP BY owner HAVING COUNT(*) <> 3")
    assert partly == []
