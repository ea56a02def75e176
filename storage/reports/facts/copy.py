"""Where reports get the facts from: the copies beside the books when there are any, else fed now from the books.

There are several kinds (`Made`), each in a file of its own and fed when a report first asks for it. A copy is derived
and never right by itself: it is used only when the books have not moved since it was compared with them, and it is
compared day by day before that.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

from loguru import logger
from sqlalchemy import Connection

from storage.metrics.changes import Edit, edits
from storage.metrics.dictionary import METRICS
from storage.metrics.metric import Metric, Ratio
from storage.reports.facts.feed import Fed, create, definitions, feed, note

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class Made(NamedTuple):
    """A kind of copy: how it is made and fed.

    `layout`: a copy of another one is built anew. `rules`: what its figures depend on besides the rows of the books;
    `feed` is told what was noted of it last ("" for a new one) and says what it did, whole or not at all.
    """

    name: str
    layout: str
    create: Callable[["DuckDBPyConnection"], None]
    rules: Callable[[Connection], str]
    feed: Callable[["DuckDBPyConnection", Connection, str], Fed]


def _fed_anew(facts: "DuckDBPyConnection", connection: Connection, rules: str) -> Fed:
    return feed(facts, connection, anew=rules != _dictionary())


SALES = Made("sales", "1", create, lambda _: _dictionary(), _fed_anew)
"""Orders, lines, refunds, statements and moves: what most reports add up."""


class Facts:
    """The facts of one moment of the books, to be asked in SQL (DuckDB's)."""

    def __init__(self, connection: "DuckDBPyConnection", edited: Sequence[Edit] = (), path: Path | None = None) -> None:
        """`edited`: metrics defined anew since the copy was last fed; `path`: of the file, None in memory."""
        self._connection = connection
        self.edited = list(edited)
        self.path = path

    def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """What the query finds."""
        return self._connection.execute(query, list(values)).fetchall()

    def close(self) -> None:
        """Give the copy back; another process may feed it then."""
        self._connection.close()


_ATTACHED: "WeakKeyDictionary[Connection, dict[str, Facts]]" = WeakKeyDictionary()


def facts_of(connection: Connection, made: Made = SALES) -> Facts:
    """The facts for reports on this connection: those attached to it, else fed from it now.

    A connection that only reads sees one moment, so what was fed for it serves all its reports. Raises FactsWrong.
    """
    known = _ATTACHED.get(connection, {})
    if made.name in known:
        return known[made.name]
    sales = known.get(SALES.name)
    if sales is not None and sales.path is not None:
        fed = open_copy(connection, sales.path.with_name(f"{sales.path.stem}-{made.name}.duckdb"), made)
    else:
        fed = _in_memory(connection, made)
    if sales is not None or connection.get_execution_options().get("yeban_read_only"):
        attach(connection, fed, made)
    return fed


def attach(connection: Connection, facts: Facts, made: Made = SALES) -> None:
    """Let reports on this connection take these facts."""
    _ATTACHED.setdefault(connection, {})[made.name] = facts


@contextmanager
def with_copy(connection: Connection, path: Path) -> Iterator[Facts]:
    """Reports on this connection take the copy at `path`, and others beside it, while this lasts. Raises FactsWrong."""
    facts = open_copy(connection, path)
    attach(connection, facts)
    try:
        yield facts
    finally:
        for opened in _ATTACHED.pop(connection, {}).values():
            opened.close()


def _in_memory(connection: Connection, made: Made) -> Facts:
    import duckdb

    fed = duckdb.connect()
    made.create(fed)
    made.feed(fed, connection, "")
    return Facts(fed)


def open_copy(connection: Connection, path: Path, made: Made = SALES) -> Facts:
    """The copy at `path`, brought to what the books say; made when it is not there, made anew when it is damaged.

    While another process feeds it, the facts are fed into memory instead. Raises FactsWrong.
    """
    import duckdb

    moment, rules = _moment(connection), made.rules(connection)
    if path.exists() and moment:
        ready = _ready(path, (made.layout, moment, rules))
        if ready is not None:
            return ready
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        facts = duckdb.connect(str(path))
    except duckdb.IOException as error:
        if "lock" not in str(error).lower():
            return _anew(connection, path, made, error)
        logger.info("facts_copy_busy", path=path.name)
        return _in_memory(connection, made)
    except duckdb.Error as error:
        return _anew(connection, path, made, error)
    try:
        return _brought_up(facts, connection, path, made)
    except duckdb.Error as error:
        facts.close()
        return _anew(connection, path, made, error)
    except BaseException:
        facts.close()
        raise


def _ready(path: Path, wanted: tuple[str, str, str]) -> Facts | None:
    """The copy opened for reading, when nothing in the books or in the rules has moved since it was fed."""
    import duckdb

    try:
        facts = duckdb.connect(str(path), read_only=True)
    except duckdb.Error as error:
        logger.info("facts_copy_not_ready", path=path.name, reason=str(error).splitlines()[0])
        return None
    known: Mapping[str, str] = {}
    with suppress(duckdb.Error):
        known = definitions(facts)
    if (known.get("layout"), known.get("moment"), known.get("metrics")) == wanted:
        return Facts(facts, path=path)
    facts.close()
    return None


def _anew(connection: Connection, path: Path, made: Made, error: Exception) -> Facts:
    import duckdb

    logger.warning("facts_copy_rebuilt", path=path.name, reason=str(error).splitlines()[0])
    for damaged in (path, path.with_name(path.name + ".wal")):
        damaged.unlink(missing_ok=True)
    facts = duckdb.connect(str(path))
    try:
        return _brought_up(facts, connection, path, made)
    except BaseException:
        facts.close()
        raise


def _brought_up(facts: "DuckDBPyConnection", connection: Connection, path: Path, made: Made) -> Facts:
    moment, rules = _moment(connection), made.rules(connection)
    tables = {row[0] for row in facts.execute("SELECT table_name FROM information_schema.tables").fetchall()}
    known = definitions(facts) if "meta" in tables else {}
    if known.get("layout") != made.layout:
        for row in facts.execute("SELECT table_name, table_type FROM information_schema.tables").fetchall():
            facts.execute(f"DROP {'VIEW' if row[1] == 'VIEW' else 'TABLE'} {row[0]}")
        made.create(facts)
        note(facts, "layout", made.layout)
        known = {}
    before = known.get("metrics", "")
    fed = made.feed(facts, connection, before)
    changed = _edits(before) if made is SALES else []
    note(facts, "metrics", rules)
    note(facts, "moment", moment)
    facts.execute("CHECKPOINT")
    logger.info("facts_fed", copy=made.name, days=fed.days, rows=fed.rows)
    return Facts(facts, changed, path)


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
