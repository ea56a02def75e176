"""Money as statements tell it, and what reconciliation said of each line."""

from sqlalchemy import Column, Index, Integer, Table

from storage.database.tables.base import fen, key, metadata, source, text, whole

# One row per (statement line, fee). n: the n-th line with the same flow number and fee in one file, so that a line
# which the source repeats is kept and can be called a duplicate, while overlapping exports stay one line.
bill_line = Table(
    "bill_line",
    metadata,
    key("platform"),
    key("shop"),
    key("wallet"),  # alipay | wxpay | personal
    key("flow_no"),
    key("fee_type"),  # the fee class: payment refund commission ... or unclassified
    Column("n", Integer, primary_key=True, nullable=False),
    text("order_no"),  # derived
    text("order_rule"),  # id of the rule that derived it, formats.md section 2.2
    text("refund_no"),
    text("business_type"),
    text("remark"),
    text("counterparty"),
    fen("amount_fen"),  # signed: + to the seller
    text("at"),
    text("class_rule"),  # id of the classification rule, "" when unmatched
    *source(),
    Index("ix_bill_line_order", "order_no"),
)

bank_line = Table(
    "bank_line",
    metadata,
    key("account"),
    key("line_key"),  # day + amount + counterparty + balance + n: banks give no number
    text("day"),
    text("summary"),
    text("counterparty"),
    fen("amount_fen"),
    *source(),
)

# Each bill or bank line is in exactly one outcome (I-17); an expectation without a line (order, refund, withdrawal) is
# an item too, with side = "books" and the amount expected, outside the statement's sum.
recon_item = Table(
    "recon_item",
    metadata,
    key("job"),  # orders | wallet
    key("side"),  # statement | bank | books
    key("ref"),  # shop|wallet|flow_no|fee|n of the line, or order:<no>:<component>, refund:<no>, ...
    text("shop"),
    text("order_no"),
    text("component"),  # payment subsidy commission ...
    whole("outcome"),  # 1..15, storage/erp/reconciliation/outcomes.py
    text("difference"),  # "" or the named difference, e.g. commission_rate
    fen("amount_fen"),
    fen("expected_fen"),
    text("group_id"),
    text("rule_id"),
    text("reason"),  # in words, Chinese
    text("at"),
    text("decided_by"),  # "" = the engine; a person's decision is never overwritten
    text("decided_at"),
    Index("ix_recon_item_outcome", "job", "outcome"),
)

recon_group = Table(
    "recon_group",
    metadata,
    key("group_id"),
    text("kind"),  # 1-1 | 1-N | N-1 | N-M
    fen("residual_fen"),
)
