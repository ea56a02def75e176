"""交通银行: an unsigned amount beside `贷 Cr` or `借 Dr`; from conversions of the bank's PDF."""

from storage.documents.amounts import Directed
from storage.documents.layout import Layout
from storage.documents.statements import Bank

LAYOUT = Layout(
    "bocom_personal",
    platform="bank",
    title="交通银行 借记卡明细",
    verified="described",
    header="序号,交易日期,交易时间,交易类型,借贷,交易金额,余额,对方账号,对方户名,交易地点,摘要",
    key=("交易日期", "交易时间", "借贷", "交易金额", "余额", "对方账号"),
    blanks=("对方账号",),
    needed=("交易日期", "交易时间", "借贷", "交易金额", "余额"),
    tells=("交易日期", "借贷", "交易金额", "余额", "对方户名", "交易地点"),
    ids=("对方账号",),
    days=("交易日期",),
    money=("交易金额", "余额"),
    at="交易日期",
    amount=Directed("交易金额", "借贷", plus="贷 Cr|贷|Cr", minus="借 Dr|借|Dr"),
    books=Bank(summary="摘要", party="对方户名"),
)
