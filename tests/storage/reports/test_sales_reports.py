"""What was sold, where, when and to whom it was promised: on books written by hand, and against direct SQL."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select, text

from storage.database.tables import bank_line, fulfilment, order_line, platform_order, raw_file, raw_row, recon_item
from storage.metrics.dictionary import METRICS
from storage.reports import Period
from storage.reports.scope import Scope, parse_scope
from storage.reports.sources import build_scoped, trace
from storage.reports.table import Figure
from tests.storage.reports.books import NOVEMBER, Books, figures, metric_total


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    """Empty books."""
    books = Books(tmp_path)
    yield books
    books.database.close()


@pytest.mark.function("BI-11")
def test_three_gmvs_each_equal_to_sql(reading: Connection, period: Period) -> None:
    """Paid, shipped and settled GMV stand side by side with a definition each, and each is what SQL says."""
    asked = {
        "gmv_paid": "SELECT sum(paid_fen) FROM platform_order WHERE pay_state <> 'unpaid'"
        " AND substr(paid_at, 1, 10) BETWEEN :first AND :last",
        "gmv_shipped": "SELECT sum(paid_fen) FROM platform_order WHERE ship_state = 'shipped'"
        " AND substr(shipped_at, 1, 10) BETWEEN :first AND :last",
        "gmv_settled": "SELECT sum(amount_fen) FROM bill_line WHERE fee_type IN ('payment', 'refund')"
        " AND substr(at, 1, 10) BETWEEN :first AND :last",
    }
    table = build_scoped(reading, "gmv", period, Scope())
    for metric, query in asked.items():
        expected = reading.execute(text(query), {"first": period[0], "last": period[1]}).scalar_one()
        assert metric_total(table, metric) == expected > 0
        assert f"{METRICS[metric].title}：{METRICS[metric].sentence}。" in table.notes
    assert len({metric_total(table, metric) for metric in asked}) == 3


@pytest.mark.function("BI-12")
def test_a_split_order_counts_once(books: Books) -> None:
    """An order of three lines in two parcels is one order paid, on the board and by channel."""
    books.order("1", ("A", 1, 100), ("B", 1, 200), ("C", 1, 300))
    books.order("2", ("A", 1, 100))
    for number in (1, 2):
        books.put(fulfilment, fulfilment_id=f"f{number}", platform="practice", shop="s1", order_no="1")
    with books.table("channels") as table:
        assert metric_total(table, "orders_paid") == 2
    shown = {row[0]: row[1] for row in books.values("board")}
    assert shown[METRICS["orders_paid"].title] == 2


@pytest.mark.function("BI-13")
def test_the_average_order_says_what_it_is_divided_by(books: Books) -> None:
    """The label of the average order value names its denominator, and the formula shows both numbers."""
    books.order("1", ("A", 1, 10_000))
    books.order("2", ("A", 1, 5_001))
    with books.table("gmv") as table:
        place = next(n for n, column in enumerate(table.columns) if column.metric == "aov")
        cell = table.total[place]
        assert isinstance(cell, Figure)
        assert "÷付款订单数" in table.columns[place].title
        assert (cell.value, cell.formula) == (7_501, "gmv_paid ÷ orders_paid：15001 ÷ 2")


@pytest.mark.function("BI-17")
def test_bundles_taken_apart_keep_the_revenue_of_their_orders(books: Books) -> None:
    """Shares of a bundle's parts sum to the line to the fen, freight stays visible, both views sum to the orders."""
    for code, price in (("A", 300), ("B", 300), ("C", 300)):
        books.product(code, price)
    books.bundle("SET", A=1, B=1, C=1)
    books.order("1", ("SET", 1, 100), ("A", 2, 50))
    books.order("2", ("SET", 2, 1_001), paid_fen=1_501)
    parts = {row[0]: row[2:] for row in books.values("products")}
    assert parts["合计"] == [11, 1_651]
    assert parts["A"] == [5, 34 + 50 + 334]
    assert (parts["B"], parts["C"]) == ([3, 33 + 334], [3, 33 + 333])
    assert parts[""] == [0, 500]
    sold = {row[0]: row[2:] for row in books.values("products", scope=Scope(whole=True))}
    assert sold == {"SET": [3, 1_101], "A": [2, 50], "": [0, 500], "合计": [5, 1_651]}


