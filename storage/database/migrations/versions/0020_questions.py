"""Questions to people: what was asked, until when, who answered."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

NAMES = (
    "kind",
    "question",
    "choices",
    "facts",
    "picture",
    "state",
    "answer",
    "who",
    "recorded_at",
    "due_at",
    "ended_at",
)


def upgrade() -> None:
    op.create_table(
        "question",
        sa.Column("question_id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), server_default="", nullable=False) for name in NAMES),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_question")),
    )
    op.create_index("ix_question_state", "question", ["state", "recorded_at"], unique=False)


def downgrade() -> None:
    op.drop_table("question")
