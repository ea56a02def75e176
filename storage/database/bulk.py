"""Many rows at once, through the driver: an ORM would cost 15 times as much (HOUSE.md, measured choices).

`insert_missing`, `upsert` and `merge` send `INSERT … ON CONFLICT (key)` for every row in the order given, so a key that
stands twice in `rows` is well defined, and count what happened. Every row must have the same columns as the first one.
`add` and `change` take plain tuples and count nothing but what they touched. Many rows go to PostgreSQL by COPY
(`copying`): a quarter of the time that statements row by row take. While they are made the rows may read from the
connection, not write.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Connection, Integer, Table, func, select

from storage.database.copying import PIECE_ROWS, Landing, beside, copied, is_copied
from storage.database.tables.base import WALL_CLOCK

LOOKED_UP_AT_ONCE = 900
"""SQLite of old takes no more than 999 values in one statement."""
MANY_ROWS = 1_000
"""So many new rows may make a plan wrong that was right before."""
_BETWEEN = "\x1f"
SOURCE = ("file_sha", "row_no")
WRITES_TO = "yeban_writes_to"
"""Under this name in a connection's `info` may be whom to tell the table of rows that go past SQLAlchemy."""
Pieces = Iterable[Sequence[tuple[object, ...]]]


class Counts(NamedTuple):
    """What became of the rows: new ones, ones whose content changed, ones that were there already."""

    created: int = 0
    changed: int = 0
    same: int = 0

    def plus(self, other: "Counts") -> "Counts":
        """Both together."""
        return Counts(self.created + other.created, self.changed + other.changed, self.same + other.same)


def insert_missing(connection: Connection, table: Table, rows: Iterable[Mapping[str, object]]) -> Counts:
    """Insert rows whose key is not there yet; rows that are there stay as they are, whatever the new ones say."""
    return _send(connection, table, rows, lambda _: "DO NOTHING")


def upsert(
    connection: Connection, table: Table, rows: Iterable[Mapping[str, object]], *, keep: str | None = None
) -> Counts:
    """Insert rows or overwrite those with the same key; the last one wins.

    `keep`: a condition in SQL under which a stored row stays as it is (`recon_item.decided_by <> ''`; the new values
    are `excluded.…`). Columns in WALL_CLOCK alone are no change.
    """

    return _send(connection, table, rows, lambda columns: _overwriting(table, columns, keep))


def put(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[tuple[object, ...]]) -> None:
    """`upsert` for rows that are told by their cells, in the order of `columns`, and that nobody counts."""
    doing = _overwriting(table, columns)
    if connection.dialect.name == "postgresql":
        _landed(connection, table, columns, doing, _pieces(rows))
        return
    statement = _statement(connection.dialect.name, table, columns, doing)
    for piece in _pieces(rows):
        connection.exec_driver_sql(statement, piece)


def _overwriting(table: Table, columns: Sequence[str], keep: str | None = None) -> str:
    changed = " OR ".join(f"{table.name}.{c} <> excluded.{c}" for c in _content(table, columns))
    where = f"({changed or '1=0'})" + (f" AND NOT ({keep})" if keep else "")
    return _update(table, columns, where)


def merge(
    connection: Connection,
    table: Table,
    rows: Iterable[Mapping[str, object]],
    *,
    version: Sequence[str] = (),
    source: Sequence[str] = SOURCE,
) -> Counts:
    """Insert rows or let the greater of two win, so that the order in which files arrive does not matter.

    Compared are the `version` columns first (a modification time), then the rest of the content; of two equal rows
    the smaller `source` is kept (a table without one: `source=()`). A row whose version or source alone is new counts
    as the same.
    """
    best = _winners(table, rows, version, source)
    if not best:
        return Counts()

    def other_content(columns: Sequence[str]) -> str:
        ranked = _ranked(table, columns, version, source)
        if not ranked:
            return "DO NOTHING"
        differs = f"{_tuple('excluded', table, ranked)} > {_tuple(table.name, table, ranked)}"
        told = [name for name in ranked if name not in WALL_CLOCK]
        changed = " OR ".join(f"{table.name}.{name} <> excluded.{name}" for name in told) or "1=0"
        return _update(table, columns, f"{differs} AND ({changed})")

    def other_source(columns: Sequence[str]) -> str:
        ranked = _ranked(table, columns, version, source)
        moments = [name for name in ranked if name in WALL_CLOCK]
        same = [f"{table.name}.{name} = excluded.{name}" for name in ranked if name not in WALL_CLOCK]
        smaller = f"{_tuple('excluded', table, source)} < {_tuple(table.name, table, source)}" if source else "1=0"
        if moments:
            new, old = _tuple("excluded", table, moments), _tuple(table.name, table, moments)
            smaller = f"({new} > {old} OR ({new} = {old} AND {smaller}))"
        return _update(table, [*moments, *source], " AND ".join([*same, smaller]))

    counts = _send(connection, table, best, other_content)
    if counts.same:
        _send(connection, table, best, other_source)
    return counts


