"""Statements, open items and the way back: what a person signs adds up and leads to the row that it came from."""

import pytest

from storage.database.tables import raw_row
from storage.erp.finance import documents, ledger, periods
from storage.erp.finance.chart import CHART
from storage.erp.finance.documents import Cash, Invoice, InvoiceLine
from storage.erp.finance.drill import cell, raw_of, register
from storage.erp.finance.errors import AuthorMissing, DocumentConflict, IssueUnknown
from storage.erp.finance.layers import MoveKey
from storage.erp.finance.open_items import BUCKETS, PAYABLES, RECEIVABLES, ageing, bucket_of, open_items, party_ledger
from storage.erp.finance.policy import Policy
from storage.erp.finance.post_events import post_events
from storage.erp.finance.statements import FLOWS, STATEMENTS, Span, by_month
from tests.storage.erp.finance.small_books import note

JUNE, JULY = Span("2026-06-01", "2026-06-30"), Span("2026-07-01", "2026-07-31")


def amounts(books, name, span):
    """A statement's cells that are not zero."""
    rows = books.write(lambda c: STATEMENTS[name](c, span))
    return {row.key: row.amount_fen for row in rows if row.amount_fen}


def invoice(number="V1", qty=10, net_fen=30_500, **facts):
    """The supplier's invoice for the receipt RK-1 of ten pieces at 30.00."""
    line = InvoiceLine(MoveKey("receipt", "RK-1", "1", 1), qty, net_fen)
    return Invoice("义乌厂", number, "2026-06-20", (line,), tax_fen=3_965, due_day="2026-07-20")._replace(**facts)


SIGNED = {"kind": "manual", "author": "李", "reason": "投入资本"}


@pytest.fixture
def year(books):
    """Two months: capital, ten pieces bought and invoiced, three orders, fees, a refund, a withdrawal, a payment."""
    books.write(lambda c: ledger.post(c, note("A", "2026-06-01", 1_000_000, **SIGNED)))
    books.receive("A", 10, 3_000)
    for number, finished in (("1", "2026-06-10 12:00:00"), ("2", "2026-06-20 12:00:00"), ("3", "2026-07-05 12:00:00")):
        books.order(number, ("A", 1, 11_300), finished_at=finished)
        books.ship(number, ("A", 1))
    books.bill("F1", "payment", 11_300, "1", at="2026-06-11 00:00:00")
    books.bill("F2", "commission", -565, "1", at="2026-06-11 00:00:00")
    books.bill("F3", "withdrawal", -10_000, at="2026-06-12 00:00:00")
    books.refund("R1", "2", 2_260, done_at="2026-07-02 00:00:00")
    books.write(lambda c: post_events(c, "2026-06-30"))
    books.write(lambda c: documents.enter_invoice(c, invoice(file_sha="sha", row_no=8)))
    books.write(lambda c: post_events(c, "2026-07-31"))
    pay = Cash("FK-1", "payment", "2026-07-10", "工行", 20_000, "李", "付 6 月货款", party="义乌厂", item="V1")
    books.write(lambda c: documents.enter_cash(c, pay))
    return books


@pytest.mark.function("BI-48")
def test_statements_of_a_month(year):
    """Profit and loss, balance sheet and cash flow of June and July, to the fen; both totals are equal."""
    assert amounts(year, "profit_and_loss", JUNE) == {
        "revenue": 20_000, "cost_of_sales": 6_100, "selling": 565, "net_profit": 13_335,
    }  # fmt: skip
    assert amounts(year, "balance_sheet", JUNE) == {
        "cash": 1_010_735, "receivable": 11_300, "stock": 24_400, "assets": 1_046_435, "payable": 34_465,
        "tax_due": -1_365, "capital": 1_000_000, "undistributed": 13_335, "liabilities_and_equity": 1_046_435,
    }  # fmt: skip
    assert amounts(year, "cash_flow", JUNE) == {
        "operating_sales": 11_300, "operating_other": -565, "financing": 1_000_000, "net_change": 1_010_735,
        "cash_end": 1_010_735,
    }  # fmt: skip
    assert amounts(year, "profit_and_loss", JULY) == {"revenue": 8_000, "cost_of_sales": 3_050, "net_profit": 4_950}
    assert amounts(year, "cash_flow", JULY) == {
        "operating_purchases": -20_000, "net_change": -20_000, "cash_start": 1_010_735, "cash_end": 990_735,
    }  # fmt: skip


