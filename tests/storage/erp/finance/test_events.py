"""Each event of the business has its golden voucher, derived from the books' own facts, once."""

import pytest

from storage.database.digest import digest
from storage.database.tables import ad_day, bank_line, metadata, recon_item
from storage.database.tables import ledger as ledger_tables
from storage.erp.finance import ledger, periods
from storage.erp.finance.policy import Policy, tax_within
from storage.erp.finance.post_events import automation, post_events
from tests.storage.erp.finance.small_books import note

END = "2026-06-30"
LEDGER = [table.name for table in metadata.sorted_tables if table.name in vars(ledger_tables)]
"""What posting writes: the tables of the ledger."""


def run(books, until=END, **policy):
    """Post what there is; twice, because the second time must change nothing."""
    found = books.write(lambda c: post_events(c, until, Policy(**policy)))
    before = books.write(lambda c: digest(c, LEDGER))
    assert books.write(lambda c: post_events(c, until, Policy(**policy))).vouchers == 0
    assert books.write(lambda c: digest(c, LEDGER)) == before
    return found


def sold(books, paid_fen=11_300, **facts):
    """Two pieces received at 30.00, one order of one piece for 113.00, sent and confirmed."""
    books.receive("A", 2, 3_000)
    books.order("1", ("A", 1, paid_fen), **facts)
    books.ship("1", ("A", 1))


@pytest.mark.function("FMS-24")
def test_a_sale_is_four_vouchers(books):
    """Receipt, shipment, revenue with its tax, cost carried over: the golden entries of an order without hands."""
    sold(books)
    run(books)
    assert books.golden("receipt") == [["借 1405 60.00", "贷 220202 60.00"]]
    assert books.golden("ship") == [["借 1406 30.00", "贷 1405 30.00"]]
    assert books.golden("revenue") == [["借 1122 113.00", "贷 6001 100.00", "贷 222102 13.00"]]
    assert books.golden("cost") == [["借 6401 30.00", "贷 1406 30.00"]]
    (words,) = books.rows("SELECT words, file_sha, row_no FROM jv WHERE kind = 'revenue'")
    assert words == ("订单 1 确认收入", "sha", 5)


def test_every_line_says_where_and_what(books):
    """Shop, platform, sku, party and order stand on the lines that have them."""
    sold(books)
    run(books)
    debtor, income, _ = books.vouchers("revenue")[0]
    assert (debtor.platform, debtor.shop, debtor.party, debtor.item) == ("practice", "shop_a", "practice", "1")
    assert (income.shop, income.sku, income.item) == ("shop_a", "A", "1")


def test_the_subsidy_is_revenue_and_lines_add_up(books):
    """What the platform adds is owed too, spread over the lines by what was paid, to the fen."""
    books.order("1", ("A", 1, 1_000), ("B", 1, 1_000), ("C", 1, 1_000), platform_discount_fen=100)
    run(books, vat_bp=0)
    assert books.golden("revenue") == [["借 1122 31.00", "贷 6001 10.34", "贷 6001 10.33", "贷 6001 10.33"]]


@pytest.mark.function("FMS-26")
def test_refund_only_after_the_revenue(books):
    """Money back without goods takes revenue and tax down; the cost stays."""
    sold(books)
    books.refund("R1", "1", 2_260)
    run(books)
    assert books.golden("refund") == [["贷 1122 22.60", "借 6001 20.00", "借 222102 2.60"]]
    assert books.golden("return") == []


@pytest.mark.function("FMS-26")
def test_return_and_refund(books):
    """Goods that come back after the revenue return at the cost they left with and take cost of sales down."""
    books.receive("A", 1, 3_000)
    books.receive("A", 5, 4_000, at="2026-06-02 08:00:00")
    books.order("1", ("A", 2, 22_600))
    books.ship("1", ("A", 2))
    run(books)
    books.refund("R1", "1", 11_300)
    books.come_back("1", 1, "A", 1)
    run(books)
    assert books.golden("ship") == [["借 1406 70.00", "贷 1405 70.00"]]
    assert books.golden("refund") == [["贷 1122 113.00", "借 6001 100.00", "借 222102 13.00"]]
    assert books.golden("return") == [["借 1405 35.00", "贷 6401 35.00"]]


