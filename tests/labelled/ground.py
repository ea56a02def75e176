"""Where faults are put: each on orders, refunds, withdrawals and bills of its own, so that none explains another."""

from collections.abc import Callable
from typing import TypeVar

from tests.labelled.books import BankLine, Fault, Line, Order, Payable, Refund
from tests.labelled.clean import WALLETS, Maker

Thing = TypeVar("Thing")


class Ground:
    """Clean books from which things are taken to be spoilt; LookupError when there is nothing of a sort left."""

    def __init__(self, maker: Maker) -> None:
        self.maker, self.books, self.rng = maker, maker.books, maker.rng
        books = maker.books
        self._lines: dict[str, list[Line]] = {}
        for line in books.lines:
            self._lines.setdefault(line.order_no, []).append(line)
        refunded = {refund.order_no for refund in books.refunds}
        early = [order for order in books.orders if order.finished_at and order.finished_at[:10] <= "2026-10-22"]
        self._plain = [order for order in early if order.order_no not in refunded]
        self._refunded = [refund for refund in books.refunds if refund.after and refund.done_at[:10] <= "2026-10-22"]
        self._payables = [owed for owed in books.payables if owed.reference and owed.due_day <= "2026-10-22"]
        self._withdrawals = self._single_withdrawals()
        for pool in (self._plain, self._refunded, self._payables, self._withdrawals):
            self.rng.shuffle(pool)

    def _single_withdrawals(self) -> list[tuple[Line, BankLine]]:
        """Withdrawals that arrived in one credit."""
        credits = {line.fen: line for line in self.books.bank if line.fen > 0}
        found = [(line, credits[-line.fen]) for line in self.books.lines if -line.fen in credits]
        return [(line, credit) for line, credit in found if line.fee == "withdrawal" and line.at[:10] <= "2026-10-22"]

    def order(self, wallet: str = "alipay", *, fits: Callable[[Order], bool] = lambda _: True) -> Order:
        """A finished order without refunds."""
        return _take(self._plain, lambda order: WALLETS[order.shop] == wallet and fits(order))

    def pair(self) -> tuple[Order, Order]:
        """Two such orders of one shop."""
        first = self.order()
        return first, self.order(fits=lambda order: order.shop == first.shop)

    def refund(self, wallet: str = "alipay") -> tuple[Refund, Line]:
        """A refund after the payout, and the line by which its money went back."""
        found = _take(self._refunded, lambda refund: WALLETS[refund.shop] == wallet)
        lines = self._lines[found.order_no]
        return found, next(line for line in lines if line.fee == "refund" and line.refund_no == found.refund_no)

    def of(self, order_no: str, fee: str) -> Line:
        """The line of that fee."""
        return next(line for line in self._lines[order_no] if line.fee == fee)

    def withdrawal(self) -> tuple[Line, BankLine]:
        """A withdrawal and the one credit by which it arrived."""
        return _take(self._withdrawals, lambda _: True)

    def paid(self) -> tuple[Payable, BankLine]:
        """A bill with a number, and the one debit that paid it and says so."""

        def alone(owed: Payable) -> bool:
            return any(line.fen == -owed.fen and owed.reference in line.summary for line in self.books.bank)

        owed = _take(self._payables, alone)
        return owed, next(line for line in self.books.bank if line.fen == -owed.fen)

    def again(self, line: Line, **changes: object) -> Line:
        """The same line once more, with changes, under a number of its own unless that is said."""
        fields = {**vars(line), "flow_no": self.maker.number("F"), **changes}
        copy = Line(**fields)
        self.books.lines.append(copy)
        return copy

    def drop(self, line: Line) -> None:
        """The statement does not have it."""
        self.books.lines.remove(line)

    def change(self, line: Line, by_fen: int) -> Line:
        """The statement says another amount; a trade's fee goes with it."""
        line.fen += by_fen
        return line

    def put(self, kind: str, wanted: set[int], *guilty: Line | BankLine, innocent: int = 0, books: tuple[str, ...] = (),
            unseen: bool = False) -> None:  # fmt: skip
        """Write down what was done."""
        self.books.faults.append(Fault(kind, frozenset(wanted), list(guilty), innocent, list(books), unseen))


def _take(pool: list[Thing], fits: Callable[[Thing], bool]) -> Thing:
    for place, thing in enumerate(pool):
        if fits(thing):
            return pool.pop(place)
    raise LookupError("these books are too small for their faults")
