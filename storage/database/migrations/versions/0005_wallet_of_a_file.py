"""Whose wallet or account a file is a statement of: the reader says it, not a list of kinds elsewhere."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WALLETS = {
    "alipay_fund_bill_csv": "alipay",
    "icbc_personal_debit": "bank",
    "wxpay_trade_bill_all": "wxpay",
}
"""Those that books had before."""

TEXTS = (
    *("kind", "platform", "shop", "name", "origin", "run_id", "flow", "step", "period_from", "period_to"),
    *("control", "state", "message", "accepted_by", "received_at", "ingested_at"),
)
WHOLES = ("line", "size", "rows", "rows_ok")


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _again("wallet")
    else:
        op.add_column("raw_file", sa.Column("wallet", sa.Text(), server_default="", nullable=False))
    files = sa.table("raw_file", sa.column("kind"), sa.column("wallet"))
    for kind, wallet in WALLETS.items():
        op.execute(files.update().where(files.c.kind == kind).values(wallet=wallet))


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _again()
    else:
        op.drop_column("raw_file", "wallet")


def _again(*added: str) -> None:
    """The table made anew, so that a migrated one reads as a new one does: SQLite writes an added column elsewhere."""
    names = ("file_sha", *TEXTS, *WHOLES)
    op.rename_table("raw_file", "raw_file_before")
    op.create_table(
        "raw_file",
        sa.Column("file_sha", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), server_default="", nullable=False) for name in (*TEXTS, *added)),
        *(sa.Column(name, sa.Integer(), server_default="0", nullable=False) for name in WHOLES),
        sa.PrimaryKeyConstraint("file_sha", name=op.f("pk_raw_file")),
    )
    listed = ", ".join(names)
    op.execute(f"INSERT INTO raw_file ({listed}) SELECT {listed} FROM raw_file_before")
    op.drop_table("raw_file_before")
