"""Lots, bins, serial numbers, frozen goods and shelf life: kept in step with every move."""

import pytest

from storage.database.tables.lots import bin_place
from storage.erp.allocation.allocate import allocate_open_orders
from storage.erp.allocation.release import cancel_parcels
from storage.erp.stock.book import (
    Details,
    Issue,
    MoveRow,
    Piece,
    ReservationLine,
    Reserved,
    Short,
    consume,
    record_moves,
    reserve,
)
from storage.erp.stock.errors import BinFull, DetailsWrong, LotShort, ReservationConflict, SerialElsewhere
from storage.erp.stock.holds import Hold, check_shelf_life, place_hold, release_hold
from storage.erp.stock.picking import Rule, plan
from storage.erp.stock.tracking import (
    add_lots,
    lot_balances,
    move_bins,
    release_serials,
    reserve_serial,
    start_following,
    trace_lot,
)

DAY = "2026-11-21"


def follow(books, *rules):
    """These codes are followed from now on."""
    return books.write(lambda c: start_following(c, rules, DAY))


def receive(books, doc, code, qty, *, pieces=(), serials=(), place="HZ"):
    """Goods come from the supplier."""
    row = MoveRow("receipt", doc, "1", 1, code, "supplier", place, qty, 100, f"{DAY} 08:00:00", "sha", 1)
    told = Details({row[:4]: tuple(pieces)} if pieces else {}, {row[:4]: tuple(serials)} if serials else {})
    return books.write(lambda c: record_moves(c, [row], told))


def lots(books, *rows):
    """(code, lot, received, expires)"""
    names = ("code", "lot_no", "received_on", "expires_on")
    return books.write(lambda c: add_lots(c, [dict(zip(names, row, strict=True)) for row in rows]))


def two_lots(books, **rule):
    """A of lot L1 (older, expires later) and L2 (younger, expires sooner), five pieces each."""
    follow(books, Rule("A", **rule))
    lots(books, ("A", "L1", "2026-11-01", "2027-06-01"), ("A", "L2", "2026-11-10", "2026-12-01"))
    receive(books, "R1", "A", 5, pieces=[Piece("L1", 5)])
    receive(books, "R2", "A", 5, pieces=[Piece("L2", 5)])


def on_hand(books):
    """{(bin, lot): pieces} of A in HZ."""
    return {(key[1], key[3]): qty for key, qty in books.write(lot_balances).items() if key[0] == "HZ"}


def ship(books, owner, qty):
    """Reserve and consume."""
    assert isinstance(books.write(lambda c: reserve(c, owner, [ReservationLine("HZ", "A", qty)])), Reserved)
    parcel, line = owner.split("|")
    return books.write(lambda c: consume(c, owner, Issue(parcel, line, f"{DAY} 10:00:00")))


def unsound(books):
    """The findings that are not about a parcel that these small books do not have."""
    from storage.erp.invariants.verify import verify

    with books.database.read() as connection:
        return [finding for finding in verify(connection) if not finding.where.startswith("I-22 issue")]


@pytest.mark.function("WMS-32")
def test_a_lot_is_on_every_move_and_never_below_zero(books):
    """Lots come in with the receipt and leave with the issue; one that has not that much refuses the whole move."""
    two_lots(books)
    ship(books, "F|s", 6)
    assert on_hand(books) == {("", "L1"): 4}
    away = MoveRow("transfer", "T", "1", 1, "A", "HZ", "GZ", 3, 0, DAY, "sha", 1)
    with pytest.raises(LotShort):
        books.write(lambda c: record_moves(c, [away], Details({away[:4]: (Piece("L2", 3),)})))
    assert on_hand(books) == {("", "L1"): 4}
    books.write(lambda c: record_moves(c, [away], Details({away[:4]: (Piece("L1", 3),)})))
    assert books.write(lot_balances) == {("HZ", "", "A", "L1"): 1, ("GZ", "", "A", "L1"): 3}
    traced = books.write(lambda c: trace_lot(c, "A", "L2"))
    assert [(row[1], row[2], row[3]) for row in traced] == [
        ("receipt/R2", "supplier→HZ", 5),
        ("issue/F", "HZ→customer", -5),
    ]
    assert unsound(books) == []


