"""微信支付 交易账单 (全部): every value behind a backtick, refunds are rows of their own, totals in the last two lines.

One row of the file gives up to two lines of the bill: the payment or refund, and the fee of it.
"""

import re
from collections import Counter
from collections.abc import Sequence

from storage.archive import Facts
from storage.documents.cells import as_text, fen, refuse_zero_tails, unwrap
from storage.documents.control import compare, missing
from storage.documents.document import Control, Document, RawRow
from storage.documents.file import SourceFile
from storage.documents.rows import BillRow
from storage.documents.table import Reading, Record, find_table, has_columns, read_records
from storage.errors import CellInvalid

KIND = "wxpay_trade_bill_all"
PLATFORM = "practice"
TITLE = "微信支付 交易账单"
VERIFIED = "template"
WALLET = "wxpay"

REQUIRED = ["交易时间", "商户号", "微信订单号", "商户订单号", "交易状态", "应结订单金额", "手续费"]
OPTIONAL = ["微信退款单号", "商户退款单号", "退款金额", "充值券退款金额", "退款状态", "商品名称", "交易类型"]
_ORDER = re.compile(r"^(?:T\d+P)?(.+)$")
_TOTALS = ("总交易单数", "应结订单总金额", "退款总金额", "充值券退款总金额", "手续费总金额")


def identify(file: SourceFile) -> bool:
    """Trades of a merchant with their fee."""
    return has_columns(file, REQUIRED)


def read(file: SourceFile, facts: Facts) -> Document:
    """Payment, refund and fee lines. Raises FileError. The shop is that of the facts, else the merchant number."""
    table = find_table(file, REQUIRED, OPTIONAL)
    seen: Counter[tuple[str, str]] = Counter()
    reading = read_records(table, lambda record: _rows(record, facts.shop, seen), ends=_is_totals)
    refuse_zero_tails("微信订单号", (row.flow_no for row in reading.rows))
    period = file.covers(row.at for row in reading.rows)
    if not all(file.period()) and (named := re.search(r"All(20\d{4,6})(?!\d)", file.name)):
        period = SourceFile(f"_{named[1]}", b"").period()
    return Document(
        KIND,
        PLATFORM,
        reading.rows,
        reading.raw,
        _control(reading),
        reading.quarantine,
        period,
        facts.shop or _merchant(reading.raw),
        wallet=WALLET,
    )


def _merchant(raw: Sequence[RawRow]) -> str:
    return unwrap(raw[0].payload.get("商户号", "")) if raw else ""


def _is_totals(record: Record) -> bool:
    return unwrap(as_text(record.cell("交易时间"))) == "总交易单数"


def _rows(record: Record, shop: str, seen: Counter[tuple[str, str]]) -> list[BillRow]:
    status = record.identity("交易状态")
    if status == "SUCCESS":
        fee_type, flow_no, amount_fen = "payment", record.identity("微信订单号"), record.fen("应结订单金额")
    elif status in {"REFUND", "REVOKED"}:
        fee_type, flow_no = "refund", record.identity("微信退款单号")
        amount_fen = -abs(record.fen("退款金额"))
    else:
        raise CellInvalid("交易状态", status, "应为 SUCCESS、REFUND 或 REVOKED")
    principal = _line(record, shop or record.identity("商户号"), flow_no, fee_type, amount_fen, seen)
    fee_fen = -record.fen("手续费")
    if not fee_fen:
        return [principal]
    return [principal, _line(record, principal.shop, flow_no, "payment_fee", fee_fen, seen)]


def _line(
    record: Record, shop: str, flow_no: str, fee_type: str, amount_fen: int, seen: Counter[tuple[str, str]]
) -> BillRow:
    seen[flow_no, fee_type] += 1
    order = _ORDER.match(record.identity("商户订单号"))
    refunded = record.identity("交易状态") != "SUCCESS"
    return BillRow(
        row_no=record.no,
        platform=PLATFORM,
        shop=shop,
        wallet=WALLET,
        flow_no=flow_no,
        fee_type=fee_type,
        n=seen[flow_no, fee_type],
        order_no=order[1] if order else "",
        order_rule="wxpay.merchant_no",
        refund_no=record.identity("商户退款单号", required=False) if refunded else "",
        business_type=record.identity("交易状态"),
        remark=record.identity("商品名称", required=False),
        counterparty="",
        amount_fen=amount_fen,
        at=record.moment("交易时间", required=True),
        class_rule=f"wxpay.{fee_type}",
    )


def _control(reading: Reading[BillRow]) -> Control:
    computed = _computed(reading)
    if len(reading.footer) < 2:
        return missing(computed, "最后两行合计")
    names = [unwrap(as_text(cell)) for cell in reading.footer[0].cells]
    values = dict(zip(names, (unwrap(as_text(cell)) for cell in reading.footer[1].cells), strict=False))
    if not set(_TOTALS) <= values.keys():
        return missing(computed, "、".join(sorted(set(_TOTALS) - values.keys())))
    stated = {name: int(values[name]) if name == "总交易单数" else fen(name, values[name]) for name in _TOTALS}
    return compare(stated, computed)


def _computed(reading: Reading[BillRow]) -> dict[str, int]:
    """The totals from the rows as they were: quarantined ones count too, as far as they can be read."""
    sums: Counter[str] = Counter(dict.fromkeys(_TOTALS, 0))
    columns = {"应结订单总金额": "应结订单金额", "退款总金额": "退款金额", "手续费总金额": "手续费"}
    columns["充值券退款总金额"] = "充值券退款金额"
    for row in reading.raw:
        sums["总交易单数"] += 1
        for total, column in columns.items():
            sums[total] += _or_zero(column, row.payload.get(column, ""))
    return {name: sums[name] for name in _TOTALS}


def _or_zero(column: str, text: str) -> int:
    try:
        return fen(column, text, required=False)
    except CellInvalid:
        return 0
