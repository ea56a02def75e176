"""At a peak orders are served as they come, on both databases: none is lost, none served twice, whatever ends early."""

import os
import signal
from concurrent.futures.process import BrokenProcessPool

import pytest

from storage.archive import Archive, Facts
from storage.database.connection import open_database
from storage.erp.allocation.model import OrderKey
from storage.erp.invariants.verify import verify
from storage.erp.orders.dispatch import dispatch
from storage.erp.orders.peak import Peak
from storage.erp.orders.pool import collect
from storage.erp.orders.review import review
from storage.ingest import ingest
from tests.bench import chain

ORDERS = 90


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """Books with so many orders in the pool, and nothing decided yet."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else str(tmp_path / "books.db")
    books = open_database(url)
    chain.write_export(tmp_path / "orders.csv", ORDERS)
    with books.write() as connection:
        chain.lay_out(connection, ORDERS)
    ingest(books, Archive(tmp_path / "a"), tmp_path / "orders.csv", facts=Facts(name="orders.csv", shop="shop_d"))
    with books.write() as connection:
        collect(connection)
    yield books
    books.close()


def keys_of(database):
    """The orders as they lie in the pool."""
    with database.read() as connection:
        rows = connection.exec_driver_sql("SELECT platform, shop, order_no FROM platform_order ORDER BY order_no").all()
    return [OrderKey(*row) for row in rows]


def peak(database):
    """As it is at this house."""
    return Peak(database, chain.NIGHT, lambda: chain.NOW, chain.policy(), chain.PLATFORMS)


def by_night(database):
    """What the night's run then finds to do: (orders dispatched, parcels)."""
    with database.write() as connection:
        review(connection, chain.NOW, platforms=chain.PLATFORMS)
        done = dispatch(connection, chain.NIGHT, chain.NOW, chain.policy())
    with database.read() as connection:
        chain.check(connection, ORDERS)
        assert verify(connection) == []
    return done


@pytest.mark.function("OMS-38")
def test_orders_are_served_as_they_come(database):
    """Each order is judged once and has its goods, or a hold that says why, when its turn is told; the night adds none.

    How long 95 of 100 wait at 5,000 orders a second is `python -m tests.bench feed`, held against one second.
    """
    keys = keys_of(database)
    parts = [keys[:1], [], keys[1:40], [], [], keys[40:]]
    served, judged, passed = [], 0, 0
    with peak(database) as desk:
        for turn in desk.serve(lambda: parts.pop(0) if parts else None):
            served += turn.keys
            judged, passed = judged + turn.reviewed, passed + turn.passed
            with database.read() as connection:
                rows = connection.exec_driver_sql("SELECT platform, shop, order_no, process FROM order_state").all()
            states = {OrderKey(*row[:3]): row[3] for row in rows}
            assert {states[key] for key in turn.keys} <= {"released", "held"}
    assert (sorted(served), judged) == (sorted(keys), len(keys))
    assert 0 < passed < len(keys)
    night = by_night(database)
    assert night.parcels == 0


def test_who_leaves_early_loses_nothing(database):
    """What was told stands; the rest is open, judged or not, and the night's run serves it."""
    keys = keys_of(database)
    parts = [keys[:30], keys[30:60], keys[60:]]
    with peak(database) as desk:
        turns = desk.serve(lambda: parts.pop(0) if parts else [])
        first = next(turns)
        turns.close()
    assert first.keys >= set(keys[:30])
    assert by_night(database).parcels > 0


def test_an_error_of_what_comes_is_raised(database):
    """Whoever says what comes may fail: the loop ends with that, not in silence."""
    keys = keys_of(database)
    parts = [keys[:30]]
    with peak(database) as desk, pytest.raises(IndexError):
        for _ in desk.serve(lambda: parts.pop(0)):
            pass
    assert by_night(database).parcels > 0


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_judge_that_dies_is_told(database):
    """The second process is ended from outside: an error says so, and the orders wait for the night's run."""
    keys = keys_of(database)

    def coming():
        (judge,) = desk._beside._processes
        os.kill(judge, signal.SIGKILL)
        return keys

    with peak(database) as desk, pytest.raises(BrokenProcessPool):
        list(desk.serve(coming))
    assert by_night(database).parcels > 0
