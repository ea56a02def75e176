"""Random stock work against a plain dictionary that keeps the same books."""

import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from storage.database.connection import open_database
from storage.database.tables import quant, reservation
from storage.erp.invariants import stock as invariants_stock
from storage.erp.stock import book as stock
from storage.erp.stock.book import Issue, MoveRow, ReservationLine, Reserved
from storage.erp.stock.errors import NotEnoughStock, ReservationConflict, ReservationEnded

PLACES, CODES = ("W1", "W2"), ("A", "B", "C")
LINES = st.dictionaries(
    st.tuples(st.sampled_from(PLACES), st.sampled_from(CODES)), st.integers(1, 6), min_size=1, max_size=3
)


class StockBooks(RuleBasedStateMachine):
    """The oracle: on hand, reserved and owners as dictionaries."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.database = open_database(Path(self.folder.name) / "b.db")
        self.on_hand: Counter[tuple[str, str]] = Counter()
        self.reserved: Counter[tuple[str, str]] = Counter()
        self.owners: dict[str, tuple[dict[tuple[str, str], int], str]] = {}
        self.documents = 0

    def teardown(self) -> None:
        self.database.close()
        self.folder.cleanup()

    def move(self, code: str, origin: str, target: str, qty: int) -> bool:
        self.documents += 1
        row = MoveRow("transfer", f"D{self.documents}", "1", 1, code, origin, target, qty, 0, "t", "f", 1)
        try:
            with self.database.write() as connection:
                stock.record_moves(connection, [row])
                assert stock.record_moves(connection, [row]).same == 1
        except NotEnoughStock:
            return False
        return True

    @rule(place=st.sampled_from(PLACES), code=st.sampled_from(CODES), qty=st.integers(1, 9))
    def receive(self, place: str, code: str, qty: int) -> None:
        assert self.move(code, "supplier", place, qty)
        self.on_hand[place, code] += qty

    @rule(code=st.sampled_from(CODES), qty=st.integers(1, 9), place=st.sampled_from(["W2", "loss"]))
    def leave(self, code: str, qty: int, place: str) -> None:
        possible = self.on_hand["W1", code] - self.reserved["W1", code] >= qty
        assert self.move(code, "W1", place, qty) == possible
        if possible:
            self.on_hand["W1", code] -= qty
            self.on_hand[place, code] += qty

    @rule(number=st.integers(1, 6), lines=LINES)
    def reserve(self, number: int, lines: dict[tuple[str, str], int]) -> None:
        owner = f"o{number}|s"
        wanted = [ReservationLine(place, code, qty) for (place, code), qty in lines.items()]
        known = self.owners.get(owner)
        try:
            with self.database.write() as connection:
                held = stock.reserve(connection, owner, wanted)
        except (ReservationConflict, ReservationEnded):
            assert known is not None
            assert known[1] != "held" or known[0] != lines
            return
        if known is not None:
            assert (held, known) == (Reserved(0), (lines, "held"))
            return
        possible = all(self.on_hand[key] - self.reserved[key] >= qty for key, qty in lines.items())
        assert isinstance(held, Reserved) == possible
        if possible:
            self.owners[owner] = (lines, "held")
            self.reserved.update(lines)

    @rule(number=st.integers(1, 6), state=st.sampled_from(["consumed", "void", "expired"]))
    def end(self, number: int, state: str) -> None:
        owner = f"o{number}|s"
        lines, before = self.owners.get(owner, ({}, ""))
        try:
            with self.database.write() as connection:
                if state == "consumed":
                    ended = stock.consume(connection, owner, Issue(f"o{number}", "s", "t"))
                else:
                    ended = stock.end_reservation(connection, owner, state)
        except ReservationEnded:
            assert before not in ("", "held", state)
            return
        assert len(ended) == (len(lines) if before == "held" else 0)
        if before == "held":
            self.owners[owner] = (lines, state)
            self.reserved.subtract(lines)
            if state == "consumed":
                self.on_hand.subtract(lines)

    @invariant()
    def same_as_the_dictionaries(self) -> None:
        with self.database.read() as connection:
            rows = {(r.warehouse, r.code): (r.on_hand, r.reserved) for r in connection.execute(quant.select())}
            states = {r.owner: r.state for r in connection.execute(reservation.select())}
            checks = (
                invariants_stock.balance_is_moves, invariants_stock.reserved_is_held,
                invariants_stock.balances_in_range, invariants_stock.reservations_end_once,
            )  # fmt: skip
            assert [finding for check in checks for finding in check(connection)] == []
        for key in ((place, code) for place in PLACES for code in CODES):
            assert rows.get(key, (0, 0)) == (self.on_hand[key], self.reserved[key])
        assert states == {owner: state for owner, (_, state) in self.owners.items()}


@pytest.mark.slow
class TestStockBooks(StockBooks.TestCase):
    """Any sequence of receipts, transfers, losses, reservations and ends keeps the books of the dictionaries."""

    settings = settings(max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
