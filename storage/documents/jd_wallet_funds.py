"""京东钱包 资金表: income and expense both positive, `--` for nothing, moments perhaps numbers, empty tail rows."""

import re

from storage.documents.amounts import Split
from storage.documents.layout import Layout
from storage.documents.statements import Wallet
from storage.documents.table import Record

_ORDER = re.compile(r"订单号[:：]?(\d+)")


def _order(record: Record, _amount_fen: int) -> tuple[str, str]:
    """The order that the remark names, if it does; 商户订单号 is a batch of many orders and none itself."""
    match = _ORDER.search(record.plain("交易备注"))
    return (match[1], "jd.wallet_remark") if match else ("", "")


LAYOUT = Layout(
    "jd_wallet_funds",
    platform="jd",
    title="京东钱包 资金表",
    verified="template",
    header="商户号,账户代码,账户名称,日期,商户订单号,账户余额(元),收入金额(元),支出金额(元),交易备注,账单日期",
    key=("商户订单号", "日期", "收入金额(元)", "支出金额(元)", "交易备注"),
    blanks=("商户订单号",),
    tells=("账户代码", "账户余额(元)", "收入金额(元)", "交易备注"),
    ids=("商户号", "账户代码", "商户订单号"),
    money=("账户余额(元)", "收入金额(元)", "支出金额(元)"),
    moments=("日期",),
    days=("账单日期",),
    moment_formats=("%Y%m%d",),
    derive=_order,
    at="日期",
    amount=Split("收入金额(元)", "支出金额(元)"),
    books=Wallet("jd", remark="交易备注"),
)
