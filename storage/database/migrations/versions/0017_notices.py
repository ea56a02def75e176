"""Messages to people: on which channel, in which state, taken when."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("notice_id", sa.Text(), nullable=False),
        *(_text(name) for name in ("channel", "route", "incident", "title", "body", "files")),
        _whole("urgent"),
        _text("state"),
        _whole("tries"),
        *(_text(name) for name in ("reason", "recorded_at", "due_at", "ended_at")),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_notice")),
    )
    op.create_index("ix_notice_channel", "notice", ["channel", "ended_at"], unique=False)
    op.create_index("ix_notice_state", "notice", ["state", "due_at"], unique=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def _whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)


def downgrade() -> None:
    op.drop_table("notice")
