"""Where reports get the facts from: the copies beside the books when there are any, else fed now from the books.

There are several kinds (`Made`), each in a file of its own and fed when a report first asks for it. A copy is derived
and never right by itself: it is used only when the books have not moved since it was compared with them, and it is
compared day by day before that.
"""

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from loguru import logger
from sqlalchemy import Connection

from storage.metrics.changes import Edit, edits
from storage.metrics.dictionary import METRICS
from storage.metrics.metric import Metric, Ratio
from storage.reports.facts.collecting import not_collecting
from storage.reports.facts.feed import Fed, create, definitions, feed, note

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


SHANGHAI = ZoneInfo("Asia/Shanghai")
FOLLOWED_LINES = 50_000
"""A copy of no more order lines than this follows the books whenever they moved; that takes a second or two."""
WORDS_OF = {"sales": "销售", "ledger": "总账", "profit": "利润", "settled": "对账结论"}


class Made(NamedTuple):
    """A kind of copy: how it is made and fed.

    `layout`: a copy of another one is built anew. `rules`: what its figures depend on besides the rows of the books;
    `feed` is told what was noted of it last ("" for a new one) and says what it did; a copy that an error came to is
    thrown away, so nothing has to be undone.
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

    def __init__(
        self,
        connection: "DuckDBPyConnection",
        edited: Sequence[Edit] = (),
        path: Path | None = None,
        age: "Age | None" = None,
    ) -> None:
        """`edited`: metrics defined anew since the copy was last fed; `path`: of the file, None in memory.

        `age`: of facts that the books may have left behind, None for those that say what the books say. `fed`: what
        had to be written for that. `asked`: whether a report has read them.
        """
        self._connection = connection
        self.edited = list(edited)
        self.path = path
        self.age = age
        self.as_is = False
        self.asked = False
        self.fed = Fed(0, 0)

    def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """What the query finds."""
        return self._connection.execute(query, list(values)).fetchall()

    def close(self) -> None:
        """Give the copy back."""
        self._connection.close()


class Age(NamedTuple):
    """Which copy, and when it was last held against the books (UTC, ISO 8601)."""

    copy: str
    fed_at: str

    @property
    def words(self) -> str:
        """The sentence under a report that is read from it."""
        at = datetime.fromisoformat(self.fed_at).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        return f"{WORDS_OF.get(self.copy, self.copy)}的数字截至 {at}；此后账又动过，没有算进来（--fresh：先跟上账）。"


_ATTACHED: "WeakKeyDictionary[Connection, dict[str, Facts]]" = WeakKeyDictionary()


def facts_of(connection: Connection, made: Made = SALES) -> Facts:
    """The facts for reports on this connection: those attached to it, else fed from it now.

    A connection that only reads sees one moment, so what was fed for it serves all its reports. Raises FactsWrong.
    """
    known = _ATTACHED.get(connection, {})
    if made.name in known:
        known[made.name].asked = True
        return known[made.name]
    sales = known.get(SALES.name)
    if sales is not None and sales.path is not None:
        path = sales.path.with_name(f"{sales.path.stem}-{made.name}.duckdb")
        fed = open_copy(connection, path, made, as_is=sales.as_is)
    else:
        fed = _in_memory(connection, made)
    fed.asked = True
    if sales is not None or connection.get_execution_options().get("yeban_read_only"):
        attach(connection, fed, made)
    return fed


def ages(connection: Connection) -> list[Age]:
    """The copies that reports on this connection have read although the books may have moved on."""
    return [facts.age for facts in _ATTACHED.get(connection, {}).values() if facts.age and facts.asked]


def attach(connection: Connection, facts: Facts, made: Made = SALES) -> None:
    """Let reports on this connection take these facts."""
    _ATTACHED.setdefault(connection, {})[made.name] = facts


@contextmanager
def with_copy(connection: Connection, path: Path, *, as_is: bool = False) -> Iterator[Facts]:
    """Reports on this connection take the copy at `path`, and others beside it, while this lasts. Raises FactsWrong.

    `as_is`: a big copy is read as it stands, and `ages` says of when it is; a small one follows the books at once.
    """
    facts = open_copy(connection, path, as_is=as_is)
    facts.as_is = as_is and _is_big(facts)
    attach(connection, facts)
    try:
        yield facts
    finally:
        for opened in _ATTACHED.pop(connection, {}).values():
            opened.close()


def _is_big(facts: Facts) -> bool:
    """Whether comparing it with the books takes longer than somebody who looks at a report waits."""
    return bool(facts.rows("SELECT count(*) > ? FROM lines", [FOLLOWED_LINES])[0][0])


def connected(path: Path | None = None, *, read_only: bool = False) -> "DuckDBPyConnection":
    """The file opened, or one in memory.

    DuckDB looks for pandas in the middle of its first query with a value. Ctrl-C during that import is lost, and now
    and then the process takes memory until the machine has none (DuckDB 1.5.5); here it ends the import as it should.
    """
    import duckdb

    with suppress(ImportError):
        import_module("pandas")
    return duckdb.connect(str(path) if path else ":memory:", read_only=read_only)


def _in_memory(connection: Connection, made: Made) -> Facts:
    fed = connected()
    made.create(fed)
    made.feed(fed, connection, "")
    return Facts(fed)


def open_copy(connection: Connection, path: Path, made: Made = SALES, *, as_is: bool = False) -> Facts:
    """The copy at `path`, brought to what the books say; made when it is not there, made anew when it is damaged.

    It is fed beside the one that others read, which it then replaces: nobody waits for a feed who can do without.
    `as_is`: see with_copy. Raises FactsWrong.
    """
    wanted = Wanted(_moment(connection), made.rules(connection), as_is=as_is)
    ready = _ready(path, made, wanted)
    if ready is not None:
        return ready
    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path.parent):
        return _ready(path, made, wanted) or _fed_beside(connection, path, made)


class Wanted(NamedTuple):
    """What a copy must say of itself to be read: the mark of the books' moment, and its rules."""

    moment: str
    rules: str
    as_is: bool


