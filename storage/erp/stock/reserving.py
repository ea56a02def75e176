"""Reservations through the driver: lock the balances in code order, decide, write, each with its guard.

One way for both databases and for any number of requests: SQLite's write lock, or PostgreSQL's row locks taken in code
order over the whole batch, stand before the decision, so that nobody else can change what it rests on; the conditional
UPDATE and the CHECK stand behind it. Two writers can therefore neither oversell nor lock each other out.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection

from storage.database.connection import Database
from storage.erp.stock.errors import ReservationConflict, ReservationEnded, ReservedMeanwhile
from storage.erp.stock.model import END_STATES, UNSELLABLE_KINDS, Missing, ReservationLine, Reserved, Short

Key = tuple[str, str]  # (code, warehouse): locks are taken in this order
Known = dict[str, list[tuple[str, str, int, str]]]  # owner -> its lines: warehouse, code, qty, state
Lines = tuple[ReservationLine, ...]
Requests = Mapping[str, Iterable[ReservationLine]]
_CHECKPOINT_PAGES = 8_000  # 32 MB of journal: each checkpoint waits for the disk while everybody waits for the lock
_HELD: tuple[Reserved | Short, ...] = (Reserved(1),)
_MAPPED_BYTES = 256 << 20  # after another process has written, unchanged pages are looked at, not read again


def reserve(connection: Connection, owner: str, lines: Iterable[ReservationLine]) -> Reserved | Short:
    """Hold everything in `lines` for `owner`, or nothing; asking again for the same changes nothing.

    Nothing can be held in a place whose goods are not sold (defects, in transit): it counts as having none free.
    Raises ReservationConflict if this owner holds something else, ReservationEnded if its reservation has ended.
    """
    return reserve_groups(connection, [{owner: lines}])[0]


def reserve_all(connection: Connection, requests: Requests) -> Reserved | Short:
    """Hold everything for every owner in `requests`, or nothing for anyone: one parcel of several sub-orders."""
    return reserve_groups(connection, [requests])[0]


def reserve_many(connection: Connection, requests: Requests) -> dict[str, Reserved | Short]:
    """Answer each owner on its own, first come first served, in one go: what one lacks, the others may still get."""
    answers = reserve_groups(connection, [{owner: lines} for owner, lines in requests.items()])
    return dict(zip(requests, answers, strict=True))


def reserve_groups(connection: Connection, groups: Sequence[Requests]) -> list[Reserved | Short]:
    """Each group whole or not at all, in the order given; owners of one group share one fate."""
    return _reserve(connection.connection.cursor(), connection.dialect.name, _prepare(groups))


class ReservationDesk:
    """Reservations one after the other, each in a transaction of its own: for live orders of a promotion.

    Its commits are safe against the death of a process at once, against a power cut only a moment later (SQLite: from
    the next durable commit of anyone on); a reservation that was lost so is simply asked for again. Not to be shared
    between threads. A process that does little else should `gc.freeze()` once it is set up: collecting what was loaded,
    while holding the write lock, halved the rate of eight processes (tests/bench/reserve.py).
    """

    def __init__(self, database: Database) -> None:
        self._dialect = database.dialect
        self._raw: Any = database.engine.raw_connection()
        self._cursor = self._raw.cursor()
        self._out: set[tuple[str, str]] = set()  # (warehouse, code) that had not enough when last asked for
        if self._dialect == "sqlite":
            self._cursor.execute("PRAGMA query_only=0")
            self._cursor.execute("PRAGMA synchronous=NORMAL")
            self._cursor.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT_PAGES}").fetchall()
            self._cursor.execute(f"PRAGMA mmap_size={_MAPPED_BYTES}").fetchall()
        else:
            self._cursor.execute("SET synchronous_commit = off")
            self._raw.commit()

    def reserve(self, owner: str, lines: Iterable[ReservationLine]) -> Reserved | Short:
        """As `reserve`, committed when it returns."""
        return self.reserve_many({owner: lines})[owner]

    def reserve_many(self, requests: Requests) -> dict[str, Reserved | Short]:
        """As `reserve_many`, committed when it returns."""
        if len(requests) == 1 and self._dialect == "sqlite":
            ((owner, wanted),) = requests.items()
            lines = tuple(wanted)
            if len(lines) == 1 and lines[0].qty > 0:
                return {owner: self._one(owner, lines[0])}
            requests = {owner: lines}
        groups = _prepare([{owner: lines} for owner, lines in requests.items()])
        return dict(zip(requests, self._run(groups), strict=True))

    def _one(self, owner: str, line: ReservationLine) -> Reserved | Short:
        """One owner's only line: two statements, unless it is not so simple."""
        if (line.warehouse, line.code) in self._out and (short := self._still_out(owner, line)):
            return short
        return self._run([{owner: (line,)}], alone=(owner, line))[0]

    def _run(
        self, groups: Sequence[Mapping[str, Lines]], alone: tuple[str, ReservationLine] | None = None
    ) -> Sequence[Reserved | Short]:
        try:
            if self._dialect == "sqlite":
                self._cursor.execute("BEGIN IMMEDIATE")
                if alone and self._held_straight(*alone):
                    self._cursor.execute("COMMIT")
                    return _HELD
            answers = _reserve(self._cursor, self._dialect, groups, ends=True)
        except BaseException:
            self._raw.rollback()
            raise
        self._raw.commit()
        return answers

    def _held_straight(self, owner: str, line: ReservationLine) -> bool:
        """Write one owner's only line as if all were well; False, and nothing written, where it is not so simple."""
        warehouse, code, qty = line
        if self._cursor.execute(_HOLD_SELLABLE, (qty, warehouse, code, qty, warehouse)).rowcount != 1:
            self._out.add((warehouse, code))
            return False
        now = datetime.now(UTC).isoformat()
        if self._cursor.execute(_INSERT_FRESH, (owner, warehouse, code, qty, now, owner)).rowcount == 1:
            return True
        self._cursor.execute("ROLLBACK")
        self._cursor.execute("BEGIN IMMEDIATE")
        return False

    def _still_out(self, owner: str, line: ReservationLine) -> Short | None:
        """A code that was out is looked at before anybody is kept waiting for the write lock; None if it is not out."""
        warehouse, code, qty = line
        row = self._cursor.execute(_FREE_ONE, (warehouse, code)).fetchone()
        if row and row[0] >= qty:
            self._out.discard((warehouse, code))
            return None
        if self._cursor.execute("SELECT 1 FROM reservation WHERE owner = ?", (owner,)).fetchone():
            return None
        return Short((Missing(warehouse, code, qty, max(0, row[0]) if row else 0),))

    def close(self) -> None:
        """Give the connection back as it was."""
        if self._dialect == "sqlite":
            self._cursor.execute("PRAGMA synchronous=FULL")
            self._cursor.execute("PRAGMA wal_autocheckpoint=1000").fetchall()
            self._cursor.execute("PRAGMA mmap_size=0").fetchall()
        else:
            self._cursor.execute("RESET synchronous_commit")
            self._raw.commit()
        self._cursor.close()
        self._raw.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


