"""The order pool: orders with three orthogonal states, their lines, refunds, events, and ad spend."""

from sqlalchemy import Index, Table

from storage.database.tables.base import fen, key, metadata, source, text, whole

# pay_state:    unpaid | paid | part_refunded | refunded | closed; "" when the source does not say (oscar)
# ship_state:   none | part | shipped
# refund_state: none | open | part | full
# A later platform_modified_at wins, then a later export (sources without modification times; a change in the second of
# an export), then the greater content_hash; identical content: the smaller source.
platform_order = Table(
    "platform_order",
    metadata,
    key("platform"),
    key("shop"),
    key("order_no"),
    text("content_hash"),
    text("pay_state"),
    text("ship_state"),
    text("refund_state"),
    text("platform_status"),
    fen("goods_fen"),
    fen("paid_fen"),
    fen("seller_discount_fen"),
    fen("platform_discount_fen"),
    fen("freight_fen"),
    fen("refunded_fen"),
    whole("priority"),
    text("province"),
    text("city"),
    text("created_at"),
    text("paid_at"),
    text("shipped_at"),
    text("finished_at"),
    text("latest_ship_at"),
    text("platform_modified_at"),
    text("exported_at"),
    *source(),
    Index("ix_platform_order_created", "shop", "created_at"),
    Index("ix_platform_order_no", "order_no"),
)

order_line = Table(
    "order_line",
    metadata,
    key("platform"),
    key("shop"),
    key("order_no"),
    key("sub_no"),
    text("product_id"),
    text("platform_sku"),
    text("code"),  # 商家编码 as exported; what it is made of: bundle
    text("title"),
    whole("qty"),
    fen("price_fen"),
    fen("discount_share_fen"),
    fen("paid_share_fen"),
    fen("refunded_fen"),
    text("refund_status"),
    text("carrier"),
    text("waybill_no"),
    text("platform_modified_at"),  # the greater wins, then the later export, then the greater content; then as above
    text("exported_at"),
    *source(),
)

refund = Table(
    "refund",
    metadata,
    key("platform"),
    key("shop"),
    key("refund_no"),
    text("order_no"),
    text("sub_no"),
    fen("amount_fen"),
    text("created_at"),
    text("done_at"),
    text("status"),
    whole("after_settlement"),
    text("exported_at"),
    *source(),
    Index("ix_refund_order", "order_no"),
)

# Facts, never updated. type: created | paid | shipped | finished | closed | refunded | allocated | shipped_by_bot ...
order_event = Table(
    "order_event",
    metadata,
    key("platform"),
    key("shop"),
    key("order_no"),
    key("type"),
    key("at"),
    text("actor"),
    text("cause"),  # file_sha:row_no, run id, or rule id
    text("data"),
)

ad_day = Table(
    "ad_day",
    metadata,
    key("platform"),
    key("shop"),
    key("day"),
    key("plan"),
    key("product_id"),
    text("title"),
    fen("spend_fen"),
    whole("impressions"),
    whole("clicks"),
    whole("orders"),
    fen("gmv_fen"),
    text("exported_at"),  # platforms revise the last days: the newer export wins
    *source(),
)
