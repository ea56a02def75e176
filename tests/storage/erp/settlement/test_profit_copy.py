"""The copy of profit by column follows the books: what is fed day by day is what a new copy would hold."""

from collections.abc import Callable
from pathlib import Path

import pytest

from storage.database.tables.purchasing import rma
from storage.erp.allocation.model import OrderKey
from storage.erp.finance.post_events import post_events
from storage.erp.orders.special import mark
from storage.erp.orders.transition import Cause
from storage.erp.settlement.adjustments import Adjustment, adjust
from storage.erp.settlement.aftersales import tag
from storage.erp.settlement.profit import gather
from storage.reports import channel_profit, order_profit
from storage.reports.facts.copy import attach, facts_of, open_copy
from storage.reports.facts.feed import FactsWrong
from storage.reports.facts.nightly import bring_up
from storage.reports.facts.profit import PROFIT
from storage.reports.scope import Scope
from storage.reports.table import Figure, Period
from tests.storage.erp.settlement.conftest import MONTH, Shop

NOVEMBER = Period(*MONTH)
WHY = Cause("2026-11-12 09:00:00", "李", "orders.mark", "达人补单")
CREATED = {"1": "2026-11-04", "2": "2026-11-05", "3": "2026-11-05"}


def books(shop: Shop) -> None:
    """Three orders of two days, one of them of a bundle, sent and billed in part."""
    shop.received("X", 310)
    shop.set_of("SET", X=2, Y=1)
    for number, day in CREATED.items():
        code = "SET" if number == "2" else "X"
        shop.order(number, (code, 1, 5000), created_at=f"{day} 09:00:00")
    shop.parcel("1", "Z1", ("1-1", "X", 1))
    shop.bill("commission", -250, "1")
    shop.bill("commission", -90, "404")
    shop.ad("PX", 1001)


CHANGES: dict[str, Callable[[Shop], None]] = {
    "refund": lambda shop: shop.refund("R1", "1", 1200),
    "bill of a sub-order": lambda shop: shop.bill("commission", -77, "3-1"),
    "an order that a statement knew before": lambda shop: shop.order("404", ("X", 1, 100), created_at="2026-11-04 08"),
    "dearer goods": lambda shop: shop.moved("QC2", "X", "X", 5, unit=999, kind="receipt", from_place="supplier",
                                            to_place="HZ", at="2026-11-20 08:00:00"),
    "a part is worth something now": lambda shop: shop.received("Y", 40),
    "express bill": lambda shop: shop.express("Z1", 950),
    "express bill of nobody": lambda shop: shop.express("Z77", 950),
    "advertising": lambda shop: shop.ad("PSET", 333, plan="计划二"),
    "vouchers": lambda shop: shop.write(lambda c: post_events(c, "2026-11-30")) and None,
    "reason": lambda shop: (shop.bill("compensation", -500, "1"),
                            shop.write(lambda c: tag(c, ("practice", "A", "1"), "quality", "开线", "客服")))[1],
    "no sale": lambda shop: shop.write(lambda c: mark(c, OrderKey("practice", "A", "3"), "brushing", WHY)) and None,
    "by hand": lambda shop: shop.write(lambda c: adjust(c, Adjustment(
        "T1", "practice", "A", "3", "", "other", -66, "2026-11-11", "补贴", "财务"))) and None,
    "goods sent again": lambda shop: (
        shop.put(rma, rma_id="M1", platform="practice", shop="A", order_no="3", kind="resend", replacement_no="3R",
                 responsible="错发"),
        shop.order("3R", ("X", 1, 0), finished="", platform="aftersale", created_at="2026-11-12 09:00:00"),
        shop.parcel("3R", "Z3", ("3R-1", "X", 1), unit=320, cost=0, platform="aftersale"))[2],
    "a sale after all": lambda shop: shop.write(
        lambda c: mark(c, OrderKey("practice", "A", "3"), "normal", WHY)) and None,
}  # fmt: skip


def held(shop: Shop, path: Path | None) -> list[tuple[object, ...]]:
    """The rows of the copy, or of one that is made anew."""

    def rows(connection) -> list[tuple[object, ...]]:
        facts = open_copy(connection, path, PROFIT) if path else facts_of(connection, PROFIT)
        found = facts.rows("SELECT * EXCLUDE (fact_no) FROM parts ORDER BY ALL")
        facts.close()
        return found

    return shop.read(rows)


