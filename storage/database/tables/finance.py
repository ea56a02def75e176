"""Money as statements tell it, and what reconciliation said of each line."""

from sqlalchemy import Column, Index, Integer, Table, literal_column

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
    key("job"),  # orders | wallet | payables
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
    Index(
        "ix_recon_item_open",
        "outcome",
        sqlite_where=literal_column("outcome > 2"),
        postgresql_where=literal_column("outcome > 2"),
    ),
    Index(
        "ix_recon_item_decided",
        "decided_by",
        sqlite_where=literal_column("decided_by <> ''"),
        postgresql_where=literal_column("decided_by <> ''"),
    ),
)
"""Of millions of items few are more than matched, and fewer a person's: those two sorts are found by an index that the
others are not in. A query says the index's own words to be led by it (`reconciliation.kept`)."""

# The files that the last reconciliation read, each as it was ingested then: what came or was read anew since is not yet
# due (I-17).
recon_file = Table("recon_file", metadata, key("file_sha"), text("ingested_at"))
recon_owner = Table("recon_owner", metadata, key("owner"), key("wallet"), whole("lines"))  # owner: a shop, or "bank"

recon_group = Table(
    "recon_group",
    metadata,
    key("group_id"),
    text("kind"),  # 1-1 | 1-N | N-1 | N-M
    fen("residual_fen"),
)

# A payment that somebody authorised: once, and to be booked once. kind: invoice | expense | payroll | tax | other
payable = Table(
    "payable",
    metadata,
    key("payable_no"),
    text("kind"),
    text("payee"),
    text("reference"),  # what the bank's words should say: an invoice number; "" when nothing was agreed
    fen("amount_fen"),
    text("authorised_by"),
    text("authorised_on"),  # day; "" when nobody wrote it down
    text("due_day"),
    *source(),
)

# What a line that nobody could be sure of might be, best first; kept for the person who decides.
recon_candidate = Table(
    "recon_candidate",
    metadata,
    key("job"),
    key("side"),
    key("ref"),
    key("candidate"),  # side:ref of the other line, or order:<no>
    whole("rank"),
    fen("amount_fen"),
    text("reason"),  # in words, Chinese
)

# What people decided, one after the other; never deleted. undone_by: "" while it holds.
recon_decision = Table(
    "recon_decision",
    metadata,
    Column("serial", Integer, primary_key=True, nullable=False, autoincrement=False),
    text("choice"),  # match | link | accept | ignore | write_off
    text("subject"),  # JSON: [[job, side, ref], ...] of every item that it changed
    text("who"),
    text("why"),
    text("before"),  # JSON: the rows of items, groups and candidates as they were
    text("decided_at"),
    text("undone_by"),
    text("undone_why"),
)

recon_month = Table(
    "recon_month",
    metadata,
    key("month"),  # YYYY-MM, closed for good
    whole("items"),
    fen("total_fen"),  # of its statement and bank lines
    whole("carried"),
    text("closed_by"),
    text("recorded_at"),
)

# The month an item counts in, where that is not simply the month of its day: closed items, items carried over because
# they were open when their month closed, and lines that came after.
recon_filing = Table(
    "recon_filing",
    metadata,
    key("job"),
    key("side"),
    key("ref"),
    text("month"),
    text("tag"),  # "" | 结转自 2026-10 | 补记 2026-10
    text("owner"),  # who has to see to a carried item
    Index("ix_recon_filing_month", "month"),
)