def test_the_parts_of_all_bundles_sum_to_all_orders(reading: Connection, period: Period) -> None:
    """On a whole mall the revenue by item, by product as sold, and of the orders are the same."""
    parts = build_scoped(reading, "products", period, Scope())
    sold = build_scoped(reading, "products", period, Scope(whole=True))
    channels = build_scoped(reading, "channels", period, Scope())
    paid = metric_total(channels, "gmv_paid")
    assert metric_total(parts, "parts_revenue") == metric_total(sold, "lines_revenue") == paid > 0


@pytest.mark.function("BI-18")
def test_channels_sum_to_the_total(reading: Connection, period: Period) -> None:
    """Every additive column summed over the shops is the total, and the total is what the orders say."""
    table = build_scoped(reading, "channels", period, Scope())
    paid = reading.execute(
        select(func.sum(platform_order.c.paid_fen)).where(
            platform_order.c.pay_state != "unpaid", func.substr(platform_order.c.paid_at, 1, 10).between(*period)
        )
    ).scalar_one()
    for place, column in enumerate(table.columns):
        if column.unit and METRICS[column.metric].ratio is None:
            cells = [row[place] for row in table.rows]
            assert sum(cell.value for cell in cells if isinstance(cell, Figure)) == metric_total(table, column.metric)
    assert metric_total(table, "gmv_paid") == paid
    assert len(table.rows) == 3


@pytest.mark.function("BI-19")
def test_orders_without_a_region_have_a_row(books: Books) -> None:
    """Orders whose address could not be read are a visible row, the last one, and count in the total."""
    books.order("1", ("A", 1, 100))
    books.order("2", ("A", 1, 900), province="", city="")
    rows = books.values("regions")
    assert [row[:4] for row in rows] == [
        ["浙江", "杭州", 1, 100],
        ["（地址未识别）", "", 1, 900],
        ["合计", "", 2, 1_000],
    ]


@pytest.mark.function("BI-20")
def test_hours_follow_the_clock_of_the_zone(books: Books) -> None:
    """New York skips an hour in March and has one twice in November; the drill finds the orders of that very hour."""
    moments = {
        "spring 1": "2026-03-08 14:59:59",  # 01:59:59 in New York
        "spring 2": "2026-03-08 15:00:00",  # 03:00:00: there is no two o'clock
        "autumn 1": "2026-11-01 13:30:00",  # 01:30 summer time
        "autumn 2": "2026-11-01 14:30:00",  # 01:30 once more
        "autumn 3": "2026-11-01 15:00:00",  # 02:00
    }
    for no, at in moments.items():
        books.order(no, ("A", 1, 100), at=at)
    scope = Scope(by="hour", zone="America/New_York")
    with books.table("times", Period("2026-03-01", "2026-11-30"), scope) as table:
        shown = {str(row[0]): row[1].value for row in table.rows if isinstance(row[1], Figure)}
        assert shown == {
            "2026-03-08 01:00": 1,
            "2026-03-08 03:00": 1,
            "2026-11-01 01:00": 2,
            "2026-11-01 02:00": 1,
        }
        (twice,) = [row[1] for row in table.rows if row[0] == "2026-11-01 01:00"]
        assert isinstance(twice, Figure)
        assert [row.key for row in table.blocks[twice.block_id].rows] == ["autumn 1", "autumn 2"]


def test_a_day_is_the_day_of_the_zone(books: Books) -> None:
    """A second before and after midnight are two days in Shanghai and one in New York, whose days bound the period."""
    books.order("1", ("A", 1, 100), at="2026-11-09 23:59:59")
    books.order("2", ("A", 1, 100), at="2026-11-10 00:00:01")
    here = [row[:2] for row in books.values("times")]
    assert here == [["2026-11-09", 1], ["2026-11-10", 1], ["合计", 2]]
    there = Scope(zone="America/New_York")
    day = Period("2026-11-09", "2026-11-09")
    assert [row[:2] for row in books.values("times", day, there)] == [["2026-11-09", 2], ["合计", 2]]
    assert [row[:2] for row in books.values("times", scope=Scope(by="month"))] == [["2026-11", 2], ["合计", 2]]
    assert next(row[:2] for row in books.values("times", scope=Scope(by="week"))) == ["2026-11-09 起一周", 2]