def add(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
    """Insert rows that are not there yet, cells in the order of `columns`; the others have their defaults.

    Raises the driver's error where a key is there already.
    """
    if is_copied(connection, rows):
        _told(connection, table)
        copied(connection, table.name, columns, rows)
    elif rows:
        statement = _insert(connection.dialect.name, table, columns)
        for begin in range(0, len(rows), PIECE_ROWS):
            connection.exec_driver_sql(statement, list(rows[begin : begin + PIECE_ROWS]))


def add_missing(
    connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[tuple[object, ...]]
) -> int:
    """Insert those rows whose key is not there yet, cells in the order of `columns`; returns how many."""
    return _in_pieces(connection, table, columns, "DO NOTHING", _pieces(rows)).created


def change(
    connection: Connection,
    table: Table,
    keys: Sequence[str],
    columns: Sequence[str],
    rows: Sequence[tuple[object, ...]],
) -> int:
    """Set `columns` where `keys` are as told, each row its keys first and then its cells; returns how many it touched.

    A row of the table may be told of once only.
    """
    if not rows:
        return 0
    if is_copied(connection, rows):
        _told(connection, table)
        cursor: Any = connection.connection.cursor()
        with cursor, beside(cursor, table, [*keys, *columns]) as name:
            copied(connection, name, [*keys, *columns], rows)
            sets = ", ".join(f"{one} = {name}.{one}" for one in columns)
            same = " AND ".join(f"{table.name}.{one} = {name}.{one}" for one in keys)
            cursor.execute(f"UPDATE {table.name} SET {sets} FROM {name} WHERE {same}")
            return int(cursor.rowcount)
    mark = _mark(connection.dialect.name)
    sets = ", ".join(f"{name} = {mark}" for name in columns)
    same = " AND ".join(f"{name} = {mark}" for name in keys)
    turned = [(*row[len(keys) :], *row[: len(keys)]) for row in rows]
    return connection.exec_driver_sql(f"UPDATE {table.name} SET {sets} WHERE {same}", turned).rowcount


def planned_anew(connection: Connection, tables: Iterable[Table], written: int) -> None:
    """Let PostgreSQL's planner know of many rows before the next question; it looks by itself only a minute later.

    Without it a join over what was just taken in was seen to walk through all of it once per row.
    """
    if written >= MANY_ROWS and connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ANALYZE {', '.join(table.name for table in tables)}")


def looked_up(
    connection: Connection,
    table: Table,
    fixed: Mapping[str, str],
    column: str,
    values: Sequence[str],
    told: Sequence[str],
    *,
    lock: bool = False,
) -> Iterator[Sequence[Any]]:
    """(value, what `told` says) of every row with one of the values in `column` and `fixed` in the others.

    `lock`: hold the rows until the transaction ends, taken in the order of the values' bytes where they come sorted.
    """
    postgres = connection.dialect.name == "postgresql"
    mark = _mark(connection.dialect.name)
    where = "".join(f"{name} = {mark} AND " for name in fixed)
    ending = f' ORDER BY {column} COLLATE "C" FOR UPDATE' if lock and postgres else ""
    head = f"SELECT {', '.join([column, *told])} FROM {table.name} WHERE {where}{column}"
    for begin in range(0, len(values), LOOKED_UP_AT_ONCE):
        some = values[begin : begin + LOOKED_UP_AT_ONCE]
        joined = _BETWEEN.join(some)
        told_of: tuple[object, ...]
        if not postgres:
            marks, told_of = f"IN ({', '.join(mark for _ in some)})", (*some,)
        elif some[1:] and joined.count(_BETWEEN) == len(some) - 1:
            marks, told_of = f"= ANY(string_to_array(%s, '{_BETWEEN}'))", (joined,)  # the driver is slow with lists
        else:
            marks, told_of = "= ANY(%s)", (list(some),)
        cells = (*fixed.values(), *told_of)
        yield from connection.exec_driver_sql(f"{head} {marks}{ending}", cells).cursor.fetchall()


def _winners(
    table: Table, rows: Iterable[Mapping[str, object]], version: Sequence[str], source: Sequence[str]
) -> list[Mapping[str, object]]:
    """One row per key: the greatest, of equal ones that of the smallest source, as the database would choose."""
    key_of = itemgetter(*(column.name for column in table.primary_key))
    best: dict[object, Mapping[str, object]] = {}
    for row in rows:
        key = key_of(row)
        known = best.setdefault(key, row)
        if known is not row and _beats(row, known, _ranked(table, row, version, source), source):
            best[key] = row
    return list(best.values())


def _beats(
    row: Mapping[str, object], known: Mapping[str, object], ranked: Sequence[str], source: Sequence[str]
) -> bool:
    for name in ranked:
        if row[name] != known[name]:
            return _ordered(row[name]) > _ordered(known[name])
    return [_ordered(row[name]) for name in source] < [_ordered(known[name]) for name in source]


def _ordered(value: object) -> tuple[int, bytes]:
    """Numbers as numbers, text by its bytes, as both databases compare them here."""
    return (value, b"") if isinstance(value, int) else (0, str(value).encode())


def _ranked(table: Table, columns: Iterable[str], version: Sequence[str], source: Sequence[str]) -> list[str]:
    keys = {column.name for column in table.primary_key}
    left_out = keys | set(source) | set(version)
    return [*version, *(name for name in columns if name not in left_out)]


def _content(table: Table, columns: Iterable[str]) -> list[str]:
    keys = {c.name for c in table.primary_key}
    return [c for c in columns if c not in keys and c not in WALL_CLOCK]


def _update(table: Table, columns: Sequence[str], where: str) -> str:
    keys = {c.name for c in table.primary_key}
    sets = ", ".join(f"{c}=excluded.{c}" for c in columns if c not in keys)
    return f"DO UPDATE SET {sets} WHERE {where}" if sets else "DO NOTHING"


def _tuple(owner: str, table: Table, columns: Sequence[str]) -> str:
    return "(" + ", ".join(f"{owner}.{c}{_bytewise(table, c)}" for c in columns) + ")"


def _bytewise(table: Table, column: str) -> str:
    """A mark that _send replaces: text compares by bytes in both databases, so that both choose the same winner."""
    return "" if isinstance(table.c[column].type, Integer | BigInteger) else "{collate}"


def _send(
    connection: Connection, table: Table, rows: Iterable[Mapping[str, object]], action: Callable[[Sequence[str]], str]
) -> Counts:
    iterator = iter(rows)
    first = next(iterator, None)
    if first is None:
        return Counts()
    columns = list(first)
    pieces = _batches(chain([first], iterator), columns)
    return _in_pieces(connection, table, columns, _collated(connection.dialect.name, action(columns)), pieces)


def _in_pieces(connection: Connection, table: Table, columns: Sequence[str], doing: str, pieces: Pieces) -> Counts:
    if connection.dialect.name == "postgresql":
        return _landed(connection, table, columns, doing, pieces)
    statement = _statement(connection.dialect.name, table, columns, doing)
    counted = doing != "DO NOTHING"  # else whatever was touched is new
    before, sent, touched = _count(connection, table) if counted else 0, 0, 0
    for batch in pieces:
        touched += connection.exec_driver_sql(statement, batch).rowcount
        sent += len(batch)
    created = _count(connection, table) - before if counted else touched
    return Counts(created, touched - created, sent - touched)


def _landed(connection: Connection, table: Table, columns: Sequence[str], action: str, pieces: Pieces) -> Counts:
    sent = 0
    _told(connection, table)
    with Landing(connection, table, columns, action) as landing:
        for piece in pieces:
            landing.take(piece)
            sent += len(piece)
        created = landing.created()
    return Counts(created, landing.touched - created, sent - landing.touched)


def _told(connection: Connection, table: Table) -> None:
    """Whoever logs what is written must hear of rows that no statement of SQLAlchemy's will show."""
    if (tell := connection.info.get(WRITES_TO)) is not None:
        tell(table.name)


def _mark(dialect: str) -> str:
    return "%s" if dialect == "postgresql" else "?"


def _insert(dialect: str, table: Table, columns: Sequence[str]) -> str:
    marks = ", ".join([_mark(dialect)] * len(columns))
    return f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks})"


def _collated(dialect: str, action: str) -> str:
    return action.replace("{collate}", ' COLLATE "C"' if dialect == "postgresql" else "")


def _statement(dialect: str, table: Table, columns: Sequence[str], action: str) -> str:
    keys = ", ".join(c.name for c in table.primary_key)
    return f"{_insert(dialect, table, columns)} ON CONFLICT ({keys}) {action}"


def _batches(rows: Iterator[Mapping[str, object]], columns: list[str]) -> Iterator[list[tuple[object, ...]]]:
    pick = itemgetter(*columns) if len(columns) > 1 else lambda row: (row[columns[0]],)
    while batch := [pick(row) for row in islice(rows, PIECE_ROWS)]:
        yield batch


def _pieces(rows: Iterable[tuple[object, ...]]) -> Iterator[list[tuple[object, ...]]]:
    iterator = iter(rows)
    while piece := list(islice(iterator, PIECE_ROWS)):
        yield piece


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()