@pytest.mark.function("WMS-35")
@pytest.mark.parametrize(("strategy", "first"), [("fifo", "L1"), ("fefo", "L2")])
def test_lots_leave_in_the_order_of_the_rule(books, strategy, first):
    """First in first out takes the oldest receipt; first expired first out the earliest date; a plan says so before."""
    two_lots(books, strategy=strategy)
    second = {"L1": "L2", "L2": "L1"}[first]
    rule = Rule("A", strategy=strategy)
    planned = books.write(lambda c: plan(c, rule, "HZ", 7, DAY))
    assert [(piece.lot_no, piece.qty) for piece in planned] == [(first, 5), (second, 2)]
    ship(books, "F|s", 7)
    assert on_hand(books) == {("", second): 3}


@pytest.mark.function("WMS-33")
def test_an_expired_lot_is_never_promised(books):
    """From the day that the least shelf life is gone the lot is frozen: it cannot be reserved, planned or sold."""
    two_lots(books, ship_days_min=10, near_days=15)
    early = books.write(lambda c: check_shelf_life(c, "2026-11-10"))
    assert (early.holds, early.warned) == ((), 1)
    assert books.write(lambda c: check_shelf_life(c, "2026-11-21")).holds == ()
    due = books.write(lambda c: check_shelf_life(c, "2026-11-22"))
    assert len(due.holds) == 1
    assert books.write(lambda c: check_shelf_life(c, "2026-11-22")).holds == ()
    assert isinstance(books.write(lambda c: reserve(c, "o", [ReservationLine("HZ", "A", 6)])), Short)
    ship(books, "F|s", 5)
    assert on_hand(books) == {("", "L2"): 5}
    assert books.write(lambda c: plan(c, Rule("A", ship_days_min=10), "HZ", 1, "2026-11-22")) == []
    alerts = books.rows("SELECT side, opened_on, closed_on FROM stock_alert")
    assert alerts == [("near_expiry/L2", "2026-11-10", "2026-11-22")]
    assert "2026-12-01" in str(books.rows("SELECT reason FROM stock_hold")[0][0])
    assert unsound(books) == []


def test_an_order_whose_goods_expired_is_open_again(books):
    """What was promised of a lot that expires is given up, the youngest order first, and its parcel is cancelled."""
    follow(books, Rule("A"))
    lots(books, ("A", "L1", "2026-11-01", "2026-11-30"), ("A", "L2", "2026-11-01", "2027-11-30"))
    receive(books, "R", "A", 3, pieces=[Piece("L1", 1), Piece("L2", 2)])
    for number in "12":
        books.order(number, ("A", 1), latest_ship_at=f"2026-11-2{number}")
    books.write(lambda c: allocate_open_orders(c, DAY))
    books.order("3", ("A", 1), latest_ship_at="2026-11-29")
    books.write(lambda c: allocate_open_orders(c, "2026-11-22"))
    found = books.write(lambda c: check_shelf_life(c, "2026-12-01"))
    assert [owner.split("|")[3] for owner in found.given_up] == ["3"]
    assert books.write(lambda c: cancel_parcels(c, found.given_up)) == 1
    assert dict(books.rows("SELECT order_no, state FROM fulfilment")) == {
        "1": "labelled",
        "2": "labelled",
        "3": "cancelled",
    }
    assert books.write(lambda c: allocate_open_orders(c, "2026-12-01")).short_lines == 1
    assert books.sound()


def test_a_lot_gets_its_date_from_the_shelf_life(books):
    """A lot that only says when it was made expires after the code's shelf life."""
    follow(books, Rule("A", shelf_days=30))
    books.write(lambda c: add_lots(c, [{"code": "A", "lot_no": "L", "made_on": "2026-11-01"}]))
    assert books.rows("SELECT expires_on FROM lot") == [("2026-12-01",)]


@pytest.mark.function("WMS-29")
def test_bins_have_a_balance_per_lot_and_a_capacity(books):
    """Goods are put into bins lot by lot, moved between them once per document, and a full bin refuses more."""
    follow(books, Rule("A"))
    books.write(lambda c: c.execute(bin_place.insert(), [{"warehouse": "HZ", "bin": "A-01", "capacity": 6}]))
    receive(books, "R1", "A", 5, pieces=[Piece("L1", 4, "A-01"), Piece("L2", 1, "A-01")])
    assert on_hand(books) == {("A-01", "L1"): 4, ("A-01", "L2"): 1}
    with pytest.raises(BinFull):
        receive(books, "R2", "A", 2, pieces=[Piece("L1", 2, "A-01")])
    for _ in range(2):
        books.write(lambda c: move_bins(c, "M1", DAY, "HZ", "A", [Piece("L1", 3, "A-01", "B-02")]))
    assert on_hand(books) == {("A-01", "L1"): 1, ("A-01", "L2"): 1, ("B-02", "L1"): 3}
    with pytest.raises(LotShort):
        books.write(lambda c: move_bins(c, "M2", DAY, "HZ", "A", [Piece("L2", 2, "A-01", "B-02")]))
    assert unsound(books) == []


