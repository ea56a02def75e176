"""What the pages list: one query per table on screen, as JSON-ready rows with a unique `key`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bots.practice.world import World

Row = dict[str, Any]
MAX_PAGE_SIZE = 100
STATE_NAMES = {1: "出售中", 0: "已下架"}


@dataclass(frozen=True)
class Paging:
    """Which page of how many rows."""

    page: int
    size: int

    @classmethod
    def of(cls, ask: Mapping[str, Any]) -> "Paging":
        """From a request's `page` and `size`; raises ValueError when they are no numbers."""
        return cls(max(1, int(ask.get("page") or 1)), min(MAX_PAGE_SIZE, max(1, int(ask.get("size") or 20))))


class _Filter:
    """Collects the conditions of a WHERE clause with their values; empty values ask for nothing."""

    def __init__(self) -> None:
        self.terms: list[str] = []
        self.values: list[object] = []

    def add(self, value: object, term: str) -> "_Filter":
        if value not in (None, ""):
            self.terms.append(term)
            self.values.extend([value] * term.count("?"))
        return self

    def where(self) -> str:
        return " WHERE " + " AND ".join(self.terms) if self.terms else ""


def orders(world: World, shop_id: str, ask: Mapping[str, Any], paging: Paging) -> Row:
    """Orders of one shop, newest first; filters `from`, `to` (days), `status`, `text` (an order or sub-order number)."""
    text = str(ask.get("text") or "").strip()
    wanted = (
        _Filter()
        .add(shop_id, "o.shop_id = ?")
        .add(ask.get("from"), "o.created_at >= ?")
        .add(_after(ask.get("to")), "o.created_at < ?")
        .add(ask.get("status"), "o.status = ?")
        .add(text, "(o.order_no = ? OR o.order_no IN (SELECT order_no FROM order_line WHERE sub_no = ?))")
    )
    columns = """
        o.order_no AS key, o.order_no, o.created_at, o.paid_at, o.paid_fen, o.status, o.province || ' ' || o.city AS place,
        (SELECT count(*) FROM order_line l WHERE l.order_no = o.order_no) AS lines,
        (SELECT sum(qty) FROM order_line l WHERE l.order_no = o.order_no) AS qty,
        (SELECT p.title || ' ' || s.spec FROM order_line l JOIN sku s USING (sku_id) JOIN product p USING (product_id)
          WHERE l.order_no = o.order_no ORDER BY l.sub_no LIMIT 1) AS goods"""
    return _page(world, columns, "orders o", wanted, "o.created_at DESC, o.order_no DESC", paging)


def order_lines(world: World, shop_id: str, order_no: str) -> list[Row]:
    """The lines of one order, empty when the shop has no such order."""
    with world.reading() as db:
        found = db.execute(
            "SELECT l.sub_no AS key, l.sub_no, p.title || ' ' || s.spec AS title, l.qty, l.paid_share_fen, l.refund_status"
            " FROM order_line l JOIN orders o USING (order_no) JOIN sku s USING (sku_id) JOIN product p USING (product_id)"
            " WHERE o.order_no = ? AND o.shop_id = ? ORDER BY l.sub_no",
            (order_no, shop_id),
        )
        return [dict(row) for row in found]


def products(world: World, shop_id: str, ask: Mapping[str, Any], paging: Paging) -> Row:
    """Products of one shop; filters `product_id` (exact), `title` (part), `category` (path or its beginning), `on_shelf`."""
    title = str(ask.get("title") or "").strip()
    category = str(ask.get("category") or "")
    wanted = (
        _Filter()
        .add(shop_id, "p.shop_id = ?")
        .add(str(ask.get("product_id") or "").strip(), "p.product_id = ?")
        .add(f"%{title}%" if title else "", "p.title LIKE ?")
        .add(f"{category}%" if category else "", "p.category LIKE ?")
        .add(ask.get("on_shelf"), "p.on_shelf = CAST(? AS INTEGER)")
    )
    columns = """
        p.product_id AS key, p.product_id, p.title, p.category, p.on_shelf, p.price_fen,
        (SELECT count(*) FROM sku s WHERE s.product_id = p.product_id) AS skus,
        (SELECT sum(platform_stock) FROM sku s WHERE s.product_id = p.product_id) AS stock"""
    answer = _page(world, columns, "product p", wanted, "p.product_id", paging)
    for row in answer["rows"]:
        row["state"] = STATE_NAMES[row["on_shelf"]]
    return answer


def categories(world: World, shop_id: str) -> list[Row]:
    """The category tree of a shop in the cascader's own shape."""
    tree: dict[str, list[str]] = {}
    with world.reading() as db:
        query = "SELECT DISTINCT category FROM product WHERE shop_id = ? ORDER BY category"
        for (category,) in db.execute(query, (shop_id,)):
            head, _, tail = str(category).partition("/")
            tree.setdefault(head, []).append(tail)
    return [
        {
            "value": head,
            "label": head,
            "children": [{"value": f"{head}/{tail}", "label": tail} for tail in tails if tail],
        }
        for head, tails in tree.items()
    ]


def skus(world: World, shop_id: str) -> list[Row]:
    """Every SKU of a shop: the virtual table loads them at once."""
    with world.reading() as db:
        found = db.execute(
            "SELECT s.sku_id AS id, s.sku_id, s.code, p.title, s.spec, s.price_fen, s.platform_stock FROM sku s"
            " JOIN product p USING (product_id) WHERE p.shop_id = ? ORDER BY s.sku_id",
            (shop_id,),
        )
        return [dict(row) for row in found]


