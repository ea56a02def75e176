"""农业银行: `+10000.00` and `-10.00`, days as `20240101`, rows that end early; from conversions of the bank's PDF."""

from storage.documents.amounts import Signed
from storage.documents.layout import Layout
from storage.documents.statements import Bank

LAYOUT = Layout(
    "abc_personal",
    platform="bank",
    title="农业银行 借记卡明细",
    verified="described",
    header="交易日期,交易时间,交易摘要,交易金额,本次余额,对手信息,日 志 号,交易渠道,交易附言",
    key=("交易日期", "交易时间", "交易金额", "本次余额", "日 志 号"),
    blanks=("日 志 号",),
    needed=("交易日期", "交易摘要", "交易金额", "本次余额", "日 志 号"),
    ids=("日 志 号",),
    days=("交易日期",),
    moment_formats=("%Y%m%d",),
    money=("交易金额", "本次余额"),
    at="交易日期",
    amount=Signed("交易金额"),
    books=Bank(summary="交易摘要", party="对手信息"),
)
