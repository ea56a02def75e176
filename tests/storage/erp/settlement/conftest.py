"""Small books by hand: two shops, a bundle, parcels, statements, ads, an express bill."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Table

from storage.database.connection import Database, open_database
from storage.database.tables import (
    ad_day,
    bill_line,
    bundle,
    fulfilment,
    fulfilment_line,
    move,
    order_line,
    platform_order,
    raw_file,
    refund,
)
from storage.database.tables.settlement import express_bill_line
from storage.erp.finance.policy import Policy
from storage.erp.settlement.facts import Span
from storage.erp.settlement.profit import Books as Gathered
from storage.erp.settlement.profit import Rules, gather
from tests.support.books import SmallBooks

T = TypeVar("T")
MONTH = Span("2026-11-01", "2026-11-30")
UNTAXED = Rules(policy=Policy(vat_bp=0))
KEYS = {"platform": "practice", "shop": "A"}


class Shop(SmallBooks):
    """Writes the rows that ingestion and the bots' results would write; row numbers count up from 2."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.row_no = 1

    def put(self, table: Table, **row: object) -> None:
        """One row, from the next row of the file."""
        self.row_no += 1
        if "row_no" in table.c:
            row = {"file_sha": "sha", "row_no": self.row_no, **row}
        with self.database.write() as connection:
            connection.execute(table.insert(), [row])

    def order(
        self, no: str, *lines: tuple[str, int, int], finished: str = "2026-11-10", discount: int = 0, **facts: object
    ) -> None:
        """An order of (code, qty, price) lines, its sub-orders <no>-1 …; the discount is the seller's, on the first."""
        goods = sum(qty * price for _, qty, price in lines)
        freight, subsidy = int(str(facts.get("freight_fen", 0))), int(str(facts.get("platform_discount_fen", 0)))
        head = {
            **KEYS, "order_no": no, "pay_state": "paid", "platform_status": "交易成功", "seller_discount_fen": discount,
            "paid_fen": goods - discount - subsidy + freight, "paid_at": "2026-11-05 10:00:00",
            "finished_at": f"{finished} 12:00:00" if finished else "",
        }  # fmt: skip
        self.put(platform_order, **{**head, **facts})
        for number, (code, qty, price) in enumerate(lines, 1):
            cut = discount + subsidy if number == 1 else 0
            share = qty * price - cut + (freight if number == 1 else 0)
            line = {"order_no": no, "sub_no": f"{no}-{number}", "product_id": f"P{code}", "code": code, "qty": qty,
                    "price_fen": price, "discount_share_fen": cut, "paid_share_fen": share}  # fmt: skip
            where = {name: facts.get(name, known) for name, known in KEYS.items()}
            self.put(order_line, **where, **line)

    def bill(self, fee: str, fen: int, order_no: str = "", day: str = "2026-11-10", **facts: object) -> None:
        """A statement line."""
        line = {**KEYS, "wallet": "alipay", "flow_no": f"F{self.row_no}", "fee_type": fee, "n": 1,
                "order_no": order_no, "amount_fen": fen, "at": f"{day} 12:00:00"}  # fmt: skip
        self.put(bill_line, **{**line, **facts})

    def refund(self, no: str, order_no: str, fen: int, day: str = "2026-11-12", **facts: object) -> None:
        """A refund that was done."""
        row = {**KEYS, "refund_no": no, "order_no": order_no, "amount_fen": fen, "done_at": f"{day} 09:00:00",
               "status": "退款成功"}  # fmt: skip
        self.put(refund, **{**row, **facts})

    def ad(self, product: str, fen: int, day: str = "2026-11-05", plan: str = "计划一") -> None:
        """A row of the ad report."""
        self.put(ad_day, **KEYS, day=day, plan=plan, product_id=product, spend_fen=fen)

    def parcel(
        self, order_no: str, number: str, *subs: tuple[str, str, int], cost: int = 400, unit: int = 0, **facts: object
    ) -> None:
        """A parcel of (sub_no, code, qty) that left on 6 November; with a unit cost, its goods were issued."""
        parcel = f"FU{number}"
        row = {**KEYS, "order_no": order_no, "carrier": "中通快递", "waybill_no": number, "state": "shipped",
               "cost_fen": cost, "warehouse": "HZ"}  # fmt: skip
        self.put(fulfilment, fulfilment_id=parcel, **{**row, **facts})
        for sub_no, code, qty in subs:
            self.put(fulfilment_line, fulfilment_id=parcel, sub_no=sub_no, code=code, qty=qty)
            self.moved(parcel, sub_no, code, qty, unit=unit)

    def moved(
        self, doc: str, line: str, code: str, qty: int, *, unit: int, kind: str = "issue", **facts: object
    ) -> None:
        """A stock move, out to the customer unless said otherwise."""
        row = {"doc_type": kind, "doc_id": doc, "doc_line": line, "leg": 1, "code": code, "from_place": "HZ",
               "to_place": "customer", "qty": qty, "unit_cost_fen": unit, "at": "2026-11-06 18:00:00"}  # fmt: skip
        self.put(move, **{**row, **facts})

    def received(self, code: str, unit: int) -> None:
        """Goods that came in."""
        self.moved("QC", code, code, 100, unit=unit, kind="opening", from_place="opening", to_place="HZ",
                   at="2026-11-01 08:00:00")  # fmt: skip

    def set_of(self, code: str, **parts: int) -> None:
        """What a bundle is made of."""
        for component, qty in parts.items():
            self.put(bundle, code=code, component=component, qty=qty)

    def express(self, number: str, fen: int, *, day: str = "2026-11-28", weight: int = 0, **facts: object) -> None:
        """A row of an express bill."""
        row = {"carrier": "中通快递", "waybill_no": number, "fee": "运费", "bill_no": f"B{self.row_no}", "n": 1,
               "day": day, "weight_g": weight, "amount_fen": fen}  # fmt: skip
        self.put(express_bill_line, **{**row, **facts})

    def gather(self, rules: Rules = UNTAXED, span: Span = MONTH) -> Gathered:
        """All facts of November, of a shop that is exempt from tax unless said otherwise."""
        return self.read(lambda connection: gather(connection, span, rules))


@pytest.fixture(scope="session")
def empty_books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Books at the newest tables, made once: every test gets a copy."""
    path = tmp_path_factory.mktemp("settlement") / "empty.db"
    open_database(path).close()
    return path


@pytest.fixture
def shop(tmp_path: Path, empty_books: Path) -> Iterator[Shop]:
    """Empty books with the file that everything comes from."""
    database = open_database(shutil.copy(empty_books, tmp_path / "books.db"))
    found = Shop(database)
    found.put(raw_file, file_sha="sha", kind="practice_orders", state="read", name="订单.csv")
    yield found
    database.close()
