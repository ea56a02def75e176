"""How an order was judged before it ships: holds, reasons, rules, splits and merges."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, Table

from storage.database.tables.base import fen, key, metadata, text, whole

# Where an order stands on three axes that do not depend on each other; written by `storage.erp.orders.transition` only.
# process: new | held | approved | released | pulling_back | finished | cancelled
# pay:     unpaid | part_paid | paid | refund_open | part_refunded | refunded | closed
# ship:    none | part | shipped | part_returned | returned
order_state = Table(
    "order_state",
    metadata,
    key("platform"),
    key("shop"),
    key("order_no"),
    text("process", "new"),
    text("pay", "unpaid"),
    text("ship", "none"),
    whole("version"),  # how many transitions it has made
    Index("ix_order_state_process", "process"),
)

# What the core knows of an order beside the platform's figures; nothing in it is personal in plain: the buyer and the
# address are blind indexes or the platform's own masks (OAID), long runs of digits in memos are masked.
order_detail = Table(
    "order_detail",
    metadata,
    key("platform"),
    key("shop"),
    key("order_no"),
    text("order_type", "normal"),  # normal | presale | manual | brushing | test | resend
    text("buyer"),
    text("oaid"),
    text("address_key"),
    text("district"),
    text("address_state"),  # "" the platform keeps it | complete | masked | the codes of what it lacks
    text("buyer_memo"),
    text("seller_memo"),
    text("flag"),
    text("campaign"),
    text("balance_state"),  # "" no presale | deposit_paid | balance_paid
    text("entered_by"),  # who entered it by hand
    text("entered_why"),
    text("told_at"),  # the platform's moment of what is said here: the later one wins
    Index("ix_order_detail_buyer", "buyer"),
)

# release_by: person | fact (the rule no longer finds it) | time | arrival (of goods). An order with an open hold is
# held.
order_hold = Table(
    "order_hold",
    metadata,
    key("platform"),
    key("shop"),
    key("order_no"),
    key("code"),
    Column("nth", Integer, primary_key=True, nullable=False),
    text("state", "open"),  # open | released
    text("topic"),  # what exactly was found: a person who released it is not asked again for the same
    text("words"),
    text("facts"),  # JSON
    text("held_by"),  # rule@rule set, or a person
    text("release_by"),
    text("until"),
    text("owner"),  # whose queue; "" where nobody has to act
    text("due_at"),
    text("held_at"),
    text("released_at"),
    text("released_by"),
    text("released_why"),
    Index("ix_order_hold_state", "state"),
)

# One row per verdict that differed from the one before.
order_review = Table(
    "order_review",
    metadata,
    key("platform"),
    key("shop"),
    key("order_no"),
    Column("rule_set", Integer, primary_key=True, nullable=False),
    key("reasons_hash"),
    text("verdict"),  # pass | hold
    text("reasons"),  # JSON [{rule, code, words, facts}]
    text("reviewed_at"),
)

rule_set = Table(
    "rule_set",
    metadata,
    Column("version", Integer, primary_key=True, nullable=False, autoincrement=False),
    text("rules"),  # JSON [{rule, on, settings}] in order
    text("author"),
    text("note"),
    text("active_from"),
)

order_payment = Table(
    "order_payment",
    metadata,
    key("platform"),
    key("shop"),
    key("payment_no"),
    text("order_no"),
    text("method"),
    fen("amount_fen"),
    text("paid_at"),
    Index("ix_order_payment_order", "order_no"),
)

# state: wanted | held | sent | void | left_out. A gift has a reservation of its own, owned as <fulfilment>|…|<line_no>.
gift_line = Table(
    "gift_line",
    metadata,
    key("platform"),
    key("shop"),
    key("order_no"),
    key("line_no"),
    text("rule"),
    text("code"),
    whole("qty"),
    text("state", "wanted"),
    text("fulfilment_id"),
    text("explanation"),
    CheckConstraint("qty > 0", name="qty_positive"),
)

# What a parcel carries of its order's money; the parcels of an order sum back to the order.
fulfilment_share = Table(
    "fulfilment_share",
    metadata,
    key("fulfilment_id"),
    fen("paid_fen"),
    fen("freight_fen"),
    text("split_because"),
)

# One box for fulfilments of several orders: with `fulfilment_line` this makes orders and boxes m:n. Members share the
# warehouse, the carrier and the waybill number, so that each order's sub-orders are back-filled on their own.
parcel = Table(
    "parcel",
    metadata,
    key("parcel_id"),
    text("platform"),
    text("shop"),
    text("warehouse"),
    text("merge_key"),
    text("state", "open"),  # open | undone
    text("explanation"),
)
parcel_fulfilment = Table(
    "parcel_fulfilment",
    metadata,
    key("parcel_id"),
    key("fulfilment_id"),
    text("state", "in"),  # in | out
    text("because"),
    Index("ix_parcel_fulfilment_fulfilment", "fulfilment_id"),
)

# What the warehouse is told to do. Whoever moves `state` on first has won: packing, cancelling, handing over.
# state: issued | packed | pull_back_asked | pulled_back | handed_over | cancelled
ship_instruction = Table(
    "ship_instruction",
    metadata,
    key("fulfilment_id"),
    text("warehouse"),
    text("state", "issued"),
    whole("packed"),
    text("cause"),
    text("issued_at"),
    text("answered_at"),
    text("answered_by"),
    text("note"),
)
pick_task = Table(
    "pick_task",
    metadata,
    key("fulfilment_id"),
    key("code"),
    text("warehouse"),
    whole("qty"),
    text("state", "open"),  # open | picked | void
    CheckConstraint("qty > 0", name="qty_positive"),
)

# A number that was printed and must not travel; a number is never given back to the pool.
waybill_void = Table(
    "waybill_void",
    metadata,
    key("carrier"),
    key("waybill_no"),
    text("fulfilment_id"),
    text("because"),
    text("voided_at"),
)

# From a province to a province; no row means that the carrier does not go there.
carrier_rate = Table(
    "carrier_rate",
    metadata,
    key("carrier"),
    key("origin"),
    key("province"),
    whole("first_g"),
    fen("first_fen"),
    whole("step_g"),
    fen("step_fen"),
)
carrier_gap = Table("carrier_gap", metadata, key("carrier"), key("province"), key("city"), key("district"))

track_event = Table(
    "track_event",
    metadata,
    key("carrier"),
    key("waybill_no"),
    key("at"),
    key("words"),
    text("place"),
    text("kind"),  # moving | delivered | returned
)

presale_quota = Table("presale_quota", metadata, key("platform"), key("shop"), key("code"), whole("qty"))

shop_zone = Table("shop_zone", metadata, key("platform"), key("shop"), text("zone", "Asia/Shanghai"))

# What became of each row of an operation on many.
batch_result = Table(
    "batch_result",
    metadata,
    key("batch_id"),
    Column("n", Integer, primary_key=True, nullable=False),
    text("action"),
    text("subject"),
    text("outcome"),  # done | unchanged | refused
    text("words"),
)
