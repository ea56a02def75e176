"""What is true in a world, for tests to compare with: read-only, answers keyed by ids, money in fen."""

from collections import Counter
from typing import Any

from bots.practice.world.books import World


def orders_by_shop_day(world: World) -> dict[tuple[str, str], tuple[int, int]]:
    """(shop_id, day placed) → (orders that were paid, their Σ paid_fen)."""
    return {
        (row["shop_id"], row["day"]): (row["n"], row["paid"])
        for row in world.rows(
            """SELECT shop_id, substr(created_at, 1, 10) AS day, COUNT(*) AS n, SUM(paid_fen) AS paid
               FROM orders WHERE paid_at IS NOT NULL GROUP BY 1, 2"""
        )
    }


def wallet_by_shop_kind(world: World) -> dict[tuple[str, str], tuple[int, int, int]]:
    """(shop_id, kind) → (lines, Σ amount_fen, Σ fee_fen) as the statements hold them, repeated lines counted."""
    return {
        (row["shop_id"], row["kind"]): (row["n"], row["amount"], row["fee"])
        for row in world.rows(
            """SELECT shop_id, kind, COUNT(*) AS n, SUM(amount_fen) AS amount, SUM(fee_fen) AS fee
               FROM wallet_line GROUP BY 1, 2"""
        )
    }


def planted(world: World) -> list[dict[str, Any]]:
    """The known differences, each {kind, shop_id, order_no, flow_no, amount_fen, note}."""
    return world.rows("SELECT kind, shop_id, order_no, flow_no, amount_fen, note FROM planted ORDER BY id")


def shelf_events(world: World) -> Counter[tuple[str, str]]:
    """(product_id, delist|list) → how often it was done."""
    return _count(world, "SELECT product_id, action, COUNT(*) FROM shelf_event GROUP BY 1, 2")


def enrolments(world: World) -> Counter[tuple[str, str]]:
    """(activity_id, product_id) → how often it was enrolled."""
    return _count(world, "SELECT activity_id, product_id, COUNT(*) FROM enrolment GROUP BY 1, 2")


def shipments(world: World) -> Counter[tuple[str, str]]:
    """(order_no, sub_no) → how often a bot shipped it (the history's own shipments are not counted)."""
    return _count(world, "SELECT order_no, sub_no, COUNT(*) FROM shipment WHERE via <> 'history' GROUP BY 1, 2")


def _count(world: World, sql: str) -> Counter[tuple[str, str]]:
    with world.reading() as connection:
        return Counter({(row[0], row[1]): row[2] for row in connection.execute(sql)})


def stock_of_code(world: World) -> dict[str, int]:
    """Warehouse code → pieces in all warehouses at the opening count."""
    return {
        row["code"]: row["qty"] for row in world.rows("SELECT code, SUM(qty) AS qty FROM warehouse_stock GROUP BY code")
    }


def sellable(world: World) -> dict[str, int]:
    """Product → pieces its SKUs could be made of at the opening count, bundles by their scarcest part."""
    on_hand = stock_of_code(world)
    parts: dict[str, list[tuple[str, int]]] = {}
    for row in world.rows("SELECT code, component_code, qty FROM bundle"):
        parts.setdefault(row["code"], []).append((row["component_code"], row["qty"]))
    total: dict[str, int] = {}
    for row in world.rows("SELECT product_id, code FROM sku"):
        makes = min(on_hand.get(code, 0) // qty for code, qty in parts.get(row["code"], [(row["code"], 1)]))
        total[row["product_id"]] = total.get(row["product_id"], 0) + makes
    return total


def to_delist(world: World) -> list[str]:
    """Products on the shelf of which no warehouse holds a piece."""
    return _by_shelf(world, on_shelf=True, least=0, most=0)


def to_list(world: World) -> list[str]:
    """Products off the shelf although there is plenty (200 pieces or more) of them."""
    return _by_shelf(world, on_shelf=False, least=200, most=None)


def _by_shelf(world: World, *, on_shelf: bool, least: int, most: int | None) -> list[str]:
    stock = sellable(world)
    rows = world.rows("SELECT product_id FROM product WHERE on_shelf = ? ORDER BY product_id", int(on_shelf))
    return [
        row["product_id"]
        for row in rows
        if stock[row["product_id"]] >= least and (most is None or stock[row["product_id"]] <= most)
    ]


def sub_orders_to_ship(world: World) -> list[dict[str, Any]]:
    """Paid sub-orders that wait: not shipped, not refunded; {shop_id, order_no, sub_no, code, qty, refund_status}."""
    return world.rows(
        """SELECT o.shop_id, o.order_no, l.sub_no, k.code, l.qty, l.refund_status
           FROM orders o JOIN order_line l USING (order_no) JOIN sku k USING (sku_id)
           WHERE o.status = '等待卖家发货' AND l.refund_status <> '退款成功'
             AND NOT EXISTS (SELECT 1 FROM shipment s WHERE s.sub_no = l.sub_no)
           ORDER BY l.sub_no"""
    )
