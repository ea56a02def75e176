"""支付宝 personal bill: 24 lines of preamble, padded cells, ids end with a TAB, amounts unsigned beside a direction."""

import re
from collections import Counter

from storage.archive import Facts
from storage.documents import personal
from storage.documents.document import Document
from storage.documents.file import SourceFile
from storage.documents.rows import BillRow
from storage.documents.table import Record, find_table, has_columns

KIND = "alipay_personal"
PLATFORM = "personal"
TITLE = "支付宝 个人账单"
VERIFIED = "real sample"
WALLET = "personal"

REQUIRED = ["交易时间", "交易分类", "交易对方", "商品说明", "收/支", "金额", "交易状态", "交易订单号"]
_ACCOUNT = re.compile(r"支付宝账户：(\S+)")


def identify(file: SourceFile) -> bool:
    """A category, a description and a direction."""
    return has_columns(file, ["交易分类", "商品说明", "收/支", "交易订单号"])


def read(file: SourceFile, facts: Facts) -> Document:
    """Every line. Raises FileError. The shop is that of the facts, else the account of the preamble."""
    table = find_table(file, REQUIRED, ["商家订单号", "备注"])
    return personal.bill(file, table, facts, (KIND, PLATFORM), _ACCOUNT, _row)


def _row(record: Record, shop: str, seen: Counter[tuple[str, str]]) -> BillRow:
    way = personal.direction(record.plain("收/支"))
    flow_no, fee_type = record.identity("交易订单号"), f"personal_{way}"
    seen[flow_no, fee_type] += 1
    return BillRow(
        row_no=record.no,
        platform=PLATFORM,
        shop=shop,
        wallet=WALLET,
        flow_no=flow_no,
        fee_type=fee_type,
        n=seen[flow_no, fee_type],
        order_no=record.identity("商家订单号", required=False),
        order_rule="personal.merchant_no",
        refund_no="",
        business_type=f"{record.plain('交易分类')}/{record.plain('交易状态')}",
        remark=record.plain("商品说明"),
        counterparty=record.plain("交易对方"),
        amount_fen=personal.signed(way, record.fen("金额")),
        at=record.moment("交易时间", required=True),
        class_rule="personal.direction",
    )
