"""浦发银行 (.xls): the account in row 1, two blanks between day and time, deposits and withdrawals in two columns."""

import re

from storage.documents.amounts import Split
from storage.documents.file import SourceFile
from storage.documents.layout import Layout
from storage.documents.statements import Bank
from storage.documents.table import Table

_ACCOUNT = re.compile(r"[\d*xX]{6,}")


def _account(table: Table, _file: SourceFile) -> str:
    found = _ACCOUNT.search(" ".join(table.lead()[:1]))
    return found[0] if found else ""


LAYOUT = Layout(
    "spdb_personal_xls",
    platform="bank",
    title="浦发银行 个人明细",
    verified="described",
    header="顺序号,交易日期,交易类型,存入金额,取出金额,余额,交易对手名称,交易对手账号,附言",
    key=("交易日期", "交易类型", "存入金额", "取出金额", "余额", "交易对手账号"),
    blanks=("交易对手账号",),
    needed=("交易日期", "存入金额", "取出金额", "余额"),
    ids=("交易对手账号",),
    moments=("交易日期",),
    money=("存入金额", "取出金额", "余额"),
    at="交易日期",
    amount=Split("存入金额", "取出金额"),
    shop=_account,
    books=Bank(summary="附言", party="交易对手名称"),
)
