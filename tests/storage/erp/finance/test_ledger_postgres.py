"""The same months on SQLite and on PostgreSQL."""

import pytest

from storage.database.connection import open_database
from storage.database.digest import digests
from storage.database.tables import ad_day, bank_line, recon_item
from storage.erp.allocation.model import OrderKey
from storage.erp.finance import documents, ledger, periods
from storage.erp.finance.documents import Invoice, InvoiceLine
from storage.erp.finance.drill import register
from storage.erp.finance.expected_returns import ReturnsPolicy, decide_returns
from storage.erp.finance.layers import MoveKey
from storage.erp.finance.open_items import PAYABLES, RECEIVABLES, ageing
from storage.erp.finance.plain_text import beancount
from storage.erp.finance.policy import Policy
from storage.erp.finance.post_events import post_events
from storage.erp.finance.statements import STATEMENTS, Span
from storage.erp.invariants.ledger import CHECKS
from storage.erp.invariants.nightly import SHARES
from storage.erp.orders.special import mark
from storage.erp.orders.transition import Cause
from storage.reports.check import compare
from storage.reports.table import Period
from tests.storage.erp.finance.small_books import Accounts

TABLES = (
    "cost_layer",
    "cost_move",
    "expected_return",
    "jv",
    "jv_document",
    "jv_line",
    "layer_use",
    "period",
    "supplier_invoice",
)


def go_on(books: Accounts) -> dict[str, object]:
    """July sells again, one order of it a brushing one, and ends with what is expected to come back."""
    for number in ("4", "5"):
        books.order(number, ("A", 1, 11_300), finished_at="2026-07-28 12:00:00")
    cause = Cause("2026-07-28 13:00:00", "李", "orders.mark", "达人补单")
    books.write(lambda c: mark(c, OrderKey("practice", "shop_a", "5"), "brushing", cause))
    books.write(lambda c: decide_returns(c, ReturnsPolicy("2026-07-01", "on", 15, 90, 1), "李", "企业会计准则"))
    books.write(lambda c: post_events(c, "2026-08-01"))
    assert len(books.golden("expected_returns")) == len(books.golden("expected_returns_over")) == 1
    with books.database.read() as connection:
        return {
            "findings": [one for check in CHECKS.values() for one in check(connection)],
            "share": [one for check in SHARES.values() for one in check(connection, "2026-08-02")],
            "figures": compare(connection, Period("2026-06-01", "2026-08-01")),
            "digests": digests(connection, TABLES),
        }


def play(books: Accounts, **policy: object) -> dict[str, object]:
    """Two months with everything: goods, sales, returns, refunds, money, an invoice, a closing, a late document."""
    books.receive("A", 3, 3_000)
    books.receive("A", 9, 3_333, at="2026-06-01T02:00:00+00:00")
    for number, finished in (("1", "2026-06-10 12:00:00"), ("2", "2026-06-20 12:00:00"), ("3", "")):
        books.order(number, ("A", 2, 11_300), ("A", 1, 1_130), finished_at=finished)
        books.ship(number, ("A", 2), ("A", 1))
    books.refund("R0", "2", 130, sub=2, done_at="2026-06-19 00:00:00")
    for flow, fee, fen in (("F1", "payment", 11_300), ("F1", "commission", -565), ("F3", "withdrawal", -10_000)):
        books.bill(flow, fee, fen, "1" if fee != "withdrawal" else "", at="2026-06-11 00:00:00")
    bank = {"account": "工行", "line_key": "k", "day": "2026-06-13", "counterparty": "支付宝", "amount_fen": 10_000}
    day = {"platform": "practice", "shop": "shop_a", "day": "2026-06-10", "plan": "p", "product_id": "1"}
    books.write(lambda c: c.execute(bank_line.insert(), [bank]))
    books.write(lambda c: c.execute(ad_day.insert(), [{**day, "spend_fen": 77, "file_sha": "sha", "row_no": 2}]))
    books.write(lambda c: post_events(c, "2026-06-30", Policy(**policy)))
    line = InvoiceLine(MoveKey("receipt", "RK-1", "1", 1), 3, 9_100)
    told = Invoice("未注明供应商", "V1", "2026-06-21", (line,), 1_183)
    books.write(lambda c: documents.enter_invoice(c, told))
    books.write(lambda c: periods.close(c, "2026-06", "李", "月结"))
    books.come_back("1", 1, "A", 1, at="2026-06-15 09:00:00")
    books.refund("R1", "1", 5_650)
    item = {"job": "wallet", "side": "bank", "ref": "工行|k", "outcome": 1}
    books.write(lambda c: c.execute(recon_item.insert(), [item]))
    found = books.write(lambda c: post_events(c, "2026-07-31", Policy(**policy)))
    span = Span("2026-06-01", "2026-07-31")
    with books.database.read() as connection:
        return {
            "run": found,
            "findings": [one for check in CHECKS.values() for one in check(connection)],
            "statements": {name: build(connection, span) for name, build in STATEMENTS.items()},
            "register": register(connection, "balance_sheet", "assets", span),
            "ageing": ageing(connection, [*RECEIVABLES, *PAYABLES], "2026-07-31"),
            "text": "".join(beancount(connection)),
            "trial": ledger.trial_balance(connection),
            "digests": digests(connection, TABLES),
        }


@pytest.mark.postgres
def test_both_databases_keep_the_same_books(books, postgres_url):
    """Vouchers, hashes, layers, statements, register and exported text are the same, nothing contradicts."""
    ours = play(books)
    other = Accounts(open_database(postgres_url))
    other.lay_out()
    theirs = play(other)
    later, too = go_on(books), go_on(other)
    other.database.close()
    assert later["findings"] == later["share"] == []
    assert too == later
    assert ours["findings"] == []
    assert ours["run"].waiting == ()
    assert theirs == ours


@pytest.mark.parametrize("recognise", ["ship", "window", "settle"])
@pytest.mark.parametrize("costing", ["fifo", "average"])
def test_every_policy_keeps_sound_books(books, recognise, costing):
    """Whenever revenue counts and however goods are valued, the invariants hold and both totals are equal."""
    found = play(books, recognise=recognise, costing=costing)
    assert found["findings"] == []
    sheet = {row.key: row.amount_fen for row in found["statements"]["balance_sheet"]}
    assert sheet["assets"] == sheet["liabilities_and_equity"] != 0
