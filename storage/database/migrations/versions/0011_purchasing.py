"""What is bought and what comes back: suggestions, purchase orders, receipts, returns."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _aftersale_request()
    _forecast()
    _forecast_choice()
    _forecast_quantile()
    _inbound()
    _inbound_line()
    _planned_order()
    _promotion()
    _promotion_code()
    _purchase_line()
    _purchase_order()
    _purchase_plan()
    _purchase_suggestion()
    _receipt()
    _receipt_line()
    _reorder_alert()
    _rma()
    _rma_line()
    _rma_wanted()
    _supplier()
    _supply_rule()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


TABLES = (
    "aftersale_request",
    "forecast",
    "forecast_choice",
    "forecast_quantile",
    "inbound",
    "inbound_line",
    "planned_order",
    "promotion",
    "promotion_code",
    "purchase_line",
    "purchase_order",
    "purchase_plan",
    "purchase_suggestion",
    "receipt",
    "receipt_line",
    "reorder_alert",
    "rma",
    "rma_line",
    "rma_wanted",
    "supplier",
    "supply_rule",
)


def _aftersale_request() -> None:
    op.create_table(
        "aftersale_request",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("request_no", sa.Text(), nullable=False),
        sa.Column("sub_no", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("requested_at", sa.Text(), server_default="", nullable=False),
        sa.Column("order_no", sa.Text(), server_default="", nullable=False),
        sa.Column("rma_id", sa.Text(), server_default="", nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("file_sha", sa.Text(), server_default="", nullable=False),
        sa.Column("row_no", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("platform", "shop", "request_no", name=op.f("pk_aftersale_request")),
    )


def _forecast() -> None:
    op.create_table(
        "forecast",
        sa.Column("forecast_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("last_day", sa.Text(), server_default="", nullable=False),
        sa.Column("method", sa.Text(), server_default="", nullable=False),
        sa.Column("origins", sa.Integer(), server_default="0", nullable=False),
        sa.Column("wape_bp", sa.Integer(), server_default="0", nullable=False),
        sa.Column("naive_wape_bp", sa.Integer(), server_default="0", nullable=False),
        sa.Column("pinball_milli", sa.Integer(), server_default="0", nullable=False),
        sa.Column("covered", sa.Integer(), server_default="0", nullable=False),
        sa.Column("checked", sa.Integer(), server_default="0", nullable=False),
        sa.Column("data", sa.Text(), server_default="", nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("recorded_at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("forecast_id", name=op.f("pk_forecast")),
    )


def _forecast_choice() -> None:
    op.create_table(
        "forecast_choice",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("forecast_id", sa.Text(), server_default="", nullable=False),
        sa.Column("chosen_by", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_forecast_choice")),
    )


def _forecast_quantile() -> None:
    op.create_table(
        "forecast_quantile",
        sa.Column("forecast_id", sa.Text(), nullable=False),
        sa.Column("quantile_bp", sa.Integer(), nullable=False),
        sa.Column("cumulative_milli", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("forecast_id", "quantile_bp", name=op.f("pk_forecast_quantile")),
    )


def _inbound() -> None:
    op.create_table(
        "inbound",
        sa.Column("inbound_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("source_id", sa.Text(), server_default="", nullable=False),
        sa.Column("warehouse", sa.Text(), server_default="", nullable=False),
        sa.Column("expected_on", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("inbound_id", name=op.f("pk_inbound")),
    )
    op.create_index("ix_inbound_source", "inbound", ["source_id"])


def _inbound_line() -> None:
    op.create_table(
        "inbound_line",
        sa.Column("inbound_id", sa.Text(), nullable=False),
        sa.Column("line_no", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("qty", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("qty > 0", name=op.f("ck_inbound_line_qty_positive")),
        sa.PrimaryKeyConstraint("inbound_id", "line_no", name=op.f("pk_inbound_line")),
    )


def _planned_order() -> None:
    op.create_table(
        "planned_order",
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("warehouse", sa.Text(), nullable=False),
        sa.Column("order_on", sa.Text(), nullable=False),
        sa.Column("arrive_on", sa.Text(), server_default="", nullable=False),
        sa.Column("pay_on", sa.Text(), server_default="", nullable=False),
        sa.Column("qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("price_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("po_id", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("plan_id", "code", "warehouse", "order_on", name=op.f("pk_planned_order")),
    )


def _promotion() -> None:
    op.create_table(
        "promotion",
        sa.Column("promotion_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("first_day", sa.Text(), server_default="", nullable=False),
        sa.Column("last_day", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("promotion_id", name=op.f("pk_promotion")),
    )


def _promotion_code() -> None:
    op.create_table(
        "promotion_code",
        sa.Column("promotion_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("promotion_id", "code", name=op.f("pk_promotion_code")),
    )


def _purchase_line() -> None:
    op.create_table(
        "purchase_line",
        sa.Column("po_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("price_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("qty > 0", name=op.f("ck_purchase_line_qty_positive")),
        sa.PrimaryKeyConstraint("po_id", "code", name=op.f("pk_purchase_line")),
    )


def _purchase_order() -> None:
    op.create_table(
        "purchase_order",
        sa.Column("po_id", sa.Text(), nullable=False),
        sa.Column("supplier", sa.Text(), server_default="", nullable=False),
        sa.Column("warehouse", sa.Text(), server_default="", nullable=False),
        sa.Column("plan_id", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("order_on", sa.Text(), server_default="", nullable=False),
        sa.Column("sent_on", sa.Text(), server_default="", nullable=False),
        sa.Column("expected_on", sa.Text(), server_default="", nullable=False),
        sa.Column("pay_on", sa.Text(), server_default="", nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("approved_by", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("po_id", name=op.f("pk_purchase_order")),
    )
    op.create_index("ix_purchase_order_plan", "purchase_order", ["plan_id"])


def _purchase_plan() -> None:
    op.create_table(
        "purchase_plan",
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), server_default="", nullable=False),
        sa.Column("horizon_days", sa.Integer(), server_default="0", nullable=False),
        sa.Column("compared_with", sa.Text(), server_default="", nullable=False),
        sa.Column("recorded_at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("plan_id", name=op.f("pk_purchase_plan")),
    )


def _purchase_suggestion() -> None:
    op.create_table(
        "purchase_suggestion",
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("warehouse", sa.Text(), nullable=False),
        sa.Column("supplier", sa.Text(), server_default="", nullable=False),
        sa.Column("forecast_id", sa.Text(), server_default="", nullable=False),
        sa.Column("quantile_bp", sa.Integer(), server_default="0", nullable=False),
        sa.Column("share_bp", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lead_mean_milli", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lead_sd_milli", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lead_receipts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("window_days", sa.Integer(), server_default="0", nullable=False),
        sa.Column("demand_qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("safety_qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("available_qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("incoming_qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("late_qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("net_qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("moq", sa.Integer(), server_default="0", nullable=False),
        sa.Column("pack", sa.Integer(), server_default="0", nullable=False),
        sa.Column("qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reorder_qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("before_qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("price_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("plan_id", "code", "warehouse", name=op.f("pk_purchase_suggestion")),
    )


def _receipt() -> None:
    op.create_table(
        "receipt",
        sa.Column("receipt_id", sa.Text(), nullable=False),
        sa.Column("inbound_id", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.Text(), server_default="", nullable=False),
        sa.Column("file_sha", sa.Text(), server_default="", nullable=False),
        sa.Column("row_no", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("receipt_id", name=op.f("pk_receipt")),
    )
    op.create_index("ix_receipt_inbound", "receipt", ["inbound_id"])


def _receipt_line() -> None:
    op.create_table(
        "receipt_line",
        sa.Column("receipt_id", sa.Text(), nullable=False),
        sa.Column("line_no", sa.Text(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unit_cost_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("qty > 0", name=op.f("ck_receipt_line_qty_positive")),
        sa.PrimaryKeyConstraint("receipt_id", "line_no", "condition", name=op.f("pk_receipt_line")),
    )


def _reorder_alert() -> None:
    op.create_table(
        "reorder_alert",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("warehouse", sa.Text(), nullable=False),
        sa.Column("opened_on", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("closed_on", sa.Text(), server_default="", nullable=False),
        sa.Column("reorder_qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("position_qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("suggested_qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("plan_id", sa.Text(), server_default="", nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("code", "warehouse", "opened_on", name=op.f("pk_reorder_alert")),
    )
    only_open = sa.text("state = 'open'")
    op.create_index(
        "ix_reorder_alert_open", "reorder_alert", ["code", "warehouse"], unique=True,
        sqlite_where=only_open, postgresql_where=only_open,
    )  # fmt: skip


def _rma() -> None:
    op.create_table(
        "rma",
        sa.Column("rma_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), server_default="", nullable=False),
        sa.Column("shop", sa.Text(), server_default="", nullable=False),
        sa.Column("order_no", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("policy", sa.Text(), server_default="", nullable=False),
        sa.Column("decision", sa.Text(), server_default="", nullable=False),
        sa.Column("stage", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("responsible", sa.Text(), server_default="", nullable=False),
        sa.Column("requested_at", sa.Text(), server_default="", nullable=False),
        sa.Column("approved_by", sa.Text(), server_default="", nullable=False),
        sa.Column("replacement_no", sa.Text(), server_default="", nullable=False),
        sa.Column("difference_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("rma_id", name=op.f("pk_rma")),
    )
    op.create_index("ix_rma_order", "rma", ["order_no"])


def _rma_line() -> None:
    op.create_table(
        "rma_line",
        sa.Column("rma_id", sa.Text(), nullable=False),
        sa.Column("sub_no", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refund_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("qty > 0 AND refund_fen >= 0", name=op.f("ck_rma_line_sizes")),
        sa.PrimaryKeyConstraint("rma_id", "sub_no", name=op.f("pk_rma_line")),
    )


def _rma_wanted() -> None:
    op.create_table(
        "rma_wanted",
        sa.Column("rma_id", sa.Text(), nullable=False),
        sa.Column("line_no", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("price_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("qty > 0 AND price_fen >= 0", name=op.f("ck_rma_wanted_sizes")),
        sa.PrimaryKeyConstraint("rma_id", "line_no", name=op.f("pk_rma_wanted")),
    )


def _supplier() -> None:
    op.create_table(
        "supplier",
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("pay_days", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("supplier", name=op.f("pk_supplier")),
    )


def _supply_rule() -> None:
    op.create_table(
        "supply_rule",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("warehouse", sa.Text(), nullable=False),
        sa.Column("supplier", sa.Text(), server_default="", nullable=False),
        sa.Column("lead_days", sa.Integer(), server_default="0", nullable=False),
        sa.Column("review_days", sa.Integer(), server_default="7", nullable=False),
        sa.Column("moq", sa.Integer(), server_default="1", nullable=False),
        sa.Column("pack", sa.Integer(), server_default="1", nullable=False),
        sa.Column("price_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("service_bp", sa.Integer(), server_default="9500", nullable=False),
        sa.Column("cover_limit_days", sa.Integer(), server_default="90", nullable=False),
        sa.CheckConstraint(
            "pack > 0 AND moq >= 0 AND review_days >= 0 AND lead_days >= 0", name=op.f("ck_supply_rule_sizes")
        ),
        sa.PrimaryKeyConstraint("code", "warehouse", name=op.f("pk_supply_rule")),
    )
