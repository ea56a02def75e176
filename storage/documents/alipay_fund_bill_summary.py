"""支付宝 账务汇总: one row per type, in the zip beside the 账务明细; its days stand only in the preamble."""

from storage.documents import alipay_statement
from storage.documents.control import compare
from storage.documents.document import Control
from storage.documents.layout import Layout
from storage.documents.rows import DataRow
from storage.documents.table import Reading, Table


def _control(_table: Table, reading: Reading[DataRow]) -> Control:
    """Each total is its income less its expense, whichever sign that is written with."""
    stated, computed = 0, 0
    for row in reading.rows:
        income, expense, total = (
            int(row.data.get(name, 0)) for name in ("收入金额（+元）", "支出金额（-元）", "总金额（元）")
        )
        stated += total
        computed += income - abs(expense)
    return compare({"总金额": stated}, {"总金额": computed})


LAYOUT = Layout(
    "alipay_fund_bill_summary",
    platform="alipay",
    title="支付宝 账务汇总",
    verified="described",
    header="类型,收入笔数,收入金额（+元）,支出笔数,支出金额（-元）,总金额（元）",
    key=("类型",),
    needed=("类型", "收入笔数", "收入金额（+元）", "支出笔数", "支出金额（-元）", "总金额（元）"),
    lacks=("账务流水号",),
    wholes=("收入笔数", "支出笔数"),
    money=("收入金额（+元）", "支出金额（-元）", "总金额（元）"),
    shop=alipay_statement.account,
    covers=alipay_statement.covers,
    undated=True,
    ends=alipay_statement.is_footer,
    control=_control,
)
