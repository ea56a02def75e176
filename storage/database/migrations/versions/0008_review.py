"""How an order was judged before it ships: holds, reasons, rules, splits and merges."""

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
