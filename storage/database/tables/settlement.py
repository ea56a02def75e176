"""What orders earned and cost beyond the statements: express bills, manual adjustments, settlement sheets, invoices,
payees of commission, reasons of after-sales, refunds of price differences."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, Table

from storage.database.tables.base import fen, key, metadata, source, text, whole

# One fee of one parcel as the carrier bills it. bill_no: the kind and key of the row that says so; n as there.
express_bill_line = Table(
    "express_bill_line",
    metadata,
    key("carrier"),
    key("waybill_no"),
    key("fee"),  # as the carrier calls it, 运费 where it does not
    key("bill_no"),
    Column("n", Integer, primary_key=True, nullable=False),
    text("day"),
    whole("weight_g"),  # as charged
    fen("amount_fen"),  # + we pay, - the carrier gives back
    *source(),
    Index("ix_express_bill_line_number", "waybill_no"),
)

# What a person adds to an order's (or, with order_no "", a shop's) figures. Never changed: a correction is another row.
profit_adjustment = Table(
    "profit_adjustment",
    metadata,
    key("adjustment_id"),
    text("platform"),
    text("shop"),
    text("order_no"),
    text("sub_no"),
    text("component"),
    fen("amount_fen"),  # + raises the profit
    text("day"),
    text("note"),
    text("author"),
    text("reverses"),  # the adjustment that this one takes back
    text("recorded_at"),
)

# state: draft (built anew from the books) | confirmed (frozen; what comes later makes the next version)
settlement_sheet = Table(
    "settlement_sheet",
    metadata,
    key("party_kind"),  # shop | carrier | payee | supplier
    key("party"),
    key("month"),  # YYYY-MM
    Column("version", Integer, primary_key=True, nullable=False),
    text("state"),
    fen("total_fen"),
    text("content_hash"),
    text("note"),
    text("decided_by"),
    text("decided_at"),
)
settlement_sheet_line = Table(
    "settlement_sheet_line",
    metadata,
    key("party_kind"),
    key("party"),
    key("month"),
    Column("version", Integer, primary_key=True, nullable=False),
    key("component"),
    key("ref"),
    text("day"),
    fen("amount_fen"),
    text("words"),
    *source(),
)

# state: draft -> requested (a command is out) -> issued (a bot's result says so) | refused; draft -> void
invoice = Table(
    "invoice",
    metadata,
    key("invoice_id"),
    text("color"),  # blue | red
    text("reverses"),  # the blue invoice that a red one takes back
    text("state"),
    text("platform"),
    text("shop"),
    text("title"),
    text("tax_no"),
    whole("tax_rate_bp"),
    fen("amount_fen"),  # tax included; negative on a red one
    fen("tax_fen"),
    text("reason"),
    text("author"),
    text("command_id"),
    text("recorded_at"),
)
invoice_line = Table(
    "invoice_line",
    metadata,
    key("invoice_id"),
    key("order_no"),
    key("sub_no"),
    fen("amount_fen"),
    fen("tax_fen"),
    Index("ix_invoice_line_order", "order_no"),
)

# Who gets which share of a commission; of the rules that hold the most specific decides (all rows of one rule_id).
payee_rule = Table(
    "payee_rule",
    metadata,
    key("rule_id"),
    key("payee"),
    text("fee_type"),  # affiliate | campaign_commission | advertising ...
    text("platform"),  # "" = any
    text("shop"),
    text("product_id"),
    text("from_day"),
    text("to_day"),  # the last day, "" = open
    whole("share_bp"),
    text("author"),
    CheckConstraint("share_bp > 0 AND share_bp <= 10000", name="share"),
)
payee_share = Table(
    "payee_share",
    metadata,
    key("platform"),
    key("shop"),
    key("wallet"),
    key("flow_no"),
    key("fee_type"),
    Column("n", Integer, primary_key=True, nullable=False),
    key("payee"),
    text("order_no"),
    text("day"),
    fen("amount_fen"),  # as the statement signs it: - is taken for the payee, + is given back
    text("rule_id"),
    text("words"),
    Index("ix_payee_share_payee", "payee"),
)

# Why an after-sale happened: mis_ship | short_ship | quality | transport | other; the last one said counts.
aftersale_reason = Table(
    "aftersale_reason",
    metadata,
    key("platform"),
    key("shop"),
    key("order_no"),
    Column("n", Integer, primary_key=True, nullable=False),
    text("reason"),
    text("note"),
    text("author"),
    text("recorded_at"),
)

# Money given back without goods, shared out by what each sub-order paid. state: requested | done | refused
price_refund = Table(
    "price_refund",
    metadata,
    key("request_id"),
    key("sub_no"),
    text("platform"),
    text("shop"),
    text("order_no"),
    fen("amount_fen"),
    text("reason"),
    text("author"),
    text("state"),
    text("command_id"),
    text("recorded_at"),
    CheckConstraint("amount_fen > 0", name="amount_positive"),
    Index("ix_price_refund_order", "order_no"),
)
