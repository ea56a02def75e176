"""Bulk writes say what became of the rows, and the greater row wins in any order."""

from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from storage.database.bulk import Counts, add, change, insert_missing, looked_up, merge, upsert
from storage.database.connection import Database
from storage.database.digest import digest, digests
from storage.database.tables import ad_day, channel_sku, recon_item, refund, waybill


def _refund(amount: int, done: str, source: str, row: int = 2, no: str = "R1") -> dict[str, object]:
    return {
        "platform": "practice",
        "shop": "s",
        "refund_no": no,
        "amount_fen": amount,
        "done_at": done,
        "file_sha": source,
        "row_no": row,
    }


def test_upsert_counts_created_changed_and_same(database: Database) -> None:
    """Each row is counted once, as created, changed or same, also over many batches."""
    rows = [_refund(i, "", "a", i, f"R{i}") for i in range(12_000)]
    with database.write() as connection:
        assert upsert(connection, refund, rows) == Counts(12_000, 0, 0)
        rows[5] = {**rows[5], "amount_fen": 99}
        assert upsert(connection, refund, iter(rows)) == Counts(0, 1, 11_999)
        assert upsert(connection, refund, []) == Counts()


def test_a_known_row_among_many_new_ones_is_counted_and_settled(database: Database) -> None:
    """Pieces before it, its own and those after it all arrive, whether nothing or something is done about it."""
    rows = [_refund(i, "", "a", i, f"R{i:05}") for i in range(10_300)]
    with database.write() as connection:
        upsert(connection, refund, [rows[7_000]])
        changed = [{**row, "amount_fen": -1} for row in rows[:7_100]]
        assert insert_missing(connection, refund, changed) == Counts(7_099, 0, 1)
        assert upsert(connection, refund, iter(rows)) == Counts(3_200, 7_099, 1)
        assert connection.execute(select(refund.c.amount_fen)).scalars().all().count(-1) == 0


def test_upsert_keeps_what_the_condition_protects(database: Database) -> None:
    """A row for which `keep` holds stays as it is: a person's decision is never overwritten."""
    row = {"job": "orders", "side": "statement", "ref": "1", "outcome": 1, "decided_by": "王"}
    with database.write() as connection:
        upsert(connection, recon_item, [row])
        later = [{**row, "outcome": 9, "decided_by": ""}]
        assert upsert(connection, recon_item, later, keep="recon_item.decided_by <> ''") == Counts(0, 0, 1)
        assert connection.execute(select(recon_item.c.outcome)).scalar() == 1
        assert upsert(connection, recon_item, later) == Counts(0, 1, 0)


def test_insert_missing_never_overwrites(database: Database) -> None:
    """A stored row is left alone whatever the new one says."""
    with database.write() as connection:
        assert insert_missing(connection, refund, [_refund(1, "", "a")]) == Counts(1, 0, 0)
        assert insert_missing(connection, refund, [_refund(2, "x", "b"), _refund(3, "", "b", no="R2")]) == (1, 0, 1)
        assert sorted(connection.execute(select(refund.c.amount_fen)).scalars()) == [1, 3]


def test_merge_keeps_the_newer_version_then_the_smaller_source(database: Database) -> None:
    """The later `done_at` wins; of two equal rows the smaller source is remembered, and that is no change."""
    with database.write() as connection:
        assert merge(connection, refund, [_refund(1, "2", "b")], version=["done_at"]) == (1, 0, 0)
        assert merge(connection, refund, [_refund(9, "1", "a")], version=["done_at"]) == (0, 0, 1)
        assert merge(connection, refund, [_refund(1, "2", "a", 7)], version=["done_at"]) == (0, 0, 1)
        assert connection.execute(select(refund.c.amount_fen, refund.c.file_sha, refund.c.row_no)).all() == [
            (1, "a", 7)
        ]
        assert merge(connection, refund, [_refund(0, "3", "c")], version=["done_at"]) == (0, 1, 0)


def test_merge_of_rows_that_are_only_a_key(database: Database) -> None:
    """A table without content columns keeps the smaller source too."""
    with database.write() as connection:
        for sha in ("b", "a", "c"):
            merge(connection, waybill, [{"carrier": "x", "waybill_no": "1", "file_sha": sha, "row_no": 2}])
        assert connection.execute(select(waybill.c.file_sha)).scalar() == "a"


_ROWS = st.lists(
    st.builds(
        _refund,
        st.integers(0, 2),
        st.sampled_from(["", "1", "2", "é", "é ", "Z", "a"]),
        st.sampled_from("abc"),
        st.integers(1, 2),
        st.sampled_from(["R1", "R2"]),
    ),
    max_size=5,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_ROWS)
def test_merge_does_not_depend_on_order(database: Database, rows: list[dict[str, object]]) -> None:
    """Every order of the same rows, one by one, leaves the same table, text compared by bytes."""
    seen = set()
    for order in list(permutations(rows))[:24]:
        with database.write() as connection:
            connection.execute(delete(refund))
            for row in order:
                merge(connection, refund, [row], version=["done_at"])
            seen.add(digest(connection, ["refund"]))
    assert len(seen) == 1


