"""What lies, what moves and what does not: reports about items, on books written by hand and against direct SQL."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, select, text

from storage.database.tables import bundle, reservation, sku
from storage.reports import Period
from storage.reports.festivals import NEW_YEAR, comparable, festivals
from storage.reports.health import STATUSES, judge
from storage.reports.scope import Scope
from storage.reports.sources import build_scoped
from storage.reports.table import Figure
from tests.storage.reports.books import NOVEMBER, Books, numbers


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    """Empty books."""
    books = Books(tmp_path)
    yield books
    books.database.close()


@pytest.mark.function("BI-15")
def test_turnover_days_are_by_cost_and_not_by_price(books: Books) -> None:
    """Average cost of stock by the day over daily cost of goods sold; both are shown, and the days by price beside."""
    books.product("A")
    books.moved("A", 30, "supplier", "wh1", "2026-10-01", cost=1_000)
    books.moved("A", 10, "wh1", "customer", "2026-11-16", cost=1_000)
    books.moved("A", 2, "customer", "wh1", "2026-11-21", cost=1_000)
    books.order("1", ("A", 8, 24_000))
    (row, total) = books.values("turnover")
    day_ends = 15 * 30_000 + 5 * 20_000 + 10 * 22_000
    average, cogs = round(day_ends / 30), 8_000
    assert row == ["A", "商品A", average, cogs, 24_000, round(day_ends * 100 / cogs), round(day_ends * 100 / 24_000)]
    assert total[2:] == row[2:]
    with books.table("turnover") as table:
        (cost, sold) = table.rows[0][2:4]
        assert isinstance(cost, Figure)
        assert isinstance(sold, Figure)
        assert sum(source.parts[0] for source in table.blocks[sold.block_id].rows) == cogs
    assert next(row for row in books.values("board") if str(row[0]).startswith("库存周转天数"))[1] == row[5]


@pytest.mark.function("BI-25")
def test_what_did_not_sell_is_listed_first(books: Books) -> None:
    """An item in stock without a sale appears, before those that sold; the share that moved is said."""
    for code in ("STILL", "MOVED", "EMPTY"):
        books.product(code)
    books.moved("STILL", 5, "supplier", "wh1", "2026-10-01")
    books.moved("MOVED", 8, "supplier", "wh1", "2026-10-01")
    books.moved("MOVED", 2, "supplier", "wh1", "2026-11-05")
    books.moved("MOVED", 4, "wh1", "customer", "2026-11-11")
    books.moved("MOVED", 1, "wh1", "wh2", "2026-11-12")
    books.order("1", ("MOVED", 4, 400))
    rows = books.values("movement")
    assert [row[0] for row in rows] == ["STILL", "MOVED", "合计"]
    assert rows[0][2:] == ["零销", 5, 0, 0, 5, 0]
    assert rows[1][2:] == ["动销", 8, 2, 4, 6, 4_000]
    with books.table("movement") as table:
        assert "动销率 = 卖出过的单品 ÷ 有货或卖出过的单品 = 1 ÷ 2 = 50.00 %。" in table.notes


SLOW_SQL = """
SELECT m.code FROM (
    SELECT code, sum(CASE WHEN to_place LIKE 'wh%' THEN qty ELSE 0 END)
               - sum(CASE WHEN from_place LIKE 'wh%' THEN qty ELSE 0 END) AS held,
           min(at) AS since FROM move GROUP BY code
) m LEFT JOIN (
    SELECT n.code, max(o.paid_at) AS last_sale,
           sum(CASE WHEN o.paid_at >= '2026-11-01' THEN n.qty ELSE 0 END) AS month
    FROM order_line n JOIN platform_order o ON o.order_no = n.order_no AND o.shop = n.shop
    WHERE o.pay_state <> 'unpaid' GROUP BY n.code
) s ON s.code = m.code
WHERE m.held > 0 AND (coalesce(s.last_sale, m.since) < '2026-11-01' OR m.held * 30 > 90 * s.month) ORDER BY 1
"""


@pytest.mark.function("BI-34")
def test_slow_movers_are_those_that_sql_finds(books: Books) -> None:
    """Unsold for thirty days, or enough for more than ninety: the same items as in plain SQL, with their days."""
    sold = {
        "NEVER": (),
        "OLD": ("2026-10-20",),
        "EDGE": ("2026-10-31",),
        "FAST": ("2026-11-20",),
        "DEEP": ("2026-11-20",),
        "NEW": (),
    }
    for code, days in sold.items():
        books.product(code)
        books.moved(
            code, 400 if code == "DEEP" else 60, "supplier", "wh1", "2026-11-20" if code == "NEW" else "2026-09-01"
        )
        for day in days:
            books.order(f"{code}{day}", (code, 100 if code in ("FAST", "DEEP") else 1, 100), at=f"{day} 12:00:00")
    rows = books.values("slow")
    found = books.read(lambda connection: list(connection.execute(text(SLOW_SQL)).scalars()))
    assert sorted(str(row[0]) for row in rows) == found == ["DEEP", "EDGE", "NEVER", "OLD"]
    told = {row[0]: (row[4], row[5]) for row in rows}
    assert told["OLD"] == ("2026-10-20", 41 * 100)
    assert told["NEVER"] == ("从未", 90 * 100)
    assert [row[0] for row in rows] == ["NEVER", "OLD", "EDGE", "DEEP"]


@pytest.mark.function("BI-44")
def test_each_item_has_exactly_one_status(reading: Connection, period: Period) -> None:
    """Every item of the catalog that is no bundle stands once, with one of the five statuses; the counts add up."""
    table = build_scoped(reading, "health", period, Scope())
    bundles = set(reading.execute(select(bundle.c.code)).scalars())
    known = set(reading.execute(select(sku.c.code)).scalars()) - bundles
    codes = [str(row[1]) for row in table.rows]
    assert known
    assert known <= set(codes)
    assert max(Counter(codes).values()) == 1
    assert {str(row[0]) for row in table.rows} <= set(STATUSES)
    counts = {status: sum(row[0] == status for row in table.rows) for status in STATUSES}
    assert table.notes[0].startswith(f"{len(codes)} 个单品：" + "、".join(f"{s} {n}" for s, n in counts.items()))
    assert sum(counts.values()) == len(codes)


@given(st.integers(-5, 2_000), st.integers(0, 2_000), st.booleans())
def test_a_status_is_decided_for_every_state(free: int, sold: int, lately: bool) -> None:
    """Whatever the figures, one status comes out, and it is out of stock exactly when nothing is free."""
    status, why = judge(free, sold, sold_lately=lately or sold > 0)
    assert status in STATUSES
    assert why
    assert (status == "缺货") == (free <= 0)


@pytest.mark.parametrize(
    ("free", "sold", "lately", "status"),
    [(0, 9, True, "缺货"), (6, 30, True, "预警"), (7, 30, True, "健康"), (90, 30, True, "健康"), (91, 30, True, "积压"),
     (5, 0, True, "积压"), (5, 0, False, "呆滞")],
)  # fmt: skip
def test_the_limits_of_each_status(free: int, sold: int, lately: bool, status: str) -> None:
    """The boundaries: seven and ninety days of cover are still well, a day less or more is not."""
    assert judge(free, sold, sold_lately=lately)[0] == status


@pytest.mark.function("WMS-21")
def test_rows_of_the_matrix_sum_over_the_warehouses(books: Books) -> None:
    """Items by warehouse: a row's total is the sum of its places, free is that less what is taken, columns add up."""
    for name in ("wh1", "wh2", "wh3"):
        books.warehouse(name)
    for code, places in {"A": (5, 7), "B": (3, 0)}.items():
        books.product(code)
        for number, qty in enumerate(places, 1):
            if qty:
                books.moved(code, qty, "opening", f"wh{number}")
    books.moved("A", 2, "wh1", "wh3")
    books.put(reservation, owner="f|1", warehouse="wh1", code="A", qty=3, state="held")
    rows = books.values("stock_matrix")
    assert rows[0][2:] == [3, 7, 2, 12, 3, 9]
    assert rows[1][2:] == [3, 0, 0, 3, 0, 3]
    assert rows[2][2:] == [6, 7, 2, 15, 3, 12]
    with books.table("stock_matrix") as table:
        for row in table.rows:
            figures = [cell for cell in row if isinstance(cell, Figure)]
            assert sum(figure.value for figure in figures[:3]) == figures[3].value
            for figure in figures:
                assert table.blocks[figure.block_id].total(figure.measure) == figure.value


