"""Whose turn it is at a site, for all workers of these books; where a document and the files of a message lie."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "host_turn",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("host", "ticket_key")),
        *(sa.Column(name, sa.Text(), server_default="", nullable=False) for name in ("started_at", "ended_at")),
        sa.PrimaryKeyConstraint("host", "ticket_key", name=op.f("pk_host_turn")),
    )
    for table, of in (("document_place", "file_sha"), ("notice_place", "notice_id")):
        op.create_table(
            table,
            *(sa.Column(name, sa.Text(), nullable=False) for name in (of, "machine")),
            sa.Column("recorded_at", sa.Text(), server_default="", nullable=False),
            sa.PrimaryKeyConstraint(of, "machine", name=op.f(f"pk_{table}")),
        )


def downgrade() -> None:
    for table in ("notice_place", "document_place", "host_turn"):
        op.drop_table(table)
