"""Each invariant of returns and receipts finds its own violation."""

import pytest
from sqlalchemy import text

from storage.erp.aftersales import requests
from storage.erp.aftersales.receiving import receive_return
from storage.erp.invariants import returns
from storage.erp.purchasing import orders
from storage.erp.purchasing.inbound import Receipt, ReceivedLine
from tests.storage.erp.aftersales.conftest import NIGHT, Shop, asked

BROKEN = {
    "R-1": ["UPDATE rma_line SET qty = 4 WHERE rma_id = 'T1'"],
    "R-2": [
        "UPDATE rma_line SET refund_fen = 1001 WHERE rma_id = 'T1'",
        "UPDATE platform_order SET paid_fen = 999 WHERE order_no = '1'",
    ],
    "R-3": [
        "UPDATE inbound SET inbound_id = 'X' WHERE inbound_id = 'T1'",
        "UPDATE inbound SET source_id = 'X' WHERE inbound_id = 'T1'",
        "UPDATE inbound_line SET qty = 4 WHERE inbound_id = 'T1'",
    ],
    "R-4": [
        "UPDATE inbound_line SET qty = 1 WHERE inbound_id = 'T1'",
        "UPDATE purchase_line SET qty = 3",
        "UPDATE receipt_line SET qty = 3 WHERE receipt_id = 'R2'",
        "DELETE FROM move WHERE doc_type = 'return'",
    ],
    "R-5": [
        "UPDATE inbound SET state = 'part' WHERE inbound_id = 'T1'",
        "UPDATE rma SET decision = 'refused' WHERE rma_id = 'T1'",
        "UPDATE rma_line SET refund_fen = 1 WHERE rma_id = 'T1'",
    ],
}


@pytest.fixture
def busy(shop: Shop) -> Shop:
    """A return that came and is being refunded, and a purchase of which half came."""
    shop.order("1", ("A", 3, 1000))
    shop.ship()
    at = f"{NIGHT} 10:00:00"
    shop.write(lambda c: requests.request(c, asked("T1", "1", lines={"1-1": 3})))
    shop.write(lambda c: requests.approve(c, "T1", "李", at))
    shop.write(lambda c: receive_return(c, Receipt("R1", "T1", at, (ReceivedLine("1-1", "good", 3),), "sha")))
    shop.write(lambda c: orders.write_order(c, "P1", "S1", "H", NIGHT, NIGHT, {"B": (4, 500)}))
    shop.write(lambda c: orders.approve(c, "P1", "王"))
    shop.write(lambda c: orders.record_sent(c, "P1", NIGHT, "王"))
    shop.write(lambda c: orders.notify(c, "ASN1", "P1", NIGHT, {"B": 4}))
    shop.write(lambda c: orders.receive(c, Receipt("R2", "ASN1", at, (ReceivedLine("B", "good", 2),), "sha")))
    return shop


def test_each_violation_is_found(busy: Shop) -> None:
    """Sound books have no finding; breaking one thing behind the program's back is found by the check about it."""
    assert busy.sound()
    assert BROKEN.keys() == returns.CHECKS.keys()
    for name, ways in BROKEN.items():
        for way in ways:
            with busy.database.engine.connect() as connection:
                connection.execute(text(way))
                found = returns.CHECKS[name](connection)
                connection.rollback()
            assert found, (name, way)
            assert all(finding.message and finding.where for finding in found)
