"""A supplier's invoice is authorised, leaves the bank and is gone from what is owed, in ledger and reconciliation."""

from datetime import date

import pytest
from sqlalchemy import select

from storage.database.bulk import upsert
from storage.database.tables import bank_line, payable, raw_file, raw_receipt, recon_item
from storage.database.tables.purchasing import supplier
from storage.erp.finance import documents, ledger
from storage.erp.finance.chart import CLEARING, PAYABLE
from storage.erp.finance.documents import Cash
from storage.erp.finance.post_events import post_events
from storage.erp.reconciliation.authorised import authorise, owed, withdraw_settled
from storage.erp.reconciliation.contracts import Contracts
from storage.erp.reconciliation.errors import ItemMissing, ReasonNeeded
from storage.erp.reconciliation.reconcile import reconcile
from tests.storage.erp.finance.test_statements import invoice

OWED_FEN = 30_500 + 3_965
BANKS_NAME = "义乌市恒发日用品有限公司"


@pytest.fixture
def invoiced(books):
    """Ten pieces received and invoiced by a supplier whom the bank knows by another name."""
    books.receive("A", 10, 3_000)
    books.write(lambda c: post_events(c, "2026-06-30"))
    told = invoice(file_sha="sha", row_no=8, supplier="未注明供应商")
    books.write(lambda c: documents.enter_invoice(c, told))
    books.write(lambda c: upsert(c, supplier, [{"supplier": "未注明供应商", "name": BANKS_NAME, "pay_days": 30}]))
    return books


def pay(connection, fen, day):
    """The bank's statement with one debit to the supplier."""
    days = {"period_from": "2026-06-01", "period_to": "2026-07-31"}
    file = {"file_sha": "bank", "kind": "icbc_personal_debit", "platform": "bank", "wallet": "bank", "state": "read"}
    upsert(connection, raw_file, [{**file, "name": "bank", **days}])
    upsert(connection, raw_receipt, [{"file_sha": "bank", "name": "bank", "shop": "", "owner": "9876", **days}])
    upsert(connection, bank_line, [{"account": "9876", "line_key": f"{day}|{-fen}|{BANKS_NAME}|0|1", "day": day,
                                    "summary": "货款", "counterparty": BANKS_NAME, "amount_fen": -fen,
                                    "file_sha": "bank"}])  # fmt: skip


def test_an_authorised_invoice_is_paid_once(invoiced):
    """Owed, authorised on a person's word, paid by the bank: matched, 应付 and 在途 are empty, nothing is owed."""
    [one] = invoiced.write(owed)
    assert (one.item, one.amount_fen, one.due_day, one.authorised_by) == ("V1", OWED_FEN, "2026-07-20", "")
    assert invoiced.write(lambda c: owed(c, "2026-07-19")) == []
    with pytest.raises(ReasonNeeded):
        invoiced.write(lambda c: authorise(c, [one.number], " ", "2026-07-01"))
    with pytest.raises(ItemMissing):
        invoiced.write(lambda c: authorise(c, ["x"], "赵", "2026-07-01"))
    assert invoiced.write(lambda c: authorise(c, [one.number], "赵", "2026-07-01")) == [one]
    assert invoiced.write(lambda c: authorise(c, [one.number], "钱", "2026-07-02")) == []
    assert invoiced.write(lambda c: withdraw_settled(c)) == 0
    assert invoiced.write(owed)[0].authorised_by == "赵"
    invoiced.write(lambda c: pay(c, OWED_FEN, "2026-07-20"))
    invoiced.write(lambda c: reconcile(c, Contracts(), date(2026, 7, 31)))
    i = recon_item.c
    told = invoiced.write(lambda c: c.execute(select(i.side, i.outcome).order_by(i.side)).all())
    assert [tuple(row) for row in told] == [("bank", 1), ("books", 1)]
    invoiced.write(lambda c: post_events(c, "2026-07-31"))
    left = invoiced.write(lambda c: ledger.balances(c, accounts=[PAYABLE, CLEARING]))
    assert [(row.account, row.balance_fen) for row in left] == [(CLEARING, 0), (PAYABLE, 0)]
    assert invoiced.write(owed) == []


def test_what_is_settled_otherwise_is_not_paid_again(invoiced):
    """A payment entered by hand before the due day takes the authorised one back; a booked one stays."""
    [one] = invoiced.write(owed)
    invoiced.write(lambda c: authorise(c, [one.number], "赵", "2026-07-01"))
    cash = Cash("FK-1", "payment", "2026-07-10", "工行", OWED_FEN, "李", "提前付", party=one.party, item="V1")
    invoiced.write(lambda c: documents.enter_cash(c, cash))
    invoiced.write(lambda c: reconcile(c, Contracts(), date(2026, 7, 15)))
    assert invoiced.write(withdraw_settled) == 0
    p = payable.c
    assert invoiced.write(lambda c: c.execute(select(p.payable_no)).scalars().all()) == ["FK-1"]
