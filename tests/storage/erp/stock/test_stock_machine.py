"""Random stock work against plain dictionaries that keep the same books, lots and all; every stock invariant each step.

Each example is one transaction that is rolled back at its end, and each step a savepoint: nothing is written to disk.
"""

import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import Connection, select

from storage.database.connection import open_database
from storage.database.tables import quant, raw_file, reservation, warehouse
from storage.erp.invariants import lots as lot_checks
from storage.erp.invariants import stock as stock_checks
from storage.erp.stock import book as stock
from storage.erp.stock.book import Details, Document, Issue, MoveRow, Piece, ReservationLine, Reserved
from storage.erp.stock.counts import Counted, post_count
from storage.erp.stock.errors import NotEnoughStock, ReservationConflict, ReservationEnded, StockError, TransferWrong
from storage.erp.stock.holds import Hold, place_hold, release_hold
from storage.erp.stock.picking import Rule
from storage.erp.stock.tracking import add_lots, lot_balances, start_following
from storage.erp.stock.transfers import TRANSIT, in_transit, send_transfer, settle_transfer

PLACES, CODES, LOTS = ("W1", "W2"), ("A", "B"), ("L1", "L2")  # A is followed by lots, L1 expires first; B is not
AT = "2026-11-21"
BUNDLE = {"A": 1, "B": 2}
OPENING = (("W1", "A", "L1", 4), ("W1", "A", "L2", 5), ("W2", "A", "L2", 4), ("W1", "B", "", 7), ("W2", "B", "", 4))
CHECKS = (
    stock_checks.balance_is_moves, stock_checks.moves_have_two_ends, stock_checks.reserved_is_held,
    stock_checks.balances_in_range, stock_checks.reservations_end_once, stock_checks.reserved_where_goods_are,
    *lot_checks.CHECKS.values(),
)  # fmt: skip
LINES = st.dictionaries(
    st.tuples(st.sampled_from(PLACES), st.sampled_from(CODES)), st.integers(1, 4), min_size=1, max_size=2
)
OWNERS = st.sampled_from(["o1", "o2", "o3"])
QTY = st.integers(1, 6)


