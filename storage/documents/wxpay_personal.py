"""微信支付 personal bill, csv or xlsx: amounts `¥28.16`, `/` for a neutral direction and for nothing."""

import re
from collections import Counter

from storage.archive import Facts
from storage.documents import personal
from storage.documents.document import Document
from storage.documents.file import SourceFile
from storage.documents.rows import BillRow
from storage.documents.table import Record, find_table, has_columns

KIND = "wxpay_personal"
PLATFORM = "personal"
TITLE = "微信支付 个人账单"
VERIFIED = "real sample"
WALLET = "personal"

REQUIRED = ["交易时间", "交易类型", "交易对方", "商品", "收/支", "金额(元)", "当前状态", "交易单号"]
_NICKNAME = re.compile(r"微信昵称：\[([^\]]*)\]")


def identify(file: SourceFile) -> bool:
    """A transaction type, a direction and a state."""
    return has_columns(file, ["交易类型", "收/支", "金额(元)", "当前状态", "交易单号"])


def read(file: SourceFile, facts: Facts) -> Document:
    """Every line. Raises FileError. The shop is that of the facts, else the nickname of the preamble."""
    table = find_table(file, REQUIRED, ["商户单号", "备注"])
    return personal.bill(file, table, facts, (KIND, PLATFORM), _NICKNAME, _row)


def _row(record: Record, shop: str, seen: Counter[tuple[str, str]]) -> BillRow:
    way = personal.direction(record.plain("收/支"))
    flow_no, fee_type = record.identity("交易单号"), f"personal_{way}"
    seen[flow_no, fee_type] += 1
    return BillRow(
        row_no=record.no,
        platform=PLATFORM,
        shop=shop,
        wallet=WALLET,
        flow_no=flow_no,
        fee_type=fee_type,
        n=seen[flow_no, fee_type],
        order_no=record.identity("商户单号", required=False),
        order_rule="personal.merchant_no",
        refund_no="",
        business_type=f"{record.plain('交易类型')}/{record.plain('当前状态')}",
        remark="；".join(filter(None, (record.plain("商品"), record.plain("备注")))),
        counterparty=record.plain("交易对方"),
        amount_fen=personal.signed(way, record.fen("金额(元)")),
        at=record.moment("交易时间", required=True),
        class_rule="personal.direction",
    )