def test_what_is_fed_by_day_is_what_a_new_copy_holds(shop: Shop, tmp_path: Path) -> None:
    """After every two kinds of change the copy has settlement's facts, and in the end it is one that is made anew."""
    books(shop)
    path = tmp_path / "facts-profit.duckdb"
    before = held(shop, path)
    names = list(CHANGES)
    for what in zip(names[::2], names[1::2], strict=True):
        for one in what:
            CHANGES[one](shop)
        now = held(shop, path)
        assert now != before, what
        facts = shop.read(lambda c: gather(c, MONTH)).facts
        assert sum(fact.amount_fen for fact in facts) == sum(int(str(row[7])) for row in now), what
        before = now
    assert now == held(shop, None)


def test_reports_take_only_a_copy_that_sums_to_the_books(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that leaves a fee out is found by the sums of the books, and no figure is taken."""
    books(shop)
    monkeypatch.setattr("storage.reports.facts.profit.gather_rest", lambda connection, span, rules: gather(
        connection, MONTH._replace(last_day="2026-11-01"), rules))  # fmt: skip
    with pytest.raises(FactsWrong) as error:
        held(shop, None)
    assert error.value.facts["days"] == ["marketing", "fees"]


def test_only_so_many_orders_are_listed_and_all_are_in_the_total(shop: Shop) -> None:
    """With --top 2 the two orders of the least profit stand in the report, and the total is that of all of them."""
    books(shop)
    whole, some = shop.read(lambda c: (order_profit.build(c, NOVEMBER),
                                       order_profit.build(c, NOVEMBER, Scope(top=2))))  # fmt: skip
    assert [row[1] for row in some.rows[:2]] == [row[1] for row in whole.rows[:2]]
    assert len(whole.rows) == 4
    assert any("一共 4 行" in note for note in some.notes)
    assert _values(some.total) == _values(whole.total)


def _values(row: list[object]) -> list[int]:
    return [cell.value for cell in row if isinstance(cell, Figure)]


def test_days_at_the_ends_of_a_period_count_for_it_alone(shop: Shop) -> None:
    """An order whose fees come later has in each part of the month what happened in it; the parts sum to the month."""
    books(shop)
    shop.bill("commission", -31, "1", day="2026-11-25")
    parts = [Period("2026-11-01", "2026-11-10"), Period("2026-11-11", "2026-11-30")]
    tables = shop.read(lambda c: [order_profit.build(c, period) for period in (NOVEMBER, *parts)])
    whole, *halves = [{row[1]: row[-3].value for row in table.rows if isinstance(row[-3], Figure)} for table in tables]
    assert {name: sum(half.get(name, 0) for half in halves) for name in whole} == whole
    assert halves[1] == {"1": -31}


def test_a_difference_to_the_ledger_walks_back_to_rows(shop: Shop) -> None:
    """与账簿差 is the sum of voucher lines and of the facts against them, each with its file."""
    books(shop)
    table = shop.read(lambda c: _drilled(channel_profit.build(c, NOVEMBER)))
    shop.write(lambda c: post_events(c, "2026-11-30"))
    after = shop.read(lambda c: _drilled(channel_profit.build(c, NOVEMBER)))
    assert table["practice|A"] != 0
    assert after["practice|A"] == 400, "freight is not in the ledger yet"


def _drilled(table) -> dict[str, int]:
    found = {}
    for row in table.rows:
        block = table.blocks[row[-1].block_id]
        assert sum(one.parts[0] for one in block.rows) == row[-1].value
        found[block.block_id.removeprefix("gap|")] = row[-1].value
    return found


def test_a_connection_keeps_what_was_given_to_it(shop: Shop) -> None:
    """Facts that are attached are taken as they are, and nothing is fed for the report."""
    books(shop)

    def both(connection) -> bool:
        facts = facts_of(connection, PROFIT)
        attach(connection, facts, PROFIT)
        return facts_of(connection, PROFIT) is facts

    assert shop.read(both)


def test_the_night_feeds_every_copy(shop: Shop, tmp_path: Path) -> None:
    """One call leaves a file for each kind of copy, and a second one changes none of them."""
    books(shop)
    path = tmp_path / "facts.duckdb"
    names = shop.read(lambda c: bring_up(c, path))
    assert [one.name for one in sorted(tmp_path.glob("facts*.duckdb"))] == sorted(
        "facts.duckdb" if name == "sales" else f"facts-{name}.duckdb" for name in names
    )
    before = {one: one.read_bytes() for one in tmp_path.glob("facts*.duckdb")}
    shop.read(lambda c: bring_up(c, path))
    assert {one: one.read_bytes() for one in before} == before