def test_digest_sees_every_cell_but_not_the_clock(database: Database) -> None:
    """One changed cell changes the digest of its table only; wall-clock columns and the order of rows do not."""
    row = {"platform": "practice", "shop": "s", "day": "2026-05-01", "plan": "p", "product_id": "1"}
    with database.write() as connection:
        upsert(connection, ad_day, [{**row, "clicks": 1}, {**row, "day": "2026-05-02", "clicks": 2}])
        first = digests(connection)
        connection.execute(delete(ad_day))
        upsert(connection, ad_day, [{**row, "day": "2026-05-02", "clicks": 2}, {**row, "clicks": 1}])
        assert digests(connection) == first
        upsert(connection, ad_day, [{**row, "clicks": 3}])
        second = digests(connection)
    assert {name for name in first if first[name] != second[name]} == {"ad_day"}


def test_a_newer_export_that_says_the_same_is_no_change(database: Database) -> None:
    """A later export with equal content moves the source, counts as the same, and no older one overtakes it."""
    row: dict[str, object] = {"platform": "p", "shop": "s", "platform_sku": "1", "status": "上架"}

    def take(status: str, moment: str, source: str) -> Counts:
        line = {**row, "status": status, "exported_at": moment, "file_sha": source, "row_no": 2}
        return merge(connection, channel_sku, [line], version=["exported_at"])

    with database.write() as connection:
        assert take("上架", "1", "b") == Counts(1, 0, 0)
        assert take("上架", "3", "c") == Counts(0, 0, 1)
        assert take("下架", "2", "a") == Counts(0, 0, 1)
        found = connection.execute(select(channel_sku.c.status, channel_sku.c.exported_at, channel_sku.c.file_sha))
        assert found.one() == ("上架", "3", "c")
        assert take("下架", "4", "d") == Counts(0, 1, 0)


def test_a_key_twice_in_one_call_is_settled_before_it_is_sent(database: Database) -> None:
    """Among rows of one call with the same key the greatest version wins, wherever it stands."""
    with database.write() as connection:
        merge(connection, refund, [_refund(1, "1", "a")], version=["done_at"])
        rows = [_refund(1, "3", "c"), _refund(2, "2", "b")]
        assert merge(connection, refund, rows, version=["done_at"]) == (0, 1, 0)
        assert connection.execute(select(refund.c.done_at, refund.c.file_sha)).one() == ("3", "c")


def test_a_key_twice_among_many_rows_is_settled_in_their_order(database: Database) -> None:
    """However many rows come at once, of two with one key the last one stands, and the first of two missing ones."""
    rows = [_refund(i, "", "a", i, f"R{i}") for i in range(400)]
    with database.write() as connection:
        assert upsert(connection, refund, [*rows, _refund(999, "", "a", 1, "R7")]) == Counts(400, 1, 0)
        assert upsert(connection, refund, [*rows, _refund(999, "", "a", 1, "R7")]) == Counts(0, 2, 399)
        missing = [_refund(1, "", "a", 1, f"S{i}") for i in range(300)]
        assert insert_missing(connection, refund, [*missing, _refund(2, "", "a", 1, "S0")]) == Counts(300, 0, 1)
        found = connection.execute(select(refund.c.amount_fen).where(refund.c.refund_no.in_(["R7", "S0"])))
        assert sorted(found.scalars()) == [1, 999]


@pytest.mark.parametrize("count", [3, 300])
def test_plain_rows_are_added_changed_and_looked_up(database: Database, count: int) -> None:
    """Few rows or many: what is left out has its default, only rows that are told of change, and locks find the same.

    Cells are kept as they are, also those that a line of COPY would take for its own signs.
    """
    odd = ["a\\tb", "tab\there", "line\nbreak", "\\N", "", "字", "'\""]
    rows = [("p", "s", f"R{n:03}", n, odd[n % len(odd)]) for n in range(count)]
    with database.write() as connection:
        add(connection, refund, ["platform", "shop", "refund_no", "amount_fen", "status"], rows)
        keys = ["platform", "shop", "refund_no"]
        assert change(connection, refund, keys, ["amount_fen"], [("p", "s", f"R{n:03}", -1) for n in range(1, count)])
        assert change(connection, refund, keys, ["amount_fen"], [("p", "s", "nobody", 5)]) == 0
        fixed = {"platform": "p", "shop": "s"}
        told = list(looked_up(connection, refund, fixed, "refund_no", [row[2] for row in rows], ["amount_fen"]))
        locked = looked_up(connection, refund, fixed, "refund_no", ["R000", "R001"], ["status", "order_no"], lock=True)
        assert sorted(told) == [("R000", 0), *((f"R{n:03}", -1) for n in range(1, count))]
        assert sorted(locked) == [("R000", odd[0], ""), ("R001", odd[1], "")]
        assert {row.status for row in connection.execute(select(refund))} == {row[4] for row in rows}
