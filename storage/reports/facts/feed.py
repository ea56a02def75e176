"""Days of the books into the facts: only those that changed, each compared with the books before it is believed."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, bindparam, text

from storage.errors import StoreError
from storage.reports.facts.rollup import roll_up
from storage.reports.facts.schema import FEEDS, TABLES, VIEWS, Feed
from storage.row_text import row_said

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TOGETHER = (("orders", "lines"), ("refunds",), ("bills",), ("moves",))
"""Facts whose days are fed together: a line repeats its order's states."""
ROWS_AT_ONCE = 100_000
DAYS_AT_ONCE = 400
WHOLE = frozenset({"qty", "value_fen", "n", "row_no", "paid_fen", "sold_fen", "amount_fen", "seller_discount_fen",
                   "platform_discount_fen"})  # fmt: skip
REASONS = ("退款原因", "售后原因", "申请原因", "退货原因")
Said = dict[str, tuple[str, ...]]


class FactsWrong(StoreError):
    """The facts are not what the books say; they are thrown away and no figure is taken from them."""

    code = "E-FACTS-WRONG"
    zh = "按列存的副本和账不一致（{fact}：{days}），没有用它"
    en = "the copy by column differs from the books ({fact}: {days}); it was not used"
    zh_hint = "删掉数据目录里的 facts*.duckdb 再运行一次，它会从账上重建"
    en_hint = "delete facts*.duckdb in the data folder and run again: it is rebuilt from the books"

    def __init__(self, fact: str, days: Sequence[str]) -> None:
        super().__init__(fact=fact, days=list(days))


class Fed(NamedTuple):
    """What was fed: days of facts that changed, and rows written."""

    days: int
    rows: int


def create(facts: "DuckDBPyConnection") -> None:
    """The tables and views, empty."""
    for name, columns in TABLES.items():
        facts.execute(f"CREATE TABLE {name} ({columns})")
    for name, query in VIEWS.items():
        facts.execute(f"CREATE VIEW {name} AS {query}")


def feed(facts: "DuckDBPyConnection", connection: Connection, *, anew: bool = True) -> Fed:
    """Bring the facts to what the books say now; feeding again changes nothing.

    There is no transaction: DuckDB would hold every row that comes in until it ends. What was being fed when an error
    came is thrown away, see `Made`. `anew`: the small tables are made although no day changed: their rules did.
    Raises FactsWrong when a fed day does not sum to the books.
    """
    days = rows = 0
    new_bundles = _feed_bundles(facts, connection)
    for names in TOGETHER:
        told = {name: _said(connection, FEEDS[name]) for name in names}
        changed = sorted(set().union(*(_changed(facts, name, told[name]) for name in names)))
        for name in names:
            rows += _replace(facts, connection, FEEDS[name], changed, told[name])
            days += len(changed)
        if "lines" in names:
            _complete(facts, changed, all_parts=new_bundles)
    if days or new_bundles or anew:
        roll_up(facts)
    return Fed(days, rows)


def _said(connection: Connection, feed: Feed) -> Said:
    """Day -> what the books say of it, the same text in either database."""
    checks = ", ".join(books for books, _ in feed.checked)
    query = text(f"SELECT {feed.day} AS day, {checks} FROM {feed.source} GROUP BY 1")
    return {str(row[0] or ""): tuple(_word(value) for value in row[1:]) for row in connection.execute(query)}


def _word(value: object) -> str:
    """A sum is a whole number, whichever type the driver gives it."""
    return value if isinstance(value, str) else "0" if value is None else str(int(value))  # type: ignore[call-overload]


def _changed(facts: "DuckDBPyConnection", name: str, told: Said) -> set[str]:
    known = dict(facts.execute("SELECT day, said FROM fed WHERE fact = ?", [name]).fetchall())
    now = {day: json.dumps(said) for day, said in told.items()}
    return {day for day in known.keys() | now.keys() if known.get(day) != now.get(day)}


