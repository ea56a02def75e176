"""Plain orders decided in the database get the very answers that one by one would give: the slow way is the oracle."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from bots.practice.world import TINY
from storage.database.bulk import upsert
from storage.database.connection import Database, open_database
from storage.database.tables import bill_line, order_line, platform_order, recon_group, recon_item, refund
from storage.erp.reconciliation.contracts import Contracts
from storage.erp.reconciliation.plain import decide_plain, forget
from storage.erp.reconciliation.reading import file_periods
from storage.erp.reconciliation.reconcile import Summary, decide_all, reconcile
from storage.erp.reconciliation.rows import BookOrder, BookRefund, StatementLine
from tests.labelled.world import clean, faulty
from tests.labelled.writing import write
from tests.storage.erp.recon.cases import CONTRACTS
from tests.storage.erp.recon.test_properties import lines, orders, refunds
from tests.storage.erp.recon.worlds import LAST_DAY, Night

Answers = tuple[set[tuple[Any, ...]], set[tuple[Any, ...]]]


def slow(connection: Connection, contracts: Contracts, as_of: date) -> Answers:
    """What one by one says."""
    found = decide_all(connection, contracts, as_of)
    items = {tuple({**one._asdict(), "outcome": int(one.outcome)}.values()) for one in found.decisions}
    return items, {tuple(group) for group in found.groups}


def stored(connection: Connection) -> Answers:
    """What the books say."""
    columns = [column for column in recon_item.c if not column.name.startswith("decided")]
    items = {tuple(row) for row in connection.execute(select(*columns))}
    return items, {tuple(row) for row in connection.execute(select(recon_group))}


def the_same(connection: Connection, contracts: Contracts, as_of: date) -> Summary:
    """Reconcile, and hold the books against the slow way."""
    summary = reconcile(connection, contracts, as_of)
    for fast, one_by_one in zip(stored(connection), slow(connection, contracts, as_of), strict=True):
        assert fast - one_by_one == set()
        assert one_by_one - fast == set()
    return summary


@pytest.mark.parametrize("seed", [21, 22])
def test_labelled_books_get_the_same_answers(tmp_path: Path, seed: int) -> None:
    """On labelled books with every kind of fault all items and groups are those of the slow way."""
    database = open_database(tmp_path / "books.db")
    books = faulty(seed, 1_000)
    with database.write() as connection:
        write(connection, books)
        contracts, as_of = Contracts(commission_bp=books.commission_bp), date.fromisoformat(books.last_day)
        assert the_same(connection, contracts, as_of).lines == len(books.lines) + len(books.bank)
    database.close()


def test_most_clean_lines_are_decided_in_the_database(tmp_path: Path) -> None:
    """On clean books more than nine lines in ten are of plain orders, and a second run changes nothing."""
    database, books = open_database(tmp_path / "books.db"), clean(23, 700)
    contracts, as_of = Contracts(commission_bp=books.commission_bp), date.fromisoformat(books.last_day)
    with database.write() as connection:
        write(connection, books)
        plain = decide_plain(connection, contracts, file_periods(connection))
        forget(connection)
        assert plain.lines > 0.9 * len(books.lines)
        the_same(connection, contracts, as_of)
        again = the_same(connection, contracts, as_of)
        assert (again.created, again.changed, again.removed) == (0, 0, 0)
    database.close()


def test_the_malls_files_get_the_same_answers(tmp_path: Path) -> None:
    """On the practice mall's own files, with its planted differences, too."""
    night = Night(tmp_path, TINY, 7)
    night.take_all()
    with night.database.write() as connection:
        assert the_same(connection, night.contracts, LAST_DAY).lines > 100
    night.database.close()


Books = tuple[list[StatementLine], list[BookOrder], list[BookRefund]]
FITTING = st.sampled_from([("payment", 1000), ("commission", -50), ("subsidy", 300), ("commission", -65),
                           ("refund", -100), ("refund_commission", 5), ("payment_fee", -6), ("payment_fee", 1),
                           ("affiliate", -9), ("payment", 900), ("commission", -45)])  # fmt: skip


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """Books for one example after the other."""
    return open_database(tmp_path_factory.mktemp("plain") / "books.db")


@settings(max_examples=50, deadline=None)
@given(st.tuples(lines, orders, refunds), st.lists(FITTING, max_size=5))
def test_any_books_get_the_same_answers(empty: Database, found: Books, fitting: Sequence[tuple[str, int]]) -> None:
    """Whatever is in the books: repeated lines, two shops, odd numbers, several refunds, lines that just fit."""
    statement, known, back = found
    shop, number = (known[0].shop, known[0].order_no) if known else ("A", "1")
    if known:
        known = [known[0]._replace(paid_fen=1000), *known[1:]]
    more = {line.ref: line for line in (_line(shop, number, place, one) for place, one in enumerate(fitting))}
    with empty.engine.connect() as connection, connection.begin() as transaction:
        _fill(connection, [*statement, *more.values()], known, back)
        assert the_same(connection, CONTRACTS, date(2026, 6, 30)).lines == len(statement) + len(more)
        transaction.rollback()


def _line(shop: str, number: str, place: int, what: tuple[str, int]) -> StatementLine:
    fee, fen = what
    flow = "z" if fee in ("payment", "payment_fee") else f"z{place}"
    wallet = "wxpay" if shop == "W" else "alipay"
    return StatementLine("practice", shop, wallet, flow, fee, 1, number, "R1", fen, "2026-06-10 12:30:00")


def _fill(
    connection: Connection, statement: Sequence[StatementLine], known: Sequence[BookOrder], back: Sequence[BookRefund]
) -> None:
    upsert(connection, bill_line, (_without(line._asdict(), "period_from", "period_to") for line in statement))
    upsert(connection, platform_order, (_without(order._asdict(), "lines") for order in known))
    subs = (
        {"platform": o.platform, "shop": o.shop, "order_no": o.order_no, "sub_no": f"{o.order_no}{n}"}
        for o in known
        for n in range(o.lines)
    )
    upsert(connection, order_line, subs)
    upsert(connection, refund, ({**r._asdict(), "after_settlement": int(r.after_settlement)} for r in back))


def _without(row: Mapping[str, object], *names: str) -> dict[str, object]:
    return {name: value for name, value in row.items() if name not in names}
