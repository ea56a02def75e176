"""What reconciliation has seen, files and lines: what came after it is not yet due, and not missing an outcome."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recon_file",
        sa.Column("file_sha", sa.Text(), nullable=False),
        sa.Column("ingested_at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("file_sha", name=op.f("pk_recon_file")),
    )
    op.create_table(
        "recon_owner",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("owner", "wallet")),
        sa.Column("lines", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("owner", "wallet", name=op.f("pk_recon_owner")),
    )
    op.execute(  # books that were reconciled before go on being held to every line
        "INSERT INTO recon_file (file_sha, ingested_at) SELECT file_sha, ingested_at FROM raw_file"
        " WHERE state = 'read' AND EXISTS (SELECT 1 FROM recon_item)"
    )
    for owner, wallet, table, by in (
        ("shop", "wallet", "bill_line", "shop, wallet"),
        ("'bank'", "account", "bank_line", "account"),
    ):
        op.execute(
            f"INSERT INTO recon_owner (owner, wallet, lines) SELECT {owner}, {wallet}, count(*) FROM {table}"
            f" WHERE EXISTS (SELECT 1 FROM recon_item) GROUP BY {by}"
        )


def downgrade() -> None:
    for name in ("recon_owner", "recon_file"):
        op.drop_table(name)
