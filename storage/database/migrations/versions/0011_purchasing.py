"""What is bought and what comes back: suggestions, purchase orders, receipts, returns."""

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
