"""What stands above a file's columns is kept once with the file, not in each of its rows."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

TEXTS = (
    *("kind", "platform", "shop", "name", "origin", "run_id", "flow", "step", "period_from", "period_to", "wallet"),
    *("control", "state", "message", "accepted_by", "received_at", "ingested_at"),
)
WHOLES = ("line", "size", "rows", "rows_ok")


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _again("titles")
    else:
        op.add_column("raw_file", sa.Column("titles", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Each row has its titles with it again."""
    _with_their_titles(op.get_bind())
    if op.get_bind().dialect.name == "sqlite":
        _again()
    else:
        op.drop_column("raw_file", "titles")


def _with_their_titles(connection: sa.Connection) -> None:
    rows = sa.table("raw_row", *map(sa.column, ("file_sha", "row_no", "payload")))
    files = sa.table("raw_file", *map(sa.column, ("file_sha", "titles")))
    for sha, told in connection.execute(sa.select(files.c.file_sha, files.c.titles).where(files.c.titles != "")).all():
        mine = rows.c.file_sha == sha
        query = sa.select(rows.c.row_no, rows.c.payload).where(mine, rows.c.payload.startswith("["))
        for row_no, payload in connection.execute(query).all():
            cells, titles = json.loads(payload), json.loads(told)
            names = titles + [f"#{n}" for n in range(len(titles) + 1, len(cells) + 1)]
            row = {name: cell for name, cell in zip(names, cells, strict=False) if cell}
            text = json.dumps(row, ensure_ascii=False)
            connection.execute(sa.update(rows).where(mine, rows.c.row_no == row_no).values(payload=text))


def _again(*added: str) -> None:
    """The table made anew, so that a migrated one reads as a new one does: SQLite writes an added column elsewhere."""
    op.rename_table("raw_file", "raw_file_before")
    op.create_table(
        "raw_file",
        sa.Column("file_sha", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), server_default="", nullable=False) for name in (*TEXTS, *added)),
        *(sa.Column(name, sa.Integer(), server_default="0", nullable=False) for name in WHOLES),
        sa.PrimaryKeyConstraint("file_sha", name=op.f("pk_raw_file")),
    )
    listed = ", ".join(("file_sha", *TEXTS, *WHOLES))
    op.execute(f"INSERT INTO raw_file ({listed}) SELECT {listed} FROM raw_file_before")
    op.drop_table("raw_file_before")
