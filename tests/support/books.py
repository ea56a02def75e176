"""What every small set of books for tests can do: be written to, be asked, be held against the invariants."""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection, text

from storage.database.connection import Database
from storage.erp.invariants.verify import verify

T = TypeVar("T")


class SmallBooks:
    """Books of a test; each package's own class adds what ingestion, people and bots would write there."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def write(self, call: Callable[[Connection], T]) -> T:
        """Run one thing in a write transaction."""
        with self.database.write() as connection:
            return call(connection)

    def read(self, call: Callable[[Connection], T]) -> T:
        """Run one thing on a connection that cannot write."""
        with self.database.read() as connection:
            return call(connection)

    def rows(self, sql: str, **values: object) -> list[tuple[Any, ...]]:
        """Rows of a query, as plain tuples."""
        return self.read(lambda connection: [tuple(row) for row in connection.execute(text(sql), values)])

    def sound(self) -> bool:
        """Whether every invariant holds; says which does not."""
        assert self.read(verify) == []
        return True