def _replace(facts: "DuckDBPyConnection", connection: Connection, feed: Feed, days: Sequence[str], told: Said) -> int:
    """Take the days out and write them anew; check what was written against the books."""
    if not days:
        return 0
    _for_days(facts, f"DELETE FROM {feed.fact} WHERE day IN (SELECT unnest(?))", days)
    _for_days(facts, f"DELETE FROM fed WHERE fact = '{feed.fact}' AND day IN (SELECT unnest(?))", days)
    written = 0
    there = [day for day in days if day in told]
    size = len(there) if len(there) == len(told) else DAYS_AT_ONCE
    for begin in range(0, len(there), max(size, 1)):
        some = there[begin : begin + size]
        written += _copy(facts, connection, feed, None if len(some) == len(told) else some)
    _check(facts, feed, there, told)
    if there:
        said = [json.dumps(told[day]) for day in there]
        facts.execute("INSERT INTO fed SELECT ?, unnest(?), unnest(?)", [feed.fact, there, said])
    return written


def _for_days(facts: "DuckDBPyConnection", statement: str, days: Sequence[str]) -> None:
    facts.execute(statement, [list(days)])


def _copy(facts: "DuckDBPyConnection", connection: Connection, feed: Feed, days: Sequence[str] | None) -> int:
    """The rows of these days (None: of all), in pieces."""
    columns = ", ".join(f"{expression} AS {name}" for name, expression in feed.columns.items())
    limited = "" if days is None else f" WHERE {feed.day} IN :days"
    query = text(f"SELECT coalesce({feed.day}, '') AS day, {columns} FROM {feed.source}{limited}")
    if days is not None:
        query = query.bindparams(bindparam("days", value=list(days), expanding=True))
    written = 0
    found = connection.execute(query, execution_options={"stream_results": True, "max_row_buffer": ROWS_AT_ONCE})
    for piece in found.partitions(ROWS_AT_ONCE):
        _insert(facts, feed, piece)
        written += len(piece)
    return written


def _insert(facts: "DuckDBPyConnection", feed: Feed, rows: Sequence[Sequence[Any]]) -> None:
    import numpy

    names = ["day", *feed.columns]
    arrays = {}
    for name, values in zip(names, zip(*rows, strict=True), strict=True):
        told = [_reason(payload) for payload in values] if name == "reason" else values
        arrays[name] = numpy.array(told, dtype=numpy.int64 if name in WHOLE else object)
    taken = ", ".join(f"TRY_CAST(left({n}, 19) AS TIMESTAMP) AS {n}" if n in feed.moments else n for n in names)
    facts.register("piece", arrays)
    facts.execute(f"INSERT INTO {feed.fact} BY NAME SELECT {taken}{_more(feed)} FROM piece")
    facts.unregister("piece")


def _more(feed: Feed) -> str:
    return ", false AS rest, code IN (SELECT code FROM bundles) AS is_bundle" if feed.fact == "lines" else ""


def _reason(told: str) -> str:
    """Why the buyer asked, as the row of the file says it; `told`: the file's titles, a line end, the row."""
    titles, _, payload = told.partition("\n")
    row = row_said(payload, titles)
    return next((str(row[name]).strip() for name in REASONS if str(row.get(name) or "").strip()), "")


def _check(facts: "DuckDBPyConnection", feed: Feed, days: Sequence[str], told: Said) -> None:
    """Every fed day sums to what the books say of it. Raises FactsWrong."""
    places = [place for place, (_, fact) in enumerate(feed.checked) if fact]
    sums = ", ".join(feed.checked[place][1] for place in places)
    query = f"SELECT day, {sums} FROM {feed.fact} WHERE {feed.own} AND day IN (SELECT unnest(?)) GROUP BY day"
    found = {row[0]: tuple(map(_word, row[1:])) for row in facts.execute(query, [list(days)]).fetchall()}
    wrong = [day for day in days if found.get(day) != tuple(told[day][place] for place in places)]
    if wrong:
        raise FactsWrong(feed.fact, wrong[:5])


