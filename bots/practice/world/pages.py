"""What the mall's pages show: filtered, paged reads. Rows are dicts named as the schema's columns; money is fen."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bots.practice.world.books import World
from bots.practice.world.statements import period_label


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows and how many rows there are in all."""

    rows: list[dict[str, Any]]
    total: int


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders: placed in `since`..`until` (inclusive), of a status, whose order or sub-order number is `text`."""

    shop_id: str | None = None
    since: date | None = None
    until: date | None = None
    status: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class ProductFilter:
    """Which products; `title` and `category` match a part, `status` is 上架, 下架 or empty for both."""

    shop_id: str | None = None
    product_id: str = ""
    title: str = ""
    category: str = ""
    status: str = ""


class _Where:
    """Conditions and their values, gathered one by one; an empty value adds nothing."""

    def __init__(self) -> None:
        self.parts: list[str] = ["1"]
        self.values: list[object] = []

    def add(self, condition: str, value: object, times: int = 1) -> None:
        if value not in (None, ""):
            self.parts.append(condition)
            self.values += [value] * times

    @property
    def sql(self) -> str:
        return " AND ".join(self.parts)


def _paged(world: World, sql: str, order: str, where: _Where, page: int, page_size: int) -> Page:
    """Page `page` (from 1) of `sql`, counted and read in one snapshot."""
    with world.reading() as connection:
        total = connection.execute(f"SELECT COUNT(*) FROM ({sql} WHERE {where.sql})", where.values).fetchone()[0]
        found = connection.execute(
            f"{sql} WHERE {where.sql} ORDER BY {order} LIMIT ? OFFSET ?",
            [*where.values, page_size, (max(1, page) - 1) * page_size],
        )
        return Page([dict(row) for row in found], total)


def _next_day(day: date | None) -> str | None:
    return None if day is None else (day + timedelta(days=1)).isoformat()


def orders_page(world: World, wanted: OrderFilter, page: int = 1, page_size: int = 20) -> Page:
    """Orders, newest first, each with `lines` (sub-orders with sku, product and latest parcel)."""
    where = _Where()
    where.add("o.shop_id = ?", wanted.shop_id)
    where.add("o.created_at >= ?", wanted.since and wanted.since.isoformat())
    where.add("o.created_at < ?", _next_day(wanted.until))
    where.add("o.status = ?", wanted.status)
    where.add("o.order_no IN (SELECT ? UNION SELECT order_no FROM order_line WHERE sub_no = ?)", wanted.text.strip(), 2)
    found = _paged(world, "SELECT o.* FROM orders o", "o.created_at DESC, o.order_no DESC", where, page, page_size)
    lines = _lines_of(world, [row["order_no"] for row in found.rows])
    for row in found.rows:
        row["lines"] = [line for line in lines if line["order_no"] == row["order_no"]]
    return found


_LINES = """SELECT l.*, k.code, k.spec, p.product_id, p.title, s.carrier, s.waybill_no, s.at AS parcel_at
    FROM order_line l JOIN sku k USING (sku_id) JOIN product p USING (product_id)
    LEFT JOIN shipment s ON s.id = (SELECT MAX(id) FROM shipment x WHERE x.sub_no = l.sub_no)"""


def _lines_of(world: World, order_nos: list[str]) -> list[dict[str, Any]]:
    marks = ",".join("?" * len(order_nos))
    return world.rows(f"{_LINES} WHERE l.order_no IN ({marks}) ORDER BY l.sub_no", *order_nos)


def to_ship_page(world: World, shop_id: str | None, text: str = "", page: int = 1, page_size: int = 20) -> Page:
    """Sub-orders that wait for shipping, the most urgent first; `text` is a sub-order or order number."""
    where = _Where()
    where.parts += ["o.status = '等待卖家发货'", "l.refund_status <> '退款成功'"]
    where.parts.append("NOT EXISTS (SELECT 1 FROM shipment s WHERE s.sub_no = l.sub_no)")
    where.add("o.shop_id = ?", shop_id)
    where.add("? IN (l.sub_no, l.order_no)", text.strip())
    sql = """SELECT o.shop_id, o.order_no, l.sub_no, k.code, k.spec, p.title, l.qty, l.refund_status,
                    o.receiver, o.phone, o.province, o.city, o.note, o.priority, o.paid_at, o.latest_ship_at
             FROM order_line l JOIN orders o USING (order_no)
             JOIN sku k USING (sku_id) JOIN product p USING (product_id)"""
    return _paged(world, sql, "o.latest_ship_at, l.sub_no", where, page, page_size)


def products_page(world: World, wanted: ProductFilter, page: int = 1, page_size: int = 20) -> Page:
    """Products with the number of their SKUs and their summed platform stock."""
    where = _Where()
    where.add("p.shop_id = ?", wanted.shop_id)
    where.add("p.product_id = ?", wanted.product_id.strip())
    where.add("instr(p.title, ?) > 0", wanted.title.strip())
    where.add("instr(p.category || '/', ? || '/') = 1", wanted.category.strip().rstrip("/"))
    where.add("p.on_shelf = ?", {"上架": 1, "下架": 0}.get(wanted.status))
    sql = """SELECT p.*, (SELECT COUNT(*) FROM sku k WHERE k.product_id = p.product_id) AS sku_count,
                    (SELECT SUM(platform_stock) FROM sku k WHERE k.product_id = p.product_id) AS platform_stock
             FROM product p"""
    return _paged(world, sql, "p.product_id", where, page, page_size)


def skus(world: World, shop_id: str | None, product_id: str = "") -> list[dict[str, Any]]:
    """Every SKU (of one product) with its product's title and shelf state: the long list of the virtual table."""
    where = _Where()
    where.add("p.shop_id = ?", shop_id)
    where.add("p.product_id = ?", product_id.strip())
    return world.rows(
        f"""SELECT k.*, p.title, p.shop_id, p.on_shelf FROM sku k JOIN product p USING (product_id)
            WHERE {where.sql} ORDER BY k.sku_id""",
        *where.values,
    )


