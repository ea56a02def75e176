"""Random business against plain dictionaries that keep the same accounts."""

import tempfile
from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from storage.database.connection import open_database
from storage.erp.finance import documents, ledger, periods
from storage.erp.finance.documents import Invoice, InvoiceLine
from storage.erp.finance.layers import MoveKey
from storage.erp.finance.policy import Policy
from storage.erp.finance.post_events import post_events
from storage.erp.invariants.ledger import CHECKS
from tests.storage.erp.finance.small_books import Accounts

MONTHS = ("2026-06", "2026-07", "2026-08")
CODES = ("A", "B")


@dataclass
class Lot:
    """A receipt as the oracle knows it: pieces and value left, and by which orders the others were taken."""

    code: str
    left: int
    value: int
    supplier: bool
    takers: list[tuple["Sale", int]] = field(default_factory=list)


@dataclass
class Sale:
    """An order: pieces and value still with the buyer, what is owed, whether it counts."""

    code: str
    out: int
    value: int
    owed: int
    counts: bool = False


class Ledger(RuleBasedStateMachine):
    """The oracle: accounts as a Counter, lots as lists."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "b.db"
        path.write_bytes(self.template.read_bytes())
        self.books = Accounts(open_database(path))
        self.accounts: Counter[str] = Counter()
        self.lots: dict[str, Lot] = {}
        self.sales: dict[str, Sale] = {}
        self.month, self.clock = 0, 0

    def teardown(self) -> None:
        self.books.database.close()
        self.folder.cleanup()

    def at(self) -> str:
        """Each event a minute after the one before."""
        self.clock += 1
        return f"{MONTHS[self.month]}-10 {10 + self.clock // 60:02d}:{self.clock % 60:02d}:00"

    def book(self, **changes: int) -> None:
        """Add to the oracle's accounts, run the books, and compare."""
        self.accounts.update({name.removeprefix("a"): fen for name, fen in changes.items()})
        until = periods.last_day_of(MONTHS[self.month])
        with self.books.database.write() as connection:
            assert post_events(connection, until, Policy(vat_bp=0)).waiting == ()
            found = {row.account: row.balance_fen for row in ledger.trial_balance(connection)}
            assert {name: check(connection) for name, check in CHECKS.items()} == {name: [] for name in CHECKS}
        assert {name: fen for name, fen in found.items() if fen} == {n: f for n, f in self.accounts.items() if f}
        left = dict(self.books.rows("SELECT code, sum(qty_left) FROM cost_layer GROUP BY code"))
        for code in CODES:
            assert left.get(code, 0) == sum(lot.left for lot in self.lots.values() if lot.code == code)

    @rule(code=st.sampled_from(CODES), qty=st.integers(1, 5), cost=st.integers(1, 999))
    def arrive(self, code: str, qty: int, cost: int) -> None:
        self.receive(code, qty, cost)

    def receive(self, code: str, qty: int, cost: int) -> None:
        name = self.books.receive(code, qty, cost, self.at())
        self.lots[name] = Lot(code, qty, qty * cost, supplier=True)
        self.book(a1405=qty * cost, a220202=-qty * cost)

    @initialize(costs=st.tuples(st.integers(1, 999), st.integers(1, 999)))
    def open(self, costs: tuple[int, int]) -> None:
        """Two layers of one code lie there, so that goods leave from the first step on."""
        for cost in costs:
            self.receive("A", 3, cost)

    @rule(code=st.sampled_from(CODES), qty=st.integers(1, 4), counts=st.booleans())
    def sell(self, code: str, qty: int, counts: bool) -> None:
        """Goods leave; every other buyer confirms at once."""
        known = len(self.sales)
        self.ship(code, qty)
        if counts and len(self.sales) > known:
            self.recognise(f"{len(self.sales)}")

    def ship(self, code: str, qty: int) -> None:
        if sum(lot.left for lot in self.lots.values() if lot.code == code) < qty:
            return
        number = f"{len(self.sales) + 1}"
        self.books.order(number, (code, qty, 1_000 * qty), finished_at="")
        self.books.ship(number, (code, qty), at=self.at())
        sale = self.sales[number] = Sale(code, qty, 0, 1_000 * qty)
        for lot in self.lots.values():
            part = min(qty, lot.left) if lot.code == code else 0
            if part:
                value = lot.value if part == lot.left else floor(Fraction(lot.value * part, lot.left) + Fraction(1, 2))
                lot.left, lot.value, qty, sale.value = (
                    lot.left - part,
                    lot.value - value,
                    qty - part,
                    sale.value + value,
                )
                lot.takers.append((sale, part))
        self.book(a1406=sale.value, a1405=-sale.value)

    @precondition(lambda self: any(not sale.counts for sale in self.sales.values()))
    @rule(data=st.data())
    def confirm(self, data: st.DataObject) -> None:
        self.recognise(data.draw(st.sampled_from([n for n, sale in self.sales.items() if not sale.counts])))

    def recognise(self, number: str) -> None:
        sale, at = self.sales[number], self.at()
        sale.counts = True
        sql = f"UPDATE platform_order SET finished_at = '{at}' WHERE order_no = '{number}'"
        self.books.write(lambda c: c.exec_driver_sql(sql))
        self.book(a1122=sale.owed, a6001=-sale.owed, a6401=sale.value, a1406=-sale.value)

    @precondition(lambda self: any(sale.out for sale in self.sales.values()))
    @rule(data=st.data(), share=st.integers(1, 6))
    def come_back(self, data: st.DataObject, share: int) -> None:
        number = data.draw(st.sampled_from([n for n, sale in self.sales.items() if sale.out]))
        sale = self.sales[number]
        qty = min(share, sale.out)
        exact = Fraction(sale.value * qty, sale.out)
        value = sale.value if qty == sale.out else floor(exact + Fraction(1, 2))
        self.books.come_back(number, 1, sale.code, qty, self.at())
        sale.out, sale.value = sale.out - qty, sale.value - value
        self.lots[f"back-{self.clock}"] = Lot(sale.code, qty, value, supplier=False)
        self.book(a1405=value, **{"a6401" if sale.counts else "a1406": -value})

    @precondition(lambda self: any(sale.counts and sale.owed for sale in self.sales.values()))
    @rule(data=st.data(), fen=st.integers(1, 1_500))
    def refund(self, data: st.DataObject, fen: int) -> None:
        number = data.draw(st.sampled_from([n for n, sale in self.sales.items() if sale.counts and sale.owed]))
        sale = self.sales[number]
        fen = min(fen, sale.owed)
        sale.owed -= fen
        self.books.refund(f"R{self.clock}", number, fen, done_at=self.at())
        self.book(a6001=fen, a1122=-fen)

    @precondition(lambda self: self.sales)
    @rule(data=st.data(), fen=st.integers(1, 2_000))
    def settle(self, data: st.DataObject, fen: int) -> None:
        number = data.draw(st.sampled_from(sorted(self.sales)))
        self.books.bill(f"F{self.clock}", "payment", fen, number, self.at())
        self.book(a101201=fen, a1122=-fen)

    @precondition(lambda self: any(lot.supplier for lot in self.lots.values()))
    @rule(data=st.data(), more=st.integers(0, 300))
    def invoice(self, data: st.DataObject, more: int) -> None:
        """The supplier asks for more than was accrued: what is left is worth more, what was sent cost more."""
        name = data.draw(st.sampled_from([n for n, lot in self.lots.items() if lot.supplier]))
        lot = self.lots[name]
        lot.supplier = False
        ((qty, cost),) = self.books.rows("SELECT qty, unit_cost_fen FROM move WHERE doc_id = :d", d=name)
        day = self.at()[:10]
        line = InvoiceLine(MoveKey("receipt", name, "1", 1), qty, qty * cost + more)
        self.books.write(lambda c: documents.enter_invoice(c, Invoice("供", f"V-{name}", day, (line,))))
        sent = [(sale, part) for sale, part in lot.takers]
        weights = [lot.left, *(part for _, part in sent)]
        floors = [more * weight // sum(weights) for weight in weights]
        order = sorted(range(len(weights)), key=lambda i: (-(more * weights[i] % sum(weights)), i))
        for i in order[: more - sum(floors)]:
            floors[i] += 1
        lot.value += floors[0]
        self.accounts.update({"220202": qty * cost, "220201": -qty * cost - more, "1405": floors[0]})
        for (sale, _), fen in zip(sent, floors[1:], strict=True):
            to_cost = sale.counts or not sale.out
            sale.value += 0 if not sale.out else fen
            self.accounts["6401" if to_cost else "1406"] += fen
        self.book()

    @precondition(lambda self: self.month < len(MONTHS) - 1)
    @rule()
    def close(self) -> None:
        profit = self.accounts["6001"] + self.accounts["6401"]
        self.books.write(lambda c: periods.close(c, MONTHS[self.month], "李", "月结"))
        self.month += 1
        self.accounts.update({"4103": profit, "6001": -self.accounts["6001"], "6401": -self.accounts["6401"]})
        self.book()


@pytest.fixture(autouse=True)
def _template(empty_books: Path) -> None:
    Ledger.template = empty_books


class TestLedger(Ledger.TestCase):
    """Any sequence of receipts, shipments, returns, invoices, refunds, payments and closings keeps those accounts."""

    settings = settings(max_examples=6, stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck))
