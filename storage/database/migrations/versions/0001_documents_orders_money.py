"""The books: documents, orders, money."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _raw_file()
    _raw_receipt()
    _raw_row()
    _quarantine()
    _platform_order()
    _order_line()
    _refund()
    _order_event()
    _ad_day()
    _bill_line()
    _bank_line()
    _recon_item()
    _recon_group()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


TABLES = (
    "raw_file",
    "raw_receipt",
    "raw_row",
    "quarantine",
    "platform_order",
    "order_line",
    "refund",
    "order_event",
    "ad_day",
    "bill_line",
    "bank_line",
    "recon_item",
    "recon_group",
)


def _raw_file() -> None:
    op.create_table(
        "raw_file",
        sa.Column("file_sha", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("platform", sa.Text(), server_default="", nullable=False),
        sa.Column("shop", sa.Text(), server_default="", nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("origin", sa.Text(), server_default="", nullable=False),
        sa.Column("run_id", sa.Text(), server_default="", nullable=False),
        sa.Column("flow", sa.Text(), server_default="", nullable=False),
        sa.Column("step", sa.Text(), server_default="", nullable=False),
        sa.Column("line", sa.Integer(), server_default="0", nullable=False),
        sa.Column("period_from", sa.Text(), server_default="", nullable=False),
        sa.Column("period_to", sa.Text(), server_default="", nullable=False),
        sa.Column("size", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rows", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rows_ok", sa.Integer(), server_default="0", nullable=False),
        sa.Column("control", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("message", sa.Text(), server_default="", nullable=False),
        sa.Column("accepted_by", sa.Text(), server_default="", nullable=False),
        sa.Column("received_at", sa.Text(), server_default="", nullable=False),
        sa.Column("ingested_at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("file_sha", name=op.f("pk_raw_file")),
    )


def _raw_receipt() -> None:
    op.create_table(
        "raw_receipt",
        sa.Column("file_sha", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), server_default="", nullable=False),
        sa.Column("period_from", sa.Text(), server_default="", nullable=False),
        sa.Column("period_to", sa.Text(), server_default="", nullable=False),
        sa.Column("origin", sa.Text(), server_default="", nullable=False),
        sa.Column("run_id", sa.Text(), server_default="", nullable=False),
        sa.Column("flow", sa.Text(), server_default="", nullable=False),
        sa.Column("step", sa.Text(), server_default="", nullable=False),
        sa.Column("line", sa.Integer(), server_default="0", nullable=False),
        sa.Column("received_at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("file_sha", "name", "shop", name=op.f("pk_raw_receipt")),
    )


def _raw_row() -> None:
    op.create_table(
        "raw_row",
        sa.Column("file_sha", sa.Text(), nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=False),
        sa.Column("payload", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("file_sha", "row_no", name=op.f("pk_raw_row")),
    )


def _quarantine() -> None:
    op.create_table(
        "quarantine",
        sa.Column("file_sha", sa.Text(), nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=False),
        sa.Column("rule", sa.Text(), server_default="", nullable=False),
        sa.Column("message", sa.Text(), server_default="", nullable=False),
        sa.Column("owner", sa.Text(), server_default="", nullable=False),
        sa.Column("resolved_at", sa.Text(), server_default="", nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("file_sha", "row_no", name=op.f("pk_quarantine")),
    )


def _platform_order() -> None:
    op.create_table(
        "platform_order",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("order_no", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("pay_state", sa.Text(), server_default="", nullable=False),
        sa.Column("ship_state", sa.Text(), server_default="", nullable=False),
        sa.Column("refund_state", sa.Text(), server_default="", nullable=False),
        sa.Column("platform_status", sa.Text(), server_default="", nullable=False),
        sa.Column("goods_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("seller_discount_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("platform_discount_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("freight_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("refunded_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("priority", sa.Integer(), server_default="0", nullable=False),
        sa.Column("province", sa.Text(), server_default="", nullable=False),
        sa.Column("city", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.Text(), server_default="", nullable=False),
        sa.Column("paid_at", sa.Text(), server_default="", nullable=False),
        sa.Column("shipped_at", sa.Text(), server_default="", nullable=False),
        sa.Column("finished_at", sa.Text(), server_default="", nullable=False),
        sa.Column("latest_ship_at", sa.Text(), server_default="", nullable=False),
        sa.Column("platform_modified_at", sa.Text(), server_default="", nullable=False),
        sa.Column("exported_at", sa.Text(), server_default="", nullable=False),
        sa.Column("file_sha", sa.Text(), server_default="", nullable=False),
        sa.Column("row_no", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("platform", "shop", "order_no", name=op.f("pk_platform_order")),
    )
    op.create_index("ix_platform_order_created", "platform_order", ["shop", "created_at"], unique=False)
    op.create_index("ix_platform_order_no", "platform_order", ["order_no"], unique=False)


def _order_line() -> None:
    op.create_table(
        "order_line",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("order_no", sa.Text(), nullable=False),
        sa.Column("sub_no", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), server_default="", nullable=False),
        sa.Column("platform_sku", sa.Text(), server_default="", nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("price_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("discount_share_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("paid_share_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("refunded_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("refund_status", sa.Text(), server_default="", nullable=False),
        sa.Column("carrier", sa.Text(), server_default="", nullable=False),
        sa.Column("waybill_no", sa.Text(), server_default="", nullable=False),
        sa.Column("platform_modified_at", sa.Text(), server_default="", nullable=False),
        sa.Column("file_sha", sa.Text(), server_default="", nullable=False),
        sa.Column("row_no", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("platform", "shop", "order_no", "sub_no", name=op.f("pk_order_line")),
    )


def _refund() -> None:
    op.create_table(
        "refund",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("refund_no", sa.Text(), nullable=False),
        sa.Column("order_no", sa.Text(), server_default="", nullable=False),
        sa.Column("sub_no", sa.Text(), server_default="", nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.Text(), server_default="", nullable=False),
        sa.Column("done_at", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), server_default="", nullable=False),
        sa.Column("after_settlement", sa.Integer(), server_default="0", nullable=False),
        sa.Column("exported_at", sa.Text(), server_default="", nullable=False),
        sa.Column("file_sha", sa.Text(), server_default="", nullable=False),
        sa.Column("row_no", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("platform", "shop", "refund_no", name=op.f("pk_refund")),
    )
    op.create_index("ix_refund_order", "refund", ["order_no"], unique=False)


def _order_event() -> None:
    op.create_table(
        "order_event",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("order_no", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("cause", sa.Text(), server_default="", nullable=False),
        sa.Column("data", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("platform", "shop", "order_no", "type", "at", name=op.f("pk_order_event")),
    )


def _ad_day() -> None:
    op.create_table(
        "ad_day",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("spend_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("impressions", sa.Integer(), server_default="0", nullable=False),
        sa.Column("clicks", sa.Integer(), server_default="0", nullable=False),
        sa.Column("orders", sa.Integer(), server_default="0", nullable=False),
        sa.Column("gmv_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("exported_at", sa.Text(), server_default="", nullable=False),
        sa.Column("file_sha", sa.Text(), server_default="", nullable=False),
        sa.Column("row_no", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("platform", "shop", "day", "plan", "product_id", name=op.f("pk_ad_day")),
    )


def _bill_line() -> None:
    op.create_table(
        "bill_line",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("wallet", sa.Text(), nullable=False),
        sa.Column("flow_no", sa.Text(), nullable=False),
        sa.Column("fee_type", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("order_no", sa.Text(), server_default="", nullable=False),
        sa.Column("order_rule", sa.Text(), server_default="", nullable=False),
        sa.Column("refund_no", sa.Text(), server_default="", nullable=False),
        sa.Column("business_type", sa.Text(), server_default="", nullable=False),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("counterparty", sa.Text(), server_default="", nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("at", sa.Text(), server_default="", nullable=False),
        sa.Column("class_rule", sa.Text(), server_default="", nullable=False),
        sa.Column("file_sha", sa.Text(), server_default="", nullable=False),
        sa.Column("row_no", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("platform", "shop", "wallet", "flow_no", "fee_type", "n", name=op.f("pk_bill_line")),
    )
    op.create_index("ix_bill_line_order", "bill_line", ["order_no"], unique=False)


def _bank_line() -> None:
    op.create_table(
        "bank_line",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("line_key", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), server_default="", nullable=False),
        sa.Column("summary", sa.Text(), server_default="", nullable=False),
        sa.Column("counterparty", sa.Text(), server_default="", nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("file_sha", sa.Text(), server_default="", nullable=False),
        sa.Column("row_no", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("account", "line_key", name=op.f("pk_bank_line")),
    )


def _recon_item() -> None:
    op.create_table(
        "recon_item",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), server_default="", nullable=False),
        sa.Column("order_no", sa.Text(), server_default="", nullable=False),
        sa.Column("component", sa.Text(), server_default="", nullable=False),
        sa.Column("outcome", sa.Integer(), server_default="0", nullable=False),
        sa.Column("difference", sa.Text(), server_default="", nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("expected_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("group_id", sa.Text(), server_default="", nullable=False),
        sa.Column("rule_id", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_by", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("job", "side", "ref", name=op.f("pk_recon_item")),
    )
    op.create_index("ix_recon_item_outcome", "recon_item", ["job", "outcome"], unique=False)


def _recon_group() -> None:
    op.create_table(
        "recon_group",
        sa.Column("group_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("residual_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_recon_group")),
    )
