"""What a company has decided about its books: when revenue counts, how stock is valued, which tax rate."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger_policy",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        _text("recognise"),
        _whole("window_days"),
        _text("costing"),
        _whole("vat_bp"),
        *(_text(name) for name in ("author", "reason", "decided_at")),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_ledger_policy")),
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def _whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)


def downgrade() -> None:
    op.drop_table("ledger_policy")
