"""Goods more closely: lots, serial numbers, bins, kinds of places, holds, transfers, counts, limits, channels' shares.

`quant` stays the balance that is sold from; a code with a row in `stock_rule` is also followed lot by lot and bin by
bin: `cell_entry` is the append-only journal of that, `cell` its balance. Days are text `YYYY-MM-DD`, "" is not stated.
"""

from sqlalchemy import CheckConstraint, Column, Index, Integer, Table

from storage.database.tables.base import key, metadata, source, text, whole

# What a place is; a warehouse without a row is `own` and may not go below zero.
place_rule = Table(
    "place_rule",
    metadata,
    key("warehouse"),
    text("kind", "own"),  # own | third_party | store | dropship | bonded | defect | transit
    whole("allows_negative"),
    text("defects_go_to"),  # the defect place of this warehouse
)
# How a code is followed; a code without a row is counted by warehouse only.
stock_rule = Table(
    "stock_rule",
    metadata,
    key("code"),
    whole("by_serial"),
    text("strategy", "fefo"),  # fefo | fifo
    whole("shelf_days"),
    whole("ship_days_min"),  # days of shelf life a lot must have left to be shipped
    whole("near_days"),  # days before that from which people are warned
)
bin_place = Table("bin", metadata, key("warehouse"), key("bin"), whole("capacity"), text("property"))
lot = Table(
    "lot",
    metadata,
    key("code"),
    key("lot_no"),
    text("made_on"),
    text("expires_on"),
    text("received_on"),
    text("supplier"),
    *source(),
)
cell = Table(
    "cell",
    metadata,
    key("warehouse"),
    key("bin"),
    key("code"),
    key("lot_no"),
    whole("on_hand"),
    CheckConstraint("on_hand >= 0", name="on_hand"),
    Index("ix_cell_code", "code", "warehouse"),
)
cell_entry = Table(
    "cell_entry",
    metadata,
    key("doc_type"),
    key("doc_id"),
    key("doc_line"),
    Column("leg", Integer, primary_key=True, nullable=False),
    Column("entry", Integer, primary_key=True, nullable=False),
    text("warehouse"),
    text("bin"),
    text("code"),
    text("lot_no"),
    whole("qty"),  # signed: + in, - out
    text("at"),
    CheckConstraint("qty <> 0", name="qty_not_zero"),
)
# One row per piece: `place` is where it is, so it cannot be in two; `owner` is who has reserved it, "" nobody.
serial = Table(
    "serial",
    metadata,
    key("code"),
    key("serial_no"),
    text("place"),
    text("owner"),
    text("moved_on"),
    Index("ix_serial_place", "code", "place"),
)
serial_entry = Table(
    "serial_entry",
    metadata,
    key("doc_type"),
    key("doc_id"),
    key("doc_line"),
    Column("leg", Integer, primary_key=True, nullable=False),
    key("serial_no"),
    text("code"),
    text("from_place"),
    text("to_place"),
    text("at"),
)
# Frozen goods: what is frozen is held in `reservation` by the owner `hold|<hold_id>`, so every check of stock sees it.
stock_hold = Table(
    "stock_hold",
    metadata,
    key("hold_id"),
    text("warehouse"),
    text("code"),
    text("lot_no"),
    whole("qty"),
    text("kind"),  # manual | expiry
    text("reason"),
    text("placed_by"),
    text("placed_on"),
    text("released_by"),
    text("released_on"),  # "" = in force
)
overdraft = Table(
    "overdraft",
    metadata,
    key("warehouse"),
    key("code"),
    whole("qty"),  # pieces that left though the books had none; the next receipts pay them back
    CheckConstraint("qty >= 0", name="qty"),
)
reservation_expiry = Table("reservation_expiry", metadata, key("owner"), text("expires_on"))
stock_transfer = Table(
    "stock_transfer",
    metadata,
    key("transfer_id"),
    text("from_warehouse"),
    text("to_warehouse"),
    text("transit"),
    text("state"),  # sent | closed
    text("sent_on"),
    text("closed_on"),
    *source(),
)
stock_transfer_line = Table(
    "stock_transfer_line",
    metadata,
    key("transfer_id"),
    key("code"),
    whole("sent_qty"),
    whole("received_qty"),
    whole("surplus_qty"),
    whole("lost_qty"),
    whole("returned_qty"),
    text("explanation"),
)
stock_count_line = Table(
    "stock_count_line",
    metadata,
    key("count_id"),
    key("warehouse"),
    key("code"),
    key("lot_no"),
    key("bin"),
    whole("book_qty"),
    whole("counted_qty"),
    text("explanation"),
    text("at"),
)
stock_limit = Table(
    "stock_limit",
    metadata,
    key("warehouse"),
    key("code"),
    whole("min_qty"),
    whole("max_qty"),  # 0 = no upper limit
    whole("safety_qty"),
    text("explanation"),
)
stock_alert = Table(
    "stock_alert",
    metadata,
    key("warehouse"),
    key("code"),
    key("side"),  # lower | upper | near_expiry
    Column("n", Integer, primary_key=True, nullable=False),
    text("opened_on"),
    text("closed_on"),  # "" = open
    whole("qty"),
    whole("limit_qty"),
    text("message"),
)
stock_day = Table("stock_day", metadata, key("day"), key("warehouse"), key("code"), whole("on_hand"), whole("reserved"))
stock_set = Table("stock_set", metadata, key("code"), text("kind"))  # bundle | pick_one | lucky_bag
stock_set_member = Table("stock_set_member", metadata, key("code"), key("bag"), key("member"), whole("qty", 1))
# What a shop may sell of a code; code "" is every code of the shop without a row of its own.
channel_stock_rule = Table(
    "channel_stock_rule",
    metadata,
    key("platform"),
    key("shop"),
    key("code"),
    text("mode"),  # exclusive | ratio | quota
    whole("percent", 100),
    whole("quota_qty"),
    whole("presale_qty"),
    whole("cap_qty", -1),  # -1 = no cap
    text("formula"),
    text("warehouses"),  # names joined by ","; "" = every sellable one
)
channel_stock = Table(
    "channel_stock",
    metadata,
    key("platform"),
    key("shop"),
    key("platform_sku"),
    text("code"),
    whole("qty"),
    whole("presale_qty"),
    text("mode"),
    text("explanation"),  # JSON {words, inputs, steps}
    text("command_id"),  # the command that asks for this figure
    text("recorded_at"),
)