@pytest.mark.function("FMS-26")
def test_refund_after_the_month_closed(books):
    """The closed month stays; the refund stands in the next one, with a tag that says which month it is of."""
    sold(books)
    run(books)
    books.write(lambda c: periods.close(c, "2026-06", "李", "月结"))
    before = books.rows("SELECT * FROM jv WHERE period = '2026-06'")
    books.refund("R1", "1", 11_300)
    run(books)
    assert books.rows("SELECT * FROM jv WHERE period = '2026-06'") == before
    assert books.rows("SELECT day, document_day, tag FROM jv WHERE kind = 'refund'") == [
        ("2026-07-01", "2026-06-14", "late:2026-06")
    ]


def test_a_refund_before_the_revenue_only_makes_it_smaller(books):
    """No revenue was there to take back: the order is recognised net, and the refund has no voucher of its own."""
    sold(books, paid_fen=11_300)
    books.refund("R1", "1", 1_300, done_at="2026-06-05 10:00:00")
    run(books)
    assert books.golden("revenue")[0][0] == "借 1122 100.00"
    assert books.golden("refund") == []
    assert books.rows("SELECT source_id, no FROM jv_document") == [
        ("practice|shop_a|R1", books.rows("SELECT no FROM jv WHERE kind = 'revenue'")[0][0])
    ]


def test_goods_back_before_the_revenue_leave_goods_in_transit(books):
    """Nothing was carried to cost of sales yet, so 发出商品 goes down; nothing is carried later."""
    books.receive("A", 1, 3_000)
    books.order("1", ("A", 1, 11_300), finished_at="")
    books.ship("1", ("A", 1))
    books.come_back("1", 1, "A", 1)
    run(books)
    assert books.golden("return") == [["借 1405 30.00", "贷 1406 30.00"]]
    assert books.golden("cost") == books.golden("revenue") == []


@pytest.mark.function("FMS-27")
def test_one_outbound_document_is_one_voucher(books):
    """As many shipping vouchers as parcels, at layer cost, each linked to its moves; a document never booked twice."""
    books.receive("A", 3, 1_000)
    books.receive("B", 3, 333)
    for number in ("1", "2"):
        books.order(number, ("A", 1, 2_000), ("B", 1, 1_000))
        books.ship(number, ("A", 1), ("B", 1))
    run(books)
    documents = books.rows("SELECT DISTINCT doc_id FROM move WHERE doc_type = 'issue'")
    vouchers = books.rows("SELECT source_id, no FROM jv WHERE source_type = 'issue'")
    assert sorted(documents) == sorted((source,) for source, _ in vouchers) == [("P-1",), ("P-2",)]
    linked = books.rows("SELECT doc_id, no, sum(value_fen) FROM cost_move WHERE qty < 0 GROUP BY doc_id, no ORDER BY 1")
    assert linked == [(doc, no, -1_333) for doc, no in sorted(vouchers)]


def test_a_document_that_goes_on_gets_a_further_voucher(books):
    """The second half of a parcel, told a day later, is a voucher of its own; the first one stays."""
    books.receive("A", 3, 1_000)
    books.order("1", ("A", 1, 2_000), ("A", 1, 2_000))
    books.ship("1", ("A", 1))
    run(books)
    sql = "INSERT INTO move (doc_type, doc_id, doc_line, leg, code, from_place, to_place, qty, at, file_sha) VALUES "
    row = "('issue', 'P-1', '1-2', 1, 'A', 'HZ', 'customer', 1, '2026-06-04 09:00:00', 'sha')"
    books.write(lambda c: c.exec_driver_sql(sql + row))
    run(books)
    assert books.rows("SELECT source_id FROM jv WHERE kind = 'ship' ORDER BY no") == [("P-1",), ("P-1#2",)]
    assert books.golden("cost") == [["借 6401 10.00", "贷 1406 10.00"]] * 2


def test_goods_that_are_not_there_wait(books):
    """A parcel whose receipt is not in the books is not booked, and says which layers are missing; later it is."""
    books.receive("A", 5, 1_000)
    books.order("1", ("A", 5, 2_000))
    books.ship("1", ("A", 5))
    books.write(lambda c: c.exec_driver_sql("UPDATE move SET qty = 4 WHERE doc_type = 'receipt'"))
    found = run(books)
    assert [(one.source_id, "只剩 4 件" in one.reason) for one in found.waiting] == [("P-1", True)]
    assert books.golden("ship") == []
    books.receive("A", 1, 2_000, at="2026-06-20 00:00:00")
    assert run(books).waiting == ()
    assert books.golden("ship") == [["借 1406 60.00", "贷 1405 60.00"]]


