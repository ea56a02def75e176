"""工商银行 信用卡明细: as the debit card, with the day of booking; cells padded, totals at the end."""

import re

from storage.documents.amounts import Split
from storage.documents.control import compare, missing
from storage.documents.document import Control
from storage.documents.file import SourceFile
from storage.documents.layout import Layout
from storage.documents.rows import DataRow
from storage.documents.statements import Bank
from storage.documents.table import Reading, Record, Table

_CARD = re.compile(r"卡号[:：]\s*(\S+)")


def _is_total(record: Record) -> bool:
    return record.plain("交易日期").endswith(("合计", "合计金额"))


def _control(_table: Table, reading: Reading[DataRow]) -> Control:
    amounts = [row.amount_fen for row in reading.rows] + [row.amount_fen for row in reading.quarantine]
    computed = {
        "收入合计": sum(amount for amount in amounts if amount > 0),
        "支出合计": -sum(amount for amount in amounts if amount < 0),
    }
    if not reading.footer:
        return missing(computed, "合计金额行")
    footer = reading.footer[0]
    stated = {
        "收入合计": footer.fen("记账金额(收入)", required=False),
        "支出合计": footer.fen("记账金额(支出)", required=False),
    }
    return compare(stated, computed)


def _card(table: Table, _file: SourceFile) -> str:
    found = _CARD.search("\n".join(table.lead()))
    return found[1] if found else ""


LAYOUT = Layout(
    "icbc_personal_credit",
    platform="bank",
    title="工商银行 信用卡明细",
    verified="described",
    header="交易日期,记账日期,摘要,交易场所,交易国家或地区简称,交易金额(收入),交易金额(支出),交易币种,"
    "记账金额(收入),记账金额(支出),记账币种,余额,对方户名",
    key=("交易日期", "记账日期", "摘要", "交易场所", "记账金额(收入)", "记账金额(支出)", "余额"),
    needed=("交易日期", "记账日期", "摘要", "记账金额(收入)", "记账金额(支出)", "记账币种", "余额", "对方户名"),
    days=("交易日期", "记账日期"),
    money=("交易金额(收入)", "交易金额(支出)", "记账金额(收入)", "记账金额(支出)", "余额"),
    at="记账日期",
    amount=Split("记账金额(收入)", "记账金额(支出)"),
    currency="记账币种",
    ends=_is_total,
    control=_control,
    shop=_card,
    rank=1,
    books=Bank(summary="摘要", party="对方户名", card=True),
)
