"""拼多多 货款明细: GBK, a preamble, amounts in two columns of which the expense is negative, `#` totals at the end."""

import re

from storage.documents import fees
from storage.documents.amounts import Split
from storage.documents.cells import fen
from storage.documents.control import compare, missing
from storage.documents.document import Control
from storage.documents.layout import Layout
from storage.documents.rows import DataRow
from storage.documents.statements import Wallet
from storage.documents.table import Reading, Record, Table

_TOTAL = re.compile(r"(支出|收入)合计[：:](?:(\d+)笔，共)?(-?[\d,.]+)元?")

_DESCRIBED = {
    "交易收入-订单收入": "payment",
    "交易退款-订单退款": "refund",
    "技术服务费-基础技术服务费": "software_fee",
    "营销费用-多多进宝": "affiliate",
}
_TYPES = {"交易收入": "payment", "技术服务费": "software_fee"}
"""Words that were seen in files; what else there is (优惠券结算, 扣款, 合作费追回) stays unclassified."""


def _is_footer(record: Record) -> bool:
    return record.words().lstrip().startswith("#")


def _control(_table: Table, reading: Reading[DataRow]) -> Control:
    amounts = [row.amount_fen for row in reading.rows] + [row.amount_fen for row in reading.quarantine]
    computed = {
        "收入合计": sum(amount for amount in amounts if amount > 0),
        "支出合计": sum(amount for amount in amounts if amount < 0),
    }
    said = "\n".join(record.words() for record in reading.footer)
    stated = {f"{match[1]}合计": fen(f"{match[1]}合计", match[3]) for match in _TOTAL.finditer(said)}
    return compare(stated, computed) if len(stated) == 2 else missing(computed, "收入合计和支出合计")


LAYOUT = Layout(
    "pdd_fund_detail",
    platform="pdd",
    title="拼多多 货款明细",
    verified="template",
    header="商户订单号,发生时间,收入金额（+元）,支出金额（-元）,账务类型,备注,业务描述",
    key=("商户订单号|商品订单号", "发生时间", "账务类型", "业务描述", "收入金额（+元）", "支出金额（-元）"),
    blanks=("商户订单号|商品订单号", "业务描述", "收入金额（+元）", "支出金额（-元）"),
    needed=("商户订单号|商品订单号", "发生时间", "收入金额（+元）", "支出金额（-元）", "账务类型"),
    tells=("商户订单号|商品订单号", "发生时间", "收入金额（+元）", "账务类型"),
    ids=("商户订单号|商品订单号",),
    moments=("发生时间",),
    money=("收入金额（+元）", "支出金额（-元）"),
    order=("商户订单号|商品订单号", "pdd.order_no"),
    at="发生时间",
    amount=Split("收入金额（+元）", "支出金额（-元）"),
    classify=fees.first_of(fees.by_word("业务描述", "pdd", _DESCRIBED), fees.by_word("账务类型", "pdd", _TYPES)),
    ends=_is_footer,
    control=_control,
    books=Wallet("pdd", business="账务类型"),
)
