"""京准通 扣费流水: what an ad account was charged, unsigned; a charge of no plan writes `--`."""

from storage.documents.amounts import Spent
from storage.documents.layout import Layout

LAYOUT = Layout(
    "jd_jzt_charge",
    platform="jd",
    title="京准通 扣费流水",
    verified="template",
    header="流水单号,账号,投放日期,交易类型,计划ID,支出",
    key=("流水单号",),
    tells=("流水单号", "投放日期", "计划ID", "支出"),
    ids=("流水单号", "计划ID"),
    money=("支出",),
    days=("投放日期",),
    moment_formats=("%Y%m%d",),
    at="投放日期",
    amount=Spent("支出"),
)
