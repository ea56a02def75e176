"""The mall of the simulated month: twelve accounts, little data a day, and new orders each day."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bots.practice.world import TINY, World, build

SHOPS = ("shop_a", "shop_b", "shop_c")
HISTORY_DAYS = 6
"""Days before the first night that a night may ask for."""
SECOND_ACCOUNTS = {"pay_a2": "pay_a", "seller_a2": "seller_a", "seller_b2": "seller_b", "seller_c2": "seller_c"}
"""Colleagues who sign in to the same shop under a name of their own; with them there are twelve accounts."""
SELLING = ("shop_a", "shop_b")
"""Shops whose orders the desk ships."""
NEW_ORDERS = 1
"""Orders that a shop has to ship each night."""
PIECES = 2_000
"""More of everything that is in stock: enough for the whole month."""
SEED = 8
EFFECTS: Mapping[str, str] = MappingProxyType(
    {
        "上架": "SELECT 1 FROM shelf_event WHERE action = 'list' AND product_id = ?",
        "下架": "SELECT 1 FROM shelf_event WHERE action = 'delist' AND product_id = ?",
        "发货": "SELECT 1 FROM shipment WHERE sub_no || '-' || waybill_no = ?",
        "批量发货": "SELECT 1 FROM batch_upload WHERE file_name = ?",
        "报名": "SELECT 1 FROM enrolment WHERE activity_id || '-' || product_id = ?",
    }
)
"""What a flow does once, by the first word of its label → where a person sees whether it has happened."""


def build_month(path: Path, first_night: date, days: int) -> World:
    """The mall of so many nights: all its history is there, the orders that wait to be shipped come day by day."""
    length = days + HISTORY_DAYS
    size = replace(
        TINY, days=length, shop_ids=SHOPS, orders=8 * length, pending=4, to_delist=3, to_list=3, styles=15,
        waybills=200 + 20 * days,
    )  # fmt: skip
    world = build(path, seed=SEED, last_day=first_night + timedelta(days=days - 2), size=size)
    with world.writing() as connection:
        connection.execute("UPDATE warehouse_stock SET qty = qty + ? WHERE qty > 0", (PIECES,))
        for name, colleague in SECOND_ACCOUNTS.items():
            connection.execute(
                "INSERT INTO account SELECT ?, password, totp_secret, site, shop_id FROM account WHERE username = ?",
                (name, colleague),
            )
    return world


def a_day_of_trade(world: World, day: date) -> list[str]:
    """New orders of that day that wait to be shipped, of goods that are in stock; their sub-order numbers.

    Each is a finished order of the shop once more, under numbers of its own.
    """
    made: list[str] = []
    for place, shop in enumerate(SELLING):
        for number in range(NEW_ORDERS):
            made += _once_more(world, shop, day, place * NEW_ORDERS + number)
    return made


def sessions_over(world: World, usernames: Iterable[str]) -> None:
    """Whoever comes next as one of these signs in anew. The mall's own sessions last by the real clock."""
    with world.writing() as connection:
        connection.executemany("DELETE FROM session WHERE username = ?", [(one,) for one in sorted(usernames)])


def has_happened(world: World, label: str) -> bool:
    """Whether the mall has what a flow began and could not see the end of: `发货-子订单-运单号` and the like."""
    effect, _, what = label.partition("-")
    return bool(world.rows(EFFECTS[effect], what))


def password_of(world: World, username: str) -> str:
    """What the site takes."""
    return str(world.rows("SELECT password FROM account WHERE username = ?", username)[0]["password"])


def new_password(world: World, username: str) -> None:
    """The site's administrator has given the account another password."""
    with world.writing() as connection:
        connection.execute("UPDATE account SET password = password || '+' WHERE username = ?", (username,))


def _once_more(world: World, shop: str, day: date, number: int) -> list[str]:
    templates = world.rows(
        """SELECT * FROM orders WHERE shop_id = ? AND status = '交易成功' AND refunded_fen = 0 AND note = ''
           AND NOT EXISTS (SELECT 1 FROM refund WHERE refund.order_no = orders.order_no)
           AND order_no NOT IN (SELECT order_no FROM order_line JOIN sku USING (sku_id)
                                WHERE code NOT IN (SELECT code FROM warehouse_stock WHERE qty > 0))
           ORDER BY order_no""",
        shop,
    )
    order = templates[(day.toordinal() * 7 + number) % len(templates)]
    old, new = order["order_no"], f"39{day:%Y%m%d}{number:03d}{order['order_no'][-6:]}"
    paid_at = f"{day} 1{number}:05:00"
    order |= {"order_no": new, "created_at": f"{day} 1{number}:00:00", "paid_at": paid_at, "modified_at": paid_at,
              "latest_ship_at": f"{day + timedelta(days=2)} 1{number}:05:00", "shipped_at": None, "finished_at": None,
              "status": "等待卖家发货", "phone": f"139****{day:%d}{number:02d}"}  # fmt: skip
    lines = world.rows("SELECT * FROM order_line WHERE order_no = ? ORDER BY sub_no", old)
    fresh = [{**line, "order_no": new, "sub_no": f"{new}{place:02d}"} for place, line in enumerate(lines, 1)]
    with world.writing() as connection:
        _insert(connection, "orders", order)
        for line in fresh:
            _insert(connection, "order_line", line)
    return [line["sub_no"] for line in fresh]


def _insert(connection: Any, table: str, row: Mapping[str, Any]) -> None:
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(row.values()))
