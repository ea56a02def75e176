"""What can be sold and where it lies: catalog, append-only moves, balances, reservations, parcels."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, Table

from storage.database.tables.base import fen, key, metadata, source, text, whole

# exported_at: when the platform made the export (its file name says so, else when we received it); a product list has
# no modification times of its own, so the newer export wins.
sku = Table("sku", metadata, key("code"), text("title"), text("exported_at"), *source())
bundle = Table("bundle", metadata, key("code"), key("component"), whole("qty"), text("exported_at"), *source())
channel_sku = Table(
    "channel_sku",
    metadata,
    key("platform"),
    key("shop"),
    key("platform_sku"),
    text("product_id"),
    text("title"),
    text("category"),
    text("status"),  # 上架 | 下架
    text("code"),
    text("spec"),
    fen("price_fen"),
    fen("activity_ceiling_fen"),
    whole("platform_stock"),
    text("exported_at"),
    *source(),
)
warehouse = Table("warehouse", metadata, key("warehouse"), text("name"), text("province"), whole("rank"))

# Append-only, two-ended: goods appear from and vanish to virtual places (supplier, opening, customer, loss).
move = Table(
    "move",
    metadata,
    key("doc_type"),  # opening | issue | transfer | count
    key("doc_id"),
    key("doc_line"),
    Column("leg", Integer, primary_key=True, nullable=False),
    text("code"),
    text("from_place"),
    text("to_place"),
    whole("qty"),
    fen("unit_cost_fen"),
    text("at"),
    *source(),
    CheckConstraint("qty > 0", name="qty_positive"),
    CheckConstraint("from_place <> to_place", name="two_ended"),
)

quant = Table(
    "quant",
    metadata,
    key("warehouse"),
    key("code"),
    whole("on_hand"),
    whole("reserved"),
    CheckConstraint("on_hand >= 0", name="on_hand"),
    CheckConstraint("reserved >= 0 AND reserved <= on_hand", name="reserved"),
)

reservation = Table(
    "reservation",
    metadata,
    key("owner"),  # fulfilment_id|platform|shop|order_no|sub_no
    key("warehouse"),
    key("code"),
    whole("qty"),
    text("state"),  # held | consumed | void | expired; ends exactly once
    text("recorded_at"),
    CheckConstraint("qty > 0", name="qty_positive"),
)

allocation_batch = Table(
    "allocation_batch",
    metadata,
    key("batch_id"),
    whole("orders"),
    whole("lines"),
    whole("parcels"),
    whole("short_lines"),
    fen("cost_fen"),
    fen("bound_fen"),  # LP lower bound on the cost: cost - bound is the most that any allocation could save
    text("note"),
    text("recorded_at"),
)

# One parcel: one order from one warehouse. A sub-order ships whole in one parcel: the platform takes one waybill each.
fulfilment = Table(
    "fulfilment",
    metadata,
    key("fulfilment_id"),
    text("platform"),
    text("shop"),
    text("order_no"),
    text("warehouse"),
    text("batch_id"),
    text("state"),  # allocated | labelled | shipped | cancelled
    text("carrier"),
    text("waybill_no"),
    fen("cost_fen"),
    text(
        "explanation"
    ),  # JSON {chosen, candidates: [{warehouses, parts, cost_fen}], rejected: [{warehouse, because}], words}
    Index("ix_fulfilment_order", "order_no"),
)
fulfilment_line = Table(
    "fulfilment_line",
    metadata,
    key("fulfilment_id"),
    key("sub_no"),
    text("code"),
    whole("qty"),
)

waybill = Table(
    "waybill",
    metadata,
    key("carrier"),
    key("waybill_no"),
    text("fulfilment_id"),  # "" = free
    *source(),
)
