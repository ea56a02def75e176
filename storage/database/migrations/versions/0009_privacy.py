"""Personal data under lock, who may see what, and the log of everything that was changed."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _actor()
    _address_book()
    _audit_head()
    _audit_log()
    _org_unit()
    _reading_grant()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


TABLES = (
    "actor",
    "address_book",
    "audit_head",
    "audit_log",
    "org_unit",
    "reading_grant",
)


def _actor() -> None:
    op.create_table(
        "actor",
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("role", sa.Text(), server_default="", nullable=False),
        sa.Column("account", sa.Text(), server_default="", nullable=False),
        sa.Column("public_key", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("who", name=op.f("pk_actor")),
    )


def _address_book() -> None:
    op.create_table(
        "address_book",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("order_no", sa.Text(), nullable=False),
        sa.Column("oaid", sa.Text(), server_default="", nullable=False),
        sa.Column("name_sealed", sa.Text(), server_default="", nullable=False),
        sa.Column("name_index", sa.Text(), server_default="", nullable=False),
        sa.Column("name_masked", sa.Text(), server_default="", nullable=False),
        sa.Column("phone_sealed", sa.Text(), server_default="", nullable=False),
        sa.Column("phone_index", sa.Text(), server_default="", nullable=False),
        sa.Column("phone_masked", sa.Text(), server_default="", nullable=False),
        sa.Column("address_sealed", sa.Text(), server_default="", nullable=False),
        sa.Column("address_index", sa.Text(), server_default="", nullable=False),
        sa.Column("address_masked", sa.Text(), server_default="", nullable=False),
        sa.Column("person_index", sa.Text(), server_default="", nullable=False),
        sa.Column("province", sa.Text(), server_default="", nullable=False),
        sa.Column("city", sa.Text(), server_default="", nullable=False),
        sa.Column("district", sa.Text(), server_default="", nullable=False),
        sa.Column("ordered_at", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("platform", "shop", "order_no", name=op.f("pk_address_book")),
    )
    op.create_index("ix_address_book_name", "address_book", ["name_index"], unique=False)
    op.create_index("ix_address_book_person", "address_book", ["person_index"], unique=False)
    op.create_index("ix_address_book_phone", "address_book", ["phone_index"], unique=False)


def _audit_head() -> None:
    op.create_table(
        "audit_head",
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column("hash", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("chain", name=op.f("pk_audit_head")),
    )


def _audit_log() -> None:
    op.create_table(
        "audit_log",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("recorded_at", sa.Text(), server_default="", nullable=False),
        sa.Column("who", sa.Text(), server_default="", nullable=False),
        sa.Column("what", sa.Text(), server_default="", nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("before", sa.Text(), server_default="", nullable=False),
        sa.Column("after", sa.Text(), server_default="", nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("hash_prev", sa.Text(), server_default="", nullable=False),
        sa.Column("hash", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_log")),
    )
    op.create_index("ix_audit_log_subject", "audit_log", ["subject"], unique=False)
    op.create_index("ix_audit_log_who", "audit_log", ["who", "what"], unique=False)


def _org_unit() -> None:
    op.create_table(
        "org_unit",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("org", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("scope", "name", name=op.f("pk_org_unit")),
    )


def _reading_grant() -> None:
    op.create_table(
        "reading_grant",
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("who", "scope", "name", name=op.f("pk_reading_grant")),
    )
