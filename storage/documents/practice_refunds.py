"""After-sales of the practice mall, one row per case."""

from storage.archive import Facts
from storage.documents.cells import refuse_zero_tails
from storage.documents.control import untotalled
from storage.documents.document import Document
from storage.documents.file import SourceFile
from storage.documents.rows import RefundRow
from storage.documents.table import Record, find_table, has_columns, read_records
from storage.errors import CellInvalid

KIND = "practice_refunds"
PLATFORM = "practice"
TITLE = "练习商城 售后"
VERIFIED = "described"

NOT_GRANTED = ("关闭", "拒绝", "取消", "撤销", "驳回", "失败")
AFTER = "结算后退款"
AFTER_SPELT = "结算后退款|结算后退款(是/否)"
REQUIRED = ["店铺", "退款编号", "主订单编号", "子订单编号", "退款金额", "申请时间", "完成时间", "售后状态", AFTER_SPELT]


def identify(file: SourceFile) -> bool:
    """Cases with a refund number that say whether the order was settled."""
    return has_columns(file, ["退款编号", "退款金额", AFTER_SPELT])


def read(file: SourceFile, _facts: Facts) -> Document:
    """Every case. Raises FileError."""
    reading = read_records(find_table(file, REQUIRED), lambda record: (_row(record),))
    refuse_zero_tails("退款编号", (row.refund_no for row in reading.rows))
    period = file.covers(row.created_at for row in reading.rows)
    control = untotalled(len(reading.raw))
    return Document(KIND, PLATFORM, reading.rows, reading.raw, control, reading.quarantine, period)


def _row(record: Record) -> RefundRow:
    after = record.plain(AFTER)
    if after not in {"是", "否"}:
        raise CellInvalid(AFTER, after, "应为 是 或 否")
    status = record.plain("售后状态")
    closed = any(word in status for word in NOT_GRANTED)
    return RefundRow(
        row_no=record.no,
        shop=record.identity("店铺"),
        refund_no=record.identity("退款编号"),
        order_no=record.identity("主订单编号"),
        sub_no=record.identity("子订单编号", required=False),
        amount_fen=record.fen("退款金额"),
        created_at=record.moment("申请时间", required=True),
        done_at="" if closed else record.moment("完成时间"),  # a case that was closed has its end too, and no money
        status=status,
        after_settlement=after == "是",
    )
