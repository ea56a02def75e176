"""Items that are more than matched, and those that people decided, are found without looking through all the others."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

INDEXES = {"open": ("outcome", "outcome > 2"), "decided": ("decided_by", "decided_by <> ''")}


def upgrade() -> None:
    for name, (column, where) in sorted(INDEXES.items()):
        op.execute(f"CREATE INDEX ix_recon_item_{name} ON recon_item ({column}) WHERE {where}")


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(f"ix_recon_item_{name}", "recon_item")