# --- deciding --------------------------------------------------------------------------------------------------------


def _prepare(groups: Sequence[Requests]) -> list[dict[str, Lines]]:
    """What needs no lock: one line per code and warehouse, in code order."""
    return [{owner: _merged(lines) for owner, lines in group.items()} for group in groups]


def _reserve(
    cursor: Any, dialect: str, merged: Sequence[Mapping[str, Lines]], *, ends: bool = False
) -> list[Reserved | Short]:
    """Decide and write; `ends`: the caller's transaction ends with this, and may be ended with the last statement."""
    books = _POSTGRES if dialect == "postgresql" else _SQLITE
    keys = sorted({(line.code, line.warehouse) for group in merged for lines in group.values() for line in lines})
    free, known = books.read(cursor, keys, [owner for group in merged for owner in group])
    answers: list[Reserved | Short] = []
    taken: Counter[Key] = Counter()
    rows: list[tuple[object, ...]] = []
    now = datetime.now(UTC).isoformat()
    for group in merged:
        fresh = {owner: lines for owner, lines in group.items() if not _held_already(owner, lines, known.get(owner))}
        demand: Counter[Key] = Counter()
        for lines in fresh.values():
            for line in lines:
                demand[line.code, line.warehouse] += line.qty
        missing = _missing(demand, free)
        answers.append(Short(missing) if missing else Reserved(sum(map(len, fresh.values()))))
        if missing:
            continue
        for key, qty in demand.items():
            free[key] -= qty
            taken[key] += qty
        for owner, lines in fresh.items():
            known[owner] = [(line.warehouse, line.code, line.qty, "held") for line in lines]
            rows += [(owner, line.warehouse, line.code, line.qty, "held", now) for line in lines]
    if rows:
        held = books.write(cursor, taken, rows, ends)
        if held != len(taken):
            raise ReservedMeanwhile(len(taken) - held)
    return answers


