"""Facts of settlement shared out among products, in DuckDB and all at once.

The rule is `settlement.profit.by_product`, which a test holds this to: a fact of a sub-order is that product's, one of
an order is shared out by what its sub-orders paid (a discount by their discounts), by the largest remainder, of equal
ones the earlier; a bundle's part is shared out among its parts by cost, by pieces where a cost is unknown.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from storage.erp.settlement.aftersales import UNSAID, Reason
from storage.erp.settlement.components import AFTERSALE
from storage.erp.settlement.facts import OrderKey
from storage.erp.settlement.profit import Books, Weights

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray

_AFTERSALE = frozenset(AFTERSALE)
_NOTHING = Reason("", "")
_UNSAID = Reason(UNSAID, "")


def write_weights(facts: "DuckDBPyConnection", weights: Weights) -> None:
    """What bundles are made of and how their figures are shared out, for `write_parts`."""
    rows = []
    for code, parts in weights.made_of.items():
        costs = [weights.cost_fen.get(part, 0) * qty for part, qty in parts.items()]
        shares = costs if all(costs) else list(parts.values())
        rows += [(code, part, at, share) for at, (part, share) in enumerate(zip(parts, shares, strict=True))]
    facts.execute("CREATE OR REPLACE TEMP TABLE made_of (code VARCHAR, part VARCHAR, place INTEGER, share BIGINT)")
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        facts.execute("INSERT INTO made_of SELECT unnest(?), unnest(?), unnest(?), unnest(?)", columns)


def write_parts(
    facts: "DuckDBPyConnection", books: Books, created: Mapping[OrderKey, str], why: Mapping[OrderKey, Reason]
) -> int:
    """Write a product's part of every fact into `parts`; returns how many rows. After `write_weights`.

    `created`: by what an order's facts are fed, else by their own day; `why`: what is said of after-sales.
    """
    if not books.facts:
        return 0
    piece = _piece(books, created, why)
    for name, columns in piece.items():
        facts.register(name, columns)
    facts.execute(_SHARED)
    row = facts.execute(_INSERT).fetchone()
    facts.execute("DROP TABLE shared")
    for name in piece:
        facts.unregister(name)
    return int(row[0]) if row else 0


def _piece(
    books: Books, created: Mapping[OrderKey, str], why: Mapping[OrderKey, Reason]
) -> dict[str, dict[str, "NDArray[Any]"]]:
    """Orders, their lines, the kinds of facts, and the facts: few columns of text, for these are dear to hand over."""
    numbers: dict[OrderKey, int] = {}
    kinds: dict[tuple[str, ...], int] = {}
    places: dict[tuple[int, str], int] = {}
    lines: list[tuple[object, ...]] = [(-1, 0, "", 0, 0)]  # of no order: a column of nothing has no type
    rows: list[tuple[object, ...]] = []
    for platform, shop, order_no, sub_no, component, fen, day, basis, sha, row_no, ref in books.facts:
        key = (platform, shop, order_no)
        number = numbers.get(key, -1)
        if number < 0:
            number = numbers[key] = len(numbers)
            for at, line in enumerate(books.pool.lines.get(key, ()) if order_no else ()):
                places[number, line.sub_no] = at
                lines.append((number, at, line.code, line.paid_share_fen, line.discount_share_fen))
        said = why.get(key, _UNSAID) if component in _AFTERSALE else _NOTHING
        kind = kinds.setdefault((component, basis, day, sha, *said), len(kinds))
        at = places.get((number, sub_no), -1) if sub_no else -1
        rows.append((len(rows) + 1, number, at, kind, fen, row_no, ref))
    return {
        "piece_orders": _columns(
            ("o", "platform", "shop", "order_no", "fed_by"),
            [(number, *key, created.get(key, "")) for key, number in numbers.items()],
        ),
        "piece_lines": _columns(("o", "place", "code", "paid", "discount"), lines),
        "piece_kinds": _columns(
            ("kind", "component", "basis", "day", "file_sha", "reason", "said"),
            [(number, *kind) for kind, number in kinds.items()],
        ),
        "piece_facts": _columns(("n", "o", "place", "kind", "fen", "row_no", "ref"), rows),
    }


def _columns(names: tuple[str, ...], rows: list[tuple[object, ...]]) -> dict[str, "NDArray[Any]"]:
    import numpy

    columns = zip(names, zip(*rows, strict=True), strict=True)
    return {
        name: numpy.array(values, dtype=object if isinstance(values[0], str) else numpy.int64)
        for name, values in columns
    }


_SHARED = """
CREATE OR REPLACE TEMP TABLE shared AS
WITH lined AS (
    SELECT f.n, f.o, f.fen, l.place, l.code, greatest(
        CASE WHEN k.component IN ('seller_discount', 'platform_discount') THEN l.discount ELSE l.paid END, 0) AS weight,
        count(*) OVER one AS lines
    FROM piece_facts f JOIN piece_kinds k USING (kind)
    JOIN piece_lines l ON l.o = f.o AND (f.place = -1 OR l.place = f.place)
    WINDOW one AS (PARTITION BY f.n)
), weighed AS (
    SELECT n, o, fen, place, code, abs(fen)::HUGEINT AS size,
           CASE WHEN sum(weight) OVER one = 0 THEN 1 ELSE weight END AS weight,
           CASE WHEN sum(weight) OVER one = 0 THEN lines ELSE sum(weight) OVER one END AS whole
    FROM lined WHERE lines > 1 WINDOW one AS (PARTITION BY n)
), floored AS (
    SELECT *, size * weight // whole AS part, size * weight % whole AS rest_of FROM weighed
), ranked AS (
    SELECT *, size - sum(part) OVER (PARTITION BY n) AS over,
           row_number() OVER (PARTITION BY n ORDER BY rest_of DESC, place) AS rank
    FROM floored
)
SELECT n, o, fen AS whole_fen, place, code, (sign(fen) * (part + (rank <= over)::INTEGER))::BIGINT AS fen FROM ranked
UNION ALL
SELECT n, o, fen, place, code, fen FROM lined WHERE lines = 1
UNION ALL
SELECT f.n, f.o, f.fen, 0, '', f.fen FROM piece_facts f WHERE f.o NOT IN (SELECT o FROM piece_lines)
"""

_INSERT = """
INSERT INTO parts BY NAME
WITH exploded AS (
    SELECT s.n, s.o, s.whole_fen, s.place, s.fen, m.place AS part_place, m.part, abs(s.fen)::HUGEINT AS size, m.share,
           sum(m.share) OVER (PARTITION BY s.n, s.place) AS whole
    FROM shared s JOIN made_of m ON m.code = s.code
), floored AS (
    SELECT *, size * share // whole AS floor_fen, size * share % whole AS rest_of FROM exploded
), ranked AS (
    SELECT *, size - sum(floor_fen) OVER (PARTITION BY n, place) AS over,
           row_number() OVER (PARTITION BY n, place ORDER BY rest_of DESC, part_place) AS rank
    FROM floored
), told AS (
    SELECT n, o, whole_fen, code, code AS sold_as, fen FROM shared WHERE code NOT IN (SELECT code FROM made_of)
    UNION ALL
    SELECT r.n, r.o, r.whole_fen, r.part, coalesce(own.code, b.code),
           (sign(r.fen) * (r.floor_fen + (r.rank <= r.over)::INTEGER))::BIGINT
    FROM ranked r LEFT JOIN (SELECT DISTINCT o, code FROM piece_lines) own ON own.o = r.o AND own.code = r.part
    LEFT JOIN (SELECT l.o, m.part, min(l.code) AS code FROM piece_lines l JOIN made_of m ON m.code = l.code
               GROUP BY ALL) b ON b.o = r.o AND b.part = r.part
)
SELECT CASE WHEN p.fed_by = '' THEN 'rest ' || k.day ELSE p.fed_by END AS fed_by, TRY_CAST(k.day AS DATE) AS day,
       p.platform, p.shop, p.order_no,
       k.component, k.basis, t.fen, t.code, t.sold_as, k.reason, k.said, k.file_sha, f.row_no::INTEGER AS row_no, f.ref,
       t.n::INTEGER AS fact_no
FROM told t JOIN piece_facts f ON f.n = t.n JOIN piece_orders p ON p.o = t.o JOIN piece_kinds k ON k.kind = f.kind
WHERE t.fen <> 0 OR t.whole_fen = 0
"""
