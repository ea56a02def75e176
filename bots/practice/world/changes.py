"""What the bots change in the mall. Each function is one BEGIN IMMEDIATE transaction that either happens or not.

The mall is deliberately not idempotent: a second shipment, delisting or enrolment of the same thing is accepted and
gives a second event row, so that tests see what was done twice.
"""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from bots.practice.world.books import World
from bots.practice.world.fen import yuan
from bots.practice.world.orders import CARRIERS

VIAS = ("batch", "form")


class Refusal(Exception):
    """The mall does not accept the change; `reason` is what it tells the seller, in Chinese. Nothing was written."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ShipRow:
    """One row of a batch sheet."""

    sub_no: str
    carrier: str
    waybill_no: str


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row of a batch; `reason` is empty when it was accepted."""

    sub_no: str
    result: str
    reason: str


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What became of an uploaded sheet."""

    batch_id: str
    ok: int
    failed: int
    rows: tuple[RowResult, ...]


def ship(world: World, sub_no: str, carrier: str, waybill_no: str, via: str, *, shop_id: str | None = None) -> None:
    """Ships one sub-order; the order is 卖家已发货 once all its open sub-orders are. Refusal with the reason."""
    with world.writing() as connection:
        _ship(connection, world.now(), ShipRow(sub_no, carrier, waybill_no), via, shop_id)


def upload_batch(world: World, shop_id: str, file_name: str, rows: Iterable[ShipRow]) -> BatchResult:
    """Ships every acceptable row of a sheet and writes the batch down, in one transaction."""
    results: list[RowResult] = []
    with world.writing() as connection:
        now = world.now()
        for row in rows:
            try:
                _ship(connection, now, row, "batch", shop_id)
            except Refusal as refusal:
                results.append(RowResult(row.sub_no, "失败", refusal.reason))
            else:
                results.append(RowResult(row.sub_no, "成功", ""))
        number = connection.execute("SELECT COUNT(*) FROM batch_upload").fetchone()[0] + 1
        batch_id = f"PL{now[:10].replace('-', '')}{number:05d}"
        ok = sum(result.result == "成功" for result in results)
        detail = json.dumps(
            [{"sub_no": r.sub_no, "result": r.result, "reason": r.reason} for r in results], ensure_ascii=False
        )
        connection.execute(
            "INSERT INTO batch_upload VALUES (?,?,?,?,?,?,?)",
            (batch_id, shop_id, file_name, now, ok, len(results) - ok, detail),
        )
    return BatchResult(batch_id, ok, len(results) - ok, tuple(results))


def delist(world: World, product_id: str, via: str = "form", *, shop_id: str | None = None) -> None:
    """Takes a product off the shelf. Refusal if there is no such product (in this shop)."""
    _shelve(world, product_id, "delist", 0, via, shop_id)


def list_product(world: World, product_id: str, via: str = "form", *, shop_id: str | None = None) -> None:
    """Puts a product on the shelf. Refusal if there is no such product (in this shop)."""
    _shelve(world, product_id, "list", 1, via, shop_id)


def enrol(
    world: World, activity_id: str, product_id: str, price_fen: int, stock: int, *, shop_id: str | None = None
) -> None:
    """Enrols a product. Refusal if the price is above its floor, the stock outside the limits, or it is off shelf."""
    with world.writing() as connection:
        activity = connection.execute("SELECT * FROM activity WHERE activity_id = ?", (activity_id,)).fetchone()
        if activity is None:
            raise Refusal(f"活动 {activity_id} 不存在")
        product = _product(connection, product_id, shop_id)
        if not product["on_shelf"]:
            raise Refusal("商品已下架，不能报名")
        if price_fen <= 0:
            raise Refusal("活动价必须大于 ¥0.00")
        if price_fen > product["floor_price_fen"]:
            raise Refusal(f"活动价不得高于 ¥{yuan(product['floor_price_fen'])}")
        if stock < activity["min_stock"]:
            raise Refusal(f"活动库存不得少于 {activity['min_stock']} 件")
        if stock > activity["max_stock"]:
            raise Refusal(f"活动库存不得多于 {activity['max_stock']} 件")
        connection.execute(
            "INSERT INTO enrolment (activity_id, product_id, price_fen, stock, at) VALUES (?,?,?,?,?)",
            (activity_id, product_id, price_fen, stock, world.now()),
        )


def _shelve(world: World, product_id: str, action: str, on_shelf: int, via: str, shop_id: str | None) -> None:
    with world.writing() as connection:
        _product(connection, product_id, shop_id)
        connection.execute("UPDATE product SET on_shelf = ? WHERE product_id = ?", (on_shelf, product_id))
        connection.execute(
            "INSERT INTO shelf_event (product_id, action, at, via) VALUES (?,?,?,?)",
            (product_id, action, world.now(), via),
        )


def _product(connection: sqlite3.Connection, product_id: str, shop_id: str | None) -> sqlite3.Row:
    row: sqlite3.Row | None = connection.execute("SELECT * FROM product WHERE product_id = ?", (product_id,)).fetchone()
    if row is None or shop_id not in (None, row["shop_id"]):
        raise Refusal(f"商品 {product_id} 不存在")
    return row


def _ship(connection: sqlite3.Connection, now: str, row: ShipRow, via: str, shop_id: str | None) -> None:
    if via not in VIAS:
        raise ValueError(f"via must be one of {VIAS}, not {via!r}")
    order_no = _shippable(connection, row, shop_id)
    connection.execute(
        "INSERT INTO shipment (order_no, sub_no, carrier, waybill_no, at, via) VALUES (?,?,?,?,?,?)",
        (order_no, row.sub_no, row.carrier, row.waybill_no.strip(), now, via),
    )
    waiting = connection.execute(
        """SELECT COUNT(*) FROM order_line l WHERE l.order_no = ? AND l.refund_status <> '退款成功'
           AND NOT EXISTS (SELECT 1 FROM shipment s WHERE s.order_no = l.order_no AND s.sub_no = l.sub_no)""",
        (order_no,),
    ).fetchone()[0]
    connection.execute("UPDATE orders SET modified_at = ? WHERE order_no = ?", (now, order_no))
    if not waiting:
        connection.execute(
            "UPDATE orders SET status = '卖家已发货', shipped_at = COALESCE(shipped_at, ?) WHERE order_no = ?",
            (now, order_no),
        )


def _shippable(connection: sqlite3.Connection, row: ShipRow, shop_id: str | None) -> str:
    """The order of a row that may be shipped; Refusal otherwise."""
    found = connection.execute(
        """SELECT o.order_no, o.shop_id, o.status, l.refund_status FROM order_line l JOIN orders o USING (order_no)
           WHERE l.sub_no = ?""",
        (row.sub_no,),
    ).fetchone()
    if found is None or shop_id not in (None, found["shop_id"]):
        raise Refusal(f"子订单 {row.sub_no} 不存在")
    if found["status"] not in ("等待卖家发货", "卖家已发货"):
        raise Refusal(f"订单状态为{found['status']}，不能发货")
    if found["refund_status"] == "退款成功":
        raise Refusal("子订单退款成功，不能发货")
    if row.carrier not in CARRIERS:
        raise Refusal(f"快递公司“{row.carrier}”不在平台名单中")
    if not row.waybill_no.strip():
        raise Refusal("运单号不能为空")
    return str(found["order_no"])
