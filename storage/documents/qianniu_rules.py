"""Which order a line of 千牛's settlement account is about: its own column, else the order named in the remark."""

import re
from collections.abc import Callable

from storage.documents.table import Record

FEES = {"交易收款": "payment", "交易退款（售后）": "refund", "服务费": "software_fee"}
"""入账类型 -> fee class; whatever else it says stays unclassified."""

_REMARK = re.compile(r"订单\{(\d+)\}")


def order_of(column: str, rule: str) -> Callable[[Record, int], tuple[str, str]]:
    """A way to find the order of a line: (order number, rule id), ("", "") where nothing names one."""

    def derive(record: Record, _amount_fen: int) -> tuple[str, str]:
        if order_no := record.identity(column, required=False):
            return order_no, rule
        found = _REMARK.search(record.plain("备注"))
        return (found[1], "qianniu.remark") if found else ("", "")

    return derive
