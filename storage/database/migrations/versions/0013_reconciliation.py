"""Reconciliation, whole: authorised payments, candidates, what people decided, months that are closed."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_recon_item_outcome", "recon_item")  # no query asked by it, and it was a fifth of every write
    _payable()
    _candidate()
    _decision()
    _months()


def _payable() -> None:
    op.create_table(
        "payable",
        sa.Column("payable_no", sa.Text(), nullable=False),
        _text("kind"),
        _text("payee"),
        _text("reference"),
        sa.Column("amount_fen", sa.BigInteger(), server_default="0", nullable=False),
        _text("authorised_by"),
        _text("authorised_on"),
        _text("due_day"),
        _text("file_sha"),
        _whole("row_no"),
        sa.PrimaryKeyConstraint("payable_no", name=op.f("pk_payable")),
    )


def _candidate() -> None:
    op.create_table(
        "recon_candidate",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("job", "side", "ref", "candidate")),
        _whole("rank"),
        sa.Column("amount_fen", sa.BigInteger(), server_default="0", nullable=False),
        _text("reason"),
        sa.PrimaryKeyConstraint("job", "side", "ref", "candidate", name=op.f("pk_recon_candidate")),
    )


def _decision() -> None:
    texts = ("choice", "subject", "who", "why", "before", "decided_at", "undone_by", "undone_why")
    op.create_table(
        "recon_decision",
        sa.Column("serial", sa.Integer(), autoincrement=False, nullable=False),
        *(_text(name) for name in texts),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_recon_decision")),
    )


def _months() -> None:
    op.create_table(
        "recon_month",
        sa.Column("month", sa.Text(), nullable=False),
        _whole("items"),
        sa.Column("total_fen", sa.BigInteger(), server_default="0", nullable=False),
        _whole("carried"),
        _text("closed_by"),
        _text("recorded_at"),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_recon_month")),
    )
    op.create_table(
        "recon_filing",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("job", "side", "ref")),
        *(_text(name) for name in ("month", "tag", "owner")),
        sa.PrimaryKeyConstraint("job", "side", "ref", name=op.f("pk_recon_filing")),
    )
    op.create_index("ix_recon_filing_month", "recon_filing", ["month"], unique=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def _whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)


def downgrade() -> None:
    op.create_index("ix_recon_item_outcome", "recon_item", ["job", "outcome"], unique=False)
    op.drop_index("ix_recon_filing_month", "recon_filing")
    for name in ("recon_filing", "recon_month", "recon_decision", "recon_candidate", "payable"):
        op.drop_table(name)
