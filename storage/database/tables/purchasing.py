"""What is bought and what comes back: forecasts, plans, purchase orders, expected inbounds, receipts, returns."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, Table
from sqlalchemy import text as sql

from storage.database.tables.base import fen, key, metadata, source, text, whole

# --- demand ----------------------------------------------------------------------------------------------------------

# Days on which a promotion of ours ran or will run; demand of those days is no base demand.
promotion = Table("promotion", metadata, key("promotion_id"), text("name"), text("first_day"), text("last_day"))
promotion_code = Table("promotion_code", metadata, key("promotion_id"), key("code"))

# One forecast of one code, as made after the last business day that it knows; never changed.
forecast = Table(
    "forecast",
    metadata,
    key("forecast_id"),  # code|last day|digest of series and method: the same history is one forecast
    text("code"),
    text("last_day"),
    text("method"),  # seasonal_naive | exponential_smoothing | croston | tsb | by_hand
    whole("origins"),  # of the back-test; 0: too little history for one
    whole("wape_bp"),  # of weekly sums, in hundredths of a percent
    whole("naive_wape_bp"),
    whole("pinball_milli"),  # mean loss of the 95 % quantile of the cumulated demand, in 1/1000 pieces
    whole("covered"),  # of `checked` cumulated demands of the back-test, those at or below the 95 % quantile
    whole("checked"),
    text("data"),  # JSON: parameters, scores of every method tried, days that were cleaned
    text("words"),
    text("recorded_at"),
)
forecast_quantile = Table(
    "forecast_quantile",
    metadata,
    key("forecast_id"),
    Column("quantile_bp", Integer, primary_key=True, nullable=False),  # 0: the mean
    text("cumulative_milli"),  # JSON list: position d-1 is the demand of the next d days, in 1/1000 pieces
)
forecast_choice = Table(
    "forecast_choice",
    metadata,
    key("code"),
    text("forecast_id"),
    text("chosen_by"),
    text("reason"),
    text("decided_at"),
)

# --- buying ----------------------------------------------------------------------------------------------------------

supplier = Table("supplier", metadata, key("supplier"), text("name"), whole("pay_days"))

supply_rule = Table(
    "supply_rule",
    metadata,
    key("code"),
    key("warehouse"),
    text("supplier"),
    whole("lead_days"),  # as the supplier says; what was observed goes before it
    whole("review_days", 7),
    whole("moq", 1),
    whole("pack", 1),
    fen("price_fen"),
    whole("service_bp", 9500),
    whole("cover_limit_days", 90),  # more cover than this is overstock
    CheckConstraint("pack > 0 AND moq >= 0 AND review_days >= 0 AND lead_days >= 0", name="sizes"),
)

purchase_plan = Table(
    "purchase_plan",
    metadata,
    key("plan_id"),
    text("day"),
    whole("horizon_days"),
    text("compared_with"),  # plan_id of the plan before, or ""
    text("recorded_at"),
)

# Every column of the arithmetic, in pieces: demand + safety - available - incoming = net -> MOQ and pack -> qty.
purchase_suggestion = Table(
    "purchase_suggestion",
    metadata,
    key("plan_id"),
    key("code"),
    key("warehouse"),
    text("supplier"),
    text("forecast_id"),
    whole("quantile_bp"),
    whole("share_bp"),  # of the code's demand that this warehouse serves
    whole("lead_mean_milli"),  # days * 1000
    whole("lead_sd_milli"),
    whole("lead_receipts"),  # how many receipts say so; 0: the supplier's word
    whole("window_days"),  # lead + review
    whole("demand_qty"),
    whole("safety_qty"),
    whole("available_qty"),
    whole("incoming_qty"),
    whole("late_qty"),  # on order, but due after the window: not counted
    whole("net_qty"),
    whole("moq"),
    whole("pack"),
    whole("qty"),
    whole("reorder_qty"),  # below this available + incoming means: order now
    whole("before_qty"),
    fen("price_fen"),
    fen("amount_fen"),
    text("words"),
    text("reason"),  # why it differs from the plan before
)

planned_order = Table(
    "planned_order",
    metadata,
    key("plan_id"),
    key("code"),
    key("warehouse"),
    key("order_on"),
    text("arrive_on"),
    text("pay_on"),
    whole("qty"),
    fen("price_fen"),
    fen("amount_fen"),
    text("po_id"),
)

# state: draft | approved | sent | part | received | closed | cancelled; the receipts decide on part and received
purchase_order = Table(
    "purchase_order",
    metadata,
    key("po_id"),
    text("supplier"),
    text("warehouse"),
    text("plan_id"),
    text("state"),
    text("order_on"),
    text("sent_on"),
    text("expected_on"),
    text("pay_on"),
    fen("amount_fen"),
    text("approved_by"),
    text("note"),
    Index("ix_purchase_order_plan", "plan_id"),
)
purchase_line = Table(
    "purchase_line",
    metadata,
    key("po_id"),
    key("code"),
    whole("qty"),
    fen("price_fen"),
    fen("amount_fen"),
    CheckConstraint("qty > 0", name="qty_positive"),
)

# Goods that are expected: a supplier's shipping notice (ASN), or a buyer's return.
# state: open | part | received | closed
# state: open | part | received | closed
inbound = Table(
    "inbound",
    metadata,
    key("inbound_id"),
    text("kind"),  # purchase | return
    text("source_id"),  # po_id or rma_id
    text("warehouse"),
    text("expected_on"),
    text("state"),
    Index("ix_inbound_source", "source_id"),
)
inbound_line = Table(
    "inbound_line",
    metadata,
    key("inbound_id"),
    key("line_no"),  # the code of a purchase, the sub-order of a return
    text("code"),
    whole("qty"),
    CheckConstraint("qty > 0", name="qty_positive"),
)

# What the warehouse says has come; never changed, a second receipt of the same id says the same.
receipt = Table(
    "receipt",
    metadata,
    key("receipt_id"),
    text("inbound_id"),
    text("at"),
    *source(),
    Index("ix_receipt_inbound", "inbound_id"),
)
receipt_line = Table(
    "receipt_line",
    metadata,
    key("receipt_id"),
    key("line_no"),
    key("condition"),  # good | bad
    text("code"),
    whole("qty"),
    fen("unit_cost_fen"),
    CheckConstraint("qty > 0", name="qty_positive"),
)

# Opened when available + incoming falls below the reorder point, closed when it does not any more: one open at a time.
reorder_alert = Table(
    "reorder_alert",
    metadata,
    key("code"),
    key("warehouse"),
    key("opened_on"),
    text("state"),  # open | closed
    text("closed_on"),
    whole("reorder_qty"),
    whole("position_qty"),
    whole("suggested_qty"),
    text("plan_id"),
    text("words"),
    Index(
        "ix_reorder_alert_open", "code", "warehouse", unique=True,
        sqlite_where=sql("state = 'open'"), postgresql_where=sql("state = 'open'"),
    ),
)  # fmt: skip

# --- returns ---------------------------------------------------------------------------------------------------------

# kind: return | exchange | refund_only | resend; what became of it is folded from receipts, commands and decisions.
# decision: requested | approved | refused | withdrawn
rma = Table(
    "rma",
    metadata,
    key("rma_id"),
    text("platform"),
    text("shop"),
    text("order_no"),
    text("kind"),
    text("policy"),  # after_receipt | at_once (极速退)
    text("decision"),
    text("stage"),  # refund_only: before_shipping | after_shipping
    text("reason"),
    text("responsible"),  # 错发 | 漏发 | 质量 | 运输 | 买家, by which the cost of after-sales is told
    text("requested_at"),
    text("approved_by"),
    text("replacement_no"),  # order of an exchange or a resend
    fen("difference_fen"),  # exchange: what the buyer still pays, negative when we give back
    text("words"),
    Index("ix_rma_order", "order_no"),
)
rma_line = Table(
    "rma_line",
    metadata,
    key("rma_id"),
    key("sub_no"),
    text("code"),
    whole("qty"),
    fen("refund_fen"),
    CheckConstraint("qty > 0 AND refund_fen >= 0", name="sizes"),
)

# What an exchange or a resend sends instead, at which price.
rma_wanted = Table(
    "rma_wanted",
    metadata,
    key("rma_id"),
    key("line_no"),
    text("code"),
    whole("qty"),
    fen("price_fen"),
    CheckConstraint("qty > 0 AND price_fen >= 0", name="sizes"),
)

# What came about an order from outside (a platform's after-sale document, a call) before it is tied to one.
aftersale_request = Table(
    "aftersale_request",
    metadata,
    key("platform"),
    key("shop"),
    key("request_no"),
    text("sub_no"),
    text("kind"),
    text("reason"),
    whole("qty"),
    fen("amount_fen"),
    text("requested_at"),
    text("order_no"),  # "" = not tied yet
    text("rma_id"),
    text("words"),
    *source(),
)
