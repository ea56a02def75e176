"""What an order earned and cost: express bills, adjustments, settlement sheets, invoices, payees, reasons."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = (
    "aftersale_reason",
    "express_bill_line",
    "invoice",
    "invoice_line",
    "payee_rule",
    "payee_share",
    "price_refund",
    "profit_adjustment",
    "settlement_sheet",
    "settlement_sheet_line",
)


def upgrade() -> None:
    _aftersale_reason()
    _express_bill_line()
    _invoice()
    _invoice_line()
    _payee_rule()
    _payee_share()
    _price_refund()
    _profit_adjustment()
    _settlement_sheet()
    _settlement_sheet_line()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _aftersale_reason() -> None:
    op.create_table(
        "aftersale_reason",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("order_no", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("author", sa.Text(), server_default="", nullable=False),
        sa.Column("recorded_at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("platform", "shop", "order_no", "n", name=op.f("pk_aftersale_reason")),
    )


def _express_bill_line() -> None:
    op.create_table(
        "express_bill_line",
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("waybill_no", sa.Text(), nullable=False),
        sa.Column("fee", sa.Text(), nullable=False),
        sa.Column("bill_no", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("day", sa.Text(), server_default="", nullable=False),
        sa.Column("weight_g", sa.Integer(), server_default="0", nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("file_sha", sa.Text(), server_default="", nullable=False),
        sa.Column("row_no", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("carrier", "waybill_no", "fee", "bill_no", "n", name=op.f("pk_express_bill_line")),
    )
    op.create_index("ix_express_bill_line_number", "express_bill_line", ["waybill_no"])


def _invoice() -> None:
    op.create_table(
        "invoice",
        sa.Column("invoice_id", sa.Text(), nullable=False),
        sa.Column("color", sa.Text(), server_default="", nullable=False),
        sa.Column("reverses", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("platform", sa.Text(), server_default="", nullable=False),
        sa.Column("shop", sa.Text(), server_default="", nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("tax_no", sa.Text(), server_default="", nullable=False),
        sa.Column("tax_rate_bp", sa.Integer(), server_default="0", nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tax_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("author", sa.Text(), server_default="", nullable=False),
        sa.Column("command_id", sa.Text(), server_default="", nullable=False),
        sa.Column("recorded_at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("invoice_id", name=op.f("pk_invoice")),
    )


def _invoice_line() -> None:
    op.create_table(
        "invoice_line",
        sa.Column("invoice_id", sa.Text(), nullable=False),
        sa.Column("order_no", sa.Text(), nullable=False),
        sa.Column("sub_no", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tax_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("invoice_id", "order_no", "sub_no", name=op.f("pk_invoice_line")),
    )
    op.create_index("ix_invoice_line_order", "invoice_line", ["order_no"])


def _payee_rule() -> None:
    op.create_table(
        "payee_rule",
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("payee", sa.Text(), nullable=False),
        sa.Column("fee_type", sa.Text(), server_default="", nullable=False),
        sa.Column("platform", sa.Text(), server_default="", nullable=False),
        sa.Column("shop", sa.Text(), server_default="", nullable=False),
        sa.Column("product_id", sa.Text(), server_default="", nullable=False),
        sa.Column("from_day", sa.Text(), server_default="", nullable=False),
        sa.Column("to_day", sa.Text(), server_default="", nullable=False),
        sa.Column("share_bp", sa.Integer(), server_default="0", nullable=False),
        sa.Column("author", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("share_bp > 0 AND share_bp <= 10000", name=op.f("ck_payee_rule_share")),
        sa.PrimaryKeyConstraint("rule_id", "payee", name=op.f("pk_payee_rule")),
    )


def _payee_share() -> None:
    op.create_table(
        "payee_share",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("wallet", sa.Text(), nullable=False),
        sa.Column("flow_no", sa.Text(), nullable=False),
        sa.Column("fee_type", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("payee", sa.Text(), nullable=False),
        sa.Column("order_no", sa.Text(), server_default="", nullable=False),
        sa.Column("day", sa.Text(), server_default="", nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rule_id", sa.Text(), server_default="", nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint(
            "platform", "shop", "wallet", "flow_no", "fee_type", "n", "payee", name=op.f("pk_payee_share")
        ),
    )
    op.create_index("ix_payee_share_payee", "payee_share", ["payee"])


def _price_refund() -> None:
    op.create_table(
        "price_refund",
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("sub_no", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), server_default="", nullable=False),
        sa.Column("shop", sa.Text(), server_default="", nullable=False),
        sa.Column("order_no", sa.Text(), server_default="", nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("author", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("command_id", sa.Text(), server_default="", nullable=False),
        sa.Column("recorded_at", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_price_refund_amount_positive")),
        sa.PrimaryKeyConstraint("request_id", "sub_no", name=op.f("pk_price_refund")),
    )
    op.create_index("ix_price_refund_order", "price_refund", ["order_no"])


def _profit_adjustment() -> None:
    op.create_table(
        "profit_adjustment",
        sa.Column("adjustment_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), server_default="", nullable=False),
        sa.Column("shop", sa.Text(), server_default="", nullable=False),
        sa.Column("order_no", sa.Text(), server_default="", nullable=False),
        sa.Column("sub_no", sa.Text(), server_default="", nullable=False),
        sa.Column("component", sa.Text(), server_default="", nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("day", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("author", sa.Text(), server_default="", nullable=False),
        sa.Column("reverses", sa.Text(), server_default="", nullable=False),
        sa.Column("recorded_at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("adjustment_id", name=op.f("pk_profit_adjustment")),
    )


def _settlement_sheet() -> None:
    op.create_table(
        "settlement_sheet",
        sa.Column("party_kind", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("total_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("content_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_by", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("party_kind", "party", "month", "version", name=op.f("pk_settlement_sheet")),
    )


def _settlement_sheet_line() -> None:
    op.create_table(
        "settlement_sheet_line",
        sa.Column("party_kind", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), server_default="", nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("file_sha", sa.Text(), server_default="", nullable=False),
        sa.Column("row_no", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint(
            "party_kind", "party", "month", "version", "component", "ref", name=op.f("pk_settlement_sheet_line")
        ),
    )