def _merged(lines: Iterable[ReservationLine]) -> Lines:
    """One line per code and warehouse, in code order."""
    lines = tuple(lines)
    if len(lines) == 1 and lines[0].qty > 0:
        return lines
    total: dict[Key, int] = {}
    for warehouse, code, qty in lines:
        if qty <= 0:
            raise ValueError(f"a reservation needs a quantity above 0, got {qty} of {code}")
        total[code, warehouse] = total.get((code, warehouse), 0) + qty
    return tuple(ReservationLine(key[1], key[0], total[key]) for key in sorted(total))


def _held_already(owner: str, lines: Lines, rows: Sequence[tuple[str, str, int, str]] | None) -> bool:
    if not rows:
        return False
    ended = sorted({row[3] for row in rows} & END_STATES)
    if ended:
        raise ReservationEnded(owner, ended[0], "held")
    if sorted(tuple(row[:3]) for row in rows) != sorted(tuple(line) for line in lines):
        raise ReservationConflict(owner)
    return True


def _missing(demand: Mapping[Key, int], free: Mapping[Key, int]) -> tuple[Missing, ...]:
    return tuple(
        Missing(warehouse, code, qty, max(0, free.get((code, warehouse), 0)))
        for (code, warehouse), qty in sorted(demand.items())
        if free.get((code, warehouse), 0) < qty
    )


# --- the two databases -----------------------------------------------------------------------------------------------

_KINDS = ", ".join(f"'{kind}'" for kind in sorted(UNSELLABLE_KINDS))
_FREE = (
    f"CASE WHEN coalesce(p.kind, 'own') IN ({_KINDS}) THEN 0 ELSE q.on_hand - q.reserved END "
    "FROM quant q LEFT JOIN place_rule p ON p.warehouse = q.warehouse"
)


_HOLD_SELLABLE = (
    "UPDATE quant SET reserved = reserved + ? WHERE warehouse = ? AND code = ? AND on_hand - reserved >= ? "
    f"AND NOT EXISTS (SELECT 1 FROM place_rule WHERE warehouse = ? AND kind IN ({_KINDS}))"
)
_FREE_ONE = f"SELECT {_FREE} WHERE q.warehouse = ? AND q.code = ?"
_INSERT_FRESH = (
    "INSERT INTO reservation (owner, warehouse, code, qty, state, recorded_at) SELECT ?, ?, ?, ?, 'held', ? "
    "WHERE NOT EXISTS (SELECT 1 FROM reservation WHERE owner = ?)"
)
_INSERT = "INSERT INTO reservation (owner, warehouse, code, qty, state, recorded_at) VALUES (?, ?, ?, ?, ?, ?)"


_HELD_BY = "SELECT owner, warehouse, code, qty, state FROM reservation WHERE owner IN ({marks})"
_AT_ONCE = 900
"""SQLite of old takes no more than 999 values in one statement; so many owners are asked for together."""


class _Sqlite:
    """The caller holds the write lock (BEGIN IMMEDIATE), so a plain read is a locked one."""

    def read(self, cursor: Any, keys: Sequence[Key], owners: Sequence[str]) -> tuple[dict[Key, int], Known]:
        free: dict[Key, int] = {}
        for key in keys:
            row = cursor.execute(_FREE_ONE, (key[1], key[0])).fetchone()
            free[key] = row[0] if row else 0
        known: Known = {}
        size = _AT_ONCE if len(owners) >= _AT_ONCE else 1
        for begin in range(0, len(owners), size):
            some = owners[begin : begin + size]
            query = _HELD_BY.format(marks=", ".join("?" * len(some)))
            for owner, warehouse, code, qty, state in cursor.execute(query, some).fetchall():
                known.setdefault(owner, []).append((warehouse, code, qty, state))
        return free, known

    def write(self, cursor: Any, taken: Mapping[Key, int], rows: Sequence[tuple[object, ...]], ends: bool) -> int:
        del ends  # no journey to save
        cursor.executemany(_INSERT, rows)
        cursor.executemany(
            "UPDATE quant SET reserved = reserved + ? WHERE warehouse = ? AND code = ? AND on_hand - reserved >= ?",
            [(qty, warehouse, code, qty) for (code, warehouse), qty in sorted(taken.items())],
        )
        return int(cursor.rowcount)


