"""What stock was, how it came about, how old it is, when it ran out, and what should be there."""

import random
from math import sqrt

import pytest

from storage.erp.catalog.components import sellable
from storage.erp.stock.book import (
    Document,
    Issue,
    MoveRow,
    ReservationLine,
    Reserved,
    consume,
    record_moves,
    reserve,
    void,
)
from storage.erp.stock.history import (
    MOVE_TYPES,
    journal,
    stock_age,
    stock_as_of,
    stock_matrix,
    stock_outs,
    take_snapshot,
    totals_by_type,
)
from storage.erp.stock.limits import (
    LeadTime,
    StockLimit,
    safety_by_place,
    safety_stock,
    service_factor,
    set_limits,
    watch_limits,
)
from storage.erp.stock.transfers import send_transfer, settle_transfer


def move(books, doc, code, origin, target, qty, at):
    """One move of a receipt or a loss."""
    kind = "receipt" if origin == "supplier" else "transfer"
    row = MoveRow(kind, doc, "1", 1, code, origin, target, qty, 100, at, "sha", 1)
    return books.write(lambda c: record_moves(c, [row]))


def balances(books):
    """{(warehouse, code): on hand} as the balance says."""
    return {(w, c): q for w, c, q in books.rows("SELECT warehouse, code, on_hand FROM quant WHERE on_hand > 0")}


@pytest.mark.function("WMS-01")
def test_the_balance_is_the_moves_after_any_sequence(books):
    """After two hundred random receipts, transfers, sales, refused moves and ends, balance and moves agree."""
    chance = random.Random(5)
    for number in range(200):
        code, place, other = chance.choice("ABC"), *chance.sample(["HZ", "GZ", "CD"], 2)
        qty, at = chance.randint(1, 9), f"2026-11-{1 + number // 10:02d} 08:00:00"
        origin, target = chance.choice([("supplier", place), (place, other), (place, "loss")])
        if origin == place and balances(books).get((place, code), 0) < qty:
            continue
        move(books, f"D{number}", code, origin, target, qty, at)
        if number % 40 == 0:
            assert books.sound()
    assert books.sound()
    assert books.write(lambda c: stock_as_of(c, "2026-12-31")) == balances(books)


@pytest.mark.function("WMS-51")
def test_stock_of_a_past_day_is_what_it_was(books):
    """For every day, the stock as of then equals the snapshot that was taken then."""
    chance, taken = random.Random(8), {}
    for day in (f"2026-11-{number:02d}" for number in range(1, 15)):
        for number in range(3):
            at = f"{day} 10:00:00"
            move(books, f"{day}/{number}", chance.choice("AB"), "supplier", "HZ", chance.randint(1, 5), at)
        there = balances(books).get(("HZ", "A"), 0)
        if there:
            gone = chance.randint(1, there)
            move(books, f"{day}/x", "A", "HZ", chance.choice(["GZ", "loss"]), gone, f"{day} 11:00:00")
        taken[day] = balances(books)
        books.write(lambda c, d=day: take_snapshot(c, d))
    assert {day: books.write(lambda c, d=day: stock_as_of(c, d)) for day in taken} == taken
    for day, found in taken.items():
        kept = books.rows(f"SELECT warehouse, code, on_hand FROM stock_day WHERE day = '{day}' AND on_hand > 0")
        assert {(w, c): q for w, c, q in kept} == found


@pytest.mark.function("WMS-50")
def test_every_move_has_a_type_and_a_document(books):
    """The journal names each move's type and document with the balance after it; the types' totals add up to it."""
    books.stock(HZ={"A": 9})
    paper = Document("T1", "2026-11-21 09:00:00", "sha", 1)
    books.write(lambda c: send_transfer(c, paper, "HZ", "GZ", {"A": 4}))
    books.write(lambda c: settle_transfer(c, "T1", Document("R1", "2026-11-22", "sha"), "arrived", {"A": 4}))
    books.write(lambda c: reserve(c, "F|s", [ReservationLine("HZ", "A", 2)]))
    books.write(lambda c: consume(c, "F|s", Issue("F", "s", "2026-11-23")))
    rows = books.write(lambda c: journal(c, "HZ", "A"))
    assert [(row.type_name, row.doc_id, row.qty, row.balance) for row in rows] == [
        ("期初入账", "QC-1", 9, 9),
        ("调拨出库", "T1", -4, 5),
        ("销售出库", "F", -2, 3),
    ]
    totals = books.write(totals_by_type)
    assert sum(came - went for came, went in totals.values()) == sum(balances(books).values())
    assert totals.keys() <= MOVE_TYPES.keys()
    assert books.rows("SELECT COUNT(*) FROM move WHERE doc_type = '' OR doc_id = ''") == [(0,)]


@pytest.mark.function("WMS-21")
def test_the_matrix_adds_up(books):
    """Every row of the SKU × warehouse matrix sums to its total, and all of them to everything on hand."""
    books.stock(HZ={"A": 5, "B": 1}, GZ={"A": 2, "C": 4}, CD={"C": 0 + 1})
    matrix = books.write(stock_matrix)
    assert matrix["A"] == {"CD": 0, "GZ": 2, "HZ": 5, "合计": 7}
    for row in matrix.values():
        assert sum(qty for place, qty in row.items() if place != "合计") == row["合计"]
    assert sum(row["合计"] for row in matrix.values()) == books.rows("SELECT SUM(on_hand) FROM quant")[0][0]


