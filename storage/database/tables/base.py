"""Shared column makers, so that a kind of column is spelt once."""

from sqlalchemy import BigInteger, Column, Integer, MetaData, Text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
)

WALL_CLOCK = frozenset(
    {"received_at", "ingested_at", "exported_at", "decided_at", "recorded_at", "started_at", "ended_at"}
)


def key(name: str) -> Column[str]:
    """A text primary-key column."""
    return Column(name, Text, primary_key=True, nullable=False)


def text(name: str, default: str = "") -> Column[str]:
    """A text column that is never NULL."""
    return Column(name, Text, nullable=False, server_default=default)


def fen(name: str) -> Column[int]:
    """An amount in integer fen, never NULL."""
    return Column(name, BigInteger, nullable=False, server_default="0")


def whole(name: str, default: int = 0) -> Column[int]:
    """A whole number, never NULL."""
    return Column(name, Integer, nullable=False, server_default=str(default))


def source() -> tuple[Column[str], Column[int]]:
    """Where a row came from: the archived file and its row, 1-based as a person counts lines or sheet rows."""
    return (
        Column("file_sha", Text, nullable=False, server_default=""),
        Column("row_no", Integer, nullable=False, server_default="0"),
    )