class StockBooks(RuleBasedStateMachine):
    """The oracle: what is where and of which lot, who holds what, what is frozen, sold and on its way."""

    connection: Connection

    def __init__(self) -> None:
        super().__init__()
        self.outer = self.connection.begin()
        self.on_hand = Counter({(place, code): qty for place, code, _, qty in OPENING if code == "B"})
        self.lots = Counter({(place, lot): qty for place, code, lot, qty in OPENING if code == "A"})
        for (place, _), qty in self.lots.items():
            self.on_hand[place, "A"] += qty
        self.owners: dict[str, tuple[dict[tuple[str, str], int], str]] = {}
        self.holds: dict[str, tuple[tuple[str, str], int]] = {}
        self.sold: Counter[str] = Counter()
        self.transfers: dict[str, tuple[str, Counter[str], Counter[str]]] = {}  # target, pieces, lots of A
        self.numbers = 0

    def teardown(self) -> None:
        self.outer.rollback()

    def number(self, kind: str) -> str:
        self.numbers += 1
        return f"{kind}{self.numbers}"

    def paper(self, kind: str) -> Document:
        return Document(self.number(kind), AT, "f")

    def free(self, place: str, code: str) -> int:
        held = sum(lines.get((place, code), 0) for lines, state in self.owners.values() if state == "held")
        held += sum(qty for key, qty in self.holds.values() if key == (place, code))
        return self.on_hand[place, code] - held

    def leaves(self, place: str, code: str, qty: int) -> Counter[str]:
        """Take goods out of the dictionaries; the lots they came from."""
        self.on_hand[place, code] -= qty
        taken: Counter[str] = Counter()
        for lot in (*LOTS, "") if code == "A" else ():
            taken[lot] = min(self.lots[place, lot], qty - taken.total())
            self.lots[place, lot] -= taken[lot]
        return taken

    def comes(self, place: str, code: str, qty: int, lots: Counter[str] | dict[str, int]) -> None:
        self.on_hand[place, code] += qty
        if code == "A":
            self.lots.update({(place, lot): pieces for lot, pieces in lots.items()})

    def attempt(self, row: MoveRow, details: Details | None = None) -> bool:
        try:
            with self.connection.begin_nested():
                stock.record_moves(self.connection, [row], details)
                assert stock.record_moves(self.connection, [row]).same == 1
        except NotEnoughStock:
            return False
        return True

    @rule(place=st.sampled_from(PLACES), code=st.sampled_from(CODES), qty=QTY, lot=st.sampled_from(LOTS))
    def receive(self, place: str, code: str, qty: int, lot: str) -> None:
        row = MoveRow("receipt", self.number("R"), "1", 1, code, "supplier", place, qty, 0, AT, "f", 1)
        assert self.attempt(row, Details({row[:4]: (Piece(lot, qty),)} if code == "A" else {}))
        self.comes(place, code, qty, {lot: qty})

    @rule(code=st.sampled_from(CODES), qty=QTY, place=st.sampled_from(PLACES))
    def adjust(self, code: str, qty: int, place: str) -> None:
        possible = self.free(place, code) >= qty
        row = MoveRow("transfer", self.number("X"), "1", 1, code, place, "loss", qty, 0, AT, "f", 1)
        assert self.attempt(row) == possible
        if possible:
            self.leaves(place, code, qty)

    @precondition(lambda self: +self.sold)
    @rule(data=st.data(), place=st.sampled_from(PLACES))
    def take_back(self, data: st.DataObject, place: str) -> None:
        code = data.draw(st.sampled_from(sorted(+self.sold)))
        row = MoveRow("return", self.number("B"), "1", 1, code, "customer", place, 1, 0, AT, "f", 1)
        assert self.attempt(row)
        self.sold[code] -= 1
        self.comes(place, code, 1, {"": 1})

    @rule(owner=OWNERS, lines=LINES, many=st.booleans())
    def reserve(self, owner: str, lines: dict[tuple[str, str], int], many: bool) -> None:
        name, wanted = f"{owner}|s", [ReservationLine(place, code, qty) for (place, code), qty in lines.items()]
        known = self.owners.get(name)
        try:
            with self.connection.begin_nested():
                if many:
                    held = stock.reserve_many(self.connection, {name: wanted})[name]
                else:
                    held = stock.reserve(self.connection, name, wanted)
        except (ReservationConflict, ReservationEnded):
            assert known is not None
            assert known[1] != "held" or known[0] != lines
            return
        if known is not None:
            assert (held, known) == (Reserved(0), (lines, "held"))
            return
        assert isinstance(held, Reserved) == all(self.free(*key) >= qty for key, qty in lines.items())
        if isinstance(held, Reserved):
            self.owners[name] = (lines, "held")

    @rule(place=st.sampled_from(PLACES), bundles=st.integers(1, 3), singles=st.integers(0, 2))
    def bundle(self, place: str, bundles: int, singles: int) -> None:
        """One order of bundles and loose parts: their shared part is asked for together."""
        name = self.number("K")
        parts = {(place, code): qty * bundles for code, qty in BUNDLE.items()}
        wanted = {f"{name}|b": parts} | ({f"{name}|a": {(place, "A"): singles}} if singles else {})
        held = stock.reserve_all(
            self.connection,
            {owner: [ReservationLine(*key, qty) for key, qty in lines.items()] for owner, lines in wanted.items()},
        )
        total = Counter(parts)
        total[place, "A"] += singles
        assert isinstance(held, Reserved) == all(self.free(*key) >= qty for key, qty in total.items())
        if isinstance(held, Reserved):
            self.owners.update({owner: (lines, "held") for owner, lines in wanted.items()})

    def drawn_owner(self, data: st.DataObject) -> str:
        """Mostly somebody who holds something; now and then somebody whose reservation has ended, or nobody."""
        held = sorted(name for name, (_, state) in self.owners.items() if state == "held")
        return data.draw(st.sampled_from([*held, *held, *sorted(self.owners), "nobody|s"]))

    @precondition(lambda self: self.owners)
    @rule(data=st.data(), state=st.sampled_from(["consumed", "void", "expired"]))
    def end(self, data: st.DataObject, state: str) -> None:
        name = self.drawn_owner(data)
        owner, line = name.split("|")
        lines, before = self.owners.get(name, ({}, ""))
        try:
            with self.connection.begin_nested():
                if state == "consumed":
                    ended = len(stock.consume(self.connection, name, Issue(owner, line, AT)))
                elif state == "void":
                    ended = len(stock.void(self.connection, name))
                else:
                    stock.set_expiry(self.connection, name, AT)
                    ended = len(lines) * len(stock.expire_due(self.connection, f"{AT} 10:00:00"))
        except ReservationEnded:
            assert before not in ("", "held", state)
            return
        assert ended == (len(lines) if before == "held" else 0)
        if before == "held":
            self.owners[name] = (lines, state)
            if state == "consumed":
                self.sell(lines)

    @precondition(lambda self: self.owners)
    @rule(data=st.data())
    def consume_part(self, data: st.DataObject) -> None:
        name = self.drawn_owner(data)
        owner, line = name.split("|")
        held, state = self.owners.get(name, ({}, ""))
        left_over = st.sampled_from([0, 1, 1, 2, -1])
        drawn = {key: max(0, qty - data.draw(left_over)) for key, qty in held.items()} or {("W1", "B"): 1}
        lines = {key: qty for key, qty in drawn.items() if qty}
        try:
            with self.connection.begin_nested():
                rest = stock.consume_part(self.connection, name, lines, Issue(owner, line, AT))
        except (ReservationConflict, ReservationEnded):
            assert state != "held" or not lines or any(held.get(key, 0) < qty for key, qty in lines.items())
            return
        if state == "consumed":
            assert held == lines
            return
        assert state == "held"
        left = {key: qty - lines.get(key, 0) for key, qty in held.items() if qty > lines.get(key, 0)}
        base, _, number = name.partition("#")
        assert rest == (f"{base}#{int(number or 1) + 1}" if left else "")
        self.owners[name] = (lines, "consumed")
        if left:
            self.owners[rest] = (left, "held")
        self.sell(lines)

    def sell(self, lines: dict[tuple[str, str], int]) -> None:
        for (place, code), qty in lines.items():
            self.leaves(place, code, qty)
            self.sold[code] += qty

    @rule(code=st.sampled_from(CODES), qty=QTY, ends=st.permutations(PLACES))
    def send(self, code: str, qty: int, ends: list[str]) -> None:
        possible, paper = self.free(ends[0], code) >= qty, self.paper("T")
        try:
            with self.connection.begin_nested():
                for _ in range(2):
                    send_transfer(self.connection, paper, ends[0], ends[1], {code: qty})
        except StockError:
            assert not possible
            return
        assert possible
        taken = self.leaves(ends[0], code, qty)
        self.on_hand[TRANSIT, code] += qty
        self.transfers[paper.doc_id] = (ends[1], Counter({code: qty}), taken)

    @precondition(lambda self: self.transfers)
    @rule(data=st.data(), outcome=st.sampled_from(["arrived", "lost"]))
    def settle(self, data: st.DataObject, outcome: str) -> None:
        name = data.draw(st.sampled_from(sorted(self.transfers)))
        target, pieces, lots = self.transfers[name]
        ((code, left),) = pieces.items()
        qty = data.draw(st.integers(1, left + 1))
        paper = self.paper("S")
        try:
            with self.connection.begin_nested():
                for _ in range(2):
                    settle_transfer(self.connection, name, paper, outcome, {code: qty})
        except TransferWrong:
            assert qty > left
            return
        assert qty <= left
        pieces[code] -= qty
        self.on_hand[TRANSIT, code] -= qty
        moved: Counter[str] = Counter()
        for lot in ("", *LOTS) if code == "A" else ():
            moved[lot] = min(lots[lot], qty - moved.total())
            lots[lot] -= moved[lot]
        if outcome == "arrived":
            self.comes(target, code, qty, moved)
        assert in_transit(self.connection, name) == {code: pieces[code]}

    @rule(place=st.sampled_from(PLACES), code=st.sampled_from(CODES), qty=st.integers(0, 9), lot=st.sampled_from(LOTS))
    def count(self, place: str, code: str, qty: int, lot: str) -> None:
        lot = lot if code == "A" else ""
        there = self.lots[place, lot] if code == "A" else self.on_hand[place, code]
        paper, possible = self.paper("C"), there - qty <= self.free(place, code)
        try:
            with self.connection.begin_nested():
                for _ in range(2):
                    post_count(self.connection, paper, [Counted(place, code, qty, lot)])
        except NotEnoughStock:
            assert not possible
            return
        assert possible
        self.comes(place, code, qty - there, {lot: qty - there})

    @rule(place=st.sampled_from(PLACES), code=st.sampled_from(CODES), qty=QTY)
    def hold(self, place: str, code: str, qty: int) -> None:
        name = self.number("H")
        answer = place_hold(self.connection, Hold(name, place, code, qty, "抽检", "李", AT))
        assert isinstance(answer, Reserved) == (self.free(place, code) >= qty)
        if isinstance(answer, Reserved):
            self.holds[name] = ((place, code), qty)

    @precondition(lambda self: self.holds)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.holds)))
        assert release_hold(self.connection, name, "李", AT)
        del self.holds[name]

    @invariant()
    def same_as_the_dictionaries(self) -> None:
        assert [finding for check in CHECKS for finding in check(self.connection)] == []
        rows = {(r.warehouse, r.code): r for r in self.connection.execute(select(quant))}
        for key in ((place, code) for place in (*PLACES, TRANSIT) for code in CODES):
            found = (rows[key].on_hand, rows[key].on_hand - rows[key].reserved) if key in rows else (0, 0)
            assert found == (self.on_hand[key], self.free(*key))
        states = {r.owner: r.state for r in self.connection.execute(select(reservation)) if r.owner[:5] != "hold|"}
        assert states == {owner: state for owner, (_, state) in self.owners.items()}
        lying: Counter[tuple[str, str]] = Counter()
        for (place, _, _, lot), qty in lot_balances(self.connection).items():
            lying[place, lot] += qty
        assert {key: qty for key, qty in lying.items() if key[0] != TRANSIT} == +self.lots


