"""Moves, balances and reservations stay in step, whatever is asked of them."""

import itertools
from pathlib import Path

import pytest

from storage.database.bulk import Counts
from storage.database.connection import open_database
from storage.database.digest import digest
from storage.erp.stock import book as stock
from storage.erp.stock.book import Issue, Missing, MoveRow, ReservationDesk, ReservationLine, Reserved, Short
from storage.erp.stock.errors import (
    MoveConflict,
    NotEnoughStock,
    OpenedAlready,
    ReservationConflict,
    ReservationEnded,
)
from storage.erp.stock.places import Place, set_places


def opening(code: str, qty: int, *, sha: str = "sha", row_no: int = 5, place: str = "HZ") -> MoveRow:
    """A line of an opening count."""
    return MoveRow("opening", "QC", f"{place}/{code}", 1, code, "opening", place, qty, 100, "2026-11-20", sha, row_no)


def balance(books, code="A", place="HZ"):
    """(on hand, reserved) of one code."""
    sql = f"SELECT on_hand, reserved FROM quant WHERE warehouse = '{place}' AND code = '{code}'"
    return books.rows(sql)[0]


def test_a_move_is_written_once(books):
    """The same move again changes neither the moves nor the balance."""
    assert books.write(lambda c: stock.record_moves(c, [opening("A", 7), opening("B", 2)])) == Counts(2, 0, 0)
    assert books.write(lambda c: stock.record_moves(c, [opening("A", 7)])) == Counts(0, 0, 1)
    assert balance(books) == (7, 0)
    assert books.sound()


def test_a_move_never_changes(books):
    """The same document line with another quantity is refused, and nothing is written."""
    books.write(lambda c: stock.record_moves(c, [opening("A", 7)]))
    with pytest.raises(MoveConflict) as caught:
        books.write(lambda c: stock.record_moves(c, [opening("B", 1), opening("A", 8)]))
    assert "原为 7" in caught.value.message("zh")
    assert books.rows("SELECT code, qty FROM move") == [("A", 7)]


def test_the_order_of_files_does_not_matter(tmp_path: Path):
    """Three exports of one count give the same books in any order, naming the smallest source."""
    files = [[opening("A", 7, sha="c")], [opening("A", 7, sha="a", row_no=9)], [opening("B", 1, sha="b")]]
    seen = set()
    for number, order in enumerate(itertools.permutations(files)):
        database = open_database(tmp_path / f"{number}.db")
        for rows in order:
            with database.write() as connection:
                stock.record_moves(connection, rows)
        with database.read() as connection:
            seen.add(digest(connection, ["move", "quant"]))
        database.close()
    assert len(seen) == 1


def test_a_second_opening_is_refused(books):
    """Another count sheet cannot open what is open: the goods would be there twice. Other codes may still be opened."""
    books.write(lambda c: stock.record_moves(c, [opening("A", 7)]))
    with pytest.raises(OpenedAlready) as caught:
        books.write(lambda c: stock.record_moves(c, [opening("A", 7)._replace(doc_id="QC2")]))
    assert "已由 QC 期初入账" in caught.value.message("zh")
    books.write(lambda c: stock.record_moves(c, [opening("B", 7)._replace(doc_id="QC2")]))
    assert (balance(books), balance(books, "B")) == ((7, 0), (7, 0))


def test_goods_cannot_leave_that_are_not_free(books):
    """A transfer of more than is free is refused and the books stay as they were."""
    books.stock(HZ={"A": 5})
    books.write(lambda c: stock.reserve(c, "o", [ReservationLine("HZ", "A", 3)]))
    transfer = MoveRow("transfer", "T", "1", 1, "A", "HZ", "GZ", 3, 0, "2026-11-21", "sha", 1)
    with pytest.raises(NotEnoughStock):
        books.write(lambda c: stock.record_moves(c, [transfer]))
    assert balance(books) == (5, 3)
    assert books.write(lambda c: stock.record_moves(c, [transfer._replace(qty=2)])).created == 1
    assert (balance(books), balance(books, place="GZ")) == ((3, 3), (2, 0))
    assert books.sound()


