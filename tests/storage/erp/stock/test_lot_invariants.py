"""Each invariant of lots, serial numbers, holds, transfers and debts finds its own violation."""

import pytest
from sqlalchemy import text

from storage.database.tables.lots import stock_day
from storage.erp.invariants.lots import CHECKS
from storage.erp.invariants.verify import verify
from storage.erp.stock.book import Details, Document, MoveRow, Piece, ReservationLine, record_moves, reserve
from storage.erp.stock.holds import Hold, place_hold
from storage.erp.stock.picking import Rule
from storage.erp.stock.places import Place, set_places
from storage.erp.stock.tracking import add_lots, start_following
from storage.erp.stock.transfers import send_transfer

DAY = "2026-11-21"

BROKEN = {
    "I-20": [
        "UPDATE serial SET place = 'GZ' WHERE serial_no = 'S1'",
        "DELETE FROM serial WHERE serial_no = 'S1'",
        "UPDATE serial SET place = 'customer', owner = 'o' WHERE serial_no = 'S1'",
    ],
    "I-1-lots": [
        "UPDATE cell SET on_hand = on_hand + 1 WHERE lot_no = 'L1' AND warehouse = 'HZ'",
        "UPDATE cell_entry SET qty = 9 WHERE lot_no = 'L1'",
        "UPDATE cell SET on_hand = -1 WHERE lot_no = 'L1'",
    ],
    "I-2-transit": [
        "UPDATE stock_transfer_line SET received_qty = 1",
        "UPDATE stock_transfer SET state = 'closed'",
        "UPDATE quant SET on_hand = 9 WHERE warehouse = '在途'",
    ],
    "I-4-owed": ["UPDATE overdraft SET qty = 1"],
    "I-19-holds": [
        "UPDATE stock_hold SET released_on = '2026-11-22'",
        "UPDATE reservation SET state = 'void' WHERE owner = 'hold|H1'",
        "UPDATE stock_hold SET qty = 3",
    ],
    "I-19-lots": [
        "UPDATE place_rule SET kind = 'defect' WHERE warehouse = 'GZ'",
        "UPDATE lot SET expires_on = '2026-11-20' WHERE lot_no = 'L1'",
    ],
}


@pytest.fixture
def busy(books):
    """A serial number, two lots, a hold, an order, goods on their way and goods that are owed."""
    books.stock(GZ={"C": 3})
    rows = [
        MoveRow("receipt", "R", code, 1, code, "supplier", "HZ", qty, 0, DAY, "sha", 1)
        for code, qty in (("A", 5), ("S", 1))
    ]
    details = Details({rows[0][:4]: (Piece("L1", 5),)}, {rows[1][:4]: ("S1",)})
    gone = MoveRow("transfer", "X", "1", 1, "B", "CD", "loss", 2, 0, DAY, "sha", 1)
    with books.database.write() as connection:
        start_following(connection, [Rule("A"), Rule("S", by_serial=True)], DAY)
        add_lots(connection, [{"code": "A", "lot_no": "L1", "expires_on": "2026-12-31"}])
        set_places(connection, [Place("GZ"), Place("CD", allows_negative=True)])
        record_moves(connection, [*rows, gone], details)
        place_hold(connection, Hold("H1", "HZ", "A", 2, "抽检", "李", DAY))
        reserve(connection, "o", [ReservationLine("GZ", "C", 1)])
        send_transfer(connection, Document("T1", DAY, "sha"), "HZ", "GZ", {"A": 1})
        connection.execute(stock_day.insert(), [{"day": DAY, "warehouse": "HZ", "code": "A"}])
    return books


def test_busy_books_have_no_findings(busy):
    """Nothing is found where nothing is wrong."""
    assert busy.sound()


@pytest.mark.parametrize(("name", "how"), [(name, how) for name, each in BROKEN.items() for how in each])
def test_each_violation_is_found(busy, name, how):
    """Breaking one thing behind the program's back is found by the invariant that is about it, in words."""
    with busy.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = 1")
        connection.execute(text(how))
        found = [finding for finding in verify(connection) if finding.where.startswith(f"{name} ")]
        connection.rollback()
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = 0")
    assert found
    assert all(finding.message for finding in found)


def test_every_invariant_is_tried():
    """A new invariant needs a violation above."""
    assert CHECKS.keys() == BROKEN.keys()
