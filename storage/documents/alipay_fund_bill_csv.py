"""支付宝 账务明细: a zip whose first file may be the summary, or its CSV: `#` preamble and footer, 12 or 16 columns."""

from collections import Counter

from storage.archive import Facts
from storage.documents.alipay_rules import fee_class, order_of, refund_of
from storage.documents.alipay_statement import account, control, covers, is_footer
from storage.documents.alipay_statement import line as alipay_line
from storage.documents.cells import refuse_zero_tails
from storage.documents.document import Document
from storage.documents.file import SourceFile
from storage.documents.rows import BillRow
from storage.documents.table import Record, find_table, has_columns, read_records
from storage.errors import CellInvalid, FileBroken

KIND = "alipay_fund_bill_csv"
PLATFORM = "practice"
TITLE = "支付宝 账务明细"
VERIFIED = "template"
WALLET = "alipay"

HEADER = (
    "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,"
    "业务类型,备注,业务描述,业务账单来源,业务基础订单号,业务订单号"
)
INCOME, EXPENSE = "收入金额（+元）", "支出金额（-元）"
REQUIRED = ["账务流水号", "商户订单号", "发生时间", "对方账号", INCOME, EXPENSE, "业务类型", "备注"]
OPTIONAL = ["业务流水号", "业务基础订单号", "业务描述", "账户余额（元）"]


def identify(file: SourceFile) -> bool:
    """The statement itself, or a zip that holds it."""
    return any(has_columns(part, ["账务流水号", INCOME, "业务类型"]) for part in _parts(file))


def read(file: SourceFile, facts: Facts) -> Document:
    """Every line, classed and with its order. Raises FileError, also when a zip holds no statement.

    The shop is the one that the facts name, else the account number of the preamble.
    """
    table = find_table(_detail(file), REQUIRED, OPTIONAL)
    shop = facts.shop or account(table, file)
    seen: Counter[tuple[str, str]] = Counter()
    reading = read_records(table, lambda record: (_row(record, shop, seen),), ends=is_footer, amount=_amount)
    refuse_zero_tails("账务流水号", (row.flow_no for row in reading.rows))
    span = covers(table, file)
    period = span if all(span) else file.covers(row.at for row in reading.rows)
    return Document(
        KIND, PLATFORM, reading.rows, reading.raw, control(table, reading), reading.quarantine, period, shop,
        wallet=WALLET,
    )  # fmt: skip


def _parts(file: SourceFile) -> list[SourceFile]:
    return file.parts()


def _detail(file: SourceFile) -> SourceFile:
    for part in _parts(file):
        if has_columns(part, ["账务流水号", INCOME]):
            return part
    raise FileBroken(file.name, "压缩包里没有账务明细")


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
    line = alipay_line(record, amount_fen)
    fee, class_rule = fee_class(line)
    order_no, order_rule = order_of(line)
    seen[flow_no, fee] += 1
    return BillRow(
        row_no=record.no,
        platform=PLATFORM,
        shop=shop,
        wallet=WALLET,
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
