"""Sub-orders say when they were exported: of two states of one second the one that was exported later counts."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

KEYS = ("platform", "shop", "order_no", "sub_no")
COLUMNS = (
    *("product_id", "platform_sku", "code", "title", "qty", "price_fen", "discount_share_fen", "paid_share_fen"),
    *("refunded_fen", "refund_status", "carrier", "waybill_no", "platform_modified_at"),
)
SOURCE = ("file_sha", "row_no")
WHOLE = ("qty", "row_no")


def _column(name: str) -> sa.Column[str] | sa.Column[int]:
    if name in WHOLE:
        return sa.Column(name, sa.Integer(), server_default="0", nullable=False)
    if name.endswith("_fen"):
        return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _again(_column("exported_at"))
        return
    op.add_column("order_line", _column("exported_at"))


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _again()
        return
    op.drop_column("order_line", "exported_at")


def _again(*added: sa.Column[str] | sa.Column[int]) -> None:
    """The table made anew, so that a migrated one reads as a new one does: SQLite writes an added column elsewhere."""
    op.rename_table("order_line", "order_line_before")
    op.create_table(
        "order_line",
        *(sa.Column(name, sa.Text(), nullable=False) for name in KEYS),
        *map(_column, COLUMNS),
        *added,
        *map(_column, SOURCE),
        sa.PrimaryKeyConstraint(*KEYS, name=op.f("pk_order_line")),
    )
    listed = ", ".join((*KEYS, *COLUMNS, *SOURCE))
    op.execute(f"INSERT INTO order_line ({listed}) SELECT {listed} FROM order_line_before")
    op.drop_table("order_line_before")
