"""Facts shared out in DuckDB are those that the rule shares out one by one."""

from collections import Counter
from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.erp.settlement.aftersales import Reason
from storage.erp.settlement.components import AFTERSALE
from storage.erp.settlement.facts import ACTUAL, BookLine, Fact, Pool
from storage.erp.settlement.profit import EVER, Books, Weights, by_product
from storage.reports.facts.profit import create
from storage.reports.facts.shared import write_parts, write_weights

WEIGHTS = Weights({"SET": {"A": 2, "B": 1}, "BOX": {"B": 3, "C": 1}}, {"A": 310, "B": 127, "C": 0})
ORDERS = [("p", "s1", "1"), ("p", "s2", "1"), ("p", "s1", "2"), ("p", "s1", "")]
COMPONENTS = ["goods", "seller_discount", "platform_discount", AFTERSALE[0]]
WHY = {ORDERS[0]: Reason("quality", "开线")}
LINES = st.lists(
    st.tuples(st.sampled_from(["A", "B", "SET", "BOX", "X", ""]), st.integers(-3, 700), st.integers(0, 90)), max_size=4
)
FACTS = st.lists(
    st.tuples(
        st.sampled_from(ORDERS), st.sampled_from(["", "1", "2", "9"]), st.sampled_from(COMPONENTS),
        st.one_of(st.integers(-20, 20), st.integers(-(10**10), 10**10)), st.sampled_from(["2026-11-01", ""]),
    ),
    max_size=6,
)  # fmt: skip


@pytest.fixture(scope="module")
def copy() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty copy in memory."""
    opened = duckdb.connect()
    create(opened)
    yield opened
    opened.close()


def books_of(lines, facts) -> Books:
    """Orders with these sub-orders, numbered from 1, and these facts."""
    found = {
        order: [BookLine(str(n), "", code, 1, 0, discount, paid, "", "", "f", n)
                for n, (code, paid, discount) in enumerate(mine, start=1)]
        for order, mine in zip(ORDERS, lines, strict=False) if mine
    }  # fmt: skip
    told = [
        Fact(*order, sub_no, component, fen, day, ACTUAL, "f", n, f"第 {n} 行")
        for n, (order, sub_no, component, fen, day) in enumerate(facts)
    ]
    return Books(EVER, Pool({}, found, {}), told, {}, 0)


def one_by_one(books: Books) -> Counter:
    """The rows as the rule gives them, each with the code that was sold."""
    rows: Counter = Counter()
    for part in by_product(books, WEIGHTS, zeros=True):
        sold = {line.code for line in books.pool.lines.get(part.fact.order, ())}
        of = [code for code in sorted(sold) if part.code in WEIGHTS.made_of.get(code, {})]
        sold_as = part.code if part.code in sold or not of else of[0]
        said = WHY.get(part.fact.order, Reason("unsaid", "")) if part.fact.component in AFTERSALE else ("", "")
        fed_by = "order d" if part.fact.order in ORDERS[:2] else f"rest {part.fact.day}"
        day = part.fact.day or None
        rows[fed_by, day, *part.fact.order, part.fact.component, part.amount_fen, part.code, sold_as, *said,
             part.fact.row_no, part.fact.ref] += 1  # fmt: skip
    return rows


@given(st.lists(LINES, min_size=3, max_size=3), FACTS)
@settings(max_examples=30, deadline=None)
def test_all_at_once_is_one_by_one(copy, lines, facts):
    """Every part, its code, what it was sold as, its reason and its source are the rule's own, to the fen."""
    books = books_of(lines, facts)
    copy.execute("DELETE FROM parts")
    write_weights(copy, WEIGHTS)
    written = write_parts(copy, books, dict.fromkeys(ORDERS[:2], "order d"), WHY)
    found = copy.execute(
        "SELECT fed_by, day::VARCHAR, platform, shop, order_no, component, fen, code, sold_as, reason, said, row_no,"
        " ref FROM parts"
    ).fetchall()
    assert Counter(found) == one_by_one(books)
    assert written == len(found)
