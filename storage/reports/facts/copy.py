"""Where reports get the facts from: the copy beside the books when there is one, else fed now from the books.

The copy is derived and never right by itself: it is used only when the books have not moved since it was compared with
them, and it is compared day by day before that.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from loguru import logger
from sqlalchemy import Connection

from storage.metrics.changes import Edit, edits
from storage.metrics.dictionary import METRICS
from storage.metrics.metric import Metric, Ratio
from storage.reports.facts.feed import create, definitions, feed, note

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LAYOUT = "1"
"""Another layout of the tables: a copy of an older one is built anew."""


class Facts:
    """The facts of one moment of the books, to be asked in SQL (DuckDB's)."""

    def __init__(self, connection: "DuckDBPyConnection", edited: Sequence[Edit] = ()) -> None:
        """`edited`: metrics defined anew since the copy was last fed."""
        self._connection = connection
        self.edited = list(edited)

    def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """What the query finds."""
        return self._connection.execute(query, list(values)).fetchall()

    def close(self) -> None:
        """Give the copy back; another process may feed it then."""
        self._connection.close()


_ATTACHED: "WeakKeyDictionary[Connection, Facts]" = WeakKeyDictionary()


def facts_of(connection: Connection) -> Facts:
    """The facts for reports on this connection: those attached to it, else fed from it now.

    A connection that only reads sees one moment, so what was fed for it serves all its reports.
    """
    known = _ATTACHED.get(connection)
    if known is not None:
        return known
    fed = _in_memory(connection)
    if connection.get_execution_options().get("yeban_read_only"):
        _ATTACHED[connection] = fed
    return fed


def attach(connection: Connection, facts: Facts) -> None:
    """Let reports on this connection take these facts."""
    _ATTACHED[connection] = facts


@contextmanager
def with_copy(connection: Connection, path: Path) -> Iterator[Facts]:
    """Reports on this connection take the copy at `path` while this lasts. Raises FactsWrong."""
    facts = open_copy(connection, path)
    attach(connection, facts)
    try:
        yield facts
    finally:
        _ATTACHED.pop(connection, None)
        facts.close()


def _in_memory(connection: Connection) -> Facts:
    import duckdb

    made = duckdb.connect()
    create(made)
    feed(made, connection)
    return Facts(made)


def open_copy(connection: Connection, path: Path) -> Facts:
    """The copy at `path`, brought to what the books say; made when it is not there, made anew when it is damaged.

    While another process feeds it, the facts are fed into memory instead. Raises FactsWrong.
    """
    import duckdb

    moment = _moment(connection)
    if path.exists() and moment:
        ready = _ready(path, moment)
        if ready is not None:
            return ready
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        facts = duckdb.connect(str(path))
    except duckdb.IOException as error:
        if "lock" not in str(error).lower():
            return _anew(connection, path, moment, error)
        logger.info("facts_copy_busy", path=path.name)
        return _in_memory(connection)
    except duckdb.Error as error:
        return _anew(connection, path, moment, error)
    try:
        return _brought_up(facts, connection, moment)
    except duckdb.Error as error:
        facts.close()
        return _anew(connection, path, moment, error)
    except BaseException:
        facts.close()
        raise


def _ready(path: Path, moment: str) -> Facts | None:
    """The copy opened for reading, when nothing in the books or in the definitions has moved since it was fed."""
    import duckdb

    try:
        facts = duckdb.connect(str(path), read_only=True)
    except duckdb.Error as error:
        logger.info("facts_copy_not_ready", path=path.name, reason=str(error).splitlines()[0])
        return None
    try:
        known = definitions(facts)
    except duckdb.Error:
        known = {}
    if (known.get("layout"), known.get("moment"), known.get("metrics")) == (LAYOUT, moment, _dictionary()):
        return Facts(facts)
    facts.close()
    return None


def _anew(connection: Connection, path: Path, moment: str, error: Exception) -> Facts:
    import duckdb

    logger.warning("facts_copy_rebuilt", path=path.name, reason=str(error).splitlines()[0])
    for damaged in (path, path.with_name(path.name + ".wal")):
        damaged.unlink(missing_ok=True)
    facts = duckdb.connect(str(path))
    try:
        return _brought_up(facts, connection, moment)
    except BaseException:
        facts.close()
        raise


def _brought_up(facts: "DuckDBPyConnection", connection: Connection, moment: str) -> Facts:
    tables = {row[0] for row in facts.execute("SELECT table_name FROM information_schema.tables").fetchall()}
    known = definitions(facts) if "meta" in tables else {}
    if known.get("layout") != LAYOUT:
        for row in facts.execute("SELECT table_name, table_type FROM information_schema.tables").fetchall():
            facts.execute(f"DROP {'VIEW' if row[1] == 'VIEW' else 'TABLE'} {row[0]}")
        create(facts)
        note(facts, "layout", LAYOUT)
        known = {}
    fed = feed(facts, connection, anew=known.get("metrics") != _dictionary())
    changed = _edits(known.get("metrics", ""))
    note(facts, "metrics", _dictionary())
    note(facts, "moment", moment)
    facts.execute("CHECKPOINT")
    logger.info("facts_fed", days=fed.days, rows=fed.rows)
    return Facts(facts, changed)


def _dictionary() -> str:
    return json.dumps({name: asdict(metric) for name, metric in METRICS.items()}, sort_keys=True, ensure_ascii=False)


def _edits(before: str) -> list[Edit]:
    """Metrics defined anew since the dictionary that was noted."""
    from storage.reports import METRICS_OF

    if not before:
        return []
    return edits({name: _metric(said) for name, said in json.loads(before).items()}, METRICS, METRICS_OF)


def _metric(said: dict[str, Any]) -> Metric:
    terms = tuple((int(sign), str(name)) for sign, name in said["terms"])
    ratio = Ratio(*said["ratio"]) if said["ratio"] else None
    return Metric(**{**said, "terms": terms, "ratio": ratio})


def _moment(connection: Connection) -> str:
    """A mark that changes whenever the books are written, whoever writes them; "" where there is no such mark.

    It may change without any change of a row (a checkpoint, a vacuum); then the days are compared and found equal.
    """
    if connection.dialect.name == "postgresql":
        return str(connection.exec_driver_sql("SELECT pg_current_wal_insert_lsn()").scalar_one())
    database = connection.engine.url.database
    if not database or database == ":memory:":
        return ""
    stats = [path.stat() for path in (Path(database), Path(database + "-wal")) if path.exists()]
    return "|".join(f"{stat.st_size}:{stat.st_mtime_ns}" for stat in stats if stat.st_size)
