"""Small books to keep accounts in."""

from typing import TypeVar

from storage.database.connection import Database
from storage.database.tables import (
    bill_line,
    fulfilment,
    fulfilment_line,
    order_line,
    platform_order,
    raw_file,
    refund,
    warehouse,
)
from storage.erp.finance.vouchers import Draft, Line, credit, debit
from storage.erp.stock.book import MoveRow, record_moves
from tests.support.books import SmallBooks

T = TypeVar("T")
DAY = "2026-06-10 12:00:00"


def note(number: str, day: str = "2026-06-10", amount_fen: int = 10_000, **facts: object) -> Draft:
    """A voucher of a document without a rule of its own: the owner pays into the bank account."""
    lines = (debit("1002", amount_fen, party="工行"), credit("4001", amount_fen))
    return Draft("note", "test", number, day, "投入资本", lines)._replace(**facts)


class Accounts(SmallBooks):
    """Writes the rows that ingestion and the stock book would write."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.documents = 0

    def lay_out(self) -> None:
        """A warehouse, and the file that everything comes from."""
        with self.database.write() as connection:
            connection.execute(warehouse.insert(), [{"warehouse": "HZ", "name": "杭州仓", "province": "浙江"}])
            connection.execute(raw_file.insert(), [{"file_sha": "sha", "name": "导出.csv", "state": "read"}])

    def receive(self, code: str, qty: int, unit_cost_fen: int, at: str = "2026-06-01 08:00:00", **facts: str) -> str:
        """Goods from a supplier; returns the document's number."""
        self.documents += 1
        doc_type, doc_id = facts.get("doc_type", "receipt"), facts.get("doc_id", f"RK-{self.documents}")
        origin = {"opening": "opening", "count": "count"}.get(doc_type, "supplier")
        row = MoveRow(doc_type, doc_id, "1", 1, code, origin, "HZ", qty, unit_cost_fen, at, "sha", 3)
        self.write(lambda connection: record_moves(connection, [row]))
        return doc_id

    def order(self, order_no: str, *lines: tuple[str, int, int], finished_at: str = DAY, **facts: object) -> None:
        """An order whose sub-orders (code, qty, paid share in fen) are <order_no>-1, -2 …"""
        head = {
            "platform": "practice", "shop": "shop_a", "order_no": order_no, "pay_state": "paid",
            "ship_state": "shipped",
            "paid_fen": sum(line[2] for line in lines), "platform_discount_fen": 0, "paid_at": "2026-06-02 10:00:00",
            "finished_at": finished_at, "file_sha": "sha", "row_no": 5,
        }  # fmt: skip
        told = [
            {"platform": "practice", "shop": "shop_a", "order_no": order_no, "sub_no": f"{order_no}-{n}",
             "code": code, "qty": qty, "paid_share_fen": share, "file_sha": "sha", "row_no": 4 + n}
            for n, (code, qty, share) in enumerate(lines, start=1)
        ]  # fmt: skip
        with self.database.write() as connection:
            connection.execute(platform_order.insert(), [{**head, **facts}])
            connection.execute(order_line.insert(), told)

    def ship(self, order_no: str, *lines: tuple[str, int], at: str = "2026-06-03 09:00:00") -> str:
        """A parcel with these goods leaves; returns its number."""
        parcel = f"P-{order_no}"
        head = {"fulfilment_id": parcel, "platform": "practice", "shop": "shop_a", "order_no": order_no,
                "warehouse": "HZ", "state": "shipped"}  # fmt: skip
        told = [
            {"fulfilment_id": parcel, "sub_no": f"{order_no}-{n}", "code": code, "qty": qty}
            for n, (code, qty) in enumerate(lines, start=1)
        ]
        moves = [
            MoveRow("issue", parcel, f"{order_no}-{n}", 1, code, "HZ", "customer", qty, 0, at, "sha", 0)
            for n, (code, qty) in enumerate(lines, start=1)
        ]
        with self.database.write() as connection:
            connection.execute(fulfilment.insert(), [head])
            connection.execute(fulfilment_line.insert(), told)
            record_moves(connection, moves)
        return parcel

    def come_back(self, order_no: str, sub: int, code: str, qty: int, at: str = "2026-06-15 09:00:00") -> None:
        """Goods of a sub-order arrive at the warehouse again."""
        self.documents += 1
        row = MoveRow("return", f"TH-{self.documents}", f"{order_no}-{sub}", 1, code, "customer", "HZ", qty, 0, at,
                      "sha", 9)  # fmt: skip
        self.write(lambda connection: record_moves(connection, [row]))

    def refund(
        self, refund_no: str, order_no: str, amount_fen: int, sub: int = 1, done_at: str = "2026-06-14 10:00:00"
    ) -> None:
        """A refund that is done."""
        row = {"platform": "practice", "shop": "shop_a", "refund_no": refund_no, "order_no": order_no,
               "sub_no": f"{order_no}-{sub}", "amount_fen": amount_fen, "done_at": done_at, "status": "退款成功",
               "file_sha": "sha", "row_no": 7}  # fmt: skip
        self.write(lambda connection: connection.execute(refund.insert(), [row]))

    def bill(
        self, flow_no: str, fee_type: str, amount_fen: int, order_no: str = "", at: str = DAY, **facts: object
    ) -> None:
        """A line of the wallet's statement."""
        row = {"platform": "practice", "shop": "shop_a", "wallet": "alipay", "flow_no": flow_no,
               "fee_type": fee_type, "n": 1,
               "order_no": order_no, "amount_fen": amount_fen, "at": at, "file_sha": "sha", "row_no": 8}  # fmt: skip
        self.write(lambda connection: connection.execute(bill_line.insert(), [{**row, **facts}]))

    def vouchers(self, kind: str = "") -> list[list[Line]]:
        """The lines of every voucher (of a kind), in order of numbers."""
        found: dict[object, list[Line]] = {}
        columns = ", ".join(f"l.{name}" for name in Line._fields)
        joined = "jv_line l JOIN jv v ON v.no = l.no"
        sql = f"SELECT l.no, {columns} FROM {joined} WHERE :k IN ('', v.kind) ORDER BY l.no, l.n"
        for no, *line in self.rows(sql, k=kind):
            found.setdefault(no, []).append(Line(*line))  # type: ignore[arg-type]
        return list(found.values())

    def golden(self, kind: str) -> list[list[str]]:
        """The vouchers of a kind as people write them: `借 1405 100.00`."""
        return [
            [
                f"{'借' if line.dr_fen else '贷'} {line.account} {(line.dr_fen or line.cr_fen) / 100:.2f}"
                for line in lines
            ]
            for lines in self.vouchers(kind)
        ]