@pytest.mark.slow
class TestStockBooks(StockBooks.TestCase):
    """Any sequence of the rules above keeps the books of the dictionaries, and all stock invariants after each step."""

    settings = settings(max_examples=14, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.folder = tempfile.TemporaryDirectory()
        cls.database = open_database(Path(cls.folder.name) / "b.db")
        with cls.database.write() as connection:
            connection.execute(warehouse.insert(), [{"warehouse": place} for place in PLACES])
            connection.execute(raw_file.insert(), [{"file_sha": "f"}])
            start_following(connection, [Rule("A")], AT)
            dates = zip(LOTS, ("2027-01-01", "2027-06-01"), strict=True)
            add_lots(connection, [{"code": "A", "lot_no": lot, "expires_on": date} for lot, date in dates])
            rows = {
                MoveRow("receipt", "R0", str(n), 1, code, "supplier", place, qty, 0, AT, "f", 1): (Piece(lot, qty),)
                for n, (place, code, lot, qty) in enumerate(OPENING)
            }
            told = {row[:4]: pieces for row, pieces in rows.items() if row.code == "A"}
            stock.record_moves(connection, rows, Details(told))
        StockBooks.connection = cls.database.engine.connect()

    @classmethod
    def tearDownClass(cls) -> None:
        StockBooks.connection.close()
        cls.database.close()
        cls.folder.cleanup()
        super().tearDownClass()
