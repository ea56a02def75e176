"""The ledger: accounts, periods, vouchers, cost layers, open items."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _period()
    _jv()
    _jv_line()
    _cost_layer()
    _layer_use()
    _cost_move()
    _supplier_invoice()
    _supplier_invoice_line()
    _cash_document()
    _jv_document()


def _period() -> None:
    op.create_table(
        "period",
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("vouchers", sa.Integer(), server_default="0", nullable=False),
        sa.Column("hash_last", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_by", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("period", name=op.f("pk_period")),
    )


def _jv() -> None:
    op.create_table(
        "jv",
        sa.Column("no", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), server_default="", nullable=False),
        sa.Column("n", sa.Integer(), server_default="0", nullable=False),
        sa.Column("day", sa.Text(), server_default="", nullable=False),
        sa.Column("document_day", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("source_type", sa.Text(), server_default="", nullable=False),
        sa.Column("source_id", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reverses", sa.Text(), server_default="", nullable=False),
        sa.Column("tag", sa.Text(), server_default="", nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("author", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("content_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("hash_prev", sa.Text(), server_default="", nullable=False),
        sa.Column("hash", sa.Text(), server_default="", nullable=False),
        sa.Column("file_sha", sa.Text(), server_default="", nullable=False),
        sa.Column("row_no", sa.Integer(), server_default="0", nullable=False),
        sa.Column("recorded_at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_jv")),
    )
    op.create_index("ix_jv_period", "jv", ["period", "n"], unique=False)
    op.create_index("uq_jv_source", "jv", ["source_type", "source_id", "kind", "version"], unique=True)


def _jv_line() -> None:
    op.create_table(
        "jv_line",
        sa.Column("no", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("account", sa.Text(), server_default="", nullable=False),
        sa.Column("dr_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cr_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("platform", sa.Text(), server_default="", nullable=False),
        sa.Column("shop", sa.Text(), server_default="", nullable=False),
        sa.Column("sku", sa.Text(), server_default="", nullable=False),
        sa.Column("party", sa.Text(), server_default="", nullable=False),
        sa.Column("item", sa.Text(), server_default="", nullable=False),
        sa.Column("currency", sa.Text(), server_default="", nullable=False),
        sa.Column("foreign_cents", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "dr_fen >= 0 AND cr_fen >= 0 AND (dr_fen = 0 OR cr_fen = 0)", name=op.f("ck_jv_line_one_side")
        ),
        sa.PrimaryKeyConstraint("no", "n", name=op.f("pk_jv_line")),
    )
    op.create_index("ix_jv_line_account", "jv_line", ["account", "item"], unique=False)


def _cost_layer() -> None:
    op.create_table(
        "cost_layer",
        sa.Column("layer_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("method", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.Text(), server_default="", nullable=False),
        sa.Column("qty_in", sa.Integer(), server_default="0", nullable=False),
        sa.Column("value_in_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("qty_left", sa.Integer(), server_default="0", nullable=False),
        sa.Column("value_left_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("qty_left > 0 OR value_left_fen = 0", name=op.f("ck_cost_layer_empty_is_worth_nothing")),
        sa.CheckConstraint("qty_left >= 0 AND value_left_fen >= 0", name=op.f("ck_cost_layer_not_negative")),
        sa.PrimaryKeyConstraint("layer_id", name=op.f("pk_cost_layer")),
    )
    op.create_index("ix_cost_layer_code", "cost_layer", ["code", "at"], unique=False)


def _layer_use() -> None:
    op.create_table(
        "layer_use",
        sa.Column("doc_type", sa.Text(), nullable=False),
        sa.Column("doc_id", sa.Text(), nullable=False),
        sa.Column("doc_line", sa.Text(), nullable=False),
        sa.Column("leg", sa.Integer(), nullable=False),
        sa.Column("layer_id", sa.Text(), nullable=False),
        sa.Column("qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("value_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("doc_type", "doc_id", "doc_line", "leg", "layer_id", name=op.f("pk_layer_use")),
    )
    op.create_index("ix_layer_use_layer", "layer_use", ["layer_id"], unique=False)


def _cost_move() -> None:
    op.create_table(
        "cost_move",
        sa.Column("doc_type", sa.Text(), nullable=False),
        sa.Column("doc_id", sa.Text(), nullable=False),
        sa.Column("doc_line", sa.Text(), nullable=False),
        sa.Column("leg", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("value_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("back_qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("back_value_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("at", sa.Text(), server_default="", nullable=False),
        sa.Column("platform", sa.Text(), server_default="", nullable=False),
        sa.Column("shop", sa.Text(), server_default="", nullable=False),
        sa.Column("order_no", sa.Text(), server_default="", nullable=False),
        sa.Column("party", sa.Text(), server_default="", nullable=False),
        sa.Column("no", sa.Text(), server_default="", nullable=False),
        sa.Column("carry_no", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("doc_type", "doc_id", "doc_line", "leg", name=op.f("pk_cost_move")),
    )
    op.create_index("ix_cost_move_carry", "cost_move", ["carry_no", "order_no"], unique=False)
    op.create_index("ix_cost_move_order", "cost_move", ["order_no"], unique=False)


def _supplier_invoice() -> None:
    op.create_table(
        "supplier_invoice",
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("invoice_no", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), server_default="", nullable=False),
        sa.Column("due_day", sa.Text(), server_default="", nullable=False),
        sa.Column("net_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tax_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("author", sa.Text(), server_default="", nullable=False),
        sa.Column("file_sha", sa.Text(), server_default="", nullable=False),
        sa.Column("row_no", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("supplier", "invoice_no", name=op.f("pk_supplier_invoice")),
    )


def _supplier_invoice_line() -> None:
    op.create_table(
        "supplier_invoice_line",
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("invoice_no", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("doc_type", sa.Text(), server_default="", nullable=False),
        sa.Column("doc_id", sa.Text(), server_default="", nullable=False),
        sa.Column("doc_line", sa.Text(), server_default="", nullable=False),
        sa.Column("leg", sa.Integer(), server_default="0", nullable=False),
        sa.Column("qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("net_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("supplier", "invoice_no", "n", name=op.f("pk_supplier_invoice_line")),
    )


def _cash_document() -> None:
    op.create_table(
        "cash_document",
        sa.Column("document_no", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("day", sa.Text(), server_default="", nullable=False),
        sa.Column("account", sa.Text(), server_default="", nullable=False),
        sa.Column("contra", sa.Text(), server_default="", nullable=False),
        sa.Column("platform", sa.Text(), server_default="", nullable=False),
        sa.Column("shop", sa.Text(), server_default="", nullable=False),
        sa.Column("party", sa.Text(), server_default="", nullable=False),
        sa.Column("item", sa.Text(), server_default="", nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("author", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_cash_document_amount_positive")),
        sa.PrimaryKeyConstraint("document_no", name=op.f("pk_cash_document")),
    )


def _jv_document() -> None:
    op.create_table(
        "jv_document",
        sa.Column("source_type", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("no", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("source_type", "source_id", name=op.f("pk_jv_document")),
    )


def downgrade() -> None:
    op.drop_table("jv_document")
    op.drop_table("cash_document")
    op.drop_table("supplier_invoice_line")
    op.drop_table("supplier_invoice")
    op.drop_table("cost_move")
    op.drop_table("layer_use")
    op.drop_table("cost_layer")
    op.drop_table("jv_line")
    op.drop_table("jv")
    op.drop_table("period")
