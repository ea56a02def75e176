"""One night told twice, by the mall's own tables and by the books; both tell the same facts in the same shape.

A fact is a value that can be compared: counts and sums by key, or sorted lists in which a thing done twice stands
twice. Money is fen.
"""

import json
from collections import Counter
from typing import Any

from sqlalchemy import func, select

from bots.practice.world import World, truth
from schedules.desk import Desk
from storage.database.tables import (
    ad_day,
    bank_line,
    bill_line,
    bot_result,
    channel_sku,
    command,
    move,
    order_line,
    platform_order,
    quant,
    refund,
)

Facts = dict[str, Any]
DONE = ("done", "found_done")
VIA = {"to_ship_batch": "batch", "to_ship_form": "form"}
SHELF = {"to_delist": "delist", "to_list": "list"}
BROUGHT = ("orders", "paid_by_day", "lines", "refunds", "statements", "bank", "ads", "opening")
"""Facts that the night brings in."""
DONE_OUTSIDE = ("shelf", "on_shelf", "enrolled", "shipped", "shipped_orders", "pieces_left")
"""Facts that the night makes."""


def told_by_mall(world: World) -> Facts:
    """What the mall's own tables say."""
    return {
        "orders": _by_shop(world, "SELECT shop_id, COUNT(*), SUM(paid_fen), SUM(goods_fen) FROM orders GROUP BY 1"),
        "paid_by_day": truth.orders_by_shop_day(world),
        "lines": _by_shop(
            world,
            """SELECT shop_id, COUNT(*), SUM(qty), SUM(paid_share_fen), SUM(l.refunded_fen)
               FROM order_line l JOIN orders USING (order_no) GROUP BY 1""",
        ),
        "refunds": _by_shop(
            world,
            """SELECT shop_id, COUNT(*), SUM(amount_fen), COUNT(done_at)
               FROM refund JOIN orders USING (order_no) GROUP BY 1""",
        ),
        "statements": _statements(world),
        "bank": (
            world.number("SELECT COUNT(*) FROM bank_line"),
            world.number("SELECT SUM(amount_fen) FROM bank_line"),
        ),
        "ads": _by_shop(world, "SELECT shop_id, COUNT(*), SUM(spend_fen), SUM(gmv_fen) FROM ad_day GROUP BY 1"),
        "opening": {
            (row["warehouse"], row["code"]): row["qty"]
            for row in world.rows("SELECT warehouse, code, qty FROM warehouse_stock WHERE qty > 0")
        },
        **_made(world),
    }


def _made(world: World) -> Facts:
    shipped = world.rows(
        "SELECT sub_no, carrier, waybill_no, via FROM shipment WHERE via <> 'history' ORDER BY sub_no, id"
    )
    return {
        "shelf": sorted(tuple(row.values()) for row in world.rows("SELECT product_id, action FROM shelf_event")),
        "on_shelf": {row["product_id"] for row in world.rows("SELECT product_id FROM product WHERE on_shelf = 1")},
        "enrolled": sorted(
            tuple(row.values()) for row in world.rows("SELECT activity_id, product_id, price_fen, stock FROM enrolment")
        ),
        "shipped": [tuple(row.values()) for row in shipped],
        "shipped_orders": {
            row["order_no"]
            for row in world.rows(
                """SELECT DISTINCT order_no FROM orders JOIN shipment USING (order_no)
                   WHERE via <> 'history' AND status = '卖家已发货'"""
            )
        },
        "pieces_left": _pieces_left(world),
    }


def _by_shop(world: World, sql: str) -> dict[str, tuple[int, ...]]:
    return {shop: tuple(numbers) for shop, *numbers in (row.values() for row in world.rows(sql))}


def _statements(world: World) -> dict[tuple[str, str], tuple[int, int]]:
    """(shop, fee class) → lines and sum; the fee column of a trade row is a line of its own in the books."""
    told: dict[tuple[str, str], tuple[int, int]] = {}
    for (shop, kind), (lines, amount, _) in truth.wallet_by_shop_kind(world).items():
        told[shop, "unclassified" if kind == "unknown_fee" else kind] = (lines, amount)
    fees = world.rows(
        "SELECT shop_id, COUNT(*) AS n, SUM(fee_fen) AS fee FROM wallet_line WHERE fee_fen <> 0 GROUP BY 1"
    )
    told.update({(row["shop_id"], "payment_fee"): (row["n"], -row["fee"]) for row in fees})
    return told


