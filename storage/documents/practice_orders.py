"""Orders of the practice mall: one row per sub-order, `订单…` columns repeat, ids begin with a TAB as 抖店 has them."""

from storage.archive import Facts
from storage.documents.cells import refuse_zero_tails
from storage.documents.control import untotalled
from storage.documents.document import Document
from storage.documents.file import SourceFile
from storage.documents.rows import SubOrderRow
from storage.documents.table import Record, find_table, has_columns, read_records

KIND = "practice_orders"
PLATFORM = "practice"
TITLE = "练习商城 订单"
VERIFIED = "described"

REQUIRED = [
    "店铺",
    "主订单编号",
    "子订单编号",
    "订单状态",
    "商品ID",
    "SKU ID",
    "商家编码",
    "商品名称",
    "数量",
    "单价",
    "订单商家优惠",
    "订单平台优惠",
    "订单运费",
    "订单实付金额",
    "子订单优惠分摊",
    "子订单实付分摊",
    "子订单退款金额",
    "售后状态",
    "下单时间",
    "付款时间",
    "发货时间",
    "完成时间",
    "更新时间",
]
OPTIONAL = ["省", "市", "优先级", "最晚发货时间", "快递公司", "快递单号"]


def identify(file: SourceFile) -> bool:
    """Sub-orders with the discounts of their order."""
    return has_columns(file, ["子订单编号", "订单平台优惠", "子订单实付分摊", "更新时间"])


def read(file: SourceFile, _facts: Facts) -> Document:
    """Every sub-order. Raises FileError; a column of rounded ids refuses the file."""
    table = find_table(file, REQUIRED, OPTIONAL)
    reading = read_records(table, lambda record: (_row(record),))
    refuse_zero_tails("主订单编号", (row.order_no for row in reading.rows))
    period = file.covers(row.created_at for row in reading.rows)
    control = untotalled(len(reading.raw))
    return Document(KIND, PLATFORM, reading.rows, reading.raw, control, reading.quarantine, period)


def _row(record: Record) -> SubOrderRow:
    return SubOrderRow(
        row_no=record.no,
        shop=record.identity("店铺"),
        order_no=record.identity("主订单编号"),
        sub_no=record.identity("子订单编号"),
        status=record.plain("订单状态"),
        product_id=record.identity("商品ID"),
        platform_sku=record.identity("SKU ID"),
        code=record.identity("商家编码", required=False),
        title=record.plain("商品名称"),
        qty=record.whole("数量"),
        price_fen=record.fen("单价"),
        seller_discount_fen=record.fen("订单商家优惠"),
        platform_discount_fen=record.fen("订单平台优惠"),
        freight_fen=record.fen("订单运费"),
        paid_fen=record.fen("订单实付金额"),
        discount_share_fen=record.fen("子订单优惠分摊"),
        paid_share_fen=record.fen("子订单实付分摊"),
        refunded_fen=record.fen("子订单退款金额"),
        refund_status=record.plain("售后状态"),
        province=record.plain("省"),
        city=record.plain("市"),
        priority=record.whole("优先级", required=False),
        created_at=record.moment("下单时间", required=True),
        paid_at=record.moment("付款时间"),
        latest_ship_at=record.moment("最晚发货时间"),
        shipped_at=record.moment("发货时间"),
        finished_at=record.moment("完成时间"),
        carrier=record.plain("快递公司"),
        waybill_no=record.identity("快递单号", required=False),
        modified_at=record.moment("更新时间", required=True),
    )