def activities(world: World) -> list[Row]:
    """All activities."""
    with world.reading() as db:
        return [dict(row) for row in db.execute("SELECT activity_id AS key, * FROM activity ORDER BY activity_id")]


def enrolments(world: World, shop_id: str, ask: Mapping[str, Any], paging: Paging) -> Row:
    """Accepted enrolments of a shop, newest first; filters `product_id` and `activity_id` (both exact)."""
    wanted = (
        _Filter()
        .add(shop_id, "p.shop_id = ?")
        .add(str(ask.get("product_id") or "").strip(), "e.product_id = ?")
        .add(str(ask.get("activity_id") or "").strip(), "e.activity_id = ?")
    )
    columns = "e.id AS key, e.activity_id, a.title AS activity, e.product_id, p.title, e.price_fen, e.stock, e.at"
    source = "enrolment e JOIN product p USING (product_id) JOIN activity a USING (activity_id)"
    return _page(world, columns, source, wanted, "e.id DESC", paging)


def shipping(world: World, shop_id: str, ask: Mapping[str, Any], paging: Paging) -> Row:
    """Paid order lines of a shop: `state` waiting, shipped or empty for both; `sub_no` matches order or sub-order."""
    shipped = "EXISTS (SELECT 1 FROM shipment h WHERE h.sub_no = l.sub_no)"
    wanted = (
        _Filter()
        .add(shop_id, "o.shop_id = ?")
        .add(str(ask.get("sub_no") or "").strip(), "(l.sub_no = ? OR l.order_no = ?)")
    )
    if ask.get("state") == "waiting":
        wanted.terms.append(f"o.status = '等待卖家发货' AND l.refund_status != '退款成功' AND NOT {shipped}")
    elif ask.get("state") == "shipped":
        wanted.terms.append(shipped)
    else:
        wanted.terms.append("o.paid_at IS NOT NULL")
    columns = f"""
        l.sub_no AS key, l.sub_no, l.order_no, p.title || ' ' || s.spec AS title, l.qty, o.receiver, l.refund_status,
        o.province || ' ' || o.city AS place, o.latest_ship_at, o.status AS order_status, {shipped} AS shipped,
        (SELECT group_concat(h.carrier || ' ' || h.waybill_no, '、') FROM shipment h WHERE h.sub_no = l.sub_no) AS waybills"""
    source = "order_line l JOIN orders o USING (order_no) JOIN sku s USING (sku_id) JOIN product p USING (product_id)"
    answer = _page(world, columns, source, wanted, "o.latest_ship_at, l.sub_no", paging)
    for row in answer["rows"]:
        row["state"] = _shipping_state(row)
    return answer


def _shipping_state(row: Row) -> str:
    if row["shipped"]:
        return "已发货"
    if row["refund_status"] == "退款成功" or row["order_status"] == "交易关闭":
        return "已关闭"
    return "待发货"


def withdrawals(world: World, shop_id: str, paging: Paging) -> Row:
    """Withdrawals of a shop's wallet, newest first; amounts positive."""
    wanted = _Filter().add(shop_id, "w.shop_id = ?").add("withdrawal", "w.kind = ?")
    columns = "w.id AS key, w.flow_no, w.at, -w.amount_fen AS amount_fen, w.counterparty, w.remark"
    return _page(world, columns, "wallet_line w", wanted, "w.at DESC, w.id DESC", paging)


def ad_days(world: World, ask: Mapping[str, Any], paging: Paging) -> Row:
    """Spend per day, plan and product of all shops; filters `from` and `to` (days)."""
    wanted = _Filter().add(ask.get("from"), "d.day >= ?").add(ask.get("to"), "d.day <= ?")
    columns = """d.day || d.shop_id || d.plan || d.product_id AS key, d.day, d.shop_id, d.plan, d.product_id, p.title,
        d.spend_fen, d.impressions, d.clicks, d.orders, d.gmv_fen"""
    source = "ad_day d LEFT JOIN product p USING (product_id)"
    answer = _page(world, columns, source, wanted, "d.day DESC, d.shop_id, d.plan, d.product_id", paging)
    with world.reading() as db:
        sums = (
            "SELECT total(spend_fen), total(impressions), total(clicks), total(gmv_fen) FROM ad_day d" + wanted.where()
        )
        spend, impressions, clicks, gmv = db.execute(sums, wanted.values).fetchone()
    answer["sums"] = {
        "spend_fen": int(spend),
        "impressions": int(impressions),
        "clicks": int(clicks),
        "gmv_fen": int(gmv),
    }
    return answer


def _page(world: World, columns: str, source: str, wanted: _Filter, order: str, paging: Paging) -> Row:
    where = wanted.where()
    with world.reading() as db:
        total = db.execute(f"SELECT count(*) FROM {source}{where}", wanted.values).fetchone()[0]
        found = db.execute(
            f"SELECT {columns} FROM {source}{where} ORDER BY {order} LIMIT ? OFFSET ?",
            [*wanted.values, paging.size, (paging.page - 1) * paging.size],
        )
        return {"rows": [dict(row) for row in found], "total": total}


def _after(day: object) -> str:
    """The first text that sorts behind every time of this day."""
    return f"{day}~" if day else ""
