"""The books: stock and what the bots did."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _allocation_batch()
    _bot_result()
    _bundle()
    _channel_sku()
    _command()
    _effect()
    _fulfilment()
    _fulfilment_line()
    _item()
    _job()
    _move()
    _quant()
    _reservation()
    _run()
    _run_file()
    _sku()
    _warehouse()
    _waybill()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


TABLES = (
    "allocation_batch",
    "bot_result",
    "bundle",
    "channel_sku",
    "command",
    "effect",
    "fulfilment",
    "fulfilment_line",
    "item",
    "job",
    "move",
    "quant",
    "reservation",
    "run",
    "run_file",
    "sku",
    "warehouse",
    "waybill",
)


def _allocation_batch() -> None:
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


def _bot_result() -> None:
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


def _bundle() -> None:
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


def _channel_sku() -> None:
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


def _command() -> None:
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


def _effect() -> None:
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


def _fulfilment() -> None:
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


def _fulfilment_line() -> None:
    op.create_table(
        "fulfilment_line",
        sa.Column("fulfilment_id", sa.Text(), nullable=False),
        sa.Column("sub_no", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("qty", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("fulfilment_id", "sub_no", name=op.f("pk_fulfilment_line")),
    )


def _item() -> None:
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


def _job() -> None:
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


def _move() -> None:
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


def _quant() -> None:
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


def _reservation() -> None:
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


def _run() -> None:
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


def _run_file() -> None:
    op.create_table(
        "run_file",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("file_sha", sa.Text(), server_default="", nullable=False),
        sa.Column("record", sa.Text(), server_default="", nullable=False),
        sa.Column("recorded_at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("run_id", "path", name=op.f("pk_run_file")),
    )


def _sku() -> None:
    op.create_table(
        "sku",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("exported_at", sa.Text(), server_default="", nullable=False),
        sa.Column("file_sha", sa.Text(), server_default="", nullable=False),
        sa.Column("row_no", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_sku")),
    )


def _warehouse() -> None:
    op.create_table(
        "warehouse",
        sa.Column("warehouse", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("province", sa.Text(), server_default="", nullable=False),
        sa.Column("rank", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("warehouse", name=op.f("pk_warehouse")),
    )


def _waybill() -> None:
    op.create_table(
        "waybill",
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("waybill_no", sa.Text(), nullable=False),
        sa.Column("fulfilment_id", sa.Text(), server_default="", nullable=False),
        sa.Column("file_sha", sa.Text(), server_default="", nullable=False),
        sa.Column("row_no", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("carrier", "waybill_no", name=op.f("pk_waybill")),
    )
