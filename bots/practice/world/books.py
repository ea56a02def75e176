"""`World`: the door to a world's database. A connection per call, so any thread may call anything at any time."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
_BUSY_TIMEOUT_MS = 10_000


def _now() -> datetime:
    return datetime.now(SHANGHAI)


@dataclass(frozen=True, slots=True)
class World:
    """A world's database file and the mall's clock (tests may set it)."""

    path: Path
    clock: Callable[[], datetime] = field(default=_now)

    @classmethod
    def open(cls, path: Path, *, clock: Callable[[], datetime] = _now) -> "World":
        """The world at `path`; FileNotFoundError if there is none."""
        if not path.is_file():
            raise FileNotFoundError(path)
        return cls(path, clock)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection for reading: rows by name, one snapshot, closed afterwards."""
        connection = self._connect()
        try:
            connection.execute("BEGIN")
            yield connection
        finally:
            connection.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One BEGIN IMMEDIATE transaction: committed at the end, rolled back on any error."""
        connection = self._connect()
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()
        finally:
            connection.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=_BUSY_TIMEOUT_MS / 1_000, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    def rows(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """Every row of a query, as dicts."""
        with self.reading() as connection:
            return [dict(row) for row in connection.execute(sql, values)]

    def row(self, sql: str, *values: object) -> dict[str, Any] | None:
        """The first row of a query, or None."""
        with self.reading() as connection:
            found = connection.execute(sql, values).fetchone()
            return None if found is None else dict(found)

    def number(self, sql: str, *values: object) -> int:
        """The single integer a query answers; 0 for NULL."""
        with self.reading() as connection:
            return int(connection.execute(sql, values).fetchone()[0] or 0)

    def setting(self, name: str) -> str:
        """A setting's text; KeyError if there is none of this name."""
        found = self.row("SELECT value FROM setting WHERE name = ?", name)
        if found is None:
            raise KeyError(name)
        return str(found["value"])

    @property
    def first_day(self) -> date:
        """The first day of history."""
        return date.fromisoformat(self.setting("first_day"))

    @property
    def last_day(self) -> date:
        """The last day of history: the night's yesterday."""
        return date.fromisoformat(self.setting("last_day"))

    def now(self) -> str:
        """The mall's clock as its books write it."""
        return self.clock().astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
