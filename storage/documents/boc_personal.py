"""中国银行 交易流水明细: a title line first, rows of dashes for nothing, UTF-16 from the bank itself."""

from storage.documents.amounts import Signed
from storage.documents.file import SourceFile
from storage.documents.layout import Layout
from storage.documents.table import Table


def _card(table: Table, _file: SourceFile) -> str:
    first = table.first()
    return first.identity("借记卡号", required=False) if first else ""


LAYOUT = Layout(
    "boc_personal",
    platform="bank",
    title="中国银行 借记卡明细",
    verified="described",
    header="记账日期,记账时间,币别,金额,余额,交易名称,渠道,网点名称,附言,对方账户名,对方卡号/账号,对方开户行,借记卡号",
    key=("记账日期", "记账时间", "金额", "余额", "对方卡号/账号"),
    blanks=("对方卡号/账号",),
    needed=("记账日期", "记账时间", "币别", "金额", "余额", "交易名称"),
    tells=("记账日期", "记账时间", "币别", "金额", "余额", "借记卡号"),
    ids=("对方卡号/账号", "借记卡号"),
    days=("记账日期",),
    money=("金额", "余额"),
    at="记账日期",
    amount=Signed("金额"),
    currency="币别",
    shop=_card,
)
