"""建设银行 活期明细 (.xls): names padded with blanks, days as `20250101`, unused amounts are 0.0, a footer in words."""

import re

from storage.documents.amounts import Split
from storage.documents.file import SourceFile
from storage.documents.layout import Layout
from storage.documents.statements import Bank
from storage.documents.table import Record, Table

_ACCOUNT = re.compile(r"账\s*号[：:]\s*(\S+)")


def _is_footer(record: Record) -> bool:
    return record.plain("记账日").startswith("以上数据")


def _account(table: Table, _file: SourceFile) -> str:
    found = _ACCOUNT.search("\n".join(table.lead()))
    return found[1] if found else ""


LAYOUT = Layout(
    "ccb_personal_xls",
    platform="bank",
    title="建设银行 个人活期明细",
    verified="real sample",
    header="记账日,交易日期,交易时间,支出,收入,账户余额,币种,摘要,对方账号,对方户名,交易地点",
    key=("记账日", "交易时间", "支出", "收入", "账户余额", "对方账号"),
    blanks=("对方账号",),
    needed=("记账日", "支出", "收入", "账户余额", "币种", "对方户名"),
    tells=("记账日", "支出", "收入", "账户余额", "交易地点"),
    ids=("对方账号",),
    days=("记账日", "交易日期"),
    moment_formats=("%Y%m%d",),
    money=("支出", "收入", "账户余额"),
    at="记账日",
    amount=Split("收入", "支出"),
    currency="币种",
    ends=_is_footer,
    shop=_account,
    books=Bank(summary="摘要", party="对方户名"),
)