@pytest.mark.function("BI-45")
def test_the_spring_festival_is_compared_with_itself(books: Books) -> None:
    """2026 has its new year 19 days later than 2025: by date February looks dead, by the lunar calendar it is even."""
    for year, day in ((2025, date(2025, 1, 29)), (2026, date(2026, 2, 17))):
        for number in range(90):
            that = date(year, 1, 1) + timedelta(days=number)
            resting = abs((that - day).days) <= 7
            books.order(f"{that}", ("A", 1, 100 if resting else 10_000), at=f"{that} 12:00:00")
    rows = {str(row[0]).split("（")[0]: row for row in books.values("trend", Period("2026-01-01", "2026-03-31"))}
    january, february, festival = rows["2026-01"], rows["2026-02"], rows["2026 春节"]
    assert february[6] < -3_000  # by date: fifteen days of rest against five
    assert january[6] > 4_000
    assert festival[2] == festival[7] == 15 * 100 + 15 * 10_000
    assert festival[8] == 0
    assert abs(january[8] + february[8] + rows["2026-03"][8]) < 2_000
    assert february[3] == january[2] - 3 * 10_000  # the same twenty-eight days of January
    total = sum(rows[f"2026-0{month}"][7] for month in (1, 2, 3))
    assert total == sum(rows[f"2026-0{month}"][2] for month in (1, 2, 3))


