"""Books of a shop whose orders come back: parcels that left, a warehouse with a defect place, bots that answer."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Connection, select

from storage.database.connection import open_database
from storage.database.tables import bot_result, command, order_line, platform_order, raw_file, warehouse, waybill
from storage.erp.aftersales.requests import Request
from storage.erp.allocation.allocate import AllocationPolicy, allocate_open_orders
from storage.erp.allocation.model import OrderKey
from storage.erp.commands import worklists
from storage.erp.commands.results import apply_results
from storage.erp.stock.book import MoveRow, record_moves
from tests.support.books import SmallBooks

T = TypeVar("T")
NIGHT = "2026-11-21"
EVERYWHERE = AllocationPolicy(platforms=("practice", "aftersale"))


def key(order_no: str) -> OrderKey:
    """An order of the only shop."""
    return OrderKey("practice", "shop_a", order_no)


def asked(rma_id: str, order_no: str, kind: str = "return", /, **facts: object) -> Request:
    """An after-sale about the whole first sub-order, unless `facts` say otherwise."""
    plain = {"lines": {f"{order_no}-1": 1}, "reason": "破损", "responsible": "质量",
             "requested_at": f"{NIGHT} 09:00:00"}  # fmt: skip
    return Request(rma_id, key(order_no), kind, **{**plain, **facts})  # type: ignore[arg-type]


class Shop(SmallBooks):
    """Writes what ingestion, the warehouse and the bots would write; every write leaves sound books."""

    def lay_out(self) -> None:
        """One warehouse, one file, waybill numbers, and an opening count of A, B and C."""
        with self.database.write() as connection:
            rows = [
                {"warehouse": w, "name": f"{w}仓", "province": "浙江", "rank": n} for n, w in enumerate(("H", "HD"))
            ]
            connection.execute(warehouse.insert(), rows)
            connection.execute(raw_file.insert(), [{"file_sha": "sha", "kind": "practice_stock", "state": "read"}])
            connection.execute(waybill.insert(), [{"carrier": "中通快递", "waybill_no": f"ZT{n}"} for n in range(30)])
            record_moves(connection, [
                MoveRow("opening", "QC", code, 1, code, "opening", "H", 20, cost, f"{NIGHT} 00:00:00", "sha", 1)
                for code, cost in (("A", 1250), ("B", 2000), ("C", 300))
            ])  # fmt: skip

    def order(self, order_no: str, *lines: tuple[str, int, int]) -> None:
        """A paid order: (code, pieces, paid fen) per sub-order, numbered <order_no>-1 …"""
        mine = key(order_no)._asdict()
        head = {**mine, "pay_state": "paid", "ship_state": "none", "refund_state": "none", "province": "浙江",
                "paid_fen": sum(fen for *_, fen in lines), "paid_at": f"{NIGHT} 08:00:00",
                "latest_ship_at": "2026-11-23 00:00:00"}  # fmt: skip
        rows = [
            {
                **mine,
                "sub_no": f"{order_no}-{n}",
                "code": code,
                "qty": qty,
                "paid_share_fen": fen,
                "refund_status": "无售后",
            }
            for n, (code, qty, fen) in enumerate(lines, start=1)
        ]
        self.write(lambda c: (c.execute(platform_order.insert(), [head]), c.execute(order_line.insert(), rows)))

    def allocate(self, night: str = NIGHT) -> None:
        """Hold the goods of every open order, ours included, and put numbers on the parcels."""
        self.write(lambda c: allocate_open_orders(c, night, EVERYWHERE))

    def ship(self, night: str = NIGHT) -> None:
        """Allocate, publish, and let the bots do every shipment that waits."""
        self.allocate(night)
        self.write(lambda c: worklists.publish(c, night))
        self.answer("done", "to_ship", night)

    def answer(self, outcome: str, worklist: str = "to_refund", night: str = NIGHT) -> None:
        """The bots' answer to every command that waits on the worklist."""
        waiting = command.c.worklist.startswith(worklist)

        def write(c: Connection) -> None:
            rows = c.execute(select(command).where(waiting, command.c.state == "published")).all()
            run = f"run-{worklist}-{night}-{len(self.rows('SELECT 1 FROM bot_result'))}"
            answers = [{"run_id": run, "command_id": row.command_id, "worklist": row.worklist, "shop": row.shop,
                        "outcome": outcome, "at": f"{night} 23:00:00", "file_sha": "sha"} for row in rows]  # fmt: skip
            if answers:
                c.execute(bot_result.insert(), answers)
            apply_results(c, run)

        self.write(write)

    def refunds(self) -> dict[str, tuple[str, int]]:
        """after-sale → (state of its newest refund command, fen)"""
        rows = self.rows("SELECT subject, state, data FROM command WHERE worklist = 'to_refund' ORDER BY night")
        return {str(subject): (str(state), int(json.loads(str(data))["金额_分"])) for subject, state, data in rows}

    def on_hand(self, place: str = "H") -> dict[str, int]:
        """Pieces by code."""
        rows = self.rows(f"SELECT code, on_hand FROM quant WHERE warehouse = '{place}'")
        return {str(code): int(str(qty)) for code, qty in rows}


@pytest.fixture(scope="session")
def opened_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop's file that each test copies: making the tables takes longer than most tests."""
    path = tmp_path_factory.mktemp("aftersales") / "books.db"
    database = open_database(path)
    Shop(database).lay_out()
    database.close()
    return path


@pytest.fixture
def shop(opened_shop: Path, tmp_path: Path) -> Iterator[Shop]:
    """A shop with goods and no orders; its books are sound at the end of the test."""
    database = open_database(shutil.copy(opened_shop, tmp_path / "books.db"))
    found = Shop(database)
    yield found
    found.sound()
    database.close()