def _pieces_left(world: World) -> dict[str, int]:
    """Opening count less what tonight's parcels took, bundles by their parts; codes that run out are left out."""
    parts: dict[str, list[tuple[str, int]]] = {}
    for row in world.rows("SELECT code, component_code, qty FROM bundle"):
        parts.setdefault(row["code"], []).append((row["component_code"], row["qty"]))
    left = Counter(truth.stock_of_code(world))
    for row in world.rows(
        """SELECT k.code, l.qty FROM shipment s JOIN order_line l USING (sub_no) JOIN sku k USING (sku_id)
           WHERE s.via <> 'history'"""
    ):
        for code, pieces in parts.get(row["code"], [(row["code"], 1)]):
            left[code] -= pieces * row["qty"]
    return {code: pieces for code, pieces in left.items() if pieces}


def told_by_books(desk: Desk) -> Facts:
    """What the books say."""
    with desk.database.read() as connection:

        def grouped(by: list[Any], *values: Any, where: Any = True) -> dict[Any, tuple[int, ...]]:
            rows = connection.execute(select(*by, *values).where(where).group_by(*by)).all()
            keyed = ((tuple(row[: len(by)]) if len(by) > 1 else row[0], row[len(by) :]) for row in rows)
            return {key: tuple(int(value or 0) for value in said) for key, said in keyed}

        o, line, r, b, k, a = (t.c for t in (platform_order, order_line, refund, bill_line, bank_line, ad_day))
        count = func.count()
        day = func.substr(o.created_at, 1, 10)
        refunds = select(
            order_shop := o.shop, count, func.sum(r.amount_fen), func.sum((r.done_at != "").cast(count.type))
        )
        refunds = refunds.join_from(refund, platform_order, r.order_no == o.order_no).group_by(order_shop)
        bank = connection.execute(select(count, func.sum(k.amount_fen))).one()
        return {
            "orders": grouped([o.shop], count, func.sum(o.paid_fen), func.sum(o.goods_fen)),
            "paid_by_day": grouped([o.shop, day], count, func.sum(o.paid_fen), where=o.paid_at != ""),
            "lines": grouped(
                [line.shop], count, func.sum(line.qty), func.sum(line.paid_share_fen), func.sum(line.refunded_fen)
            ),
            "refunds": {row[0]: tuple(int(value) for value in row[1:]) for row in connection.execute(refunds)},
            "statements": grouped([b.shop, b.fee_type], count, func.sum(b.amount_fen)),
            "bank": (bank[0], int(bank[1] or 0)),
            "ads": grouped([a.shop], count, func.sum(a.spend_fen), func.sum(a.gmv_fen)),
            "opening": {
                key: pieces
                for key, (pieces,) in grouped(
                    [move.c.to_place, move.c.code], func.sum(move.c.qty), where=move.c.doc_type == "opening"
                ).items()
            },
            **_believed(connection),
        }


def _believed(connection: Any) -> Facts:
    c, q = command.c, quant.c
    done = connection.execute(
        select(c.worklist, c.data)
        .join_from(bot_result, command, bot_result.c.command_id == c.command_id)
        .where(bot_result.c.outcome.in_(DONE))
    ).all()
    rows = [(worklist, json.loads(data)) for worklist, data in done]
    shipping = [(VIA[worklist], row) for worklist, row in rows if worklist in VIA]
    shipped_orders = {row["主订单编号"] for _, row in shipping}
    state = select(platform_order.c.order_no).where(platform_order.c.ship_state == "shipped")
    left = connection.execute(select(q.code, func.sum(q.on_hand)).group_by(q.code))
    shelf = select(channel_sku.c.product_id).where(channel_sku.c.status == "上架").distinct()
    return {
        "shelf": sorted((row["商品ID"], SHELF[worklist]) for worklist, row in rows if worklist in SHELF),
        "on_shelf": set(connection.execute(shelf).scalars()),
        "enrolled": sorted(
            (row["活动ID"], row["商品ID"], _fen(row["活动价"]), int(row["活动库存"]))
            for worklist, row in rows
            if worklist == "to_enrol"
        ),
        "shipped": sorted((row["子订单编号"], row["快递公司"], row["运单号"], via) for via, row in shipping),
        "shipped_orders": shipped_orders & set(connection.execute(state).scalars()),
        "pieces_left": {code: int(pieces) for code, pieces in left if pieces},
    }


def _fen(yuan: str) -> int:
    whole, _, part = yuan.partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0")[:2])
