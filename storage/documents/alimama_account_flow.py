"""万相台 账户流水: an unsigned amount beside its direction; top-ups and frozen money are no cost, deductions are."""

from storage.documents import fees
from storage.documents.amounts import Directed
from storage.documents.layout import Layout

_FEES = {
    "充值": "top_up",
    "扣款": "ad_spend",
    "赔付": "compensation",
    "冻结": "transfer",
    "解冻": "transfer",
    "预付款": "transfer",
}
"""付款 and 付款退回 count as spend by the shop's own policy only: they, and what else there is, stay unclassified."""

LAYOUT = Layout(
    "alimama_account_flow",
    platform="taobao",
    title="万相台 账户流水",
    verified="described",
    header="记账时间,交易日期,收支类型,交易类型,操作金额(元),操作后余额(元),备注",
    key=("记账时间", "交易类型", "操作金额(元)", "操作后余额(元)", "备注"),
    needed=("记账时间", "收支类型", "交易类型", "操作金额(元)", "操作后余额(元)", "备注"),
    moments=("记账时间",),
    days=("交易日期",),
    money=("操作金额(元)", "操作后余额(元)"),
    at="记账时间",
    amount=Directed("操作金额(元)", "收支类型", plus="收入", minus="支出"),
    classify=fees.by_word("交易类型", "alimama", _FEES),
)
