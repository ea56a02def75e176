"""Migrations by Alembic: numbered files in `versions/`, run inside the caller's transaction."""

from pathlib import Path

from sqlalchemy import Connection

HEAD = "0013"  # a test holds it to the newest file; known here so that opening an up-to-date database is quick


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring the database of `connection` to `revision`; Alembic is loaded only when there is something to do."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", Path(__file__).parent.as_posix())
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
