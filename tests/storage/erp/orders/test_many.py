"""Many orders at once: a file goes the whole way, step by step, errors are counted, and again changes nothing."""

import re

import pytest

from storage.archive import Archive, Facts
from storage.database.connection import open_database
from storage.database.digest import digests
from storage.erp.invariants.verify import verify
from storage.erp.orders.dispatch import dispatch
from storage.erp.orders.pool import collect
from storage.erp.orders.review import review
from storage.ingest import ingest
from tests.bench import chain


@pytest.mark.function("ERP-06")
def test_a_file_of_many_orders_is_counted_and_taken_once(tmp_path):
    """All orders or none per step; what could not be taken, held or allocated is told in numbers; again is 0 changes.

    The same way with 100,000 orders is `python -m tests.bench chain`, which is held against sixty seconds.
    """
    export = tmp_path / "orders.csv"
    lines = chain.write_export(export, 120)
    broken = re.sub(r"(\n\t691\d+),\t\d+,", r"\1,\t3.3E+18,", export.read_text("utf-8-sig"), count=1)
    export.write_text(broken, "utf-8-sig")
    database, archive = open_database(tmp_path / "books.db"), Archive(tmp_path / "archive")
    with database.write() as connection:
        chain.lay_out(connection, 120)

    def whole_way():
        taken = ingest(database, archive, export, facts=Facts(name="orders.csv", shop="shop_d"))
        with database.write() as connection:
            pooled = collect(connection)
        with database.write() as connection:
            reviewed = review(connection, chain.NOW, platforms=chain.PLATFORMS)
        with database.write() as connection:
            done = dispatch(connection, chain.NIGHT, chain.NOW, chain.policy())
        return taken, pooled, reviewed, done

    taken, pooled, reviewed, done = whole_way()
    assert (taken.rows, taken.quarantined, taken.created) == (lines, 1, lines - 1)
    assert "1 行未能入账" in taken.message
    assert pooled.created == reviewed.orders == reviewed.passed + reviewed.held
    assert f"自动通过 {reviewed.passed}，拦下 {reviewed.held}" in reviewed.words()
    assert reviewed.held and done.orders == reviewed.passed
    assert done.short_lines and f"{done.short_lines} 个子订单缺货" in done.words()
    with database.write() as connection:
        review(connection, chain.NOW, platforms=chain.PLATFORMS)  # what the allocation left short is judged so now
        before = digests(connection)
        assert verify(connection) == []
    taken, pooled, _, done = whole_way()
    assert (taken.created, taken.changed, pooled.created, pooled.changed, done.parcels) == (0, 0, 0, 0, 0)
    with database.read() as connection:
        assert digests(connection) == before
    database.close()
