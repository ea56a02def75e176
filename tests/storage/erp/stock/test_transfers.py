"""Transfers, counts, defects and kinds of places: goods are always somewhere, and only where they may be sold."""

import pytest

from storage.erp.allocation.allocate import allocate_open_orders
from storage.erp.allocation.release import cancel_parcels
from storage.erp.catalog.components import sellable
from storage.erp.stock.book import Document, MoveRow, ReservationLine, Reserved, Short, record_moves, reserve
from storage.erp.stock.counts import Counted, post_count, set_aside_defects
from storage.erp.stock.errors import NotEnoughStock, TransferWrong
from storage.erp.stock.places import Place, defect_place, set_places
from storage.erp.stock.tracking import lot_balances
from storage.erp.stock.transfers import in_transit, send_transfer, settle_transfer
from tests.storage.erp.stock.test_lots import receive, two_lots

AT = "2026-11-21 09:00:00"


def paper(doc_id, at=AT):
    """A document of the archived file that the books of these tests come from."""
    return Document(doc_id, at, "sha", 1)


def total(books):
    """All pieces everywhere."""
    return books.rows("SELECT SUM(on_hand) FROM quant")[0][0]


def arrive(books, doc_id, outcome="arrived", **goods):
    """A receipt of transfer T1."""
    return books.write(lambda c: settle_transfer(c, "T1", paper(doc_id), outcome, goods))


@pytest.mark.function("WMS-22")
def test_a_transfer_never_loses_goods_on_the_way(books):
    """What left is in transit until it arrives, is lost or comes back; the sum with transit stays the same."""
    books.stock(HZ={"A": 9, "B": 4})
    for _ in range(2):
        books.write(lambda c: send_transfer(c, paper("T1"), "HZ", "GZ", {"A": 6, "B": 2}))
        assert total(books) == 13
    assert books.write(sellable) == {"A": 3, "B": 2}
    for _ in range(2):
        arrive(books, "R1", A=3, B=2)
        assert total(books) == 13
    assert books.write(lambda c: in_transit(c, "T1")) == {"A": 3, "B": 0}
    with pytest.raises(TransferWrong):
        arrive(books, "R2", A=4)
    arrive(books, "R2", "lost", A=1)
    arrive(books, "R3", "returned", A=2)
    assert total(books) == 12
    arrive(books, "R4", "surplus", B=1)
    assert books.rows("SELECT code, explanation FROM stock_transfer_line ORDER BY code") == [
        ("A", "发 6，收 3，丢失 1，退回 2，已结清"),
        ("B", "发 2，收 2，多收 1，已结清"),
    ]
    assert books.rows("SELECT state FROM stock_transfer") == [("closed",)]
    assert books.write(sellable) == {"A": 8, "B": 5}
    assert books.sound()


def test_a_transfer_to_itself_is_refused(books):
    """Both ends the same, nothing sent, or an unknown number: nothing is written."""
    books.stock(HZ={"A": 9})
    for ends, goods in ((("HZ", "HZ"), {"A": 1}), (("HZ", "GZ"), {})):
        with pytest.raises(TransferWrong):
            books.write(lambda c, ends=ends, goods=goods: send_transfer(c, paper("T"), *ends, goods))
    with pytest.raises(TransferWrong):
        arrive(books, "R", A=1)
    assert books.rows("SELECT COUNT(*) FROM move") == [(1,)]


def test_lots_stay_known_on_the_way(books):
    """A lot that was sent arrives as the same lot, although another transfer of the code is on its way too."""
    two_lots(books)
    books.write(lambda c: send_transfer(c, paper("T0"), "HZ", "CD", {"A": 5}))
    books.write(lambda c: send_transfer(c, paper("T1"), "HZ", "GZ", {"A": 5}))
    arrive(books, "R", A=5)
    assert books.write(lot_balances) == {("GZ", "", "A", "L1"): 5, ("在途", "T0", "A", "L2"): 5}
    assert books.sound()


@pytest.mark.function("WMS-26")
@pytest.mark.parametrize(
    ("kind", "sells"),
    [("own", 5), ("third_party", 5), ("store", 5), ("dropship", 5), ("bonded", 0), ("defect", 0), ("transit", 0)],
)
def test_the_kind_of_a_place_decides_what_sells(books, kind, sells):
    """Goods in own, third-party and store places sell; bonded, defective and travelling goods are in no order."""
    books.stock(GZ={"A": 5})
    books.write(lambda c: set_places(c, [Place("GZ", kind)]))
    assert books.write(sellable).get("A", 0) == sells
    books.order("1", ("A", 1))
    assert books.write(lambda c: allocate_open_orders(c, "2026-11-21")).parcels == (1 if sells else 0)
    with pytest.raises(ValueError, match="not"):
        books.write(lambda c: set_places(c, [Place("GZ", "moon")]))


