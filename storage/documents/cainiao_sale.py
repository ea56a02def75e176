"""菜鸟 fees of the month's sales: four columns, positive in the file."""

from storage.documents.amounts import Spent
from storage.documents.layout import Layout

LAYOUT = Layout(
    "cainiao_sale",
    platform="cainiao",
    title="菜鸟 销售类费用",
    verified="template",
    header="支付流水号,支出时间,支出金额,费用项",
    key=("支付流水号", "费用项"),
    tells=("支付流水号", "支出时间", "支出金额", "费用项"),
    ids=("支付流水号",),
    money=("支出金额",),
    moments=("支出时间",),
    at="支出时间",
    amount=Spent("支出金额"),
)
