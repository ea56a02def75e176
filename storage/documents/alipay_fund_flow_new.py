"""支付宝 资金流水 (new workbook): header on row 3, income and expense in two columns, the last row is the total."""

from storage.documents import alipay_statement
from storage.documents.amounts import Split
from storage.documents.document import Control
from storage.documents.layout import Layout
from storage.documents.rows import DataRow
from storage.documents.statements import Wallet
from storage.documents.table import Reading, Record, Table


def _is_total(record: Record) -> bool:
    return not record.plain("入账时间") and not record.plain("支付宝流水号")


def _control(_table: Table, reading: Reading[DataRow]) -> Control:
    return alipay_statement.last_row(reading, ("收入（+元）", "支出（-元）"))


LAYOUT = Layout(
    "alipay_fund_flow_new",
    platform="alipay",
    title="支付宝 资金流水（新版）",
    verified="described",
    header="序号,入账时间,支付宝交易号,支付宝流水号,商户订单号,账务类型,收入（+元）,支出（-元）,账户余额（元）,服务费（元）,支付渠道,签约产品,"
    "对方账户,对方名称,银行订单号,商品名称,备注,业务基础订单号,业务订单号,业务账单来源,业务描述,付款备注",
    key=("支付宝流水号",),
    needed=("入账时间", "支付宝流水号", "商户订单号", "账务类型", "收入（+元）", "支出（-元）", "备注"),
    ids=("序号", "支付宝交易号", "支付宝流水号", "商户订单号", "银行订单号", "业务基础订单号", "业务订单号"),
    moments=("入账时间",),
    money=("收入（+元）", "支出（-元）", "账户余额（元）", "服务费（元）"),
    at="入账时间",
    amount=Split("收入（+元）", "支出（-元）"),
    derive=alipay_statement.order,
    classify=alipay_statement.fee,
    ends=_is_total,
    control=_control,
    books=Wallet(
        "alipay", "practice", business="账务类型", party=("对方账户", "对方名称"), refund_of=alipay_statement.refund
    ),
)