class _Postgres:
    """Row locks in code order, whole batches as arrays, two journeys to the server whatever the size.

    Before the rows, batches queue for their warehouses: writers that wait for each other's rows one by one are many
    times slower than writers that take turns. Who only moves goods does not queue, and waits for rows as before.
    """

    def read(self, cursor: Any, keys: Sequence[Key], owners: Sequence[str]) -> tuple[dict[Key, int], Known]:
        connection = cursor.connection
        with connection.pipeline(), connection.cursor() as balances, connection.cursor() as lines:
            for warehouse in sorted({key[1] for key in keys}):
                cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (_QUEUE, warehouse))
            balances.execute(_LOCKED, ([key[0] for key in keys], [key[1] for key in keys]))
            lines.execute(*_with_texts(_KNOWN, [list(owners)]))
            free = {(code, warehouse): free for code, warehouse, free in balances.fetchall()}
            known: Known = {}
            for owner, warehouse, code, qty, state in lines.fetchall():
                known.setdefault(owner, []).append((warehouse, code, qty, state))
        return free, known

    def write(self, cursor: Any, taken: Mapping[Key, int], rows: Sequence[tuple[object, ...]], ends: bool) -> int:
        """Where the transaction ends with this, the commit travels along: others wait one journey less.

        Then nobody can look at the count before it is too late, so the CHECK alone stands guard: it refuses the whole.
        """
        keys, connection = sorted(taken), cursor.connection
        with connection.pipeline(), connection.cursor() as inserted:
            inserted.execute(*_with_texts(_INSERT_ROWS, [list(map(str, column)) for column in zip(*rows, strict=True)]))
            balances = ([k[0] for k in keys], [k[1] for k in keys], [taken[k] for k in keys])
            cursor.execute(_HOLD_ROWS if ends else f"{_HOLD_ROWS} {_ENOUGH}", balances)
            if ends:
                connection.commit()
        return int(cursor.rowcount)


def _with_texts(statement: str, columns: Sequence[list[str]]) -> tuple[str, tuple[object, ...]]:
    """The statement with lists of texts for its `%s::text[]`; many are told as one text that the server takes apart.

    The driver writes a list cell by cell, which took longer than all the rest of a large batch.
    """
    if len(columns[0]) < _AT_ONCE:
        return statement, tuple(columns)
    joined = [_BETWEEN.join(column) for column in columns]
    if any(text.count(_BETWEEN) != len(column) - 1 for text, column in zip(joined, columns, strict=True)):
        return statement, tuple(columns)
    return statement.replace("%s::text[]", f"string_to_array(%s, '{_BETWEEN}')"), tuple(joined)


_BETWEEN = "\x1f"
_QUEUE = 7_203_912  # any number of our own
_LOCKED = (
    f"SELECT q.code, q.warehouse, {_FREE} JOIN unnest(%s::text[], %s::text[]) AS d (code, warehouse) "
    "ON d.code = q.code AND d.warehouse = q.warehouse "
    'ORDER BY q.code COLLATE "C", q.warehouse COLLATE "C" FOR UPDATE OF q'
)
_KNOWN = "SELECT owner, warehouse, code, qty, state FROM reservation WHERE owner = ANY(%s::text[])"
_HOLD_ROWS = (
    "UPDATE quant AS q SET reserved = q.reserved + d.qty "
    "FROM unnest(%s::text[], %s::text[], %s::int[]) AS d (code, warehouse, qty) "
    "WHERE q.code = d.code AND q.warehouse = d.warehouse"
)
_ENOUGH = "AND q.on_hand - q.reserved >= d.qty"
_INSERT_ROWS = (
    "INSERT INTO reservation (owner, warehouse, code, qty, state, recorded_at) "
    "SELECT owner, warehouse, code, qty::int, state, recorded_at FROM "
    "unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[]) "
    "AS d (owner, warehouse, code, qty, state, recorded_at)"
)
_SQLITE, _POSTGRES = _Sqlite(), _Postgres()