def test_following_begins_with_what_is_there(books):
    """A code that has goods already is followed from the lot without a number; beginning twice changes nothing."""
    books.stock(HZ={"A": 3})
    assert follow(books, Rule("A")) == 1
    assert follow(books, Rule("A", strategy="fifo")) == 0
    assert on_hand(books) == {("", ""): 3}
    assert books.sound()


def test_lots_must_add_up_to_their_move(books):
    """Lots told for only a part of a move are refused."""
    follow(books, Rule("A"))
    with pytest.raises(DetailsWrong):
        receive(books, "R", "A", 5, pieces=[Piece("L1", 4)])
    assert books.rows("SELECT * FROM move") == []


@pytest.mark.function("WMS-34")
def test_a_serial_number_is_in_one_place(books):
    """A piece is received once, leaves from where it is, comes back from the customer, is kept for one at a time."""
    follow(books, Rule("A", by_serial=True))
    receive(books, "R1", "A", 2, serials=["S1", "S2"])
    with pytest.raises(SerialElsewhere):
        receive(books, "R2", "A", 1, serials=["S1"])
    with pytest.raises(DetailsWrong):
        receive(books, "R3", "A", 2, serials=["S3", "S3"])
    assert books.write(lambda c: reserve_serial(c, "o1", "A", "S1"))
    assert not books.write(lambda c: reserve_serial(c, "o2", "A", "S1"))
    ship(books, "F|s", 1)
    assert dict(books.rows("SELECT serial_no, place FROM serial")) == {"S1": "HZ", "S2": "customer"}
    assert books.write(lambda c: release_serials(c, "o1")) == 1
    back = MoveRow("return", "RMA", "1", 1, "A", "customer", "GZ", 1, 0, DAY, "sha", 1)
    with pytest.raises(SerialElsewhere):
        books.write(lambda c: record_moves(c, [back], Details(serials={back[:4]: ("S1",)})))
    books.write(lambda c: record_moves(c, [back], Details(serials={back[:4]: ("S2",)})))
    assert dict(books.rows("SELECT serial_no, place FROM serial")) == {"S1": "HZ", "S2": "GZ"}
    assert unsound(books) == []


@pytest.mark.function("WMS-48")
def test_frozen_goods_are_free_again_after_release(books):
    """A hold takes from what can be promised, not from what is there; it is placed once and released once."""
    books.stock(HZ={"A": 5})
    hold = Hold("H1", "HZ", "A", 4, "质检", "王五", DAY)
    assert books.write(lambda c: place_hold(c, hold)) == Reserved(1)
    assert books.write(lambda c: place_hold(c, hold)) == Reserved(0)
    assert isinstance(books.write(lambda c: place_hold(c, Hold("H2", "HZ", "A", 2, "质检", "王五", DAY))), Short)
    assert isinstance(books.write(lambda c: reserve(c, "o", [ReservationLine("HZ", "A", 2)])), Short)
    assert books.rows("SELECT on_hand, reserved FROM quant") == [(5, 4)]
    assert books.sound()
    assert books.write(lambda c: release_hold(c, "H1", "王五", DAY))
    assert not books.write(lambda c: release_hold(c, "H1", "王五", DAY))
    assert isinstance(books.write(lambda c: reserve(c, "o", [ReservationLine("HZ", "A", 5)])), Reserved)
    with pytest.raises(ReservationConflict):
        books.write(lambda c: release_hold(c, "H9", "王五", DAY))
    assert books.sound()


def test_a_hold_on_a_lot_leaves_the_other_lots_alone(books):
    """Frozen pieces of one lot are not picked; the rest of it and the other lots are."""
    two_lots(books)
    assert isinstance(books.write(lambda c: place_hold(c, Hold("H", "HZ", "A", 4, "抽检", "李", DAY, "L2"))), Reserved)
    assert isinstance(books.write(lambda c: place_hold(c, Hold("G", "HZ", "A", 2, "抽检", "李", DAY, "L2"))), Short)
    ship(books, "F|s", 6)
    assert on_hand(books) == {("", "L2"): 4}
    assert unsound(books) == []
