"""What the statements of a 支付宝 merchant share: `#` preamble and footer, and the rules for fees and order numbers.

The preamble names the account and the days, the footer counts and sums what went out and came in; a statement without
them was perhaps cut short. Newer workbooks end with a row of totals instead.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from storage.documents import numbers
from storage.documents.alipay_rules import IN, OUT, AlipayLine, fee_class, order_of, refund_in
from storage.documents.cells import fen, header_name, unwrap
from storage.documents.control import both_ways, compare, missing
from storage.documents.document import Control, RawRow
from storage.documents.file import SourceFile
from storage.documents.rows import DataRow
from storage.documents.table import Reading, Record, Table
from storage.errors import FileError

_ACCOUNT = re.compile(r"账号：\[?(\d+)")
_SPAN = re.compile(r"起始日期：\[(\d{4})年(\d\d)月(\d\d)日[^\]]*\]\s*终止日期：\[(\d{4})年(\d\d)月(\d\d)日 ([\d:]+)\]")
_TOTAL = re.compile(r"(支出|收入)合计：(\d+)笔，共(-?[\d,.]+)元")

_COLUMNS = {IN: ("收入金额（+元）", "收入（+元）"), OUT: ("支出金额（-元）", "支出（-元）")}

TYPES: Mapping[str, str] = {"退款（交易退款）": "交易退款"}
"""What the new workbook calls a business type -> what the rules know it as."""


def account(table: Table, _file: SourceFile) -> str:
    """The account number of the preamble, "" where it names none."""
    found = _ACCOUNT.search("\n".join(table.lead()))
    return found[1] if found else ""


def covers(table: Table, _file: SourceFile) -> tuple[str, str]:
    """First and last day covered; an end at 00:00:00 means that the day before was the last."""
    span = _SPAN.search("\n".join(table.lead()))
    if not span:
        return "", ""
    first, end = date(*map(int, span.groups()[:3])), date(*map(int, span.groups()[3:6]))
    last = end - timedelta(days=1) if span[7] == "00:00:00" and end > first else end
    return first.isoformat(), last.isoformat()


def is_footer(record: Record) -> bool:
    """Whether the data ends here."""
    return record.words().lstrip(", ").startswith("#")


def control(table: Table, reading: Reading[Any]) -> Control:
    """The footer's counts and sums beside those of the rows, quarantined ones too."""
    computed = both_ways([row.amount_fen for row in (*reading.rows, *reading.quarantine)])
    stated: dict[str, int] = {}
    for text in [*table.lead(), *(record.words() for record in reading.footer)]:
        if match := _TOTAL.search(text):
            stated[f"{match[1]}笔数"] = int(match[2])
            stated[f"{match[1]}合计"] = fen(f"{match[1]}合计", match[3])
    return compare(stated, computed) if len(stated) == 4 else missing(computed, "支出合计和收入合计")


def last_row(reading: Reading[Any], columns: Sequence[str]) -> Control:
    """The row of totals at the very end beside the sums of these columns; one that states none says only that it ended.

    Totals are compared without their sign: files differ in whether an expense has one.
    """
    computed = _sums(reading.raw, columns)
    if len(reading.footer) != 1:
        return missing(computed, "最后一行的合计" if not reading.footer else "只在最后一行的合计")
    stated = {name: _money(name, reading.footer[0].cell(name)) for name in columns}
    known = {name: abs(value) for name, value in stated.items() if value is not None}
    if not known:
        return Control({}, computed, None, "合计行没有写金额，无从核对")
    return compare(known, computed)


def _sums(raw: Sequence[RawRow], columns: Sequence[str]) -> dict[str, int]:
    names = {header_name(name): name for name in columns}
    totals = dict.fromkeys(columns, 0)
    for row in raw:
        for title, text in row.payload.items():
            if name := names.get(header_name(title)):
                totals[name] += _money(name, text) or 0
    return {name: abs(value) for name, value in totals.items()}


def _money(name: str, cell: Any) -> int | None:
    try:
        return numbers.money(name, cell)
    except FileError:
        return None


def _filled(record: Record, name: str) -> bool:
    """Whether an amount stands there; files write 0.00 in the other column, or nothing."""
    return bool(_money(name, record.cell(name)))


def line(record: Record, amount_fen: int) -> AlipayLine:
    """What the rules look at, by whichever names the statement has for it."""
    business_type = record.plain("业务类型") or record.plain("账务类型")
    return AlipayLine(
        business_type=TYPES.get(business_type.replace("(", "（").replace(")", "）"), business_type),
        merchant_no=record.identity("商户订单号", required=False),
        remark=unwrap(record.plain("备注")),
        counterparty=record.plain("对方账号") or record.plain("对方账户") + record.plain("对方名称"),
        base_order_no=record.identity("业务基础订单号", required=False),
        amount_fen=amount_fen,
        direction=next((way for way, names in _COLUMNS.items() if any(_filled(record, name) for name in names)), ""),
    )


def order(record: Record, amount_fen: int) -> tuple[str, str]:
    """(order number, rule id) as `alipay_rules` finds it."""
    return order_of(line(record, amount_fen))


def fee(record: Record, amount_fen: int) -> tuple[str, str]:
    """(fee class, rule id) as `alipay_rules` finds it."""
    return fee_class(line(record, amount_fen))


def refund(row: DataRow) -> str:
    """The refund's number in the remark of a row that was read, else ""."""
    return refund_in(unwrap(str(row.data.get("备注") or "")))
