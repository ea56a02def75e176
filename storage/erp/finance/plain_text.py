"""The books as plain text that other programs check: beancount and hledger.

Every account is declared, every voucher is a transaction with its number, its document and its dimensions; beancount's
file ends with the balance of every account, so its own checker proves that both programs count alike.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

from sqlalchemy import Connection, func, select

from storage.database.tables.ledger import jv, jv_line
from storage.erp.finance.chart import CHART
from storage.erp.finance.ledger import trial_balance
from storage.erp.finance.voucher_sheets import VoucherLine, voucher_lines, yuan

BEANCOUNT_ROOTS = {"asset": "Assets", "liability": "Liabilities", "equity": "Equity", "income": "Income",
                   "expense": "Expenses"}  # fmt: skip
HLEDGER_ROOTS = {"asset": "assets", "liability": "liabilities", "equity": "equity", "income": "revenues",
                 "expense": "expenses"}  # fmt: skip
HLEDGER_TYPES = {"asset": "A", "liability": "L", "equity": "E", "income": "R", "expense": "X"}
DIMENSIONS = ("platform", "shop", "sku", "party", "item")
_NAME = str.maketrans({"（": "-", "）": "", "、": "-", " ": "-", "/": "-"})


def account_name(number: str, roots: dict[str, str]) -> str:
    """`Assets:1405-库存商品`."""
    found = CHART[number]
    return f"{roots[found.kind]}:{number}-{found.name.translate(_NAME)}"


def _signed(line: VoucherLine) -> Decimal:
    return line.dr - line.cr


def _first_day(connection: Connection) -> str:
    return connection.execute(select(func.min(jv.c.day))).scalar() or "1970-01-01"


def _used(connection: Connection) -> list[str]:
    return list(connection.execute(select(jv_line.c.account).distinct().order_by(jv_line.c.account)).scalars())


def beancount(connection: Connection, title: str = "夜班账套") -> Iterator[str]:
    """The whole books as the text of a beancount file, piece by piece."""
    yield f'option "title" "{_quoted(title)}"\noption "operating_currency" "CNY"\n\n'
    opened = _first_day(connection)
    for number in _used(connection):
        yield f"{opened} open {account_name(number, BEANCOUNT_ROOTS)}\n"
    for _, grouped in groupby(voucher_lines(connection), key=lambda line: line.no):
        lines = list(grouped)
        head = lines[0]
        yield f'\n{head.day} * "{_quoted(head.words)}" #{head.kind.replace("_", "-")} ^{head.no}\n'
        yield f'  document-day: "{head.document_day}"\n'
        for line in lines:
            yield f"  {account_name(line.account, BEANCOUNT_ROOTS)}  {_amount(line)}\n"
            for name in DIMENSIONS:
                if value := getattr(line, name):
                    yield f'    {name}: "{_quoted(value)}"\n'
    yield from _balances(connection)


def _amount(line: VoucherLine) -> str:
    if not line.currency:
        return f"{_signed(line)} CNY"
    return f"{line.foreign} {line.currency} @@ {abs(_signed(line))} CNY"


def _balances(connection: Connection) -> Iterator[str]:
    """`balance` directives for the day after the last voucher; accounts with foreign money are left to their lines."""
    last = connection.execute(select(func.max(jv.c.day))).scalar()
    if not last:
        return
    foreign = set(connection.execute(select(jv_line.c.account).where(jv_line.c.currency != "").distinct()).scalars())
    day = date.fromisoformat(last) + timedelta(days=1)
    yield "\n"
    for row in trial_balance(connection):
        if row.account not in foreign:
            yield f"{day} balance {account_name(row.account, BEANCOUNT_ROOTS)}  {yuan(row.balance_fen)} CNY\n"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")


def hledger(connection: Connection) -> Iterator[str]:
    """The whole books as the text of an hledger journal, piece by piece."""
    yield "commodity 1000.00 CNY\n"
    for number in _used(connection):
        yield f"account {account_name(number, HLEDGER_ROOTS)}  ; type: {HLEDGER_TYPES[CHART[number].kind]}\n"
    for _, grouped in groupby(voucher_lines(connection), key=lambda line: line.no):
        lines = list(grouped)
        head = lines[0]
        yield f"\n{head.day} * ({head.no}) {_one_line(head.words)}  ; kind:{head.kind}, document:{head.document_day}\n"
        for line in lines:
            told = ", ".join(f"{name}:{_one_line(value)}" for name in DIMENSIONS if (value := getattr(line, name)))
            comment = f"  ; {told}" if told else ""
            yield f"    {account_name(line.account, HLEDGER_ROOTS)}  {_amount(line)}{comment}\n"


def _one_line(text: str) -> str:
    """Words that neither end the line, begin a comment, nor end a tag."""
    return " ".join(text.replace(";", "；").replace(",", "，").replace("|", "／").split())
