"""京东 personal bill: an amount that says what was given back since, moments and ids before a TAB, a comma too many."""

import re
from collections import Counter

from storage.archive import Facts
from storage.documents import cells, personal
from storage.documents.cells import Cell
from storage.documents.document import Document
from storage.documents.file import SourceFile
from storage.documents.rows import BillRow
from storage.documents.table import Record, find_table, has_columns

KIND = "jd_personal"
PLATFORM = "personal"
TITLE = "京东 个人账单"
VERIFIED = "described"
WALLET = "personal"

REQUIRED = ["交易时间", "商户名称", "交易说明", "金额", "收/支", "交易状态", "交易订单号", "商家订单号"]
_OWNER = re.compile(r"京东账号名：\s*(\S+)")
_PAID_BACK = re.compile(r"(.+?)[(（](已[^)）]*)[)）]")


def identify(file: SourceFile) -> bool:
    """A merchant, a direction, an order and the merchant's number."""
    return has_columns(file, ["商户名称", "交易说明", "收/付款方式", "收/支", "交易订单号", "商家订单号"])


def read(file: SourceFile, facts: Facts) -> Document:
    """Every line. Raises FileError. The shop is that of the facts, else the account of the preamble."""
    table = find_table(file, REQUIRED, ["交易分类", "备注"])
    return personal.bill(file, table, facts, (KIND, PLATFORM), _OWNER, _row)


def _row(record: Record, shop: str, seen: Counter[tuple[str, str]]) -> BillRow:
    """What was given back has lines of its own: the amount is what moved then, the rest goes into the remark."""
    way = personal.direction(record.plain("收/支"))
    order_no = record.identity("交易订单号", required=False)
    flow_no, fee_type = record.identity("商家订单号", required=not order_no) or order_no, f"personal_{way}"
    moved_fen, paid_back = _moved(record.cell("金额"))
    seen[flow_no, fee_type] += 1
    return BillRow(
        row_no=record.no,
        platform=PLATFORM,
        shop=shop,
        wallet=WALLET,
        flow_no=flow_no,
        fee_type=fee_type,
        n=seen[flow_no, fee_type],
        order_no=order_no,
        order_rule="personal.jd_order_no",
        refund_no="",
        business_type=f"{record.plain('交易分类')}/{record.plain('交易状态')}",
        remark="；".join(filter(None, (record.plain("交易说明"), record.plain("备注"), paid_back))),
        counterparty=record.plain("商户名称"),
        amount_fen=personal.signed(way, moved_fen),
        at=record.moment("交易时间", required=True),
        class_rule="personal.direction",
    )


def _moved(cell: Cell) -> tuple[int, str]:
    """`131.77(已退款89.84)` -> 13177 and 已退款89.84. Raises CellInvalid."""
    match = _PAID_BACK.fullmatch(cells.plain(cell))
    return (cells.fen("金额", match[1]), match[2]) if match else (cells.fen("金额", cell), "")