def ask_desk(books, owner, lines):
    """The reservation desk, which commits by itself."""
    with ReservationDesk(books.database) as desk:
        return desk.reserve(owner, lines)


WAYS = {
    "one": lambda books, owner, lines: books.write(lambda c: stock.reserve(c, owner, lines)),
    "many": lambda books, owner, lines: books.write(lambda c: stock.reserve_many(c, {owner: lines}))[owner],
    "desk": ask_desk,
}


@pytest.fixture(params=sorted(WAYS))
def ask(request, books):
    """Ask for goods in each of the ways there are: they promise the same."""
    return lambda owner, lines: WAYS[request.param](books, owner, lines)


def test_a_reservation_is_all_or_nothing(books, ask):
    """If one line is short, no line is held, and every missing one is named."""
    books.stock(HZ={"A": 5, "B": 1})
    lines = [ReservationLine("HZ", "A", 5), ReservationLine("HZ", "B", 2), ReservationLine("GZ", "C", 1)]
    short = ask("o", lines)
    assert short == Short((Missing("HZ", "B", 2, 1), Missing("GZ", "C", 1, 0)))
    assert (balance(books), balance(books, "B")) == ((5, 0), (1, 0))
    assert books.rows("SELECT * FROM reservation") == []


def test_several_owners_share_one_fate(books):
    """Two sub-orders of one parcel that need the same component together are checked together."""
    books.stock(HZ={"A": 5})
    parcel = {"x": [ReservationLine("HZ", "A", 3)], "y": [ReservationLine("HZ", "A", 3)]}
    assert isinstance(books.write(lambda c: stock.reserve_all(c, parcel)), Short)
    assert balance(books) == (5, 0)


def test_asking_twice_holds_once(books, ask):
    """The same owner asking for the same again holds nothing more; asking for something else is refused."""
    books.stock(HZ={"A": 5})
    line = ReservationLine("HZ", "A", 3)
    assert ask("o", [line]) == Reserved(1)
    assert ask("o", [line]) == Reserved(0)
    with pytest.raises(ReservationConflict):
        ask("o", [line._replace(qty=1)])
    assert ask("p", [line]) == Short((Missing("HZ", "A", 3, 2),))
    assert balance(books) == (5, 3)
    books.write(lambda c: stock.void(c, "o"))
    with pytest.raises(ReservationEnded):
        ask("o", [line])
    assert balance(books) == (5, 0)


def test_nothing_is_held_where_nothing_is_sold(books, ask):
    """Goods in a defect place count as not there, whichever way they are asked for."""
    books.stock(HZ={"A": 5})
    books.write(lambda c: set_places(c, [Place("HZ", "defect")]))
    assert ask("o", [ReservationLine("HZ", "A", 1)]) == Short((Missing("HZ", "A", 1, 0),))
    with pytest.raises(ValueError, match="above 0"):
        ask("o", [ReservationLine("HZ", "A", 0)])


def test_in_a_batch_first_come_first_served(books):
    """What one owner of a batch lacks, the next may still get; a batch that is asked again holds nothing more."""
    books.stock(HZ={"A": 5, "B": 1})
    batch = {
        "x": [ReservationLine("HZ", "A", 3)],
        "y": [ReservationLine("HZ", "A", 3), ReservationLine("HZ", "B", 1)],
        "z": [ReservationLine("HZ", "A", 1), ReservationLine("HZ", "A", 1), ReservationLine("HZ", "B", 1)],
    }
    answers = books.write(lambda c: stock.reserve_many(c, batch))
    assert answers == {"x": Reserved(1), "y": Short((Missing("HZ", "A", 3, 2),)), "z": Reserved(2)}
    assert books.write(lambda c: stock.reserve_many(c, batch))["z"] == Reserved(0)
    assert (balance(books), balance(books, "B")) == ((5, 5), (1, 1))
    assert books.sound()