def test_closing_does_not_change_a_statement(year):
    """What June's statements said before it closed they say after it, and the sheet still balances."""
    before = {name: amounts(year, name, JUNE) for name in STATEMENTS}
    year.write(lambda c: periods.close(c, "2026-06", "李", "月结"))
    assert {name: amounts(year, name, JUNE) for name in STATEMENTS} == before
    sheet = amounts(year, "balance_sheet", JULY)
    assert sheet["assets"] == sheet["liabilities_and_equity"]


def test_shops_add_up_to_the_whole(year):
    """Statements of each shop and of what has no shop sum to the statement of all."""
    spans = [JUNE._replace(shop="shop_a"), JUNE]
    found = year.write(lambda c: by_month(c, "profit_and_loss", spans))
    assert [row.amount_fen for row in found[spans[0]]] == [row.amount_fen for row in found[spans[1]]]


@pytest.mark.function("FMS-08")
def test_the_trial_balance_is_zero_whatever_the_days(year):
    """Debit equals credit on every day, before and after closing; the books of the other tests are held to it too."""
    for _ in range(2):
        for day in ("2026-06-01", "2026-06-15", "2026-06-30", "2026-07-31"):
            rows = year.write(lambda c, d=day: ledger.trial_balance(c, last_day=d))
            assert sum(row.balance_fen for row in rows) == 0 < len(rows)
        year.write(lambda c: periods.close(c, "2026-06", "李", "月结"))


@pytest.mark.function("FMS-18")
def test_what_was_accrued_empties_when_the_invoices_are_in(year):
    """Receipt to 暂估, invoice to 应付, payment to the bank; after the last invoice 暂估 is zero, by receipt."""
    rows = year.write(lambda c: open_items(c, PAYABLES, "2026-06-19"))
    assert [(row.account, row.item, row.amount_fen) for row in rows] == [("220202", "RK-1", -30_000)]
    rows = year.write(lambda c: open_items(c, PAYABLES))
    assert [(row.account, row.party, row.item, row.amount_fen) for row in rows] == [("220201", "义乌厂", "V1", -14_465)]
    accrued = year.write(lambda c: ledger.balances(c, accounts=["220202"]))
    assert [row.balance_fen for row in accrued] == [0]


@pytest.mark.function("FMS-25")
def test_an_invoice_clears_its_receipt(books):
    """Two invoices for one receipt, the second dearer: 暂估 empties, the difference is in what is left and was sold."""
    books.receive("A", 10, 3_000)
    books.order("1", ("A", 4, 45_200))
    books.ship("1", ("A", 4))
    books.write(lambda c: post_events(c, "2026-06-30"))
    assert books.golden("receipt") == [["借 1405 300.00", "贷 220202 300.00"]]
    for number, qty, net_fen in (("V1", 6, 18_000), ("V2", 4, 12_500)):
        told = invoice(number, qty, net_fen)._replace(supplier="未注明供应商")
        no = books.write(lambda c, v=told: documents.enter_invoice(c, v))
        assert books.write(lambda c, v=told: documents.enter_invoice(c, v)) == no
    assert books.golden("supplier_invoice")[1] == [
        "借 220202 120.00", "借 1405 3.00", "借 6401 2.00", "借 222101 39.65", "贷 220201 164.65",
    ]  # fmt: skip
    left = books.write(lambda c: open_items(c, PAYABLES))
    assert [(row.account, row.item, row.amount_fen) for row in left] == [
        ("220201", "V1", -21_965),
        ("220201", "V2", -16_465),
    ]
    with pytest.raises(IssueUnknown):
        books.write(lambda c: documents.enter_invoice(c, invoice("V3", 1, 1)))
    with pytest.raises(DocumentConflict):
        books.write(lambda c: documents.enter_invoice(c, invoice("V2", 4, 12_501, supplier="未注明供应商")))


@pytest.mark.function("FMS-34")
def test_receivables_are_the_account(year):
    """By order, on any day: open items of 1122 sum to its balance; a paid order is not among them."""
    for day in ("2026-06-10", "2026-06-11", "2026-06-30", "2026-07-31"):
        rows = year.write(lambda c, d=day: open_items(c, RECEIVABLES, d))
        (account,) = year.write(lambda c, d=day: ledger.balances(c, accounts=RECEIVABLES, last_day=d))
        assert sum(row.amount_fen for row in rows) == account.balance_fen
    assert [(row.item, row.amount_fen) for row in rows] == [("2", 9_040), ("3", 11_300)]


