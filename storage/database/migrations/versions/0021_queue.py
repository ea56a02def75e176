"""Work for workers: who does it, until when nobody else may; and the workers there are."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "queue_job",
        sa.Column("ticket_key", sa.Text(), nullable=False),
        *map(_text, ("kind", "run_key", "account", "tags")),
        _whole("priority"),
        *map(_text, ("payload", "state", "outcome", "message", "result", "folder", "cancel", "worker")),
        _whole("fence"),
        *map(_text, ("lease_until", "recorded_at", "started_at", "ended_at")),
        sa.PrimaryKeyConstraint("ticket_key", name=op.f("pk_queue_job")),
    )
    op.create_index("ix_queue_job_state", "queue_job", ["state", "priority"], unique=False)
    op.create_index("ix_queue_job_recorded", "queue_job", ["recorded_at"], unique=False)
    op.create_index("ix_queue_job_run", "queue_job", ["run_key"], unique=False)
    op.create_table(
        "queue_worker",
        sa.Column("worker", sa.Text(), nullable=False),
        _text("host"),
        _whole("pid"),
        _text("tags"),
        _whole("places"),
        *map(_text, ("state", "seen_at", "recorded_at", "ended_at")),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_queue_worker")),
    )
    op.create_index("ix_queue_worker_state", "queue_worker", ["state"], unique=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def _whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)


def downgrade() -> None:
    op.drop_table("queue_worker")
    op.drop_table("queue_job")
