"""Documents under readable names, and the receipts of what was delivered to whom."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

FILED = (
    ("kind", "owner", "period_from", "period_to"),
    ("stem", "path", "recorded_at"),
)
DELIVERY = (
    ("way", "target", "remote_path", "verified", "state"),
    ("reason", "batch", "host", "recorded_at", "due_at", "started_at", "ended_at"),
)


def _texts(names: tuple[str, ...]) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), server_default="", nullable=False) for name in names]


def _whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)


def _keys(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "filed",
        *_keys("file_sha", "name", "shop"),
        *_texts(FILED[0]),
        _whole("size"),
        *_texts(FILED[1]),
        sa.PrimaryKeyConstraint("file_sha", "name", "shop", name=op.f("pk_filed")),
    )
    op.create_index("ix_filed_stem", "filed", ["stem"], unique=False)
    op.create_index("ix_filed_path", "filed", ["path"], unique=False)
    op.create_table(
        "delivery",
        *_keys("rule", "path"),
        *_texts(("file_sha",)),
        _whole("size"),
        *_texts(DELIVERY[0]),
        _whole("tries"),
        *_texts(DELIVERY[1]),
        sa.PrimaryKeyConstraint("rule", "path", name=op.f("pk_delivery")),
    )
    op.create_index("ix_delivery_state", "delivery", ["state", "due_at"], unique=False)
    op.create_index("ix_delivery_batch", "delivery", ["batch"], unique=False)


def downgrade() -> None:
    op.drop_table("delivery")
    op.drop_table("filed")