def _ready(path: Path, made: Made, wanted: Wanted) -> Facts | None:
    """The copy opened for reading, when nothing in the books or in the rules has moved since it was fed.

    As it is, it may be older; not when the dictionary's definitions are others now: its columns follow them.
    """
    import duckdb

    if not path.exists():
        return None
    try:
        opened = Facts(connected(path, read_only=True), path=path)
        known = dict(opened.rows("SELECT name, said FROM meta"))
    except duckdb.Error as error:
        logger.info("facts_copy_not_ready", path=path.name, reason=str(error).splitlines()[0])
        return None
    if known.get("layout") == made.layout and known.get("fed_at"):
        same_rules = known.get("metrics") == wanted.rules
        if wanted.moment and known.get("moment") == wanted.moment and same_rules:
            return opened
        if wanted.as_is and (same_rules if made is SALES else True) and (made is not SALES or _is_big(opened)):
            opened.age = Age(made.name, known["fed_at"])
            return opened
    opened.close()
    return None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time feeds copies; another waits, and then finds them fed. A process that dies lets go."""
    if sys.platform == "win32":  # a file in use cannot be replaced there: see below
        yield
        return
    import fcntl

    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _fed_beside(connection: Connection, path: Path, made: Made) -> Facts:
    """Feed a twin of the copy and put it into its place.

    It has a name of its own and is opened by that: by the copy's, this process might be given the one it had open.
    """
    import duckdb

    for left in path.parent.glob(f"{path.name}.*.next*"):  # by a process that died
        with suppress(PermissionError):
            left.unlink(missing_ok=True)
    twin = path.with_name(f"{path.name}.{token_hex(4)}.next")
    try:
        if path.exists():
            shutil.copyfile(path, twin)
        with connected(twin) as facts:
            fed, edited = _brought_up(facts, connection, made)
    except duckdb.Error as error:
        logger.warning("facts_copy_rebuilt", path=path.name, reason=str(error).splitlines()[0])
        _remove(twin)
        with connected(twin) as facts:
            fed, edited = _brought_up(facts, connection, made)
    except BaseException:
        _remove(twin)
        raise
    opened = Facts(connected(twin, read_only=True), edited, path)
    opened.fed = fed
    try:
        twin.replace(path)
    except PermissionError:  # a system that does not let go of a file that somebody reads: the next feed replaces it
        logger.info("facts_copy_in_use", path=path.name)
    return opened


def _remove(twin: Path) -> None:
    for one in (twin, twin.with_name(twin.name + ".wal")):
        one.unlink(missing_ok=True)


def _brought_up(facts: "DuckDBPyConnection", connection: Connection, made: Made) -> tuple[Fed, list[Edit]]:
    """Feed the copy and note of when it is; what was fed, and the metrics that are defined anew."""
    rules, lasting = made.rules(connection), connection.get_execution_options().get("yeban_read_only")
    moment = _moment(connection) if lasting else ""  # what a writer sees may yet be undone
    fed_at = datetime.now(UTC).isoformat(timespec="seconds")
    tables = {row[0] for row in facts.execute("SELECT table_name FROM information_schema.tables").fetchall()}
    known = definitions(facts) if "meta" in tables else {}
    if known.get("layout") != made.layout:
        for row in facts.execute("SELECT table_name, table_type FROM information_schema.tables").fetchall():
            facts.execute(f"DROP {'VIEW' if row[1] == 'VIEW' else 'TABLE'} {row[0]}")
        made.create(facts)
        note(facts, "layout", made.layout)
        known = {}
    before = known.get("metrics", "")
    with not_collecting():
        fed = made.feed(facts, connection, before)
    changed = _edits(before) if made is SALES else []
    for name, said in (("metrics", rules), ("moment", moment), ("fed_at", fed_at)):
        note(facts, name, said)
    facts.execute("CHECKPOINT")
    logger.info("facts_fed", copy=made.name, days=fed.days, rows=fed.rows)
    return fed, changed


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


_MOMENTS: "WeakKeyDictionary[Connection, str]" = WeakKeyDictionary()


def _moment(connection: Connection) -> str:
    """A mark of the books' moment that this connection sees; "" where there is none.

    One that only reads keeps its first: files tell of now, and what it reads is of then. Ask before reading.
    """
    if connection not in _MOMENTS or not connection.get_execution_options().get("yeban_read_only"):
        _MOMENTS[connection] = _mark(connection)
    return _MOMENTS[connection]


def _mark(connection: Connection) -> str:
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