def test_618_and_double_eleven_stay_on_their_days(books: Books) -> None:
    """A festival of the period has a row of its own, against the same festival of the year before."""
    books.order("a", ("A", 1, 300), at="2025-11-11 00:00:01")
    books.order("b", ("A", 1, 450), at="2026-11-11 00:00:01")
    row = next(row for row in books.values("trend") if str(row[0]).startswith("2026 双11"))
    assert (row[2], row[7], row[8]) == (450, 300, 5_000)


@pytest.mark.parametrize("year", sorted(NEW_YEAR)[1:])
def test_every_day_has_at_most_one_like(year: int) -> None:
    """No day of the year before is used twice, and new year's day is compared with new year's day."""
    days = [date(year, 1, 1) + timedelta(days=number) for number in range(365)]
    alike = [found for day in days if (found := comparable(day))]
    assert len(alike) == len(set(alike)) >= 364
    assert {found.year for found in alike} == {year - 1}
    assert comparable(date(year, *NEW_YEAR[year])) == date(year - 1, *NEW_YEAR[year - 1])
    assert [one.name for one in festivals(year)] == ["春节", "618", "双11"]


def test_the_report_of_a_shop_sees_only_that_shop(books: Books) -> None:
    """Sales in reports about items follow the shop filter; stock is nobody's and stays whole."""
    books.product("A")
    books.moved("A", 9, "opening", "wh1")
    books.order("1", ("A", 1, 100), shop="s1")
    books.order("2", ("A", 2, 200), shop="s2")
    with books.table("movement", NOVEMBER, Scope(shops=("s2",))) as table:
        row = numbers(table.rows[0])
        assert (row[5], row[6]) == (2, 9)
        assert all(
            table.blocks[cell.block_id].total(cell.measure) == cell.value
            for cell in table.rows[0]
            if isinstance(cell, Figure) and not cell.formula
        )
