"""千牛 收支账单 交易货款: GB18030, a tab after every value, `#3B` in the sku is `;`; the file names no shop.

Whether a refund's row repeats the sale or is netted is not known from any source: amounts stay in their columns, and no
row claims to have moved money.
"""

import re
from string import punctuation

from storage.documents import cells
from storage.documents.cells import Cell
from storage.documents.layout import Layout

_ENCODED = re.compile(r"#([0-9A-F]{2})")


def _sku(_column: str, cell: Cell) -> str:
    """The words with separators as they were; `#` before anything that is no separator stays."""
    return _ENCODED.sub(_separator, cells.plain(cell))


def _separator(match: re.Match[str]) -> str:
    sign = chr(int(match[1], 16))
    return sign if sign in punctuation else match[0]


LAYOUT = Layout(
    "qianniu_income_bill",
    platform="taobao",
    title="千牛 收支账单（交易货款）",
    verified="described",
    header="账期,账单大类,业务大类,业务小类,订单号,子订单号,下单时间,确认收货时间,商品ID,sku,商品名称,数量,单价（元）,订单实际金额（元）,"
    "退款单号,退款金额（元）,收/付渠道,业务流水号,商户订单号,打款时间,打款更新时间,备注",
    key=("业务流水号", "子订单号", "退款单号", "业务小类"),
    blanks=("子订单号", "退款单号"),
    needed=("账期", "业务小类", "订单号", "子订单号", "订单实际金额（元）", "退款单号", "退款金额（元）", "业务流水号"),
    ids=("订单号", "子订单号", "商品ID", "退款单号", "业务流水号", "商户订单号"),
    days=("账期",),
    moments=("下单时间", "确认收货时间", "打款时间", "打款更新时间"),
    moment_formats=("%Y%m%d",),
    wholes=("数量",),
    money=("单价（元）", "订单实际金额（元）", "退款金额（元）"),
    reads={"sku": _sku},
    order=("订单号", "qianniu.order_no"),
    sub="子订单号",
    at="打款时间",
)