@pytest.mark.function("BI-26")
@pytest.mark.parametrize("name", ["channels", "fulfilment", "gmv", "hot", "products", "regions", "sales", "times"])
def test_a_figure_walked_back_keeps_every_filter(name: str, reading: Connection, period: Period) -> None:
    """By the figure's id alone, its rows are found again: as many and as much as the cell says, of that shop only."""
    scope = Scope(shops=("shop_a",), by="week", whole=True, top=3)
    table = build_scoped(reading, name, period, scope)
    built: dict[tuple[str, Period], object] = {}
    orders = set(reading.execute(select(platform_order.c.order_no).where(platform_order.c.shop == "shop_a")).scalars())
    checked = 0
    for figure in list(figures(table))[:40] + [cell for cell in table.total if isinstance(cell, Figure)]:
        rows = trace(reading, figure.figure_id, built)  # type: ignore[arg-type]
        if figure.formula:
            continue
        assert sum(row.amount for row in rows) == figure.value
        if figure.unit == "count":
            assert len(rows) == figure.value
            assert {row.key for row in rows} <= orders
        checked += 1
    assert checked > 5


def test_a_scope_survives_its_spelling() -> None:
    """What a report was limited to is read back from a figure's id whatever the shop is called."""
    scope = Scope(shops=("旗舰店;[a]", "b,c:d"), by="hour", zone="America/New_York", whole=True, top=7)
    assert re.fullmatch(r"\[[^:]*\]", scope.words)
    assert parse_scope(scope.words) == scope
    assert parse_scope("") == Scope()


@pytest.mark.function("BI-33")
def test_equal_sellers_stand_in_the_same_order_every_time(books: Books) -> None:
    """The hottest items with their growth; of equal money the smaller code is first, and `top` cuts the list."""
    books.order("0", ("B", 1, 400), at="2026-10-20 10:00:00")
    books.order("1", ("C", 1, 500), ("B", 2, 500), ("A", 5, 500), ("D", 1, 900))
    rows = books.values("hot", scope=Scope(top=3))
    assert [row[:2] for row in rows] == [["1", "D"], ["2", "A"], ["3", "B"]]
    assert rows[2][3:] == [2, 500, 400, 2_500]
    assert rows[0][6] == "新上榜"


def _promises(books: Books) -> None:
    due = {"latest_ship_at": "2026-11-12 10:00:00"}
    done = {**due, "ship_state": "shipped"}
    books.order("in time", ("A", 1, 100), **done, shipped_at="2026-11-12 10:00:00")
    books.order("a second late", ("A", 1, 100), **done, shipped_at="2026-11-12 10:00:01")
    books.order("in part", ("A", 1, 100), **due, ship_state="part", shipped_at="2026-11-11 10:00:00")
    books.order("not yet", ("A", 1, 100), **due)
    books.order("sent back before", ("A", 1, 100), **{**due, "pay_state": "refunded"})
    books.order("never paid", ("A", 1, 100), **{**due, "pay_state": "unpaid"})
    books.order("no promise", ("A", 1, 100))


@pytest.mark.function("BI-39")
def test_what_was_due_is_said_and_counted(books: Books) -> None:
    """Due are paid orders with a promise in the period that were not refunded before; complete is the whole order."""
    _promises(books)
    with books.table("fulfilment") as table:
        assert metric_total(table, "orders_due") == 4
        assert metric_total(table, "orders_complete") == 2
        rate = table.total[3]
        assert isinstance(rate, Figure)
        assert rate.value == 5_000
        assert any(note.startswith("订单履约率：已发完 ÷ 应发订单") for note in table.notes)


@pytest.mark.function("BI-40")
def test_the_late_orders_can_be_walked_through(books: Books) -> None:
    """In time is up to the promised second; what is late is listed order by order."""
    _promises(books)
    with books.table("fulfilment") as table:
        assert metric_total(table, "orders_on_time") == 1
        late = table.total[6]
        assert isinstance(late, Figure)
        assert [row.key for row in table.blocks[late.block_id].rows if row.parts[3]] == [
            "a second late",
            "in part",
            "not yet",
        ]
        assert late.value == 3


