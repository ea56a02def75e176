"""A night's core work on the practice mall's own files, with its effects done straight in the mall's books."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from bots.practice.world import changes, sizes, truth
from bots.practice.world.exports import ExportRequest, export
from bots.practice.world.fen import yuan
from bots.practice.world.generation import build
from storage.archive import Archive, Facts
from storage.database.connection import open_database
from storage.database.tables import bot_result, command, platform_order
from storage.erp.allocation.allocate import allocate_open_orders
from storage.erp.commands import worklists as commands
from storage.erp.commands.worklists import PublishPolicy
from storage.erp.invariants.verify import INVARIANTS
from storage.ingest import ingest

KINDS = ("practice_products", "practice_stock", "practice_waybills", "practice_orders", "practice_refunds")
NIGHT, NEXT = "2026-11-21", "2026-11-22"


class Night:
    """The mall, the books, and a bot that acts without a browser."""

    def __init__(self, folder: Path, size: sizes.WorldSize, seed: int) -> None:
        self.world = build(folder / "mall.db", seed=seed, last_day=date(2026, 11, 20), size=size)
        self.database = open_database(folder / "books.db")
        self.archive = Archive(folder / "archive")
        (found,) = self.world.rows("SELECT activity_id FROM activity")
        self.policy = PublishPolicy(activity_id={"": found["activity_id"]})

    def take_in(self, kinds=KINDS):
        """Ingest what the mall exports now."""
        for kind in kinds:
            found = export(self.world, kind, ExportRequest())
            taken = ingest(self.database, self.archive, found.content, kind=kind, facts=Facts(name=found.file_name))
            assert taken.state == "read", taken

    def decide(self, night):
        """Allocate and publish; returns the new rows per worklist."""
        with self.database.write() as connection:
            allocate_open_orders(connection, night)
            counts = commands.publish(connection, night, self.policy)
        self.sound()
        return {name: count for name, count in counts.items() if count}

    def act(self, run_id, night):
        """Do every published row in the mall once, and hand the answers to the books."""
        with self.database.read() as connection:
            shops = sorted(set(connection.execute(select(command.c.shop)).scalars()))
            todo = [
                (w, s, row) for w in commands.WORKLISTS for s in shops for row in commands.rows(connection, w, s, night)
            ]
        answers = [self._answer(run_id, *one) for one in todo]
        with self.database.write() as connection:
            if answers:
                connection.execute(bot_result.insert(), answers)
            commands.apply_results(connection, run_id)
        self.sound()
        return Counter(answer["outcome"] for answer in answers)

    def _answer(self, run_id, worklist, shop, row):
        outcome, reason = "done", ""
        try:
            self._do(worklist, row)
        except changes.Refusal as refusal:
            outcome, reason = "rejected", str(refusal)
        return {"run_id": run_id, "command_id": row["_id"], "worklist": worklist, "shop": shop, "outcome": outcome,
                "reason": reason, "at": "2026-11-21 02:00:00"}  # fmt: skip

    def _do(self, worklist, row):
        if worklist == "to_delist":
            changes.delist(self.world, row["商品ID"])
        elif worklist == "to_list":
            changes.list_product(self.world, row["商品ID"])
        elif worklist == "to_enrol":
            price = int(row["活动价"].replace(".", ""))
            assert yuan(price) == row["活动价"]
            changes.enrol(self.world, row["活动ID"], row["商品ID"], price, int(row["活动库存"]))
        else:
            changes.ship(self.world, row["子订单编号"], row["快递公司"], row["运单号"], "form", shop_id=row["店铺"])

    def sound(self):
        """Every invariant but I-17, which is reconciliation's own and needs its run."""
        with self.database.read() as connection:
            found = {name: check(connection) for name, check in INVARIANTS.items() if name != "I-17"}
        assert {name: findings[:3] for name, findings in found.items() if findings} == {}

    def close(self):
        """Give the books back."""
        self.database.close()


@pytest.mark.parametrize(("size", "seed"), [(sizes.TINY, 7), (sizes.TINY, 11)])
def test_a_night_does_everything_once(tmp_path: Path, size: sizes.WorldSize, seed: int):
    """What the truth wants delisted, listed and shipped happens once, and a second night repeats nothing."""
    night = Night(tmp_path, size, seed)
    wants = {"delist": set(truth.to_delist(night.world)), "list": set(truth.to_list(night.world))}
    open_subs = {row["sub_no"] for row in truth.sub_orders_to_ship(night.world) if row["refund_status"] == "无售后"}
    night.take_in()
    assert night.decide(NIGHT).keys() >= {"to_delist", "to_list", "to_ship_batch", "to_ship_form", "to_enrol"}
    assert night.decide(NIGHT) == {}
    assert night.act("R1", NIGHT)["done"] > 5
    for action, products in wants.items():
        assert {p for (p, done), n in truth.shelf_events(night.world).items() if done == action and n == 1} == products
    shipped = truth.shipments(night.world)
    assert set(shipped.values()) == {1}
    assert {sub for _, sub in shipped} <= open_subs
    night.take_in(("practice_products", "practice_orders"))
    assert "to_ship_form" not in night.decide(NEXT)
    night.act("R2", NEXT)
    assert set(truth.shelf_events(night.world).values()) == {1}
    assert set(truth.enrolments(night.world).values()) == {1}
    assert truth.shipments(night.world) == shipped
    _same_ship_states(night)
    night.close()


def _same_ship_states(night: Night) -> None:
    """The pool says shipped of an order exactly where the mall does, after its next export was taken in."""
    mall = {
        row["order_no"]
        for row in night.world.rows("SELECT order_no FROM orders WHERE status IN ('卖家已发货', '交易成功')")
    }
    o = platform_order.c
    with night.database.read() as connection:
        query = select(o.order_no).where(o.ship_state == "shipped", o.pay_state.in_(("paid", "part_refunded")))
        pool = set(connection.execute(query).scalars())
    assert pool <= mall