def _feed_bundles(facts: "DuckDBPyConnection", connection: Connection) -> bool:
    """What bundles are made of, and how much of a bundle's price each part is; whether that is news.

    The weight of a part is its pieces times its lowest list price, times one fen where nobody sells it alone.
    """
    query = text(
        "SELECT b.code, b.component, b.qty, b.qty * coalesce((SELECT min(c.price_fen) FROM channel_sku c"
        " WHERE c.code = b.component AND c.price_fen > 0), 1) FROM bundle b ORDER BY b.code, b.component"
    )
    rows = [tuple(row) for row in connection.execute(query)]
    known = facts.execute("SELECT * FROM bundles ORDER BY code, component").fetchall()
    if rows == known:
        return False
    facts.execute("DELETE FROM bundles")
    if rows:
        facts.execute(
            f"INSERT INTO bundles SELECT {', '.join(['unnest(?)'] * 4)}", [*map(list, zip(*rows, strict=True))]
        )
    facts.execute("UPDATE lines SET is_bundle = code IN (SELECT code FROM bundles)")
    return True


def _complete(facts: "DuckDBPyConnection", days: Iterable[str], *, all_parts: bool) -> None:
    """What follows from the fed days: the rest of each order, and bundles taken apart."""
    days = list(days)
    if days:
        facts.execute(REST, [days])
        facts.execute("DELETE FROM bundle_parts WHERE day IN (SELECT unnest(?))", [days])
    if all_parts:
        facts.execute("DELETE FROM bundle_parts")
        facts.execute(PARTS.replace("{days}", "TRUE"))
    elif days:
        facts.execute(PARTS.replace("{days}", "day IN (SELECT unnest(?))"), [days])


REST = """
INSERT INTO lines BY NAME
SELECT o.day, o.platform, o.shop, o.order_no, '' AS sub_no, '' AS code, '' AS title, '' AS product_id, 0 AS qty,
       o.paid_fen - coalesce(l.sold_fen, 0) AS sold_fen, o.pay_state, o.paid_at, o.province, o.city, o.file_sha,
       o.row_no, true AS rest, false AS is_bundle
FROM orders o LEFT JOIN (
    SELECT platform, shop, order_no, sum(sold_fen)::BIGINT AS sold_fen FROM lines
    WHERE day IN (SELECT unnest($1)) GROUP BY ALL
) l ON l.platform = o.platform AND l.shop = o.shop AND l.order_no = o.order_no
WHERE o.day IN (SELECT unnest($1)) AND o.paid_fen <> coalesce(l.sold_fen, 0)
"""

# Largest remainder; of equal remainders the smaller component first. Shares of one line sum to the line, to the fen.
PARTS = """
INSERT INTO bundle_parts BY NAME
SELECT day, platform, shop, order_no, sub_no, component AS code, title, product_id, qty, pay_state, paid_at, province,
       city, file_sha, row_no, (share + (rank <= sold_fen - given)::INTEGER)::BIGINT AS sold_fen
FROM (
    SELECT *, sum(share) OVER one AS given,
           row_number() OVER (PARTITION BY platform, shop, order_no, sub_no ORDER BY rest_of DESC, component) AS rank
    FROM (
        SELECT l.* EXCLUDE (code, qty), b.component, l.qty * b.qty AS qty,
               (l.sold_fen::HUGEINT * b.weight) // w.weight AS share,
               (l.sold_fen::HUGEINT * b.weight) % w.weight AS rest_of
        FROM lines l JOIN bundles b ON b.code = l.code
        JOIN (SELECT code, sum(weight) AS weight FROM bundles GROUP BY code) w ON w.code = l.code
        WHERE l.is_bundle AND {days}
    )
    WINDOW one AS (PARTITION BY platform, shop, order_no, sub_no)
)
"""


def definitions(facts: "DuckDBPyConnection") -> Mapping[str, str]:
    """What is noted about the copy itself, by name."""
    return dict(facts.execute("SELECT name, said FROM meta").fetchall())


def note(facts: "DuckDBPyConnection", name: str, said: str) -> None:
    """Keep one note about the copy itself."""
    facts.execute("DELETE FROM meta WHERE name = ?", [name])
    facts.execute("INSERT INTO meta VALUES (?, ?)", [name, said])
