"""What months expect to come back: the policy by which it is reckoned, and the figures behind its voucher."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "returns_policy",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        *_texts("from_day", "state"),
        *(_whole(name) for name in ("window_days", "look_back_days", "least_orders")),
        *_texts("author", "reason", "decided_at"),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_returns_policy")),
    )
    keys = ("period", "side", "platform", "shop", "code")
    op.create_table(
        "expected_return",
        *(sa.Column(name, sa.Text(), nullable=False) for name in keys),
        *(_fen(name) for name in ("exposed_fen", "expected_fen")),
        *_texts("basis"),
        _whole("orders"),
        *(_fen(name) for name in ("sold_fen", "back_fen")),
        *_texts("words"),
        sa.PrimaryKeyConstraint(*keys, name=op.f("pk_expected_return")),
    )


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), server_default="", nullable=False) for name in names]


def _whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)


def _fen(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)


def downgrade() -> None:
    for name in ("expected_return", "returns_policy"):
        op.drop_table(name)