def test_a_part_leaves_and_the_rest_stays_held(books):
    """Part of a reservation is consumed once; the rest is held under the next name and can end in its own way."""
    books.stock(HZ={"A": 5, "B": 2, "C": 1})
    lines = [ReservationLine("HZ", code, qty) for code, qty in (("A", 4), ("B", 2), ("C", 1))]
    books.write(lambda c: stock.reserve(c, "F|s", lines))
    taken = {("HZ", "A"): 1, ("HZ", "B"): 2, ("HZ", "C"): 0}
    for _ in range(2):
        assert books.write(lambda c: stock.consume_part(c, "F|s", taken, Issue("F", "s", "2026-11-21"))) == "F|s#2"
    assert (balance(books), balance(books, "B"), balance(books, "C")) == ((4, 3), (0, 0), (1, 1))
    with pytest.raises(ReservationConflict):
        books.write(lambda c: stock.consume_part(c, "F|s#2", {("HZ", "A"): 4}, Issue("F", "s#2", "2026-11-21")))
    rest = {("HZ", "A"): 3, ("HZ", "C"): 1}
    assert books.write(lambda c: stock.consume_part(c, "F|s#2", rest, Issue("F", "s#2", "2026-11-22"))) == ""
    with pytest.raises(ReservationEnded):
        books.write(lambda c: stock.consume_part(c, "F|s", rest, Issue("F", "s", "2026-11-22")))
    assert (balance(books), balance(books, "C")) == ((1, 0), (0, 0))


def test_time_ends_a_reservation(books):
    """What is over at a moment is expired then, and only that; a new date counts instead of the old one."""
    books.stock(HZ={"A": 5})
    for owner, until in (("o1", "2026-11-21 10:00:00"), ("o2", "2026-11-21 12:00:00"), ("o3", "2026-11-21 09:00:00")):
        books.write(lambda c, o=owner: stock.reserve(c, o, [ReservationLine("HZ", "A", 1)]))
        books.write(lambda c, o=owner, u=until: stock.set_expiry(c, o, u))
    books.write(lambda c: stock.set_expiry(c, "o3", "2026-11-22"))
    assert books.write(lambda c: stock.expire_due(c, "2026-11-21 10:00:00")) == ("o1",)
    assert books.write(lambda c: stock.expire_due(c, "2026-11-21 10:00:00")) == ()
    assert balance(books) == (5, 2)
    assert books.sound()


@pytest.mark.parametrize(("first", "second"), list(itertools.permutations(["consumed", "void", "expired"], 2)))
def test_a_reservation_ends_exactly_once(books, first, second):
    """Once ended, it cannot end another way, and ending it the same way again changes nothing."""
    books.stock(HZ={"A": 5})
    books.write(lambda c: stock.reserve(c, "o", [ReservationLine("HZ", "A", 3)]))
    assert len(books.write(lambda c: stock.end_reservation(c, "o", first))) == 1
    assert books.write(lambda c: stock.end_reservation(c, "o", first)) == ()
    with pytest.raises(ReservationEnded):
        books.write(lambda c: stock.end_reservation(c, "o", second))
    with pytest.raises(ReservationEnded):
        books.write(lambda c: stock.reserve(c, "o", [ReservationLine("HZ", "A", 3)]))
    assert balance(books) == (5, 0)


def test_consumed_goods_leave_at_their_cost(books):
    """Consuming issues the goods to the customer once, at the unit cost they came in with."""
    books.stock(HZ={"A": 5})
    books.write(lambda c: stock.reserve(c, "F|s1", [ReservationLine("HZ", "A", 3)]))
    issue = Issue("F", "s1", "2026-11-21 02:00:00")
    for _ in range(2):
        books.write(lambda c: stock.consume(c, "F|s1", issue))
    assert balance(books) == (2, 0)
    sold = "SELECT from_place, to_place, qty, unit_cost_fen FROM move WHERE doc_type = 'issue'"
    assert books.rows(sold) == [("HZ", "customer", 3, 1250)]