def test_goods_without_an_issue_wait(books):
    """More comes back than was sent: nobody invents a cost for it."""
    sold(books)
    books.come_back("1", 1, "A", 2)
    (waiting,) = run(books).waiting
    assert "退回 2 件" in waiting.reason
    assert "只有 1 件" in waiting.reason


@pytest.mark.function("FMS-57")
def test_cost_is_carried_once(books):
    """发出商品 moves to cost of sales when the order counts; running the month again changes nothing."""
    sold(books, finished_at="2026-07-02 00:00:00")
    run(books)
    assert books.golden("cost") == []
    left = books.write(lambda c: ledger.balances(c, accounts=["1406", "6401"]))
    assert [(row.account, row.balance_fen) for row in left] == [("1406", 3_000)]
    run(books, "2026-07-31")
    run(books, "2026-07-31")
    left = books.write(lambda c: ledger.balances(c, accounts=["1406", "6401"]))
    assert [(row.account, row.balance_fen) for row in left] == [("1406", 0), ("6401", 3_000)]


def test_goods_that_are_given_are_cost_at_once(books):
    """A replacement for which nothing is paid never has revenue: its goods are cost of sales when they leave."""
    books.receive("A", 2, 3_000)
    books.order("1", ("A", 1, 0), finished_at="")
    books.ship("1", ("A", 1))
    run(books)
    assert books.golden("cost") == [["借 6401 30.00", "贷 1406 30.00"]]
    assert books.golden("revenue") == []
    books.come_back("1", 1, "A", 1)
    run(books)
    assert books.golden("return") == [["借 1405 30.00", "贷 6401 30.00"]]


@pytest.mark.function("FMS-58")
@pytest.mark.parametrize(
    ("recognise", "day"),
    [("ship", "2026-06-03"), ("finish", "2026-06-10"), ("window", "2026-06-17"), ("settle", "2026-06-12")],
)
def test_revenue_counts_when_the_policy_says(books, recognise, day):
    """Shipped on the 3rd, confirmed on the 10th, paid out on the 12th: one date each, and none the day before."""
    sold(books)
    books.bill("F1", "payment", 11_300, "1", at="2026-06-12 01:00:00")
    eve = f"{day[:8]}{int(day[8:]) - 1:02d}"
    run(books, eve, recognise=recognise)
    assert books.rows("SELECT day FROM jv WHERE kind = 'revenue'") == []
    run(books, recognise=recognise)
    assert books.rows("SELECT day FROM jv WHERE kind = 'revenue'") == [(day,)]


def test_statement_lines_by_their_fees(books):
    """Payment, commission, deposit, withdrawal and a line that nobody knows: each against its own account."""
    for flow, fee, fen in (("1", "payment", 11_300), ("2", "commission", -565), ("3", "deposit", -1_000),
                           ("4", "withdrawal", -9_000), ("5", "unclassified", 7)):  # fmt: skip
        books.bill(flow, fee, fen, "1" if fee in ("payment", "commission") else "")
    run(books)
    assert books.golden("statement") == [
        ["借 101201 113.00", "贷 1122 113.00"], ["贷 101201 5.65", "借 660101 5.65"],
        ["贷 101201 10.00", "借 122101 10.00"], ["贷 101201 90.00", "借 101299 90.00"],
        ["借 101201 0.07", "贷 122199 0.07"],
    ]  # fmt: skip


def test_one_line_of_several_fees_is_one_voucher(books):
    """A settlement that pays an order and takes its fees at once is one document."""
    books.bill("1", "payment", 11_300, "1")
    books.bill("1", "commission", -300, "1")
    run(books)
    assert books.golden("statement") == [["借 101201 110.00", "借 660101 3.00", "贷 1122 113.00"]]