@pytest.mark.function("FMS-35")
def test_payables_are_the_account(year):
    """By invoice: what is owed is what the account says, less what was paid, with its due day."""
    rows = [row for row in year.write(lambda c: open_items(c, PAYABLES)) if row.item == "V1"]
    (account,) = year.write(lambda c: ledger.balances(c, accounts=["220201"]))
    assert [(row.amount_fen, row.due_day) for row in rows] == [(-14_465, "2026-07-20")]
    assert account.balance_fen == -14_465


@pytest.mark.function("FMS-36")
def test_age_buckets_are_the_balance(year):
    """On any day the buckets of a party sum to its balance; an item moves on as the days pass."""
    seen = set()
    for day in ("2026-06-30", "2026-07-21", "2026-08-20", "2026-12-31"):
        for row in year.write(lambda c, d=day: ageing(c, [*RECEIVABLES, *PAYABLES], d)):
            found = year.write(
                lambda c, d=day, r=row: ledger.balances(c, accounts=[r.account], last_day=d, party=r.party)
            )
            assert row.total_fen == found[0].balance_fen
            seen |= {position for position, fen in enumerate(row.buckets) if fen}
    assert seen == set(range(len(BUCKETS)))
    assert [bucket_of("2026-06-30", day) for day in ("2026-06-30", "2026-07-01", "2026-07-30", "2026-07-31")] == [
        0,
        1,
        1,
        2,
    ]


@pytest.mark.function("FMS-61")
def test_parties_are_the_control_accounts(year):
    """Receivables, payables, prepayments and deposits by party sum to every control account."""
    year.bill("F4", "deposit", -1_000, at="2026-07-20 00:00:00")
    year.bill("F5", "ad_top_up", -2_000, at="2026-07-20 00:00:00")
    year.write(lambda c: post_events(c, "2026-07-31"))
    rows = year.write(party_ledger)
    assert {row.party for row in rows} == {"practice", "义乌厂"}
    for account in {number for number, found in CHART.items() if found.control}:
        found = year.write(lambda c, a=account: ledger.balances(c, accounts=[a]))
        assert sum(row.amount_fen for row in rows if row.account == account) == sum(one.balance_fen for one in found)


@pytest.mark.function("FMS-47", "BI-54")
@pytest.mark.parametrize("name", sorted(STATEMENTS))
def test_every_cell_leads_to_its_rows(year, name):
    """Each cell that is not zero: its voucher lines sum to it, each names its document, and each goes back to a file or
    to the person who signed it; the row of the file can be read."""
    told = [{"file_sha": "sha", "row_no": n, "payload": '{"主订单编号": "1"}'} for n in (5, 8)]
    year.write(lambda c: c.execute(raw_row.insert(), told))
    year.write(lambda c: periods.close(c, "2026-06", "李", "月结"))
    rows = 0
    for span in (JUNE, JULY):
        for key, amount in amounts(year, name, span).items():
            entries = year.write(lambda c, k=key, s=span: register(c, name, k, s))
            assert sum(entry.amount_fen for entry in entries) == amount, key
            for entry in entries:
                assert entry.source_type
                assert entry.source_id
                raw = year.write(lambda c, e=entry: raw_of(c, e))
                assert raw is not None or entry.author
                rows += raw is not None and raw.payload == {"主订单编号": "1"}
    assert rows


@pytest.mark.function("FMS-40")
def test_goods_cost_of_orders_is_the_account(year):
    """The layers that each order's shipment used, carried over, sum to the movement of 6401."""
    by_order = dict(year.rows("SELECT item, sum(dr_fen - cr_fen) FROM jv_line WHERE account = '6401' GROUP BY item"))
    uses = dict(
        year.rows(
            "SELECT m.order_no, sum(u.value_fen) FROM layer_use u JOIN cost_move m ON m.doc_id = u.doc_id "
            "AND m.doc_line = u.doc_line GROUP BY m.order_no"
        )
    )
    assert by_order == uses == {"1": 3_050, "2": 3_050, "3": 3_050}


