"""Whatever happens to orders, every way to add them up gives one profit; the ledger's differs by named lines only."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.database.connection import open_database
from storage.erp.finance.post_events import post_events
from storage.erp.settlement.facts import Span
from storage.erp.settlement.freight_vouchers import post_freight
from storage.erp.settlement.ledger_tie import bridge, ledger_profit
from storage.erp.settlement.profit import (
    Rules,
    bundle_weights,
    by_channel,
    by_order,
    by_product,
    gather,
    gather_created,
    gather_rest,
    waterfall,
)
from tests.storage.erp.settlement.conftest import Shop

SPAN = Span("2026-11-01", "2026-11-30")
HALVES = (Span("2026-11-01", "2026-11-10"), Span("2026-11-11", "2026-11-30"))
CODES = ("X", "Y", "SET", "Q")
FEES = ("payment", "subsidy", "commission", "refund_commission", "freight_insurance", "compensation", "penalty",
        "annual_fee", "withdrawal", "nobody knows")  # fmt: skip

Drawn, Billed, Spent = list[dict[str, Any]], list[tuple[str, int, str]], list[tuple[str, int]]

amounts = st.integers(1, 20_001)
lines = st.lists(st.tuples(st.sampled_from(CODES), st.integers(1, 3), amounts), min_size=1, max_size=3)
orders = st.lists(
    st.fixed_dictionaries({
        "lines": lines, "discount": st.integers(0, 99), "subsidy": st.integers(0, 55), "freight": st.integers(0, 900),
        "finished": st.sampled_from(["", "2026-11-10", "2026-11-20", "2026-12-01"]),
        "refunds": st.lists(st.tuples(st.integers(1, 999), st.integers(3, 28), st.booleans()), max_size=2),
        "sent": st.booleans(), "back": st.booleans(), "billed": st.sampled_from([0, 1, 399, 400, 1203]),
    }),
    min_size=1, max_size=3,
)  # fmt: skip
bills = st.lists(st.tuples(st.sampled_from(FEES), amounts, st.sampled_from(["", "0", "1", "404"])), max_size=5)
ads = st.lists(st.tuples(st.sampled_from(["PX", "PZ"]), amounts), max_size=2)


def fill(
    shop: Shop, drawn: list[dict[str, Any]], billed: list[tuple[str, int, str]], spent: list[tuple[str, int]]
) -> None:
    """The books that were drawn."""
    for code, unit in (("X", 301), ("Y", 77)):
        shop.received(code, unit)
    shop.set_of("SET", X=2, Y=1)
    for number, one in enumerate(drawn):
        no = str(number)
        shop.order(no, *one["lines"], discount=one["discount"], finished=one["finished"], freight_fen=one["freight"],
                   platform_discount_fen=one["subsidy"])  # fmt: skip
        for at, (fen, day, whole) in enumerate(one["refunds"]):
            shop.refund(f"{no}R{at}", no, fen, day=f"2026-11-{day:02d}", sub_no="" if whole else f"{no}-1")
        if one["sent"]:
            shop.parcel(no, f"Z{no}", (f"{no}-1", "X", one["lines"][0][1]), unit=5)
        if one["sent"] and one["back"]:
            shop.moved(f"M{no}", f"{no}-1", "X", 1, unit=0, kind="return", from_place="customer", to_place="HZ",
                       at="2026-11-26 10:00:00")  # fmt: skip
        if one["billed"]:
            shop.express(f"Z{no}", one["billed"])
    for fee, fen, no in billed:
        sign = 1 if fee in ("payment", "subsidy", "refund_commission") else -1
        shop.bill(fee, sign * fen, no)
    for product, fen in spent:
        shop.ad(product, fen, plan=str(fen) + product)


def filled(sums: dict[str, int]) -> dict[str, int]:
    """Without what is 0."""
    return {name: fen for name, fen in sums.items() if fen}


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(orders, bills, ads)
def test_one_profit_however_it_is_added_up(empty_books: Path, drawn: Drawn, billed: Billed, spent: Spent) -> None:
    """Orders, products and channels agree by component, days add up, statements are whole, the ledger agrees; orders
    taken by the day of their creation and the rest are all of it."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(shutil.copy(empty_books, Path(folder) / "books.db"))
        shop = Shop(database)
        fill(shop, drawn, billed, spent)
        shop.write(lambda c: post_events(c, "2026-11-30"))
        shop.write(lambda c: post_freight(c, "2026-11-30"))
        books = shop.read(lambda c: gather(c, SPAN, Rules()))
        whole = waterfall(books.facts)
        for parts in (by_order(books.facts), by_channel(books.facts)):
            sums = [waterfall(facts) for facts in parts.values()]
            assert {name: sum(one.get(name, 0) for one in sums) for name in whole} == whole
        for weights in (None, shop.read(bundle_weights)):
            shared = [part.fact._replace(amount_fen=part.amount_fen) for part in by_product(books, weights)]
            assert {name: fen for name, fen in waterfall(shared).items() if fen} == {
                n: f for n, f in whole.items() if f
            }
        assert books.statement_fen == (shop.rows("SELECT coalesce(sum(amount_fen), 0) FROM bill_line")[0][0])
        halves = [shop.read(lambda c, part=part: gather(c, part, Rules())).facts for part in HALVES]
        assert sorted([*halves[0], *halves[1]]) == sorted(books.facts), "days add up"
        with database.write() as connection:  # every other order was created a day later
            connection.exec_driver_sql(
                "UPDATE platform_order SET created_at = '2026-11-0' || (4 + CAST(order_no AS INT) % 2) || ' 09:00:00'"
            )
        days = [["2026-11-04"], ["2026-11-05", "2026-11-06"]]
        created = [shop.read(lambda c, some=some: gather_created(c, some, Rules())).facts for some in days]
        rest = shop.read(lambda c: gather_rest(c, SPAN, Rules())).facts
        assert sorted([*(one for some in created for one in some if SPAN.has(one.day)), *rest]) == sorted(books.facts)
        found = bridge(books.facts, shop.read(lambda c: ledger_profit(c, SPAN)))
        assert found.closed, found
        database.close()
