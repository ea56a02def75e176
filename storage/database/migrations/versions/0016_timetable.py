"""The desk's timetable: runs planned, started, ended, dropped; what arrived; what is paused; how far it was planned."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

RUN = ("entry", "account", "cause", "day", "slot", "due_at", "until", "state", "reason", "facts", "message")


def upgrade() -> None:
    op.create_table(
        "timetable_run",
        sa.Column("run_key", sa.Text(), nullable=False),
        *(_text(name) for name in RUN),
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        *(_text(name) for name in ("recorded_at", "started_at", "ended_at")),
        sa.PrimaryKeyConstraint("run_key", name=op.f("pk_timetable_run")),
    )
    op.create_index("ix_timetable_run_slot", "timetable_run", ["slot"], unique=False)
    op.create_index("ix_timetable_run_state", "timetable_run", ["state"], unique=False)
    op.create_table(
        "timetable_event",
        sa.Column("event_key", sa.Text(), nullable=False),
        *(_text(name) for name in ("entry", "arrived_at", "given", "state")),
        sa.PrimaryKeyConstraint("event_key", name=op.f("pk_timetable_event")),
    )
    op.create_index("ix_timetable_event_state", "timetable_event", ["state"], unique=False)
    op.create_table(
        "timetable_pause",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("scope", "name", "recorded_at")),
        *(_text(name) for name in ("until_at", "who", "why", "ended_at", "ended_by")),
        sa.PrimaryKeyConstraint("scope", "name", "recorded_at", name=op.f("pk_timetable_pause")),
    )
    op.create_table(
        "timetable_mark",
        sa.Column("timetable", sa.Text(), nullable=False),
        _text("planned_until"),
        sa.PrimaryKeyConstraint("timetable", name=op.f("pk_timetable_mark")),
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def downgrade() -> None:
    for name in ("timetable_mark", "timetable_pause", "timetable_event", "timetable_run"):
        op.drop_table(name)
