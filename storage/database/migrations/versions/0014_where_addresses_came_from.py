"""Sealed addresses say which file told them and when, so that the order in which files arrive does not matter."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KEYS = ("platform", "shop", "order_no")
TEXTS = (
    *("oaid", "name_sealed", "name_index", "name_masked", "phone_sealed", "phone_index", "phone_masked"),
    *("address_sealed", "address_index", "address_masked", "person_index", "province", "city", "district"),
    *("ordered_at", "state"),
)
INDEXES = ("name", "person", "phone")


def _added() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("plain_fields", sa.Integer(), server_default="0", nullable=False),
        sa.Column("exported_at", sa.Text(), server_default="", nullable=False),
        sa.Column("file_sha", sa.Text(), server_default="", nullable=False),
        sa.Column("row_no", sa.Integer(), server_default="0", nullable=False),
    )


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _again(*_added())
        return
    for column in _added():
        op.add_column("address_book", column)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _again()
        return
    for column in _added():
        op.drop_column("address_book", column.name)


def _again(*added: sa.Column[object]) -> None:
    """The table made anew, so that a migrated one reads as a new one does: SQLite writes an added column elsewhere."""
    for name in INDEXES:
        op.drop_index(f"ix_address_book_{name}", "address_book")
    op.rename_table("address_book", "address_book_before")
    op.create_table(
        "address_book",
        *(sa.Column(name, sa.Text(), nullable=False) for name in KEYS),
        *(sa.Column(name, sa.Text(), server_default="", nullable=False) for name in TEXTS),
        *added,
        sa.PrimaryKeyConstraint(*KEYS, name=op.f("pk_address_book")),
    )
    for name in INDEXES:
        op.create_index(f"ix_address_book_{name}", "address_book", [f"{name}_index"])
    listed = ", ".join((*KEYS, *TEXTS))
    op.execute(f"INSERT INTO address_book ({listed}) SELECT {listed} FROM address_book_before")
    op.drop_table("address_book_before")
