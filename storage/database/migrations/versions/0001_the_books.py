"""The books"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
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
    op.create_table(
        "allocation_batch",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("orders", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lines", sa.Integer(), server_default="0", nullable=False),
        sa.Column("parcels", sa.Integer(), server_default="0", nullable=False),
        sa.Column("short_lines", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cost_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("bound_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("recorded_at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_allocation_batch")),
    )
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
    op.create_table(
        "bot_result",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("command_id", sa.Text(), nullable=False),
        sa.Column("worklist", sa.Text(), server_default="", nullable=False),
        sa.Column("shop", sa.Text(), server_default="", nullable=False),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.Text(), server_default="", nullable=False),
        sa.Column("data", sa.Text(), server_default="", nullable=False),
        sa.Column("file_sha", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("run_id", "command_id", name=op.f("pk_bot_result")),
    )
    op.create_table(
        "bundle",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("exported_at", sa.Text(), server_default="", nullable=False),
        sa.Column("file_sha", sa.Text(), server_default="", nullable=False),
        sa.Column("row_no", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("code", "component", name=op.f("pk_bundle")),
    )
    op.create_table(
        "channel_sku",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("platform_sku", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), server_default="", nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("category", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), server_default="", nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("spec", sa.Text(), server_default="", nullable=False),
        sa.Column("price_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("activity_ceiling_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("platform_stock", sa.Integer(), server_default="0", nullable=False),
        sa.Column("exported_at", sa.Text(), server_default="", nullable=False),
        sa.Column("file_sha", sa.Text(), server_default="", nullable=False),
        sa.Column("row_no", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("platform", "shop", "platform_sku", name=op.f("pk_channel_sku")),
    )
    op.create_table(
        "command",
        sa.Column("command_id", sa.Text(), nullable=False),
        sa.Column("worklist", sa.Text(), server_default="", nullable=False),
        sa.Column("shop", sa.Text(), server_default="", nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("data", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("night", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("command_id", name=op.f("pk_command")),
    )
    op.create_index("ix_command_worklist", "command", ["worklist", "state"], unique=False)
    op.create_table(
        "effect",
        sa.Column("effect_key", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), server_default="", nullable=False),
        sa.Column("item_key", sa.Text(), server_default="", nullable=False),
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("started_at", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("effect_key", name=op.f("pk_effect")),
    )
    op.create_table(
        "fulfilment",
        sa.Column("fulfilment_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), server_default="", nullable=False),
        sa.Column("shop", sa.Text(), server_default="", nullable=False),
        sa.Column("order_no", sa.Text(), server_default="", nullable=False),
        sa.Column("warehouse", sa.Text(), server_default="", nullable=False),
        sa.Column("batch_id", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("carrier", sa.Text(), server_default="", nullable=False),
        sa.Column("waybill_no", sa.Text(), server_default="", nullable=False),
        sa.Column("cost_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("explanation", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("fulfilment_id", name=op.f("pk_fulfilment")),
    )
    op.create_index("ix_fulfilment_order", "fulfilment", ["order_no"], unique=False)
    op.create_table(
        "fulfilment_line",
        sa.Column("fulfilment_id", sa.Text(), nullable=False),
        sa.Column("sub_no", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("qty", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("fulfilment_id", "sub_no", name=op.f("pk_fulfilment_line")),
    )
    op.create_table(
        "item",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("item_key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("data", sa.Text(), server_default="", nullable=False),
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("started_at", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("run_id", "item_key", name=op.f("pk_item")),
    )
    op.create_table(
        "job",
        sa.Column("job_key", sa.Text(), nullable=False),
        sa.Column("night", sa.Text(), server_default="", nullable=False),
        sa.Column("flow", sa.Text(), server_default="", nullable=False),
        sa.Column("account", sa.Text(), server_default="", nullable=False),
        sa.Column("inputs", sa.Text(), server_default="", nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stage", sa.Text(), server_default="", nullable=False),
        sa.Column("run_id", sa.Text(), server_default="", nullable=False),
        sa.Column("message", sa.Text(), server_default="", nullable=False),
        sa.Column("summary", sa.Text(), server_default="", nullable=False),
        sa.Column("started_at", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("job_key", name=op.f("pk_job")),
    )
    op.create_table(
        "move",
        sa.Column("doc_type", sa.Text(), nullable=False),
        sa.Column("doc_id", sa.Text(), nullable=False),
        sa.Column("doc_line", sa.Text(), nullable=False),
        sa.Column("leg", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("from_place", sa.Text(), server_default="", nullable=False),
        sa.Column("to_place", sa.Text(), server_default="", nullable=False),
        sa.Column("qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unit_cost_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("at", sa.Text(), server_default="", nullable=False),
        sa.Column("file_sha", sa.Text(), server_default="", nullable=False),
        sa.Column("row_no", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("from_place <> to_place", name=op.f("ck_move_two_ended")),
        sa.CheckConstraint("qty > 0", name=op.f("ck_move_qty_positive")),
        sa.PrimaryKeyConstraint("doc_type", "doc_id", "doc_line", "leg", name=op.f("pk_move")),
    )
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
    op.create_table(
        "quant",
        sa.Column("warehouse", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("on_hand", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reserved", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("on_hand >= 0", name=op.f("ck_quant_on_hand")),
        sa.CheckConstraint("reserved >= 0 AND reserved <= on_hand", name=op.f("ck_quant_reserved")),
        sa.PrimaryKeyConstraint("warehouse", "code", name=op.f("pk_quant")),
    )
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
    op.create_table(
        "raw_row",
        sa.Column("file_sha", sa.Text(), nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=False),
        sa.Column("payload", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("file_sha", "row_no", name=op.f("pk_raw_row")),
    )
    op.create_table(
        "recon_group",
        sa.Column("group_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("residual_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_recon_group")),
    )
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
    op.create_table(
        "reservation",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("warehouse", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("recorded_at", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("qty > 0", name=op.f("ck_reservation_qty_positive")),
        sa.PrimaryKeyConstraint("owner", "warehouse", "code", name=op.f("pk_reservation")),
    )
    op.create_table(
        "run",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), server_default="", nullable=False),
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("message", sa.Text(), server_default="", nullable=False),
        sa.Column("started_at", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_run")),
    )
    op.create_table(
        "run_file",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("file_sha", sa.Text(), server_default="", nullable=False),
        sa.Column("record", sa.Text(), server_default="", nullable=False),
        sa.Column("recorded_at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("run_id", "path", name=op.f("pk_run_file")),
    )
    op.create_table(
        "sku",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("exported_at", sa.Text(), server_default="", nullable=False),
        sa.Column("file_sha", sa.Text(), server_default="", nullable=False),
        sa.Column("row_no", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_sku")),
    )
    op.create_table(
        "warehouse",
        sa.Column("warehouse", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("province", sa.Text(), server_default="", nullable=False),
        sa.Column("rank", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("warehouse", name=op.f("pk_warehouse")),
    )
    op.create_table(
        "waybill",
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("waybill_no", sa.Text(), nullable=False),
        sa.Column("fulfilment_id", sa.Text(), server_default="", nullable=False),
        sa.Column("file_sha", sa.Text(), server_default="", nullable=False),
        sa.Column("row_no", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("carrier", "waybill_no", name=op.f("pk_waybill")),
    )


def downgrade() -> None:
    op.drop_table("waybill")
    op.drop_table("warehouse")
    op.drop_table("sku")
    op.drop_table("run_file")
    op.drop_table("run")
    op.drop_table("reservation")
    op.drop_index("ix_refund_order", table_name="refund")
    op.drop_table("refund")
    op.drop_index("ix_recon_item_outcome", table_name="recon_item")
    op.drop_table("recon_item")
    op.drop_table("recon_group")
    op.drop_table("raw_row")
    op.drop_table("raw_receipt")
    op.drop_table("raw_file")
    op.drop_table("quarantine")
    op.drop_table("quant")
    op.drop_index("ix_platform_order_no", table_name="platform_order")
    op.drop_index("ix_platform_order_created", table_name="platform_order")
    op.drop_table("platform_order")
    op.drop_table("order_line")
    op.drop_table("order_event")
    op.drop_table("move")
    op.drop_table("job")
    op.drop_table("item")
    op.drop_table("fulfilment_line")
    op.drop_index("ix_fulfilment_order", table_name="fulfilment")
    op.drop_table("fulfilment")
    op.drop_table("effect")
    op.drop_index("ix_command_worklist", table_name="command")
    op.drop_table("command")
    op.drop_table("channel_sku")
    op.drop_table("bundle")
    op.drop_table("bot_result")
    op.drop_index("ix_bill_line_order", table_name="bill_line")
    op.drop_table("bill_line")
    op.drop_table("bank_line")
    op.drop_table("allocation_batch")
    op.drop_table("ad_day")