def test_a_withdrawal_is_on_its_way_until_the_bank_has_it(books):
    """The wallet pays into 在途资金; a bank line clears it once reconciliation knows it; until then it is 待查."""
    books.bill("4", "withdrawal", -9_000)
    line = {"account": "工行", "line_key": "k1", "day": "2026-06-11", "counterparty": "支付宝", "amount_fen": 9_000}
    books.write(lambda c: c.execute(bank_line.insert(), [line]))
    run(books)
    assert books.golden("bank") == [["借 1002 90.00", "贷 122199 90.00"]]
    item = {"job": "wallet", "side": "bank", "ref": "工行|k1", "outcome": 1}
    books.write(lambda c: c.execute(recon_item.insert(), [item]))
    run(books)
    assert books.golden("bank_explained") == [["借 122199 90.00", "贷 101299 90.00"]]
    left = books.write(lambda c: ledger.balances(c, accounts=["101299", "122199"]))
    assert [row.balance_fen for row in left] == [0, 0]


@pytest.mark.function("FMS-66")
def test_topping_up_is_no_expense(books):
    """Money into the advertising account or a deposit is an asset; what was used is the expense; the balances tie."""
    books.bill("1", "ad_top_up", -50_000)
    books.bill("2", "deposit", -100_000)
    books.bill("3", "deposit", 30_000)
    day = {"platform": "practice", "shop": "shop_a", "day": "2026-06-10", "plan": "p", "product_id": "1"}
    books.write(lambda c: c.execute(ad_day.insert(), [{**day, "spend_fen": 12_000, "file_sha": "sha", "row_no": 2}]))
    run(books)
    books.write(lambda c: c.exec_driver_sql("UPDATE ad_day SET spend_fen = 12500"))
    run(books)
    assert books.golden("ads") == [["借 660103 120.00", "贷 1123 120.00"], ["借 660103 5.00", "贷 1123 5.00"]]
    found = books.write(lambda c: ledger.balances(c, ("item",), accounts=["1123", "122101", "660103", "101201"]))
    assert {(row.account, *row.by): row.balance_fen for row in found} == {
        ("1123", "ads|shop_a"): 37_500, ("122101", "deposit|shop_a"): 70_000, ("660103", ""): 12_500,
        ("101201", "1"): -50_000, ("101201", "2"): -100_000, ("101201", "3"): 30_000,
    }  # fmt: skip


def test_opening_count_and_loss(books):
    """An opening is equity, a surplus waits for a decision, a loss is an expense."""
    books.receive("A", 3, 1_000, doc_type="opening", doc_id="QC-1")
    books.receive("A", 1, 1_000, doc_type="count", doc_id="PD-1")
    out = "INSERT INTO move (doc_type, doc_id, doc_line, leg, code, from_place, to_place, qty, at, file_sha) VALUES "
    for name, place in (("PD-2", "count"), ("BS-1", "loss")):
        row = f"('x', '{name}', '1', 1, 'A', 'HZ', '{place}', 1, '2026-06-09 00:00:00', 'sha')"
        books.write(lambda c, values=row: c.exec_driver_sql(out + values))
    run(books)
    assert books.golden("opening") == [["借 1405 30.00", "贷 410490 30.00"]]
    assert books.golden("count") == [["借 1405 10.00", "贷 1901 10.00"], ["借 1901 10.00", "贷 1405 10.00"]]
    assert books.golden("loss") == [["借 660207 10.00", "贷 1405 10.00"]]


@pytest.mark.function("FMS-59")
def test_the_share_made_without_hands_is_told(books):
    """Four of five vouchers are derived; the fifth names who made it and why, as every one by hand must."""
    sold(books)
    run(books)
    books.write(lambda c: ledger.post(c, note("M", kind="manual", author="李", reason="增资")))
    told = books.write(automation)
    assert (told.automatic, told.by_hand, told.automatic_bp, told.unsigned) == (4, 1, 8_000, ())
    books.write(lambda c: c.exec_driver_sql("UPDATE jv SET reason = '' WHERE kind = 'manual'"))
    assert len(books.write(automation).unsigned) == 1


@pytest.mark.parametrize(("gross", "tax"), [(11_300, 1_300), (-11_300, -1_300), (1, 0), (5, 1), (0, 0)])
def test_tax_inside_a_price(gross, tax):
    """Half up, away from zero; a refund's tax mirrors the sale's."""
    assert tax_within(gross, 1300) == tax
