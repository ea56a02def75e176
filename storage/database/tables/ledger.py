"""The ledger: periods, vouchers, cost layers, and the documents that only finance writes.

A voucher is written once and never changed: corrections are reversals (`reverses`) and new vouchers. Every line has the
dimensions platform, shop, sku, party and the open item that it belongs to; "" stands for none.
"""

from sqlalchemy import CheckConstraint, Column, Index, Integer, Table

from storage.database.tables.base import fen, key, metadata, source, text, whole

# What the company decided about its books (storage/erp/finance/policy.py); the last version counts.
ledger_policy = Table(
    "ledger_policy",
    metadata,
    Column("version", Integer, primary_key=True, nullable=False, autoincrement=False),
    text("recognise"),  # ship | finish | window | settle
    whole("window_days"),
    text("costing"),  # fifo | average
    whole("vat_bp"),  # hundredths of a percent
    text("author"),
    text("reason"),
    text("decided_at"),
)

# Whether months end with what is expected to come back, and how that is reckoned; the last version from the day counts.
returns_policy = Table(
    "returns_policy",
    metadata,
    Column("version", Integer, primary_key=True, nullable=False, autoincrement=False),
    text("from_day"),  # months that end on it or later
    text("state"),  # on | off
    whole("window_days"),  # an order counts as returnable so long after its revenue
    whole("look_back_days"),  # how far back the rates are taken from
    whole("least_orders"),  # fewer orders than that say nothing of a product or a shop
    text("author"),
    text("reason"),
    text("decided_at"),
)

# What a month's end expected to come back, by product and shop: the figures behind its voucher.
expected_return = Table(
    "expected_return",
    metadata,
    key("period"),
    key("side"),  # revenue | cost
    key("platform"),
    key("shop"),
    key("code"),
    fen("exposed_fen"),  # sold so late in the month that it may come back still
    fen("expected_fen"),
    text("basis"),  # product | shop | company: whose history the rate is of
    whole("orders"),  # how many orders of the history
    fen("sold_fen"),  # what they sold for (or cost)
    fen("back_fen"),  # what came back of it
    text("words"),
)

# state: open | closed. A month that is not here is open and has no voucher yet.
period = Table(
    "period",
    metadata,
    key("period"),  # YYYY-MM
    text("state"),
    whole("vouchers"),  # numbers given out so far: 1..vouchers, without a gap
    text("hash_last"),  # chain hash of the last voucher
    text("decided_by"),
    text("decided_at"),
    text("reason"),
)

jv = Table(
    "jv",
    metadata,
    key("no"),  # <period>-<n>
    text("period"),
    whole("n"),
    text("day"),  # voucher date, inside the period
    text("document_day"),  # business day of the document; earlier than `day` when it came late
    text("kind"),  # event rule: ship, revenue, cost, refund ... | manual | reversal | closing
    text("source_type"),
    text("source_id"),
    whole("version"),  # 1, or more where earlier vouchers of this source were reversed
    text("reverses"),
    text("tag"),  # late:<period>: it belongs to that month, which was closed
    text("words"),  # what happened, in Chinese
    text("author"),
    text("reason"),
    text("content_hash"),
    text("hash_prev"),
    text("hash"),
    *source(),
    text("recorded_at"),
    Index("uq_jv_source", "source_type", "source_id", "kind", "version", unique=True),
    Index("ix_jv_period", "period", "n"),
)

jv_line = Table(
    "jv_line",
    metadata,
    key("no"),
    Column("n", Integer, primary_key=True, nullable=False),
    text("account"),
    fen("dr_fen"),
    fen("cr_fen"),
    text("platform"),
    text("shop"),
    text("sku"),
    text("party"),
    text("item"),  # open item: order, invoice, receipt ...
    text("currency"),  # "" = CNY
    fen("foreign_cents"),  # signed, + debit, hundredths of `currency`
    CheckConstraint("dr_fen >= 0 AND cr_fen >= 0 AND (dr_fen = 0 OR cr_fen = 0)", name="one_side"),
    Index("ix_jv_line_account", "account", "item"),
)

# What is left of a receipt (method fifo), or of everything (method average: one layer a code), as quantity and value.
cost_layer = Table(
    "cost_layer",
    metadata,
    key("layer_id"),  # <doc_type>|<doc_id>|<doc_line>|<leg> of the move in, or average|<code>
    text("code"),
    text("method"),
    text("at"),
    whole("qty_in"),
    fen("value_in_fen"),
    whole("qty_left"),
    fen("value_left_fen"),
    CheckConstraint("qty_left >= 0 AND value_left_fen >= 0", name="not_negative"),
    CheckConstraint("qty_left > 0 OR value_left_fen = 0", name="empty_is_worth_nothing"),
    Index("ix_cost_layer_code", "code", "at"),
)

layer_use = Table(
    "layer_use",
    metadata,
    key("doc_type"),
    key("doc_id"),
    key("doc_line"),
    Column("leg", Integer, primary_key=True, nullable=False),
    key("layer_id"),
    whole("qty"),
    fen("value_fen"),
    Index("ix_layer_use_layer", "layer_id"),
)

# What a stock move was worth: signed, + into owned places. A move that stands here is in the ledger.
cost_move = Table(
    "cost_move",
    metadata,
    key("doc_type"),
    key("doc_id"),
    key("doc_line"),
    Column("leg", Integer, primary_key=True, nullable=False),
    text("code"),
    whole("qty"),
    fen("value_fen"),
    whole("back_qty"),  # of an issue: what has come back
    fen("back_value_fen"),
    text("at"),
    text("platform"),
    text("shop"),
    text("order_no"),
    text("party"),
    text("no"),  # voucher; "" where the goods are worth nothing
    text("carry_no"),  # of an issue: the voucher that carried it to cost of sales
    Index("ix_cost_move_carry", "carry_no", "order_no"),
    Index("ix_cost_move_order", "order_no"),
)

supplier_invoice = Table(
    "supplier_invoice",
    metadata,
    key("supplier"),
    key("invoice_no"),
    text("day"),
    text("due_day"),
    fen("net_fen"),
    fen("tax_fen"),
    text("author"),
    *source(),
)

supplier_invoice_line = Table(
    "supplier_invoice_line",
    metadata,
    key("supplier"),
    key("invoice_no"),
    Column("n", Integer, primary_key=True, nullable=False),
    text("doc_type"),  # the receipt's move that the line is for
    text("doc_id"),
    text("doc_line"),
    whole("leg"),
    whole("qty"),
    fen("net_fen"),
)

# Money in, out or across that a person enters: income, expense, transfer, prepayment, payment, deposit ...
cash_document = Table(
    "cash_document",
    metadata,
    key("document_no"),
    text("kind"),
    text("day"),
    text("account"),  # bank account or wallet that the money moves on
    text("contra"),  # account of the chart
    text("platform"),
    text("shop"),
    text("party"),
    text("item"),
    fen("amount_fen"),
    text("author"),
    text("reason"),
    CheckConstraint("amount_fen > 0", name="amount_positive"),
)

# Further documents that one voucher speaks for: refunds that an order's revenue is already net of.
jv_document = Table("jv_document", metadata, key("source_type"), key("source_id"), text("no"))
