"""Money by account and day: what the vouchers say is what the statements say, and what is on its way is listed."""

from datetime import date

import pytest

from storage.database.tables import ad_day, bank_line, payable, raw_file
from storage.erp.finance import documents, ledger
from storage.erp.finance.documents import Cash
from storage.erp.finance.post_events import post_events
from storage.erp.finance.treasury import holdings, in_transit
from storage.erp.reconciliation.contracts import Contracts
from storage.erp.reconciliation.reconcile import reconcile


def line(key, day, amount_fen, counterparty="", summary=""):
    """A line of the bank's statement."""
    return {"account": "工行", "line_key": key, "day": day, "amount_fen": amount_fen, "counterparty": counterparty,
            "summary": summary, "file_sha": "bank", "row_no": 2}  # fmt: skip


@pytest.mark.function("FMS-03")
def test_books_are_the_statements_every_day(books):
    """Wallet, bank, deposit and advertising account: on each day the vouchers' balance is the statement's; what was not
    booked yet shows as a difference."""
    for n, (fee, fen, day) in enumerate((("payment", 50_000, 1), ("deposit", -10_000, 2), ("ad_top_up", -9_000, 3),
                                         ("withdrawal", -20_000, 4), ("deposit", 4_000, 5))):  # fmt: skip
        books.bill(f"F{n}", fee, fen, at=f"2026-06-0{day} 10:00:00")
    spent = {"platform": "practice", "shop": "shop_a", "day": "2026-06-04", "plan": "p", "product_id": "1"}
    books.write(lambda c: c.execute(ad_day.insert(), [{**spent, "spend_fen": 1_500, "file_sha": "sha", "row_no": 1}]))
    books.write(lambda c: c.execute(bank_line.insert(), [line("k", "2026-06-05", 20_000, "支付宝")]))
    books.write(lambda c: post_events(c, "2026-06-04"))
    for day in range(1, 5):
        assert all(one.difference_fen == 0 for one in books.write(lambda c, d=day: holdings(c, f"2026-06-0{d}")))
    late = {one.kind: one.difference_fen for one in books.write(lambda c: holdings(c, "2026-06-05"))}
    assert late == {"ads": 0, "bank": 20_000, "deposit": -4_000, "wallet": 4_000}
    books.write(lambda c: post_events(c, "2026-06-05"))
    found = books.write(lambda c: holdings(c, "2026-06-05"))
    assert {(one.kind, one.name): (one.book_fen, one.statement_fen) for one in found} == {
        ("ads", "practice"): (7_500, 7_500), ("bank", "工行"): (20_000, 20_000),
        ("deposit", "practice"): (6_000, 6_000), ("wallet", "alipay"): (15_000, 15_000),
    }  # fmt: skip


@pytest.mark.function("FMS-09")
def test_the_cash_book_is_the_bank(books):
    """A payment, an expense and a fee: entered or known, found at the bank by reconciliation, booked once; the
    cash book ends as the bank does, and only what the bank has not paid yet is on its way."""
    for number, kind, fen, party in (("FK-1", "payment", 30_000, "义乌厂"), ("BX-1", "expense", 1_200, "张三"),
                                     ("FK-2", "payment", 777, "慢行商行")):  # fmt: skip
        cash = Cash(number, kind, "2026-06-10", "工行", fen, "李", "付款", party=party, item=number)
        books.write(lambda c, one=cash: documents.enter_cash(c, one))
    statement = [line("k1", "2026-06-11", -30_000, "义乌厂", "FK-1"), line("k2", "2026-06-11", -1_200, "张三", "BX-1"),
                 line("k3", "2026-06-11", -15, "", "手续费")]  # fmt: skip
    told = {"file_sha": "bank", "state": "read", "wallet": "bank", "shop": "工行", "period_from": "2026-06-01",
            "period_to": "2026-06-11"}  # fmt: skip
    books.write(lambda c: c.execute(raw_file.insert(), [told]))
    books.write(lambda c: c.execute(bank_line.insert(), statement))
    books.write(lambda c: reconcile(c, Contracts(), date(2026, 6, 11)))
    books.write(lambda c: post_events(c, "2026-06-11"))
    assert sorted(books.golden("bank")) == [
        ["贷 1002 0.15", "借 660301 0.15"], ["贷 1002 12.00", "借 101299 12.00"],
        ["贷 1002 300.00", "借 101299 300.00"],
    ]  # fmt: skip
    (bank,) = books.write(lambda c: holdings(c, "2026-06-11"))
    assert bank.book_fen == bank.statement_fen == -31_215
    waiting = books.write(lambda c: in_transit(c, "2026-06-11"))
    assert [(one.item, one.amount_fen) for one in waiting] == [("FK-2", -777)]
    (account,) = books.write(lambda c: ledger.balances(c, accounts=["101299"]))
    assert account.balance_fen == -777
    assert books.golden("payable") == []


def test_authorised_payments_are_booked_when_due(books):
    """Each kind against its own account, once, on the day it is due; what nobody authorised is not booked."""
    kinds = ("invoice", "expense", "payroll", "tax", "other")
    rows = [
        {"payable_no": f"YF-{n}", "kind": kind, "payee": "某方", "reference": f"FP-{n}", "amount_fen": 100 + n,
         "authorised_by": "王会计", "due_day": "2026-06-10"}
        for n, kind in enumerate(kinds)
    ]  # fmt: skip
    rows.append({**rows[0], "payable_no": "YF-9", "authorised_by": ""})
    books.write(lambda c: c.execute(payable.insert(), rows))
    books.write(lambda c: post_events(c, "2026-06-09"))
    assert books.golden("payable") == []
    for _ in range(2):
        books.write(lambda c: post_events(c, "2026-06-10"))
    assert books.golden("payable") == [
        ["借 220201 1.00", "贷 101299 1.00"], ["借 6602 1.01", "贷 101299 1.01"], ["借 2211 1.02", "贷 101299 1.02"],
        ["借 222103 1.03", "贷 101299 1.03"], ["借 2241 1.04", "贷 101299 1.04"],
    ]  # fmt: skip
