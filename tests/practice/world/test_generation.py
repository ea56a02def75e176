import sqlite3
from datetime import date, timedelta
from pathlib import Path

import pytest

from bots.practice.world import SMALL, TINY, World, build, truth

_LAST_DAY = date(2026, 11, 20)


def _content(world: World) -> list[str]:
    connection = sqlite3.connect(world.path)
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


def test_same_arguments_make_the_same_world(tmp_path: Path, small: World) -> None:
    """Two builds with equal arguments hold equal rows in every table, in the same order."""
    again = build(tmp_path / "again.db", last_day=_LAST_DAY, size=SMALL)
    assert _content(again) == _content(small)


def test_another_seed_makes_another_world(tmp_path: Path, tiny: World) -> None:
    """The seed is what the world is drawn from."""
    other = build(tmp_path / "other.db", seed=8, last_day=_LAST_DAY, size=TINY)
    assert other.rows("SELECT order_no FROM orders") != tiny.rows("SELECT order_no FROM orders")


def test_a_world_is_never_written_over(tiny: World) -> None:
    """Building where a world already is refuses and leaves it."""
    before = tiny.path.read_bytes()
    with pytest.raises(FileExistsError):
        build(tiny.path, last_day=_LAST_DAY, size=TINY)
    assert tiny.path.read_bytes() == before


def test_full_has_the_promised_size(full: World) -> None:
    """Shops, SKUs, bundles, orders, waiting orders, waybills and warehouses reach the counts the issue names."""
    count = full.number
    assert count("SELECT COUNT(*) FROM shop WHERE wallet = 'alipay'") == 2
    assert count("SELECT COUNT(*) FROM shop WHERE wallet = 'wxpay'") == 1
    assert count("SELECT COUNT(*) FROM sku") >= 2_000
    assert count("SELECT COUNT(DISTINCT code) FROM bundle") >= 60
    assert count("SELECT COUNT(*) FROM orders") >= 20_000
    assert 560 <= count("SELECT COUNT(*) FROM orders WHERE status = '等待卖家发货'") <= 640
    assert count("SELECT COUNT(*) FROM waybill_pool") >= 3_000
    assert count("SELECT COUNT(*) FROM warehouse") == 4
    assert count("SELECT COUNT(DISTINCT substr(created_at, 1, 10)) FROM orders") == 40


@pytest.mark.parametrize(
    ("what", "sql"),
    [
        (
            "orders of five lines",
            "SELECT COUNT(*) FROM (SELECT 1 FROM order_line GROUP BY order_no HAVING COUNT(*) = 5)",
        ),
        ("closed unpaid orders", "SELECT COUNT(*) FROM orders WHERE status = '交易关闭' AND paid_at IS NULL"),
        ("orders waiting for payment", "SELECT COUNT(*) FROM orders WHERE status = '等待买家付款'"),
        (
            "full refunds before settlement",
            "SELECT COUNT(*) FROM orders WHERE status = '交易关闭' AND refunded_fen = paid_fen AND paid_at IS NOT NULL",
        ),
        (
            "partial refunds before settlement",
            """SELECT COUNT(*) FROM refund JOIN orders USING (order_no)
               WHERE finished_at > done_at AND amount_fen < paid_fen""",
        ),
        ("refunds after settlement", "SELECT COUNT(*) FROM refund WHERE after_settlement AND done_at IS NOT NULL"),
        ("refunds being handled", "SELECT COUNT(*) FROM refund WHERE done_at IS NULL"),
        (
            "orders in two parcels",
            """SELECT COUNT(*) FROM (SELECT 1 FROM shipment GROUP BY order_no HAVING COUNT(DISTINCT waybill_no) = 2)""",
        ),
        (
            "one SKU in two lines",
            "SELECT COUNT(*) FROM (SELECT 1 FROM order_line GROUP BY order_no, sku_id HAVING COUNT(*) > 1)",
        ),
        (
            "seller and platform discount",
            "SELECT COUNT(*) FROM orders WHERE seller_discount_fen * platform_discount_fen > 0",
        ),
        ("deposits", "SELECT COUNT(*) FROM wallet_line WHERE kind = 'deposit'"),
        (
            "waiting orders with a refunded line",
            """SELECT COUNT(DISTINCT order_no) FROM orders JOIN order_line USING (order_no)
               WHERE status = '等待卖家发货' AND refund_status = '退款成功'""",
        ),
        (
            "refunds in another month than the payment",
            """SELECT COUNT(*) FROM wallet_line r JOIN wallet_line p ON p.order_no = r.order_no AND p.kind = 'payment'
               WHERE r.kind = 'refund' AND substr(r.at, 1, 7) <> substr(p.at, 1, 7)""",
        ),
    ],
)
def test_full_has_every_kind_of_life(full: World, what: str, sql: str) -> None:
    """Every way an order can go, that the issue names, happens more than twice."""
    assert full.number(sql) > 2, what


