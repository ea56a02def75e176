"""建设银行 企业网银明细: debit and credit in columns of their own, whose names say which way the money went."""

from storage.documents.amounts import Split
from storage.documents.layout import Layout
from storage.documents.statements import Bank

LAYOUT = Layout(
    "ccb_corporate",
    platform="bank",
    title="建设银行 企业网银明细",
    verified="described",
    header="借方发生额/元(支取),贷方发生额/元(收入),余额,币种,对方户名,对方账号,对方开户机构,记账日期,摘要,备注,"
    "账户明细编号-交易流水号,企业流水号,凭证种类,凭证号",
    key=("账户明细编号-交易流水号",),
    needed=("借方发生额/元(支取)", "贷方发生额/元(收入)", "余额", "记账日期", "账户明细编号-交易流水号"),
    ids=("账户明细编号-交易流水号", "企业流水号", "对方账号", "凭证号"),
    days=("记账日期",),
    moment_formats=("%Y%m%d",),
    money=("借方发生额/元(支取)", "贷方发生额/元(收入)", "余额"),
    at="记账日期",
    amount=Split("贷方发生额/元(收入)", "借方发生额/元(支取)"),
    currency="币种",
    books=Bank(summary="摘要", party="对方户名"),
)
