"""工商银行 明细 CSV: preamble with the card, cells padded inside their quotes, a footer 人民币合计 (income, expense) of
each currency.
"""

import re
from collections import Counter

from storage.archive import Facts
from storage.documents.cells import as_text, fen, is_empty, unwrap
from storage.documents.control import compare, missing, untotalled
from storage.documents.document import Control, Document
from storage.documents.file import SourceFile
from storage.documents.rows import BankRow, DataRow
from storage.documents.table import Reading, Record, find_table, has_columns, read_records
from storage.errors import CellInvalid

KIND = "icbc_personal_debit"
PLATFORM = "bank"
TITLE = "工商银行 借记卡明细"
VERIFIED = "real sample"
WALLET = "bank"

HEADER = (
    "交易日期,摘要,交易详情,交易场所,交易国家或地区简称,钞/汇,交易金额(收入),交易金额(支出),交易币种,记账金额(收入),"
    "记账金额(支出),记账币种,余额,对方户名,对方账户"
)
INCOME, EXPENSE = "记账金额(收入)", "记账金额(支出)"
REQUIRED = ["交易日期", "摘要", INCOME, EXPENSE, "记账币种", "余额", "对方户名"]
CNY = frozenset({"", "人民币", "人民币元", "RMB", "CNY"})
_CARD = re.compile(r"卡号[:：]\s*(\S+)")


def identify(file: SourceFile) -> bool:
    """Booked income and expense with a balance."""
    return has_columns(file, REQUIRED)


def read(file: SourceFile, _facts: Facts) -> Document:
    """Every line, + into the account: of the bank's books where it is CNY, else a document row. Raises FileError.

    Banks give no number: a line is told by day, amount, counterparty, balance and the how-manieth of its like it is.
    """
    table = find_table(file, REQUIRED)
    card = _CARD.search("\n".join(table.lead()))
    account = card[1] if card else ""
    seen: Counter[str] = Counter()
    reading = read_records(table, lambda record: (_row(record, account, seen),), ends=_is_total, amount=_amount)
    period = file.covers(row.day if isinstance(row, BankRow) else row.at for row in reading.rows)
    return Document(
        KIND, PLATFORM, reading.rows, reading.raw, _control(reading), reading.quarantine, period, account,
        wallet=WALLET,
    )  # fmt: skip


def _is_total(record: Record) -> bool:
    return record.plain("交易日期").endswith(("合计", "合计金额"))


def _amount(record: Record) -> int:
    income, expense = record.fen(INCOME, required=False), record.fen(EXPENSE, required=False)
    if bool(income) == bool(expense):
        raise CellInvalid(INCOME, f"{record.plain(INCOME)}/{record.plain(EXPENSE)}", "收入和支出应当正好有一个")
    return income - expense


def _row(record: Record, account: str, seen: Counter[str]) -> BankRow | DataRow:
    day, amount_fen, counterparty = record.day("交易日期"), _amount(record), record.plain("对方户名")
    like = f"{day}|{amount_fen}|{counterparty}|{record.plain('余额')}"
    currency = record.plain("记账币种")
    if currency not in CNY:
        like = f"{currency}|{like}"
    seen[like] += 1
    if currency not in CNY:
        data: dict[str, str | int] = {"摘要": record.plain("摘要"), "对方户名": counterparty, "金额": amount_fen}
        return DataRow(record.no, KIND, PLATFORM, account, like, seen[like], "", "", "", day, amount_fen, currency,
                       "", "", data)  # fmt: skip
    return BankRow(
        row_no=record.no,
        account=account,
        line_key=f"{like}|{seen[like]}",
        day=day,
        summary=record.plain("摘要"),
        counterparty=counterparty,
        amount_fen=amount_fen,
    )


def _control(reading: Reading[BankRow | DataRow]) -> Control:
    amounts = [row.amount_fen for row in reading.rows if isinstance(row, BankRow)]
    amounts += [row.amount_fen for row in reading.quarantine]
    computed = {
        "收入合计": sum(amount for amount in amounts if amount > 0),
        "支出合计": -sum(amount for amount in amounts if amount < 0),
    }
    footer = next((record for record in reading.footer if record.plain("交易日期").startswith("人民币")), None)
    if footer is None and reading.footer and reading.rows and not amounts:
        return untotalled(len(reading.rows))  # an account of dollars alone
    if footer is None:
        return missing(computed, "人民币合计行")
    texts = [unwrap(as_text(cell)) for cell in footer.cells[1:]]
    found = [fen("人民币合计", text) for text in texts if not is_empty(text)]
    if len(found) != 2:
        return missing(computed, "收入和支出两个合计")
    return compare({"收入合计": found[0], "支出合计": found[1]}, computed)