@pytest.mark.parametrize("last_day", [date(2026, 3, 31), date(2026, 5, 9), date(2027, 1, 1)])
def test_refunds_cross_months_whatever_the_last_day(tmp_path: Path, last_day: date) -> None:
    """Whichever day history ends on, some refund falls in another month than its payment."""
    other = build(tmp_path / "w.db", last_day=last_day, size=SMALL)
    crossing = other.number(
        """SELECT COUNT(*) FROM wallet_line r JOIN wallet_line p ON p.order_no = r.order_no AND p.kind = 'payment'
           WHERE r.kind = 'refund' AND substr(r.at, 1, 7) <> substr(p.at, 1, 7)"""
    )
    assert crossing >= 2


def test_tiny_keeps_its_promises_on_any_day(tmp_path: Path) -> None:
    """Whatever day it is: a product to delist and one to list, two or three to enrol, a few orders, no overdraft."""
    for shift in range(0, 360, 9):
        world = build(tmp_path / f"{shift}.db", last_day=date(2026, 1, 5) + timedelta(days=shift), size=TINY)
        stock = truth.sellable(world)
        shelf = world.rows("SELECT product_id FROM product WHERE on_shelf")
        assert (len(truth.to_delist(world)), len(truth.to_list(world))) == (1, 1), shift
        assert 2 <= sum(stock[row["product_id"]] >= 200 for row in shelf) <= 3, shift
        assert 3 <= world.number("SELECT COUNT(*) FROM orders WHERE status = '等待卖家发货'") <= 6, shift
        assert world.number("SELECT MIN(balance_fen) FROM wallet_line") >= 0, shift
        assert len(truth.planted(world)) == 8, shift


def test_nothing_happens_after_the_last_day(world: World) -> None:
    """No time in the books lies after the last second of the last day, and none before the first day."""
    first, last = f"{world.first_day} 00:00:00", f"{world.last_day} 23:59:59"
    columns = {
        "orders": ("created_at", "paid_at", "shipped_at", "finished_at", "modified_at"),
        "refund": ("created_at", "done_at"),
        "shipment": ("at",),
        "wallet_line": ("at",),
        "bank_line": ("at",),
    }
    for table, names in columns.items():
        for name in names:
            outside = f"SELECT COUNT(*) FROM {table} WHERE {name} IS NOT NULL AND ({name} < ? OR {name} > ?)"
            assert world.number(outside, first, last) == 0, f"{table}.{name}"


def test_an_order_lives_forwards(world: World) -> None:
    """Placed, paid, shipped, finished: in this order, and the status says how far it came."""
    wrong = world.rows(
        """SELECT order_no FROM orders WHERE NOT CASE status
             WHEN '等待买家付款' THEN paid_at IS NULL
             WHEN '等待卖家发货' THEN paid_at > created_at AND shipped_at IS NULL
             WHEN '卖家已发货' THEN shipped_at > paid_at AND finished_at IS NULL
             WHEN '交易成功' THEN finished_at > shipped_at AND shipped_at > paid_at
             ELSE finished_at IS NULL AND (paid_at IS NULL OR refunded_fen = paid_fen) END"""
    )
    assert wrong == []


def test_codes_are_shared_by_shops_and_bundles(full: World) -> None:
    """Some 商家编码 are sold by several shops, and bundle parts are sold on their own too."""
    shared = """SELECT COUNT(*) FROM (SELECT 1 FROM sku JOIN product USING (product_id)
                GROUP BY code HAVING COUNT(DISTINCT shop_id) > 1)"""
    assert full.number(shared) > 100
    assert full.number("SELECT COUNT(*) FROM bundle WHERE component_code NOT IN (SELECT code FROM sku)") == 0
    assert full.number("SELECT COUNT(*) FROM warehouse_stock WHERE code IN (SELECT code FROM bundle)") == 0


def test_few_skus_sell_most(full: World) -> None:
    """Demand is a Pareto one: the best fifth of the SKUs sells more than half of all pieces."""
    sold = [row["n"] for row in full.rows("SELECT SUM(qty) AS n FROM order_line GROUP BY sku_id ORDER BY 1 DESC")]
    assert sum(sold[: len(sold) // 5]) > sum(sold) / 2


def test_accounts_can_sign_in_where_they_should(full: World) -> None:
    """Each shop has a seller and a payment account; one seller of shop_c has no TOTP secret; ads has one account."""
    accounts = {row["username"]: row for row in full.rows("SELECT * FROM account")}
    names = ["ads", "pay_a", "pay_b", "pay_c", "seller_a", "seller_b", "seller_c", "seller_sms"]
    assert sorted(accounts) == names
    assert all(row["password"] == f"practice-{name}" for name, row in accounts.items())
    assert [name for name in names if accounts[name]["totp_secret"]] == ["seller_a", "seller_b", "seller_c"]
    assert accounts["seller_sms"]["shop_id"] == "shop_c"
