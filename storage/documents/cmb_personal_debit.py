"""招商银行 借记卡: one signed column; known from conversions of the bank's PDF, not from a file of the bank."""

from storage.documents.amounts import Signed
from storage.documents.layout import Layout
from storage.documents.statements import Bank

LAYOUT = Layout(
    "cmb_personal_debit",
    platform="bank",
    title="招商银行 借记卡明细",
    verified="described",
    header="记账日期,货币,交易金额,联机余额,交易摘要,对手信息,客户摘要",
    key=("记账日期", "交易金额", "联机余额", "对手信息", "客户摘要"),
    needed=("记账日期", "货币", "交易金额", "联机余额", "交易摘要"),
    days=("记账日期",),
    money=("交易金额", "联机余额"),
    at="记账日期",
    amount=Signed("交易金额"),
    currency="货币",
    books=Bank(summary="交易摘要", party="对手信息"),
)