@pytest.mark.function("WMS-49")
def test_defects_are_never_sold(books):
    """Goods found bad go to the defect place by a document; nothing there can be reserved, sold or allocated."""
    books.stock(HZ={"A": 5})
    books.write(lambda c: set_places(c, [Place("HZ", defects_go_to="HZ-次品"), Place("HZ-次品", "defect")]))
    where = books.write(lambda c: defect_place(c, "HZ"))
    for _ in range(2):
        books.write(lambda c: set_aside_defects(c, paper("Q1"), "HZ", where, "A", 2))
    assert books.write(sellable)["A"] == 3
    short = books.write(lambda c: reserve(c, "o", [ReservationLine(where, "A", 1)]))
    assert isinstance(short, Short)
    assert short.missing[0].free == 0
    books.order("1", ("A", 4))
    assert books.write(lambda c: allocate_open_orders(c, "2026-11-21")).parcels == 0
    assert books.sound()


def test_a_count_brings_the_books_to_what_was_found(books):
    """Differences become moves of the count, once; the books keep what they said and what was found."""
    books.stock(HZ={"A": 5, "B": 2, "C": 1})
    counted = [Counted("HZ", "A", 7), Counted("HZ", "B", 0), Counted("HZ", "C", 1)]
    found = books.write(lambda c: post_count(c, paper("C1"), counted))
    assert (found.differences, found.gained, found.lost) == (2, 2, 2)
    assert books.write(lambda c: post_count(c, paper("C1"), counted)).differences == 0
    assert books.rows("SELECT code, on_hand FROM quant ORDER BY code") == [("A", 7), ("B", 0), ("C", 1)]
    words = [row[0] for row in books.rows("SELECT explanation FROM stock_count_line ORDER BY code")]
    assert words == ["账面 5，实盘 7，差 +2", "账面 2，实盘 0，差 -2", "账面 1，实盘 1，相符"]
    assert books.sound()


def test_a_count_of_lots(books):
    """A followed code is counted lot by lot."""
    two_lots(books)
    books.write(lambda c: post_count(c, paper("C1"), [Counted("HZ", "A", 3, "L1"), Counted("HZ", "A", 6, "L2")]))
    assert books.write(lot_balances) == {("HZ", "", "A", "L1"): 3, ("HZ", "", "A", "L2"): 6}
    assert books.sound()


def test_missing_goods_that_were_promised(books):
    """A count that finds less than is held is refused, or lets the youngest orders go if it is told to."""
    books.stock(HZ={"A": 2})
    for number in "12":
        books.order(number, ("A", 1))
        books.write(lambda c, n=number: allocate_open_orders(c, f"2026-11-2{n}"))
    counted = [Counted("HZ", "A", 1)]
    with pytest.raises(NotEnoughStock):
        books.write(lambda c: post_count(c, paper("C1"), counted))
    found = books.write(lambda c: post_count(c, paper("C1"), counted, release=True))
    assert [owner.split("|")[3] for owner in found.given_up] == ["2"]
    books.write(lambda c: cancel_parcels(c, found.given_up))
    assert dict(books.rows("SELECT order_no, state FROM fulfilment")) == {"1": "labelled", "2": "cancelled"}
    assert books.sound()


@pytest.mark.function("WMS-52")
def test_a_warehouse_goes_below_zero_only_if_it_may(books):
    """By default goods that are not there cannot leave; where it is allowed they are owed, and receipts pay it back."""
    books.stock(HZ={"A": 2, "B": 1})
    leave = [
        MoveRow("transfer", "D", code, 1, code, "HZ", "loss", qty, 0, AT, "sha", 1)
        for code, qty in (("A", 5), ("B", 1))
    ]
    with pytest.raises(NotEnoughStock):
        books.write(lambda c: record_moves(c, leave))
    assert books.rows("SELECT code, on_hand FROM quant ORDER BY code") == [("A", 2), ("B", 1)]
    books.write(lambda c: set_places(c, [Place("HZ", allows_negative=True)]))
    for _ in range(2):
        books.write(lambda c: record_moves(c, leave))
    assert books.rows("SELECT qty FROM overdraft") == [(3,)]
    assert isinstance(books.write(lambda c: reserve(c, "o", [ReservationLine("HZ", "A", 1)])), Short)
    assert books.sound()
    receive(books, "R", "A", 4)
    assert books.rows("SELECT qty FROM overdraft") == [(0,)]
    assert isinstance(books.write(lambda c: reserve(c, "o", [ReservationLine("HZ", "A", 1)])), Reserved)
    assert books.sound()
