"""One operation on many orders: each row has its own fate, and one that fails does not stop the others."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.database.bulk import insert_missing
from storage.database.tables.review import batch_result
from storage.erp.allocation.model import OrderKey
from storage.errors import BookError

Operation = Callable[[Connection, OrderKey], bool]
"""Does one order; True when something changed, raises a BookError when it is refused."""


class RowResult(NamedTuple):
    """What became of one row: done | unchanged | refused, and why."""

    n: int
    key: OrderKey
    outcome: str
    words: str


def run_batch(
    connection: Connection, batch_id: str, action: str, keys: Iterable[OrderKey], operation: Operation
) -> list[RowResult]:
    """Do `operation` to every order, each in a savepoint of its own; returns a result per row, in order, and keeps it.

    The same `batch_id` again does the rows that were refused before, and those that it never saw; the others stay.
    """
    known = {row.n: row for row in results(connection, batch_id)}
    found = []
    for n, key in enumerate(keys, start=1):
        before = known.get(n)
        if before is not None and before.key == key and before.outcome != "refused":
            found.append(before)
            continue
        found.append(_one(connection, n, key, operation))
    rows = [{"batch_id": batch_id, "n": r.n, "action": action, "subject": "|".join(r.key), "outcome": r.outcome,
             "words": r.words} for r in found]  # fmt: skip
    b = batch_result.c
    for row in rows:
        again = batch_result.update().where(b.batch_id == batch_id, b.n == row["n"])
        connection.execute(again.values(**row))
    insert_missing(connection, batch_result, rows)
    return found


def _one(connection: Connection, n: int, key: OrderKey, operation: Operation) -> RowResult:
    savepoint = connection.begin_nested()
    try:
        changed = operation(connection, key)
    except BookError as refused:
        savepoint.rollback()
        return RowResult(n, key, "refused", refused.message("zh"))
    savepoint.commit()
    return RowResult(n, key, "done" if changed else "unchanged", "")


def results(connection: Connection, batch_id: str) -> list[RowResult]:
    """What became of every row of a batch, in order."""
    b = batch_result.c
    query = select(b.n, b.subject, b.outcome, b.words).where(b.batch_id == batch_id).order_by(b.n)
    return [RowResult(row.n, OrderKey(*row.subject.split("|", 2)), row.outcome, row.words)
            for row in connection.execute(query)]  # fmt: skip


def totals(found: Iterable[RowResult]) -> str:
    """One sentence: how many were done, unchanged, refused."""
    counts = Counter(row.outcome for row in found)
    return f"成功 {counts['done']}，没有变化 {counts['unchanged']}，失败 {counts['refused']}"
