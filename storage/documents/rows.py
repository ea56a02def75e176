"""The typed rows that documents are read into; `row_no` is the row of the file, amounts are integer fen.

One NamedTuple per thing that a file can tell of; `storage.posting` says which tables it goes into.
"""

from typing import NamedTuple


class SubOrderRow(NamedTuple):
    """One sub-order with its order's columns repeated, as order exports have them."""

    row_no: int
    shop: str
    order_no: str
    sub_no: str
    status: str
    product_id: str
    platform_sku: str
    code: str
    title: str
    qty: int
    price_fen: int
    seller_discount_fen: int
    platform_discount_fen: int
    freight_fen: int
    paid_fen: int
    discount_share_fen: int
    paid_share_fen: int
    refunded_fen: int
    refund_status: str
    province: str
    city: str
    priority: int
    created_at: str
    paid_at: str
    latest_ship_at: str
    shipped_at: str
    finished_at: str
    carrier: str
    waybill_no: str
    modified_at: str


class OrderRow(NamedTuple):
    """An order without its lines, from a source that has no modification times."""

    row_no: int
    platform: str
    shop: str
    order_no: str
    status: str
    closed: bool
    paid_fen: int
    items: int
    created_at: str


class RefundRow(NamedTuple):
    """One after-sales case; done when `done_at` is set."""

    row_no: int
    shop: str
    refund_no: str
    order_no: str
    sub_no: str
    amount_fen: int
    created_at: str
    done_at: str
    status: str
    after_settlement: bool


class ProductRow(NamedTuple):
    """One sellable SKU of a shop. `components`: what a bundle is made of, ((code, qty), …), else empty."""

    row_no: int
    shop: str
    product_id: str
    platform_sku: str
    title: str
    category: str
    status: str
    code: str
    spec: str
    price_fen: int
    activity_ceiling_fen: int
    platform_stock: int
    components: tuple[tuple[str, int], ...]


class StockRow(NamedTuple):
    """What one warehouse holds of one code when its books are opened."""

    row_no: int
    document_no: str
    counted_at: str
    warehouse: str
    warehouse_name: str
    province: str
    code: str
    qty: int
    unit_cost_fen: int


class WaybillRow(NamedTuple):
    """A waybill number that a carrier gave out."""

    row_no: int
    carrier: str
    waybill_no: str


class AdRow(NamedTuple):
    """Spend and what came of it: one day, plan and product."""

    row_no: int
    shop: str
    day: str
    plan: str
    product_id: str
    title: str
    spend_fen: int
    impressions: int
    clicks: int
    orders: int
    gmv_fen: int


class BillRow(NamedTuple):
    """One line of a wallet's statement with its fee class; `n` counts equal (flow_no, fee_type) within the file."""

    row_no: int
    platform: str
    shop: str
    wallet: str
    flow_no: str
    fee_type: str
    n: int
    order_no: str
    order_rule: str
    refund_no: str
    business_type: str
    remark: str
    counterparty: str
    amount_fen: int
    at: str
    class_rule: str


class BankRow(NamedTuple):
    """One line of a bank statement; signed, + into the account."""

    row_no: int
    account: str
    line_key: str
    day: str
    summary: str
    counterparty: str
    amount_fen: int


class ResultRow(NamedTuple):
    """What a bot did to one row of a worklist."""

    row_no: int
    run_id: str
    command_id: str
    worklist: str
    shop: str
    outcome: str
    reason: str
    at: str
    data: str


class BatchRow(NamedTuple):
    """What became of one sub-order of a ship sheet that a run uploaded; `outcome` done or rejected."""

    row_no: int
    run_id: str
    shop: str
    sub_no: str
    outcome: str
    reason: str
    at: str


class DataRow(NamedTuple):
    """One row of a format that the core has no table of its own for yet: typed, keyed, with its order and its amount.

    `data`: column -> text (ids, words, ISO moments, exact rates) or int (fen, whole numbers). `amount_fen`: signed, +
    into the account, in hundredths of `currency`.
    """

    row_no: int
    kind: str
    platform: str
    shop: str
    row_key: str
    n: int
    order_no: str
    order_rule: str
    sub_no: str
    at: str
    amount_fen: int
    currency: str
    fee_type: str
    class_rule: str
    data: dict[str, str | int]


Row = (
    SubOrderRow
    | OrderRow
    | RefundRow
    | ProductRow
    | StockRow
    | WaybillRow
    | AdRow
    | BillRow
    | BankRow
    | ResultRow
    | BatchRow
    | DataRow
)
