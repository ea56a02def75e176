"""Each invariant of the ledger finds its own violation, names where it is, and finds nothing in sound books."""

from shutil import copyfile

import pytest
from sqlalchemy import text

from storage.database.connection import open_database
from storage.erp.finance import periods
from storage.erp.finance.post_events import post_events
from storage.erp.invariants.ledger import CHECKS
from storage.erp.invariants.verify import INVARIANTS
from tests.storage.erp.finance.small_books import Accounts

BROKEN = [
    ("I-10", "UPDATE jv_line SET dr_fen = dr_fen + 1 WHERE account = '6401'"),
    ("I-10", "UPDATE jv_line SET account = '0000' WHERE account = '6401'"),
    ("I-10", "UPDATE jv_line SET dr_fen = cr_fen WHERE account = '6001'"),
    ("I-10", "DELETE FROM jv_line WHERE no = '2026-06-0000001'"),
    ("I-11", "UPDATE jv_line SET cr_fen = cr_fen - 1 WHERE account = '6001'"),
    ("I-11", "UPDATE jv_line SET no = 'nowhere' WHERE no = '2026-06-0000001'"),
    ("I-12", "UPDATE cost_layer SET value_left_fen = value_left_fen + 1 WHERE qty_left > 0"),
    ("I-12", "UPDATE cost_move SET value_fen = value_fen - 1 WHERE qty < 0"),
    ("I-12", "UPDATE jv_line SET sku = 'B' WHERE account = '1405'"),
    ("I-13", "UPDATE cost_layer SET qty_left = qty_left + 1"),
    ("I-13", "UPDATE layer_use SET value_fen = value_fen - 1"),
    ("I-13", "UPDATE move SET qty = qty + 1 WHERE doc_type = 'issue'"),
    ("I-14", "UPDATE jv_line SET party = '' WHERE account = '1122'"),
    ("I-14", "UPDATE jv_line SET item = '' WHERE account = '220202'"),
    ("I-14", "UPDATE move SET unit_cost_fen = unit_cost_fen + 1 WHERE doc_type = 'receipt'"),
    ("I-21", "UPDATE jv_line SET shop = 'other' WHERE account = '6001'"),
    ("I-21", "UPDATE jv SET day = '2026-06-29' WHERE kind = 'ship'"),
    ("I-21", "UPDATE jv SET words = 'x' WHERE kind = 'closing'"),
    ("I-21", "DELETE FROM jv WHERE n = 2"),
    ("I-21", "DELETE FROM jv WHERE kind = 'closing'"),
    ("I-21", "UPDATE period SET vouchers = vouchers + 1"),
    ("I-21", "DELETE FROM period"),
]


@pytest.fixture(scope="module")
def month(tmp_path_factory, empty_books):
    """A sale with its goods, its money and its refund in a month that is closed; violations are rolled back."""
    books = Accounts(open_database(copyfile(empty_books, tmp_path_factory.mktemp("month") / "books.db")))
    books.receive("A", 2, 3_000)
    books.order("1", ("A", 1, 11_300))
    books.ship("1", ("A", 1))
    books.bill("F1", "payment", 11_300, "1")
    books.refund("R1", "1", 1_300)
    books.write(lambda c: post_events(c, "2026-06-30"))
    books.write(lambda c: periods.close(c, "2026-06", "李", "月结"))
    yield books
    books.database.close()


def findings(connection):
    """What the ledger's own invariants find."""
    return {name: check(connection) for name, check in CHECKS.items()}


def test_sound_books_have_no_findings(month):
    """Nothing is found where nothing is wrong, and verify runs these checks."""
    with month.database.read() as connection:
        assert findings(connection) == {name: [] for name in CHECKS}
    assert CHECKS.keys() <= INVARIANTS.keys()


@pytest.mark.parametrize(("name", "violation"), BROKEN)
def test_each_violation_is_found(month, name, violation):
    """Breaking one thing behind the program's back is found by the invariant that is about it."""
    with month.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = 1")
        assert connection.execute(text(violation)).rowcount
        found = findings(connection)[name]
        connection.rollback()
    assert found
    assert all(finding.where and finding.message for finding in found)


def test_every_check_is_tried():
    """A new invariant of the ledger needs a violation above."""
    assert {name for name, _ in BROKEN} == CHECKS.keys()


@pytest.mark.function("FMS-11")
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE jv SET author = '王'",
        "UPDATE jv_line SET dr_fen = dr_fen + 1",
        "DELETE FROM jv WHERE n = 3",
        "UPDATE jv SET n = n + 1, no = no || 'x'",
    ],
)
def test_an_auditor_sees_gaps_and_changes(month, change):
    """The check of numbers and hashes passes on the books as they were written, and on nothing else."""
    check = CHECKS["I-21"]
    with month.database.engine.connect() as connection:
        assert check(connection) == []
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = 1")
        connection.exec_driver_sql(change)
        assert check(connection)
        connection.rollback()
