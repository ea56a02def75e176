"""Withdrawals of a practice wallet to the bank: the trade bill of 微信支付 does not list them."""

from collections import Counter

from storage.archive import Facts
from storage.documents.control import untotalled
from storage.documents.document import Document
from storage.documents.file import SourceFile
from storage.documents.rows import BillRow
from storage.documents.table import Record, find_table, has_columns, read_records
from storage.errors import CellInvalid

KIND = "practice_withdrawals"
PLATFORM = "practice"
TITLE = "练习商城 提现记录"
VERIFIED = "described"

REQUIRED = ["提现单号", "商户号", "提现金额", "提现时间", "到账银行", "状态"]
DONE = "提现成功"


def identify(file: SourceFile) -> bool:
    """Withdrawals with the bank they went to."""
    return has_columns(file, REQUIRED)


def read(file: SourceFile, facts: Facts) -> Document:
    """Every withdrawal that succeeded; others moved no money and stay in the raw rows. Raises FileError."""
    seen: Counter[str] = Counter()
    reading = read_records(find_table(file, REQUIRED), lambda record: _rows(record, facts.shop, seen))
    period = file.covers(row.at for row in reading.rows)
    control = untotalled(len(reading.raw))
    return Document(KIND, PLATFORM, reading.rows, reading.raw, control, reading.quarantine, period, facts.shop)


def _rows(record: Record, shop: str, seen: Counter[str]) -> list[BillRow]:
    flow_no, account, bank = record.identity("提现单号"), record.identity("商户号"), record.plain("到账银行")
    amount_fen = record.fen("提现金额")
    if amount_fen <= 0:
        raise CellInvalid("提现金额", record.plain("提现金额"), "应大于零")
    if record.plain("状态") != DONE:
        return []
    seen[flow_no] += 1
    line = BillRow(
        row_no=record.no,
        platform=PLATFORM,
        shop=shop or account,
        wallet="alipay" if account.startswith("2088") else "wxpay",
        flow_no=flow_no,
        fee_type="withdrawal",
        n=seen[flow_no],
        order_no="",
        order_rule="",
        refund_no="",
        business_type="提现",
        remark=f"提现到{bank}",
        counterparty=bank,
        amount_fen=-amount_fen,
        at=record.moment("提现时间", required=True),
        class_rule="practice.withdrawal",
    )
    return [line]