@pytest.mark.function("BI-41")
def test_after_sales_are_counted_by_order_and_equal_sql(books: Books) -> None:
    """An order with two cases counts once in the total and once per reason; the rate is of the orders shipped."""
    for no in ("1", "2", "3", "4"):
        books.order(no, ("A", 1, 100), ship_state="shipped", shipped_at="2026-11-11 10:00:00")
    books.refund("r1", "1", 50, reason="质量问题")
    books.refund("r2", "1", 50, reason="质量问题")
    books.refund("r3", "1", 10, reason="少件")
    books.refund("r4", "2", 100)
    with books.database.write() as connection:  # as rows of a large file are kept
        connection.execute(raw_file.insert(), [{"file_sha": "f", "titles": '["备注", "退款原因"]'}])
        connection.execute(raw_row.update().where(raw_row.c.payload.contains("少件")).values(payload='["", "少件"]'))
    rows = books.values("aftersale_rate")
    assert rows == [
        ["少件", 1, 4, 2_500],
        ["质量问题", 1, 4, 2_500],
        ["（没写原因）", 1, 4, 2_500],
        ["合计（不重复）", 2, 4, 5_000],
    ]
    sql = (
        "SELECT count(*) FROM (SELECT DISTINCT platform, shop, order_no FROM refund WHERE created_at LIKE '2026-11-%')"
    )
    assert books.read(lambda connection: connection.execute(text(sql)).scalar_one()) == 2


def test_a_line_of_no_order_changes_nothing(books: Books) -> None:
    """A line whose order is not in the books yet is in no report, and breaks none."""
    books.order("1", ("A", 1, 100))
    books.put(order_line, platform="practice", shop="s1", order_no="9", sub_no="9-1", code="A", qty=1, paid_share_fen=5)
    assert books.values("products", NOVEMBER)[-1][2:] == [1, 100]


def test_a_bank_line_that_two_jobs_look_at_is_counted_once(books: Books) -> None:
    """Settlement has each bank line under one outcome: a person's word before the engine's, a payment before a
    withdrawal; its rows lead back to the same lines."""
    for key, fen in (("k1", 100), ("k2", 200), ("k3", 400)):
        books.put(bank_line, account="ICBC", line_key=key, day="2026-11-12", amount_fen=fen)
    for job, key, outcome, who in (("payables", "k1", 1, ""), ("wallet", "k1", 10, ""), ("payables", "k2", 1, ""),
                                   ("wallet", "k2", 12, "王芳"), ("wallet", "k3", 3, "")):  # fmt: skip
        books.put(recon_item, job=job, side="bank", ref=f"ICBC|{key}", outcome=outcome, decided_by=who)
    with books.table("settlement") as table:
        rows = [(str(row[3]).split()[0], row[5].value) for row in table.rows]
        assert rows == [("1", 100), ("3", 400), ("12", 200)]
        for row in table.rows:
            assert sum(one.parts[1] for one in table.blocks[row[5].block_id].rows) == row[5].value


def test_a_growth_over_days_before_the_books_is_said_to_be_none(books: Books) -> None:
    """Two days beside fifteen would be called a growth of seven times: the note says what there is to compare."""
    for number in range(3):
        books.order(f"o{number}", ("A", 1, 100), at=f"2026-10-{14 + number} 10:00:00")
    books.order("now", ("A", 1, 100), at="2026-11-14 10:00:00")
    with books.table("trend", Period("2026-11-01", "2026-11-15")) as table:
        said = "账从 2026-10-14 起：2026-11（1–15 日）的上月同天数 15 天里只有 2 天有数，比出来的不能当真。"
        assert said in table.notes
    for name, period, days in (
        ("board", Period("2026-10-15", "2026-10-16"), 1),
        ("hot", Period("2026-10-14", "2026-10-15"), 2),
    ):
        with books.table(name, period) as table:
            assert f"账从 2026-10-14 起：前一期有 {days} 天没有数，环比和「新上榜」不能当真。" in table.notes
    for name in ("board", "hot", "trend"):
        with books.table(name, Period("2026-11-15", "2026-11-15")) as table:
            assert not [note for note in table.notes if note.startswith("账从")]