def categories(world: World) -> list[dict[str, Any]]:
    """Two levels for a cascader: {value, label, children: [{value, label}]}."""
    tree: dict[str, list[dict[str, Any]]] = {}
    for row in world.rows("SELECT DISTINCT category FROM product ORDER BY category"):
        parent, child = row["category"].split("/")
        tree.setdefault(parent, []).append({"value": child, "label": child})
    return [{"value": name, "label": name, "children": children} for name, children in tree.items()]


def activities(world: World) -> list[dict[str, Any]]:
    """The activities that take enrolments."""
    return world.rows("SELECT * FROM activity ORDER BY activity_id")


def enrolments(world: World, shop_id: str | None, product_id: str = "") -> list[dict[str, Any]]:
    """Accepted enrolments, newest first."""
    where = _Where()
    where.add("p.shop_id = ?", shop_id)
    where.add("e.product_id = ?", product_id.strip())
    return world.rows(
        f"""SELECT e.*, p.title, a.title AS activity FROM enrolment e JOIN product p USING (product_id)
            JOIN activity a USING (activity_id) WHERE {where.sql} ORDER BY e.id DESC""",
        *where.values,
    )


def account(world: World, username: str) -> dict[str, Any] | None:
    """The account of a user name, or None."""
    return world.row("SELECT * FROM account WHERE username = ?", username)


def shop(world: World, shop_id: str) -> dict[str, Any] | None:
    """A shop by its id, or None."""
    return world.row("SELECT * FROM shop WHERE shop_id = ?", shop_id)


def statement_periods(world: World) -> list[dict[str, Any]]:
    """Which statements exist, newest first: {period: month|day, label, since, until}.

    A month's statement exists once the month is over; every day of history has its own.
    """
    first, last = world.first_day, world.last_day
    months = [*_months(first, last)]
    days = [first + timedelta(days=i) for i in range((last - first).days + 1)]
    spans = [("month", since, until) for since, until in months] + [("day", day, day) for day in days]
    return [
        {"period": period, "label": period_label(since, until, period), "since": since, "until": until}
        for period, since, until in reversed(spans)
    ]


def _months(first: date, last: date) -> Iterator[tuple[date, date]]:
    since = first.replace(day=1)
    while True:
        following = (since + timedelta(days=32)).replace(day=1)
        if following - timedelta(days=1) > last:
            return
        yield since, following - timedelta(days=1)
        since = following


def withdrawals(
    world: World, shop_id: str | None, since: date | None = None, until: date | None = None
) -> list[dict[str, Any]]:
    """Withdrawals to the bank, newest first; `amount_fen` positive."""
    where = _Where()
    where.add("shop_id = ?", shop_id)
    where.add("at >= ?", since and since.isoformat())
    where.add("at < ?", _next_day(until))
    return world.rows(
        f"""SELECT flow_no, shop_id, at, -amount_fen AS amount_fen, counterparty FROM wallet_line
            WHERE kind = 'withdrawal' AND {where.sql} ORDER BY at DESC, id DESC""",
        *where.values,
    )


def bank_lines(world: World, since: date | None = None, until: date | None = None) -> list[dict[str, Any]]:
    """The bank account's lines, newest first."""
    where = _Where()
    where.add("at >= ?", since and since.isoformat())
    where.add("at < ?", _next_day(until))
    return world.rows(f"SELECT * FROM bank_line WHERE {where.sql} ORDER BY at DESC, id DESC", *where.values)


def ad_days_page(
    world: World,
    shop_id: str | None = None,
    since: date | None = None,
    until: date | None = None,
    page: int = 1,
    page_size: int = 20,
) -> Page:
    """The ad report's rows with product titles, newest day first."""
    where = _Where()
    where.add("a.shop_id = ?", shop_id)
    where.add("a.day >= ?", since and since.isoformat())
    where.add("a.day <= ?", until and until.isoformat())
    sql = "SELECT a.*, p.title FROM ad_day a JOIN product p USING (product_id)"
    return _paged(world, sql, "a.day DESC, a.shop_id, a.plan, a.product_id", where, page, page_size)


def batch_uploads(world: World, shop_id: str | None, text: str = "") -> list[dict[str, Any]]:
    """Uploaded batches, newest first; `text` is a part of the file name or the batch number."""
    where = _Where()
    where.add("shop_id = ?", shop_id)
    where.add("instr(file_name || ' ' || batch_id, ?) > 0", text.strip())
    return world.rows(f"SELECT * FROM batch_upload WHERE {where.sql} ORDER BY at DESC, batch_id DESC", *where.values)
