"""Titles that people explained and rows that they corrected."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "header_meaning",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("meant", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_by", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("kind", "shop", "title", name=op.f("pk_header_meaning")),
    )
    op.create_table(
        "row_fix",
        sa.Column("file_sha", sa.Text(), nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("payload", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_by", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("file_sha", "row_no", "n", name=op.f("pk_row_fix")),
    )


def downgrade() -> None:
    op.drop_table("row_fix")
    op.drop_table("header_meaning")
