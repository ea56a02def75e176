"""Migrations by Alembic: numbered files in `versions/`, run inside the caller's transaction.

Books that are new are made at once as the newest tables say; a test holds the two ways to the same result.
"""

from functools import cache
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.dialects import registry
from sqlalchemy.schema import CreateIndex, CreateTable, ExecutableDDLElement

HEAD = "0026"  # a test holds it to the newest file; known here so that opening an up-to-date database is quick


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring the database of `connection` to `revision`; Alembic is loaded only when there is something to do."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", Path(__file__).parent.as_posix())
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def create(connection: Connection) -> None:
    """Make every table of an empty database, at the newest revision; a tenth of the time of all migrations."""
    for statement in _written(connection.dialect.name):
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
        "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
    )
    connection.exec_driver_sql(f"INSERT INTO alembic_version (version_num) VALUES ('{HEAD}')")


@cache
def _written(name: str) -> tuple[str, ...]:
    from storage.database.tables import metadata

    dialect = registry.load(name)()
    statements = []
    for table in metadata.sorted_tables:
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        made: list[ExecutableDDLElement] = [CreateTable(table), *map(CreateIndex, indexes)]
        statements += [str(one.compile(dialect=dialect)) for one in made]
    return tuple(statements)
