"""菜鸟 fees of orders: what was paid per order and parcel, positive in the file."""

from storage.documents.amounts import Spent
from storage.documents.layout import Layout

LAYOUT = Layout(
    "cainiao_order",
    platform="cainiao",
    title="菜鸟 订单类费用",
    verified="template",
    header="支付时间,费用项,支付金额,支付流水号,交易订单号,运单号",
    key=("支付流水号", "费用项", "交易订单号", "运单号"),
    blanks=("交易订单号", "运单号"),
    tells=("支付时间", "费用项", "支付金额", "交易订单号", "运单号"),
    ids=("支付流水号", "交易订单号", "运单号"),
    money=("支付金额",),
    needed=("支付流水号", "费用项", "交易订单号", "运单号", "支付金额", "支付时间"),
    moments=("支付时间",),
    order=("交易订单号", "cainiao.trade_no"),
    at="支付时间",
    amount=Spent("支付金额"),
)
