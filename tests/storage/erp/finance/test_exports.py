"""Vouchers leave as other programs read them, and those programs' own checkers find nothing wrong."""

import csv
import re
from collections import defaultdict
from decimal import Decimal

import openpyxl
import pytest
from beancount import loader
from beancount.core.data import Transaction

from storage.erp.finance import ledger, periods
from storage.erp.finance.plain_text import BEANCOUNT_ROOTS, HLEDGER_ROOTS, account_name, beancount, hledger
from storage.erp.finance.post_events import post_events
from storage.erp.finance.voucher_sheets import STYLES, write_vouchers, yuan
from storage.erp.finance.vouchers import credit, debit
from tests.storage.erp.finance.small_books import note

POSTING = re.compile(r"    (?P<account>\S+)  (?P<amount>-?\d+\.\d\d) CNY(?:  ; \S+:[^,;]*(?:, \S+:[^,;]*)*)?")
HEAD = re.compile(r"(?P<day>\d{4}-\d\d-\d\d) \* \((?P<no>[\d-]+)\) [^;|]+  ; kind:\w+, document:\d{4}-\d\d-\d\d")


@pytest.fixture
def year(books):
    """A sale, its fees, a reversal, awkward words, and a closed month."""
    books.receive("A", 10, 3_000)
    books.order("1", ("A", 1, 11_300))
    books.ship("1", ("A", 1))
    books.bill("F1", "payment", 11_300, "1")
    books.bill("F2", "commission", -565, "1")
    books.write(lambda c: post_events(c, "2026-06-30"))
    lines = (debit("1002", 700, party='工行 "基本户"; A, B | C'), credit("4001", 700))
    no = books.write(lambda c: ledger.post(c, note("A", lines=lines, words='=1+1 投入; "资本", 第一笔')))
    books.write(lambda c: ledger.reverse(c, no, "2026-06-30", "李", "录错"))
    books.write(lambda c: periods.close(c, "2026-06", "李", "月结"))
    return books


def balances(books, roots):
    """What the ledger says of each account, in yuan, under the name of the export."""
    rows = books.write(ledger.trial_balance)
    return {account_name(row.account, roots): yuan(row.balance_fen) for row in rows}


def test_beancount_finds_nothing_wrong(year):
    """beancount's own loader accepts the books with its balance checks, and adds up what we add up."""
    text = "".join(year.write(lambda c: list(beancount(c))))
    entries, errors, _ = loader.load_string(text)
    assert errors == []
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        if isinstance(entry, Transaction):
            for posting in entry.postings:
                sums[posting.account] += posting.units.number
    assert dict(sums) == balances(year, BEANCOUNT_ROOTS)


def test_beancount_would_find_a_wrong_fen(year):
    """The check can fail: one fen more in a posting is an error of beancount."""
    text = "".join(year.write(lambda c: list(beancount(c))))
    assert "113.00 CNY" in text
    assert loader.load_string(text.replace("113.00 CNY", "113.01 CNY", 1))[1]


def test_hledger_text_follows_its_grammar(year):
    """Every line is a declaration, a head or a posting; accounts are declared; each transaction is zero, and all of
    them are what the ledger says."""
    text = "".join(year.write(lambda c: list(hledger(c))))
    declared = set(re.findall(r"^account (\S+)  ; type: [ALERX]$", text, re.MULTILINE))
    sums: dict[str, Decimal] = defaultdict(Decimal)
    numbers = []
    for block in text.split("\n\n")[1:]:
        head, *postings = block.rstrip("\n").split("\n")
        numbers.append(HEAD.fullmatch(head)["no"])
        found = [POSTING.fullmatch(line) for line in postings]
        assert len(found) >= 2
        assert sum(Decimal(one["amount"]) for one in found) == 0
        for one in found:
            sums[one["account"]] += Decimal(one["amount"])
    assert declared == sums.keys()
    assert dict(sums) == balances(year, HLEDGER_ROOTS)
    assert numbers == [no for (no,) in year.rows("SELECT no FROM jv ORDER BY no")]


@pytest.mark.parametrize("style", sorted(STYLES))
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_sheets_in_the_columns_of_each_program(year, tmp_path, style, suffix):
    """Every voucher line is a row, debit equals credit, red ones are negative, and no text is a formula."""
    path = tmp_path / f"凭证{suffix}"
    count = year.write(lambda c: write_vouchers(c, style, path, "2026-06-01", "2026-06-30"))
    if suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [list(row) for row in csv.reader(file)]
    else:
        rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(path).active.rows]
        assert all(cell.data_type != "f" for row in openpyxl.load_workbook(path).active.rows for cell in row)
    head, *body = rows
    assert tuple(head) == STYLES[style].columns
    assert len(body) == count == year.rows("SELECT count(*) FROM jv_line")[0][0]
    dr, cr = ("借方", "贷方") if style == "kingdee" else ("借方金额", "贷方金额")
    sums = [sum(Decimal(str(row[head.index(name)] or 0)) for row in body) for name in (dr, cr)]
    assert sums[0] == sums[1] > 0
    assert any(Decimal(str(row[head.index(dr)] or 0)) == -7 for row in body)
    words = head.index("凭证摘要" if style == "kingdee" else "摘要")
    assert {str(row[words])[:2] for row in body} & {"'=", "=1"} == {"'=" if suffix == ".csv" else "=1"}
