"""Goods more closely: lots, serial numbers, bins, conditions, holds, limits."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _bin()
    _cell()
    _cell_entry()
    _channel_stock()
    _channel_stock_rule()
    _lot()
    _overdraft()
    _place_rule()
    _reservation_expiry()
    _serial()
    _serial_entry()
    _stock_alert()
    _stock_count_line()
    _stock_day()
    _stock_hold()
    _stock_limit()
    _stock_rule()
    _stock_set()
    _stock_set_member()
    _stock_transfer()
    _stock_transfer_line()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


TABLES = (
    "bin",
    "cell",
    "cell_entry",
    "channel_stock",
    "channel_stock_rule",
    "lot",
    "overdraft",
    "place_rule",
    "reservation_expiry",
    "serial",
    "serial_entry",
    "stock_alert",
    "stock_count_line",
    "stock_day",
    "stock_hold",
    "stock_limit",
    "stock_rule",
    "stock_set",
    "stock_set_member",
    "stock_transfer",
    "stock_transfer_line",
)


def _bin() -> None:
    op.create_table(
        "bin",
        sa.Column("warehouse", sa.Text(), nullable=False),
        sa.Column("bin", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Integer(), server_default="0", nullable=False),
        sa.Column("property", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("warehouse", "bin", name=op.f("pk_bin")),
    )


def _cell() -> None:
    op.create_table(
        "cell",
        sa.Column("warehouse", sa.Text(), nullable=False),
        sa.Column("bin", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("lot_no", sa.Text(), nullable=False),
        sa.Column("on_hand", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("on_hand >= 0", name=op.f("ck_cell_on_hand")),
        sa.PrimaryKeyConstraint("warehouse", "bin", "code", "lot_no", name=op.f("pk_cell")),
    )
    op.create_index("ix_cell_code", "cell", ["code", "warehouse"], unique=False)


def _cell_entry() -> None:
    op.create_table(
        "cell_entry",
        sa.Column("doc_type", sa.Text(), nullable=False),
        sa.Column("doc_id", sa.Text(), nullable=False),
        sa.Column("doc_line", sa.Text(), nullable=False),
        sa.Column("leg", sa.Integer(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("warehouse", sa.Text(), server_default="", nullable=False),
        sa.Column("bin", sa.Text(), server_default="", nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("lot_no", sa.Text(), server_default="", nullable=False),
        sa.Column("qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("at", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("qty <> 0", name=op.f("ck_cell_entry_qty_not_zero")),
        sa.PrimaryKeyConstraint("doc_type", "doc_id", "doc_line", "leg", "entry", name=op.f("pk_cell_entry")),
    )


def _channel_stock() -> None:
    op.create_table(
        "channel_stock",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("platform_sku", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("presale_qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("mode", sa.Text(), server_default="", nullable=False),
        sa.Column("explanation", sa.Text(), server_default="", nullable=False),
        sa.Column("command_id", sa.Text(), server_default="", nullable=False),
        sa.Column("recorded_at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("platform", "shop", "platform_sku", name=op.f("pk_channel_stock")),
    )


def _channel_stock_rule() -> None:
    op.create_table(
        "channel_stock_rule",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), server_default="", nullable=False),
        sa.Column("percent", sa.Integer(), server_default="100", nullable=False),
        sa.Column("quota_qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("presale_qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cap_qty", sa.Integer(), server_default="-1", nullable=False),
        sa.Column("formula", sa.Text(), server_default="", nullable=False),
        sa.Column("warehouses", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("platform", "shop", "code", name=op.f("pk_channel_stock_rule")),
    )


def _lot() -> None:
    op.create_table(
        "lot",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("lot_no", sa.Text(), nullable=False),
        sa.Column("made_on", sa.Text(), server_default="", nullable=False),
        sa.Column("expires_on", sa.Text(), server_default="", nullable=False),
        sa.Column("received_on", sa.Text(), server_default="", nullable=False),
        sa.Column("supplier", sa.Text(), server_default="", nullable=False),
        sa.Column("file_sha", sa.Text(), server_default="", nullable=False),
        sa.Column("row_no", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("code", "lot_no", name=op.f("pk_lot")),
    )


def _overdraft() -> None:
    op.create_table(
        "overdraft",
        sa.Column("warehouse", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("qty", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("qty >= 0", name=op.f("ck_overdraft_qty")),
        sa.PrimaryKeyConstraint("warehouse", "code", name=op.f("pk_overdraft")),
    )


def _place_rule() -> None:
    op.create_table(
        "place_rule",
        sa.Column("warehouse", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="own", nullable=False),
        sa.Column("allows_negative", sa.Integer(), server_default="0", nullable=False),
        sa.Column("defects_go_to", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("warehouse", name=op.f("pk_place_rule")),
    )


def _reservation_expiry() -> None:
    op.create_table(
        "reservation_expiry",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("expires_on", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("owner", name=op.f("pk_reservation_expiry")),
    )


def _serial() -> None:
    op.create_table(
        "serial",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("serial_no", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), server_default="", nullable=False),
        sa.Column("owner", sa.Text(), server_default="", nullable=False),
        sa.Column("moved_on", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("code", "serial_no", name=op.f("pk_serial")),
    )
    op.create_index("ix_serial_place", "serial", ["code", "place"], unique=False)


def _serial_entry() -> None:
    op.create_table(
        "serial_entry",
        sa.Column("doc_type", sa.Text(), nullable=False),
        sa.Column("doc_id", sa.Text(), nullable=False),
        sa.Column("doc_line", sa.Text(), nullable=False),
        sa.Column("leg", sa.Integer(), nullable=False),
        sa.Column("serial_no", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("from_place", sa.Text(), server_default="", nullable=False),
        sa.Column("to_place", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("doc_type", "doc_id", "doc_line", "leg", "serial_no", name=op.f("pk_serial_entry")),
    )


def _stock_alert() -> None:
    op.create_table(
        "stock_alert",
        sa.Column("warehouse", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("opened_on", sa.Text(), server_default="", nullable=False),
        sa.Column("closed_on", sa.Text(), server_default="", nullable=False),
        sa.Column("qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("limit_qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("message", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("warehouse", "code", "side", "n", name=op.f("pk_stock_alert")),
    )


def _stock_count_line() -> None:
    op.create_table(
        "stock_count_line",
        sa.Column("count_id", sa.Text(), nullable=False),
        sa.Column("warehouse", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("lot_no", sa.Text(), nullable=False),
        sa.Column("bin", sa.Text(), nullable=False),
        sa.Column("book_qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("counted_qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("explanation", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("count_id", "warehouse", "code", "lot_no", "bin", name=op.f("pk_stock_count_line")),
    )


def _stock_day() -> None:
    op.create_table(
        "stock_day",
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("warehouse", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("on_hand", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reserved", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("day", "warehouse", "code", name=op.f("pk_stock_day")),
    )


def _stock_hold() -> None:
    op.create_table(
        "stock_hold",
        sa.Column("hold_id", sa.Text(), nullable=False),
        sa.Column("warehouse", sa.Text(), server_default="", nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("lot_no", sa.Text(), server_default="", nullable=False),
        sa.Column("qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("placed_by", sa.Text(), server_default="", nullable=False),
        sa.Column("placed_on", sa.Text(), server_default="", nullable=False),
        sa.Column("released_by", sa.Text(), server_default="", nullable=False),
        sa.Column("released_on", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("hold_id", name=op.f("pk_stock_hold")),
    )


def _stock_limit() -> None:
    op.create_table(
        "stock_limit",
        sa.Column("warehouse", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("min_qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("max_qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("safety_qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("explanation", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("warehouse", "code", name=op.f("pk_stock_limit")),
    )


def _stock_rule() -> None:
    op.create_table(
        "stock_rule",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("by_serial", sa.Integer(), server_default="0", nullable=False),
        sa.Column("strategy", sa.Text(), server_default="fefo", nullable=False),
        sa.Column("shelf_days", sa.Integer(), server_default="0", nullable=False),
        sa.Column("ship_days_min", sa.Integer(), server_default="0", nullable=False),
        sa.Column("near_days", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_stock_rule")),
    )


def _stock_set() -> None:
    op.create_table(
        "stock_set",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_stock_set")),
    )


def _stock_set_member() -> None:
    op.create_table(
        "stock_set_member",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("bag", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("qty", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("code", "bag", "member", name=op.f("pk_stock_set_member")),
    )


def _stock_transfer() -> None:
    op.create_table(
        "stock_transfer",
        sa.Column("transfer_id", sa.Text(), nullable=False),
        sa.Column("from_warehouse", sa.Text(), server_default="", nullable=False),
        sa.Column("to_warehouse", sa.Text(), server_default="", nullable=False),
        sa.Column("transit", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("sent_on", sa.Text(), server_default="", nullable=False),
        sa.Column("closed_on", sa.Text(), server_default="", nullable=False),
        sa.Column("file_sha", sa.Text(), server_default="", nullable=False),
        sa.Column("row_no", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("transfer_id", name=op.f("pk_stock_transfer")),
    )


def _stock_transfer_line() -> None:
    op.create_table(
        "stock_transfer_line",
        sa.Column("transfer_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("sent_qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("received_qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("surplus_qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lost_qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("returned_qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("explanation", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("transfer_id", "code", name=op.f("pk_stock_transfer_line")),
    )