@pytest.mark.function("ERP-08")
def test_stock_in_the_ledger_is_the_stock(year):
    """库存商品 equals the layers equals the moves after every event: receipt, shipment, return, a dearer invoice."""

    def same():
        sums = (
            "SELECT sum(dr_fen - cr_fen) FROM jv_line WHERE account = '1405'",
            "SELECT sum(value_left_fen) FROM cost_layer",
            "SELECT sum(value_fen) FROM cost_move",
        )
        values = {year.rows(sql)[0][0] for sql in sums}
        assert len(values) == 1
        return values.pop()

    assert same() == 21_350
    year.come_back("1", 1, "A", 1, at="2026-07-20 00:00:00")
    year.receive("A", 3, 1_111, at="2026-07-20 00:00:00")
    year.write(lambda c: post_events(c, "2026-07-31"))
    assert same() == 21_350 + 3_050 + 3_333


@pytest.mark.function("FMS-07")
@pytest.mark.parametrize("costing", ["fifo", "average"])
def test_value_is_conserved(books, costing):
    """What came in is what went out plus what is left, to the fen, by layers or one average, also with a late bill."""
    for qty, cost in ((3, 333), (3, 1_000), (1, 7)):
        books.receive("A", qty, cost, at=f"2026-06-0{qty} 08:00:00")
    for number, qty in (("1", 2), ("2", 3)):
        books.order(number, ("A", qty, 10_000))
        books.ship(number, ("A", qty), at="2026-06-05 08:00:00")
    books.write(lambda c: post_events(c, "2026-06-30", Policy(costing=costing)))
    late = (MoveKey("receipt", "RK-1", "1", 1), 100, "2026-06-20")
    facts = {"contra": "220201", "party": "货代", "author": "李", "reason": "补运费"}
    no = books.write(lambda c: documents.revalue_by_hand(c, "YF-1", *late, **facts))
    assert books.write(lambda c: documents.revalue_by_hand(c, "YF-1", *late, **facts)) == no
    (came,) = books.rows("SELECT sum(qty * unit_cost_fen) + 100 FROM move WHERE from_place = 'supplier'")
    (gone,) = books.rows("SELECT sum(dr_fen - cr_fen) FROM jv_line WHERE account IN ('1406', '6401')")
    (left,) = books.rows("SELECT sum(value_left_fen) FROM cost_layer")
    assert came[0] == gone[0] + left[0]
    assert left == books.rows("SELECT sum(dr_fen - cr_fen) FROM jv_line WHERE account = '1405'")[0]


def test_money_by_hand_is_signed_and_booked_once(books):
    """Income, expense, transfer and prepayment become vouchers with author and reason; the cash book follows."""
    told = {"income": 5_000, "expense": 1_200, "prepayment": 300, "transfer": 50}
    for n, (kind, fen) in enumerate(told.items()):
        cash = Cash(f"D{n}", kind, "2026-06-10", "工行", fen, "李", "事由", party="某方")
        no = books.write(lambda c, one=cash: documents.enter_cash(c, one))
        assert books.write(lambda c, one=cash: documents.enter_cash(c, one)) == no
    assert books.golden("cash") == [
        ["借 101299 50.00", "贷 6051 50.00"], ["借 6602 12.00", "贷 101299 12.00"],
        ["借 1123 3.00", "贷 101299 3.00"], ["借 101299 0.50", "贷 101299 0.50"],
    ]  # fmt: skip
    with pytest.raises(AuthorMissing):
        books.write(lambda c: documents.enter_cash(c, cash._replace(document_no="X", author="")))
    with pytest.raises(DocumentConflict):
        books.write(lambda c: documents.enter_cash(c, cash._replace(amount_fen=51)))


def test_every_flow_has_a_line_and_every_account_a_flow():
    """No account moves money into a line that the statement of cash flows does not show."""
    assert {account.flow for account in CHART.values()} <= FLOWS.keys()


def test_a_cell_knows_its_accounts(year):
    """A row says which accounts it adds up; one that is worked out says from what."""
    assert year.write(lambda c: cell(c, "profit_and_loss", "revenue", JUNE)).accounts == ("6001", "600190", "6051")
    assert "revenue" in year.write(lambda c: cell(c, "profit_and_loss", "net_profit", JUNE)).of
