"""Many rows to PostgreSQL by COPY, while the next ones are being made: the server has a processor of its own.

Rows go into the table itself as long as no key of theirs is there yet; from the first one that is, they go into a
temporary table beside it and from there by `INSERT … ON CONFLICT`, which costs twice as much.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain
from operator import itemgetter
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Table

COPIED_ROWS = 200
"""From so many rows on COPY is worth its way."""
PIECE_ROWS = 5_000
"""So many are on their way while as many are made."""
_PLAIN = {str, int}
Rows = Sequence[tuple[object, ...]]


def is_copied(connection: Connection, rows: Rows) -> bool:
    """Whether COPY is the way for so many rows."""
    return len(rows) >= COPIED_ROWS and connection.dialect.name == "postgresql"


def copied(connection: Connection, name: str, columns: Sequence[str], rows: Rows) -> None:
    """The rows into the table of this name, cells in the order of `columns`. Raises the driver's error."""
    cursor: Any = connection.connection.cursor()
    with cursor:
        for begin in range(0, len(rows), PIECE_ROWS):
            piece = rows[begin : begin + PIECE_ROWS]
            _copy(cursor, name, columns, piece, lines_of(piece))


def lines_of(rows: Rows) -> str | None:
    """The rows as COPY reads them; None where a cell is neither text nor a whole number, or holds a tab or a line end.

    A backslash or a carriage return stands for nothing that parts cells: they are told by their signs afterwards.
    """
    if not rows or not _PLAIN.issuperset(map(type, chain.from_iterable(rows))):
        return None
    width = len(rows[0])
    form = "\t".join(["%s"] * width) + "\n"
    text = "".join([form % row for row in rows])
    if text.count("\n") != len(rows) or text.count("\t") != len(rows) * (width - 1):
        return None
    return text.replace("\\", "\\\\").replace("\r", "\\r")


def _copy(cursor: Any, name: str, columns: Sequence[str], rows: Rows, lines: str | None) -> None:
    with cursor.copy(f"COPY {name} ({', '.join(columns)}) FROM STDIN") as copy:
        if lines is not None:
            copy.write(lines)
            return
        for row in rows:
            copy.write_row(row)


@contextmanager
def beside(cursor: Any, table: Table, columns: Sequence[str]) -> Iterator[str]:
    """The name of an empty temporary table with these columns of the table."""
    name = f"coming_{table.name}"
    cursor.execute(
        f"CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS SELECT {', '.join(columns)} FROM {table.name} WITH NO DATA"
    )
    yield name
    cursor.execute(f"DROP TABLE {name}")


class Landing:
    """Pieces of rows on their way into one table, one after the other, each while the caller makes the next one.

    `action`: what `ON CONFLICT (key)` does. `touched`: rows that were written. Between two pieces the caller may read
    from the connection, not write.
    """

    def __init__(self, connection: Connection, table: Table, columns: Sequence[str], action: str) -> None:
        self._cursor: Any = connection.connection.cursor()
        self._table, self._columns, self._action = table, columns, action
        self._key = itemgetter(*(columns.index(column.name) for column in table.primary_key))
        self._hands = ThreadPoolExecutor(1, "landing")
        self._under_way: Future[None] | None = None
        self._none_known = True
        self._new_before: int | None = None  # rows of the table, those counted off that this made
        self.touched = 0

    def take(self, rows: Rows) -> None:
        """Send this piece once the one before has landed. Raises the driver's error, also that of the one before."""
        lines = lines_of(rows) if len(rows) >= COPIED_ROWS else None
        self._wait()
        if len(rows) < PIECE_ROWS:
            self._land(rows, lines)
        else:
            self._under_way = self._hands.submit(self._land, rows, lines)

    def created(self) -> int:
        """How many of the rows are new in the table."""
        self._wait()
        return self.touched if self._new_before is None else self._count() - self._new_before

    def _land(self, rows: Rows, lines: str | None) -> None:
        if len(rows) >= COPIED_ROWS and len(set(map(self._key, rows))) == len(rows):
            if not self._none_known or not self._straight(rows, lines):
                self._by_way_of_another(rows, lines)
            return
        self._look()
        marks = ", ".join(["%s"] * len(self._columns))
        into = f"INSERT INTO {self._table.name} ({', '.join(self._columns)})"
        self._cursor.executemany(f"{into} VALUES ({marks}) {self._on_conflict()}", rows)
        self.touched += self._cursor.rowcount

    def _straight(self, rows: Rows, lines: str | None) -> bool:
        """Into the table itself; False, and nothing is written, where a key is there already."""
        from psycopg.errors import UniqueViolation

        self._cursor.execute("SAVEPOINT landing")
        try:
            _copy(self._cursor, self._table.name, self._columns, rows, lines)
        except UniqueViolation:
            self._cursor.execute("ROLLBACK TO SAVEPOINT landing")
            self._none_known = False
            return False
        self._cursor.execute("RELEASE SAVEPOINT landing")
        self.touched += len(rows)
        return True

    def _by_way_of_another(self, rows: Rows, lines: str | None) -> None:
        self._look()
        names = ", ".join(self._columns)
        with beside(self._cursor, self._table, self._columns) as name:
            _copy(self._cursor, name, self._columns, rows, lines)
            self._cursor.execute(
                f"INSERT INTO {self._table.name} ({names}) SELECT {names} FROM {name} {self._on_conflict()}"
            )
            self.touched += self._cursor.rowcount

    def _on_conflict(self) -> str:
        keys = ", ".join(column.name for column in self._table.primary_key)
        return f"ON CONFLICT ({keys}) {self._action}"

    def _look(self) -> None:
        """From here on a row that was written need not be new, unless rows that are there stay as they are."""
        if self._new_before is None and self._action != "DO NOTHING":
            self._new_before = self._count() - self.touched

    def _count(self) -> int:
        return int(self._cursor.execute(f"SELECT COUNT(*) FROM {self._table.name}").fetchone()[0])

    def _wait(self) -> None:
        if self._under_way is not None:
            done, self._under_way = self._under_way, None
            done.result()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hands.shutdown()
        self._cursor.close()
