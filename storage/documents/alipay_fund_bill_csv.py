"""支付宝 账务明细: a zip whose first file may be the summary, or its CSV: `#` preamble and footer, 12 or 16 columns."""

import re
from collections import Counter

from storage.archive import Facts
from storage.documents.alipay_rules import AlipayLine, fee_class, order_of, refund_of
from storage.documents.cells import fen, refuse_zero_tails, unwrap
from storage.documents.control import both_ways, compare, missing
from storage.documents.document import Control, Document
from storage.documents.file import SourceFile
from storage.documents.rows import BillRow
from storage.documents.table import Reading, Record, Table, find_table, has_columns, read_records
from storage.errors import CellInvalid, FileBroken

KIND = "alipay_fund_bill_csv"
PLATFORM = "practice"
TITLE = "支付宝 账务明细"
VERIFIED = "template"

INCOME, EXPENSE = "收入金额（+元）", "支出金额（-元）"
REQUIRED = ["账务流水号", "商户订单号", "发生时间", "对方账号", INCOME, EXPENSE, "业务类型", "备注"]
OPTIONAL = ["业务流水号", "业务基础订单号", "业务描述", "账户余额（元）"]

_ACCOUNT = re.compile(r"账号：\[?(\d+)")
_SPAN = re.compile(r"起始日期：\[(\d{4})年(\d\d)月(\d\d)日[^\]]*\]\s*终止日期：\[(\d{4})年(\d\d)月(\d\d)日 ([\d:]+)\]")
_TOTAL = re.compile(r"(支出|收入)合计：(\d+)笔，共(-?[\d,.]+)元")


def identify(file: SourceFile) -> bool:
    """The statement itself, or a zip that holds it."""
    return any(has_columns(part, ["账务流水号", INCOME, "业务类型"]) for part in _parts(file))


def read(file: SourceFile, facts: Facts) -> Document:
    """Every line, classed and with its order. Raises FileError, also when a zip holds no statement.

    The shop is the one that the facts name, else the account number of the preamble.
    """
    table = find_table(_detail(file), REQUIRED, OPTIONAL)
    lead = "\n".join(table.lead())
    account = _ACCOUNT.search(lead)
    shop = facts.shop or (account[1] if account else "")
    seen: Counter[tuple[str, str]] = Counter()
    reading = read_records(table, lambda record: (_row(record, shop, seen),), ends=_is_footer, amount=_amount)
    refuse_zero_tails("账务流水号", (row.flow_no for row in reading.rows))
    period = _period(lead) or file.covers(row.at for row in reading.rows)
    return Document(
        KIND, PLATFORM, reading.rows, reading.raw, _control(table, reading), reading.quarantine, period, shop
    )


def _parts(file: SourceFile) -> list[SourceFile]:
    return file.members if file.form == "zip" else [file]


def _detail(file: SourceFile) -> SourceFile:
    for part in _parts(file):
        if has_columns(part, ["账务流水号", INCOME]):
            return part
    raise FileBroken(file.name, "压缩包里没有账务明细")


def _is_footer(record: Record) -> bool:
    return record.words().lstrip().startswith("#")


def _amount(record: Record) -> int:
    """Signed: the expense column is negative in most files, unsigned in some."""
    income, expense = record.fen(INCOME, required=False), record.fen(EXPENSE, required=False)
    if income and expense:
        raise CellInvalid(EXPENSE, record.words()[:60], "收入和支出同时有金额")
    if not record.plain(INCOME) and not record.plain(EXPENSE):
        raise CellInvalid(INCOME, "", "没有金额")
    return income or -abs(expense)


def _row(record: Record, shop: str, seen: Counter[tuple[str, str]]) -> BillRow:
    amount_fen = _amount(record)
    at = record.moment("发生时间", required=True)
    flow_no = record.identity("账务流水号")
    line = AlipayLine(
        business_type=record.plain("业务类型"),
        merchant_no=record.identity("商户订单号", required=False),
        remark=unwrap(record.plain("备注")),
        counterparty=record.plain("对方账号"),
        base_order_no=record.identity("业务基础订单号", required=False),
        amount_fen=amount_fen,
    )
    fee, class_rule = fee_class(line)
    order_no, order_rule = order_of(line)
    seen[flow_no, fee] += 1
    return BillRow(
        row_no=record.no,
        platform=PLATFORM,
        shop=shop,
        wallet="alipay",
        flow_no=flow_no,
        fee_type=fee,
        n=seen[flow_no, fee],
        order_no=order_no,
        order_rule=order_rule,
        refund_no=refund_of(line),
        business_type=line.business_type,
        remark=line.remark,
        counterparty=line.counterparty,
        amount_fen=amount_fen,
        at=at,
        class_rule=class_rule,
    )


def _period(lead: str) -> tuple[str, str] | None:
    """First and last day covered; an end at 00:00:00 means that the day before was the last."""
    from datetime import date, timedelta

    span = _SPAN.search(lead)
    if not span:
        return None
    first, end = date(*map(int, span.groups()[:3])), date(*map(int, span.groups()[3:6]))
    last = end - timedelta(days=1) if span[7] == "00:00:00" and end > first else end
    return first.isoformat(), last.isoformat()


def _control(table: Table, reading: Reading[BillRow]) -> Control:
    amounts = [row.amount_fen for row in reading.rows]
    amounts += [row.amount_fen for row in reading.quarantine]
    computed = both_ways(amounts)
    stated: dict[str, int] = {}
    for text in [*table.lead(), *(record.words() for record in reading.footer)]:
        if match := _TOTAL.search(text):
            stated[f"{match[1]}笔数"] = int(match[2])
            stated[f"{match[1]}合计"] = fen(f"{match[1]}合计", match[3])
    return compare(stated, computed) if len(stated) == 4 else missing(computed, "支出合计和收入合计")
