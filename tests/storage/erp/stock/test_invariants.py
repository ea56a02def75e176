"""Each invariant finds its own violation, names where it is, and finds nothing in sound books."""

import pytest
from sqlalchemy import text

from storage.database.tables import raw_file, raw_row
from storage.erp.allocation.allocate import allocate_open_orders
from storage.erp.commands import worklists as commands
from storage.erp.invariants import ledger, lots, products, returns
from storage.erp.invariants.verify import INVARIANTS, verify
from storage.erp.orders import invariants as orders
from storage.erp.settlement import invariants as settlement

NIGHT = "2026-11-21"
LIFT = "PRAGMA ignore_check_constraints = 1"
ANSWER = "UPDATE command SET state = 'done' WHERE subject = '1-1'"

BROKEN = {
    "I-1": "UPDATE quant SET on_hand = on_hand + 1 WHERE code = 'A' AND warehouse = 'HZ'",
    "I-2": "UPDATE move SET to_place = 'NOWHERE' WHERE code = 'A'",
    "I-3": "UPDATE reservation SET qty = qty + 1 WHERE code = 'A'",
    "I-4": "UPDATE quant SET reserved = on_hand + 1 WHERE code = 'C'",
    "I-5": "UPDATE reservation SET state = 'consumed' WHERE code = 'A'",
    "I-6": "UPDATE order_line SET qty = 1 WHERE sub_no = '1-1'",
    "I-7": "UPDATE platform_order SET paid_fen = 1999.5",
    "I-8": "UPDATE order_line SET paid_share_fen = 999 WHERE sub_no = '1-1'",
    "I-9": "UPDATE order_line SET refunded_fen = 1001 WHERE sub_no = '1-1'",
    "I-16": "UPDATE platform_order SET platform_modified_at = '2026-11-20 00:00:00'",
    "I-18": "UPDATE bundle SET qty = 3 WHERE code = 'SET'",
    "I-19": "UPDATE fulfilment SET warehouse = 'customer'",
    "I-22": "UPDATE move SET file_sha = 'lost'",
    "I-25": ANSWER,
}


@pytest.fixture
def night(books):
    """A labelled parcel with a single and a bundle, its commands published, and the file that tells of the order."""
    books.bundle("SET", C=2)
    books.stock(HZ={"A": 5, "C": 5})
    books.order("1", ("A", 2), ("SET", 1), platform_modified_at="2026-11-20 12:00:00")
    with books.database.write() as connection:
        connection.execute(raw_file.insert(), [{"file_sha": "o", "kind": "practice_orders", "state": "read"}])
        payload = '{"店铺": "shop_a", "主订单编号": "\\t1", "更新时间": "2026-11-20 12:00:00"}'
        connection.execute(raw_row.insert(), [{"file_sha": "o", "row_no": 2, "payload": payload}])
        allocate_open_orders(connection, NIGHT)
        commands.publish(connection, NIGHT)
    return books


def test_sound_books_have_no_findings(night):
    """Nothing is found where nothing is wrong: no false alarm in the morning."""
    assert night.sound()


@pytest.mark.parametrize("name", sorted(INVARIANTS.keys() & BROKEN.keys()))
def test_each_violation_is_found(night, name):
    """Breaking one thing behind the program's back is found by the invariant that is about it."""
    with night.database.engine.connect() as connection:
        connection.exec_driver_sql(LIFT)
        connection.execute(text(BROKEN[name]))
        found = verify(connection)
        connection.rollback()
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = 0")
    assert [finding for finding in found if finding.where.startswith(f"{name} ")], found
    assert all(finding.message and finding.where for finding in found)


def test_every_invariant_of_ours_is_tried():
    """A new invariant of stock or orders needs a violation above; I-17 and those of other packages are tried there."""
    elsewhere = {
        "I-17",
        *orders.CHECKS,
        *ledger.CHECKS,
        *lots.CHECKS,
        *products.CHECKS,
        *returns.CHECKS,
        *settlement.CHECKS,
    }
    assert INVARIANTS.keys() - elsewhere == BROKEN.keys()


@pytest.mark.parametrize(
    "claim",
    [
        "UPDATE fulfilment SET state = 'shipped'",
        "INSERT INTO order_event (platform, shop, order_no, type, at, cause) "
        "VALUES ('practice', 'shop_a', '1', 'shipped_by_bot', 'x', 'nobody')",
    ],
)
def test_no_shipment_without_a_result_row(night, claim):
    """A parcel or an event that claims a shipment without a bot's row is found, whoever wrote it."""
    with night.database.write() as connection:
        connection.execute(text(claim))
    with night.database.read() as connection:
        assert {finding.where.split()[0] for finding in verify(connection)} == {"I-25"}