@pytest.mark.function("BI-24")
def test_stock_age_adds_up_to_what_is_there(books):
    """First in first out: what is left is the youngest; a transfer makes nothing young; buckets sum to on hand."""
    move(books, "R1", "A", "supplier", "HZ", 10, "2026-08-01 08:00:00")
    move(books, "R2", "A", "supplier", "HZ", 10, "2026-10-01 08:00:00")
    move(books, "R3", "A", "supplier", "GZ", 5, "2026-11-15 08:00:00")
    move(books, "S1", "A", "HZ", "customer", 7, "2026-11-16 08:00:00")
    move(books, "T1", "A", "HZ", "GZ", 3, "2026-11-17 08:00:00")
    ages = books.write(lambda c: stock_age(c, "2026-11-21"))["A"]
    assert {bucket: qty for bucket, qty in ages.items() if qty} == {"0-30": 5, "31-60": 10, "91-180": 3}
    assert sum(ages.values()) == sum(balances(books).values())
    assert sum(books.write(lambda c: stock_age(c, "2026-10-31"))["A"].values()) == 20


@pytest.mark.function("SCM-10")
def test_days_without_stock_are_the_days_of_the_replay(books):
    """The days on which nothing could be promised equal those of replaying moves and reservations by hand."""
    chance, free, out, held = random.Random(3), 0, [], {}
    for number in range(1, 29):
        day = f"2026-11-{number:02d}"
        if chance.random() < 0.4:
            qty = chance.randint(1, 3)
            move(books, day, "A", "supplier", "HZ", qty, f"{day} 08:00:00")
            free += qty
        wanted = chance.randint(1, 4)
        line = ReservationLine("HZ", "A", wanted)
        if isinstance(books.write(lambda c, d=day, one=line: reserve(c, f"{d}|s", [one])), Reserved):
            held[day] = wanted
            free -= wanted
        if held and chance.random() < 0.5:
            owner = chance.choice(sorted(held))
            qty = held.pop(owner)
            if chance.random() < 0.5:
                books.write(lambda c, o=owner: void(c, f"{o}|s"))
                free += qty
            else:
                books.write(lambda c, o=owner, d=day: consume(c, f"{o}|s", Issue(o, "s", d)))
        for _ in range(2):
            books.write(lambda c, d=day: take_snapshot(c, d))
        known = books.rows("SELECT COUNT(*) FROM quant")[0][0]
        out += [day] if known and free == 0 else []
    found = books.write(lambda c: stock_outs(c, "2026-11-01", "2026-11-28"))
    assert out
    assert found[0].days == tuple(out)


@pytest.mark.function("WMS-25")
def test_safety_stock_rises_with_the_service_level(books):
    """From 95 % to 99 % it rises by the ratio of the factors, is deducted from what is published, and says why."""
    demand = [0, 200] * 30
    low = safety_stock(demand, LeadTime(9), 0.95)
    high = safety_stock(demand, LeadTime(9), 0.99)
    assert service_factor(0.95) == pytest.approx(1.6449, abs=1e-4)
    assert (low.qty, high.qty) == (494, 698)
    assert high.qty / low.qty == pytest.approx(2.3263 / 1.6449, abs=2e-3)
    both = safety_stock(demand, LeadTime(9, 2), 0.95)
    assert both.qty == pytest.approx(1.6449 * sqrt(9 * 100**2 + 100**2 * 4), abs=1)
    assert "服务水平 95.0%" in low.words
    books.write(lambda c: set_limits(c, [StockLimit("HZ", "A", 0, 0, low.qty, low.words)]))
    assert books.write(safety_by_place) == {("HZ", "A"): 494}
    with pytest.raises(ValueError, match="no demand"):
        safety_stock([], LeadTime(1), 0.95)
    with pytest.raises(ValueError, match="between 0 and 1"):
        service_factor(1.0)


def alerts(books, day, **incoming):
    """(sides that begin, sides that end)"""
    coming = {("HZ", code): qty for code, qty in incoming.items()}
    begun, ended = books.write(lambda c: watch_limits(c, day, coming))
    return [alert.side for alert in begun], [alert.side for alert in ended]


@pytest.mark.function("WMS-23")
def test_an_upper_limit_alerts_once_per_crossing(books):
    """Above the limit: one alert, however often it is looked at; below again it ends; above again is a new one."""
    books.write(lambda c: set_limits(c, [StockLimit("HZ", "A", 0, 10)]))
    books.stock(HZ={"A": 11})
    assert alerts(books, "2026-11-21") == (["upper"], [])
    assert alerts(books, "2026-11-22") == ([], [])
    move(books, "D1", "A", "HZ", "loss", 1, "2026-11-22")
    assert alerts(books, "2026-11-22") == ([], ["upper"])
    move(books, "D2", "A", "supplier", "HZ", 5, "2026-11-23")
    assert alerts(books, "2026-11-23") == (["upper"], [])
    kept = books.rows("SELECT n, opened_on, closed_on FROM stock_alert ORDER BY n")
    assert kept == [(1, "2026-11-21", "2026-11-22"), (2, "2026-11-23", "")]


@pytest.mark.function("WMS-24")
def test_a_lower_limit_alert_closes_on_receipt(books):
    """Available and incoming below the limit: one alert with a suggestion, gone when goods are coming or there."""
    books.write(lambda c: set_limits(c, [StockLimit("HZ", "A", 5, 20)]))
    books.stock(HZ={"A": 6})
    assert alerts(books, "2026-11-20") == ([], [])
    books.write(lambda c: reserve(c, "o", [ReservationLine("HZ", "A", 4)]))
    assert alerts(books, "2026-11-20", A=3) == ([], [])
    assert alerts(books, "2026-11-21") == (["lower"], [])
    assert "建议补 18 件" in str(books.rows("SELECT message FROM stock_alert")[0][0])
    assert alerts(books, "2026-11-22") == ([], [])
    move(books, "R", "A", "supplier", "HZ", 14, "2026-11-23")
    assert alerts(books, "2026-11-23") == ([], ["lower"])
    assert books.write(sellable)["A"] == 16
