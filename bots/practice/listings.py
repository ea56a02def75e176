"""What the pages list: the world's reads as JSON-ready rows, each with a unique `key`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bots.practice.world import World, pages

Row = dict[str, Any]
Ask = Mapping[str, Any]
MAX_PAGE_SIZE = 100
SHELF_STATES = {1: "出售中", 0: "已下架"}
SHIPPED = "EXISTS (SELECT 1 FROM shipment h WHERE h.sub_no = l.sub_no)"
SHIPPING_STATES = {
    "waiting": f"o.status = '等待卖家发货' AND l.refund_status <> '退款成功' AND NOT {SHIPPED}",
    "shipped": SHIPPED,
    "": "o.paid_at IS NOT NULL",
}


@dataclass(frozen=True)
class Paging:
    """Which page (from 1) of how many rows."""

    page: int
    size: int

    @classmethod
    def of(cls, ask: Ask) -> "Paging":
        """From a request's `page` and `size`; raises ValueError when they are no numbers."""
        return cls(max(1, int(ask.get("page") or 1)), min(MAX_PAGE_SIZE, max(1, int(ask.get("size") or 20))))

    def cut(self, rows: Sequence[Row]) -> Row:
        """This page of a list that was read whole."""
        start = (self.page - 1) * self.size
        return {"rows": list(rows[start : start + self.size]), "total": len(rows)}


def text(ask: Ask, name: str) -> str:
    """One asked value as stripped text, empty when it was not given."""
    return str(ask.get(name) or "").strip()


def day(ask: Ask, name: str) -> date | None:
    """One asked day, None when it was not given; raises ValueError for anything that is no day."""
    return date.fromisoformat(text(ask, name)) if text(ask, name) else None


def orders(world: World, shop_id: str, ask: Ask, paging: Paging) -> Row:
    """Orders of one shop, newest first; filters `from`, `to`, `status`, `text` (an order or sub-order number)."""
    wanted = pages.OrderFilter(shop_id, day(ask, "from"), day(ask, "to"), text(ask, "status"), text(ask, "text"))
    found = pages.orders_page(world, wanted, paging.page, paging.size)
    return {"rows": [_order(row) for row in found.rows], "total": found.total}


def _order(row: Row) -> Row:
    lines = [
        {
            "key": line["sub_no"],
            "sub_no": line["sub_no"],
            "title": f"{line['title']} {line['spec']}",
            "qty": line["qty"],
            "paid_share_fen": line["paid_share_fen"],
            "refund_status": line["refund_status"],
        }
        for line in row["lines"]
    ]
    shown = {name: row[name] for name in ("order_no", "created_at", "paid_at", "paid_fen", "status")}
    place = f"{row['province']} {row['city']}"
    return {**shown, "key": row["order_no"], "place": place, "qty": sum(line["qty"] for line in lines), "lines": lines}


def products(world: World, shop_id: str, ask: Ask, paging: Paging) -> Row:
    """Products of one shop; filters `product_id` (exact), `title` (part), `category` (its beginning), `status`."""
    names = ("product_id", "title", "category", "status")
    wanted = pages.ProductFilter(shop_id, *(text(ask, name) for name in names))
    found = pages.products_page(world, wanted, paging.page, paging.size)
    rows = [{**row, "key": row["product_id"], "state": SHELF_STATES[row["on_shelf"]]} for row in found.rows]
    return {"rows": rows, "total": found.total}


def enrolments(world: World, shop_id: str, ask: Ask, paging: Paging) -> Row:
    """Accepted enrolments of a shop, newest first; filters `product_id` and `activity_id` (both exact)."""
    activity_id = text(ask, "activity_id")
    found = pages.enrolments(world, shop_id, text(ask, "product_id"))
    return paging.cut([{**row, "key": row["id"]} for row in found if activity_id in ("", row["activity_id"])])


def shipping(world: World, shop_id: str, ask: Ask, paging: Paging) -> Row:
    """Paid lines of a shop: `state` waiting, shipped or empty for both; `sub_no` is a sub-order or order number."""
    sub_no = text(ask, "sub_no")
    wanted = f"o.shop_id = ? AND ? IN ('', l.sub_no, l.order_no) AND {SHIPPING_STATES[text(ask, 'state')]}"
    source = "order_line l JOIN orders o USING (order_no) JOIN sku s USING (sku_id) JOIN product p USING (product_id)"
    total = world.number(f"SELECT count(*) FROM {source} WHERE {wanted}", shop_id, sub_no)
    rows = world.rows(
        f"""SELECT l.sub_no AS key, l.sub_no, p.title || ' ' || s.spec AS title, l.qty, l.refund_status, o.receiver,
            o.province || ' ' || o.city AS place, o.latest_ship_at, o.status AS order_status, {SHIPPED} AS shipped,
            (SELECT group_concat(h.carrier || ' ' || h.waybill_no, '、') FROM shipment h
             WHERE h.sub_no = l.sub_no) AS waybills
            FROM {source} WHERE {wanted} ORDER BY o.latest_ship_at, l.sub_no LIMIT ? OFFSET ?""",
        *(shop_id, sub_no, paging.size, (paging.page - 1) * paging.size),
    )
    return {"rows": [{**row, "state": _shipping_state(row)} for row in rows], "total": total}


def _shipping_state(row: Row) -> str:
    if row["shipped"]:
        return "已发货"
    if row["refund_status"] == "退款成功" or row["order_status"] == "交易关闭":
        return "已关闭"
    return "待发货"


def batches(world: World, shop_id: str, ask: Ask, paging: Paging) -> Row:
    """Uploaded sheets, newest first; `text` is part of a file name or of a batch number."""
    names = ("batch_id", "file_name", "at", "ok", "failed")
    rows = [
        {name: row[name] for name in names}
        | {"key": row["batch_id"], "url": f"/api/seller/batches/{row['batch_id']}/file"}
        for row in pages.batch_uploads(world, shop_id, text(ask, "text"))
    ]
    return paging.cut(rows)


def withdrawals(world: World, shop_id: str, paging: Paging) -> Row:
    """Withdrawals of a shop's wallet, newest first; amounts positive."""
    return paging.cut([{**row, "key": row["flow_no"]} for row in pages.withdrawals(world, shop_id)])


def bank(world: World, ask: Ask, paging: Paging) -> Row:
    """The bank account's lines, newest first; filters `from` and `to`."""
    return paging.cut([{**row, "key": row["id"]} for row in pages.bank_lines(world, day(ask, "from"), day(ask, "to"))])


def bills(world: World, ask: Ask, paging: Paging) -> Row:
    """Statement periods, newest first: `tab` month or day; `period` is the beginning of a month or a day."""
    tab = "day" if text(ask, "tab") == "day" else "month"
    found = [
        one["since"].isoformat()[: 10 if tab == "day" else 7]
        for one in pages.statement_periods(world)
        if one["period"] == tab
    ]
    return paging.cut([{"key": period, "period": period} for period in found if period.startswith(text(ask, "period"))])


def ad_days(world: World, ask: Ask, paging: Paging) -> Row:
    """Spend per day, plan and product of all shops; filters `from` and `to`."""
    found = pages.ad_days_page(world, None, day(ask, "from"), day(ask, "to"), paging.page, paging.size)
    rows = [
        {**row, "key": "/".join((row["day"], row["shop_id"], row["plan"], row["product_id"]))} for row in found.rows
    ]
    return {"rows": rows, "total": found.total}
