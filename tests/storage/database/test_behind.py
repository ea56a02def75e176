"""Writes that go on behind their caller are done in order, all of them or none after the first that fails."""

from functools import partial

import pytest
from sqlalchemy import Connection, select

from storage.database.behind import Behind
from storage.database.bulk import add
from storage.database.connection import Database
from storage.database.tables import waybill


def test_writes_behind_are_done_in_order_and_the_first_error_ends_them(database: Database) -> None:
    """What each gave is there at the end of the block; after an error nothing more is begun, and it is raised."""
    columns = ("carrier", "waybill_no")

    def number(connection: Connection, first: int) -> int:
        add(connection, waybill, columns, [("x", str(n)) for n in range(first, first + 300)])
        return first

    with database.write() as connection:
        with Behind[int](connection) as behind:
            for first in range(0, 3_000, 300):
                behind.do(partial(number, connection, first))
        assert behind.done == list(range(0, 3_000, 300))
        assert len(connection.execute(select(waybill.c.waybill_no)).all()) == 3_000
    begun: list[int] = []

    def fail(n: int) -> int:
        begun.append(n)
        raise ValueError(n)

    with pytest.raises(ValueError, match="0"), database.write() as connection, Behind[int](connection) as behind:
        for n in range(5):
            behind.do(partial(fail, n))
    assert begun == [0]
